import { MF2_BASE } from '../../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES, SEEDS, WINDOWS } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type Results, type Spread, slope, spreadOf, value } from '../results.ts';

const PAGES = slope('newPages');

/** A waker after every operation, one block, held for no time: the sweep's extreme (`npm run domino`). */
const DOMINO: Omit<Experiment, 'id' | 'says' | 'lanes' | 'holds'> = {
  base: { ...MF2_BASE, workload: 'wakers', wakePeriod: 1, burst: 1, hold: 0 },
  conditions: combined([SCHEDULES, MID_SIZES, WINDOWS]),
  seeds: SEEDS,
  readings: [100_000, 200_000, 400_000],
  measures: ['newPages', 'newStarved', 'adoptions', 'adoptionsUnneeded', 'chainMax'],
};

const WAKE: Lane = {
  id: 'wake',
  name: 'CDA, adopting on waking',
  knobs: { route: 'cda', adoptOnWake: true },
};
const NEED: Lane = { id: 'need', name: 'CDA, on need', knobs: { route: 'cda' } };
const S2: Lane = { id: 's2', name: 'S2', knobs: { route: 's2' } };

/** Growth of a lane over all conditions of an experiment: the middle one, and the extremes with their conditions' names. */
function growth(results: Results, lane: string, figures: Figures): Spread {
  const { conditions, lanes } = results.experiment;
  const name = lanes.find(({ id }) => id === lane)?.name ?? lane;
  const each = conditions.map((condition) => {
    const found = results.spread(lane, condition, PAGES);
    figures.spread(`${name}; ${condition.name}`, found, 'pages per 1,000 operations');
    return found;
  });
  const all = {
    typical: spreadOf(each.map(({ typical }) => typical)).typical,
    least: Math.min(...each.map(({ least }) => least)),
    most: Math.max(...each.map(({ most }) => most)),
  };
  figures.spread(`${name}; all conditions`, all, 'pages per 1,000 operations');
  return all;
}

export const DOMINO_EXPERIMENTS: readonly Experiment[] = [
  {
    ...DOMINO,
    id: 'O-20',
    says: 'Where wakers take a page each time they wake, without need, pages grow with the operations, at least twice as fast as where they adopt on need: under both schedules, with 2..32 and 2..8 KiB and windows of 128 and 512.',
    lanes: [WAKE, NEED],
    holds(results) {
      const figures = new Figures();
      growth(results, 'wake', figures);
      growth(results, 'need', figures);
      const cases = results.experiment.conditions.map((condition) => {
        const times = results.ratio('wake', 'need', condition, PAGES);
        const wake = results.spread('wake', condition, PAGES);
        const need = results.spread('need', condition, PAGES);
        figures.spread(`times as fast; ${condition.name}`, times, 'times');
        const starved = results.spread(
          'wake',
          condition,
          (run) => (100 * run.at('newStarved')) / run.at('newPages'),
        );
        figures.spread(
          `of them because an adoption took the page; ${condition.name}`,
          starved,
          '%',
        );
        figures.spread(
          `longest chain; ${condition.name}`,
          results.spread('wake', condition, value('chainMax')),
          'adoptions',
        );
        return {
          condition: condition.id,
          holds: times.least >= 2,
          found: `${shownSpread(wake)} pages per 1,000 operations against ${shownSpread(need)}; ${shown(starved.typical)} % because an adoption took the page`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...DOMINO,
    id: 'O-21',
    says: 'Beside the same wakers pages grow under CDA with adoption on need, too, and faster than under S2 in every run.',
    lanes: [NEED, S2],
    holds(results) {
      const figures = new Figures();
      growth(results, 'need', figures);
      growth(results, 's2', figures);
      const cases = results.experiment.conditions.map((condition) => {
        const need = results.values('need', condition, PAGES);
        const s2 = results.values('s2', condition, PAGES);
        return {
          condition: condition.id,
          holds: need.every((pages, i) => pages > s2[i] && pages >= 0.05),
          found: `${shownSpread(spreadOf(need))} pages per 1,000 operations against ${shownSpread(spreadOf(s2))}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...DOMINO,
    id: 'O-22',
    says: 'Adoption on need makes as few pages as owner priority wherever owners live (within a tenth).',
    withdrawn: true,
    lanes: [NEED, S2],
    holds(results) {
      const cases = results.experiment.conditions.map((condition) => {
        const times = results.ratio('need', 's2', condition, value('newPages'));
        return {
          condition: condition.id,
          holds: times.most <= 1.1,
          found: `${shownSpread(times)} times the pages of S2`,
        };
      });
      return { cases, figures: [] };
    },
  },
];
