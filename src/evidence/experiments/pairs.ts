import { MF2_BASE } from '../../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES, SEEDS, WINDOWS } from '../conditions.ts';
import type { Condition, Experiment, Lane } from '../experiment.ts';
import { Figures, shownSpread } from '../figures.ts';
import { type Results, slope, value } from '../results.ts';

/** The last stretch alone: what it was at the beginning does not count. */
const LATE = slope('newPages', -2);
/** Level: at most one page more in 20,000 operations. */
const LEVEL = 0.05;
const PER_1000 = 'pages per 1,000 operations';

const PAIR: Omit<Experiment, 'id' | 'says' | 'lanes' | 'holds'> = {
  base: { ...MF2_BASE, workload: 'pair' },
  conditions: combined([SCHEDULES, MID_SIZES, WINDOWS]),
  seeds: SEEDS,
  readings: [200_000, 400_000, 800_000],
  measures: ['newPages', 'adoptions', 'lostEdges', 'pendingPages'],
};

const CDA: Lane = { id: 'cda', name: 'CDA', knobs: { route: 'cda' } };
const NO_ADOPTION: Lane = {
  id: 'none',
  name: 'CDA without adoption',
  knobs: { route: 'cda', adoptBudget: 0 },
};
const LIST: Lane = {
  id: 'list',
  name: 'CDA and partial list',
  knobs: { route: 'cda', partialList: 'on' },
};
const TRIES: Lane = { id: 'tries', name: 'CDA, 32 tries', knobs: { route: 'cda', gateBudget: 32 } };
const AGAIN: Lane = {
  id: 'again',
  name: 'CDA, queueing again',
  knobs: { route: 'cda', reEnqueue: true },
};
const BOTH: Lane = {
  id: 'both',
  name: 'CDA, 32 tries and queueing again',
  knobs: { route: 'cda', gateBudget: 32, reEnqueue: true },
};
const ALL: Lane = {
  id: 'all',
  name: 'CDA, 32 tries, queueing again, partial list',
  knobs: { route: 'cda', gateBudget: 32, reEnqueue: true, partialList: 'on' },
};
const S1: Lane = { id: 's1', name: 'S1', knobs: { route: 's1' } };
const S2: Lane = { id: 's2', name: 'S2', knobs: { route: 's2' } };

/** Exposes pages at each length and growth at the end, of every lane under one condition. */
function expose(results: Results, condition: Condition, figures: Figures): void {
  for (const lane of results.experiment.lanes) {
    const where = `${lane.name}; ${condition.name}`;
    figures.spread(`growth of ${where}`, results.spread(lane.id, condition, LATE), PER_1000);
    for (const [i, reading] of results.experiment.readings.entries())
      figures.spread(
        `${where}; ${reading} operations`,
        results.spread(lane.id, condition, value('newPages', i)),
        'pages',
      );
  }
}

export const PAIR_EXPERIMENTS: readonly Experiment[] = [
  {
    ...PAIR,
    id: 'O-25',
    says: 'Between two threads that hand each other every block and live for ever, pages grow with the operations under CDA, with adoption and without, and are level under S1 and S2.',
    lanes: [CDA, NO_ADOPTION, S1, S2],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        expose(results, condition, figures);
        const grows = ['cda', 'none'].map((lane) => results.spread(lane, condition, LATE));
        const level = ['s1', 's2'].map((lane) => results.spread(lane, condition, LATE));
        return {
          condition: condition.id,
          holds:
            grows.every(({ least }) => least > 2 * LEVEL) &&
            level.every(({ most }) => most <= LEVEL),
          found: `CDA ${shownSpread(grows[0])} pages per 1,000 operations, without adoption ${shownSpread(grows[1])}; S1 ${shownSpread(level[0])}, S2 ${shownSpread(level[1])}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...PAIR,
    id: 'O-26',
    conditions: combined([SCHEDULES, MID_SIZES, WINDOWS.slice(0, 1)]),
    says: 'With 32 tries, queueing again after a drain and the list of partly free pages, CDA is as level on a living pair as owner priority (at most one page more in 20,000 operations); without queueing again more tries and the list do not bring it there.',
    lanes: [CDA, LIST, TRIES, AGAIN, BOTH, ALL],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        expose(results, condition, figures);
        const all = results.spread('all', condition, LATE);
        const rest = ['list', 'tries'].map((lane) => results.spread(lane, condition, LATE));
        return {
          condition: condition.id,
          holds: all.most <= LEVEL && rest.every(({ typical }) => typical > LEVEL),
          found: `all three ${shownSpread(all)} pages per 1,000 operations; the list alone ${shownSpread(rest[0])}, tries alone ${shownSpread(rest[1])}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
