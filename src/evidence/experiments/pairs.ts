import { KNOBS } from '../../engine/knobs/index.ts';
import {
  QUEUE_CONDITIONS,
  QUEUE_LENGTHS,
  QUEUE_ROWS,
  QUEUE_SEEDS,
  queueRow,
} from '../../engine/presets/queue.ts';
import { MF2_BASE } from '../../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES, WINDOWS } from '../conditions.ts';
import type { Condition, Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type Results, type Spread, slope, spreadOf, value } from '../results.ts';

/** The second half alone: how a run begins does not count. */
const LATE = slope('newPages', -3);
/** Level: at most one page more in 20,000 operations. */
const LEVEL = 0.05;
/** A page of the mid allocator, and its header unless the knob says otherwise. */
const PAGE_BYTES = 65_536;
const HEADER_BYTES = KNOBS.pageHeaderBytes.default;
const PER_1000 = 'pages per 1,000 operations';

/** Conditions of the table that `npm run queue` prints; where sizes do not depend on the seed there is one. */
const TABLE: readonly Condition[] = QUEUE_CONDITIONS.map(({ id, name, seeded, knobs }) => ({
  id,
  name,
  knobs,
  ...(seeded ? {} : { seeds: QUEUE_SEEDS.slice(0, 1) }),
}));
const LEAK: Pick<Experiment, 'base' | 'conditions' | 'seeds' | 'readings' | 'measures'> = {
  base: {},
  conditions: TABLE,
  seeds: QUEUE_SEEDS,
  readings: QUEUE_LENGTHS,
  measures: ['newPages', 'newStarved', 'adoptions', 'lostEdges', 'newGate'],
};
const row = (id: string): Lane => queueRow(id);

/** Exposes pages at each length and growth at the end, of every lane under each condition and over all. */
function expose(results: Results, figures: Figures): void {
  const { lanes, conditions, readings } = results.experiment;
  for (const lane of lanes) {
    const all = conditions.map((condition: Condition): Spread => {
      const where = `${lane.name}; ${condition.name}`;
      const growth = results.spread(lane.id, condition, slope('newPages'));
      // The table of docs/mf2-model.md has the second of four seeds, and the largest.
      const [, second] = results
        .values(lane.id, condition, slope('newPages'))
        .toSorted((a, b) => a - b);
      figures.spread(`growth of ${where}`, growth, PER_1000);
      if (second !== undefined) figures.add(`growth of ${where}, second seed`, second, PER_1000);
      for (const [i, reading] of readings.entries())
        figures.spread(
          `${where}; ${reading} operations`,
          results.spread(lane.id, condition, value('newPages', i)),
          'pages',
        );
      return growth;
    });
    figures.spread(
      `growth of ${lane.name}; all conditions`,
      {
        typical: spreadOf(all.map(({ typical }) => typical)).typical,
        least: Math.min(...all.map(({ least }) => least)),
        most: Math.max(...all.map(({ most }) => most)),
      },
      PER_1000,
    );
  }
}

export const PAIR_EXPERIMENTS: readonly Experiment[] = [
  {
    ...LEAK,
    id: 'O-25',
    says: 'Between two threads that hand each other every block and live for ever, with 2 KiB and with 2..8 KiB, pages grow with the operations under CDA, with adoption and without, and are level under S1 and S2 (at most one page more in 20,000 operations).',
    lanes: ['cda', 'alone', 's1', 's2'].map(row),
    conditions: [
      ...TABLE,
      ...combined([SCHEDULES, MID_SIZES.slice(0, 1), WINDOWS], {
        beyond: true,
        seeds: [12_345],
      }).map((condition) => ({
        ...condition,
        knobs: {
          ...MF2_BASE,
          workload: 'pair' as const,
          route: 'cda' as const,
          ...condition.knobs,
        },
      })),
    ],
    holds(results) {
      const figures = new Figures();
      expose(results, figures);
      const cases = results.experiment.conditions.map((condition) => {
        const of = (lane: string) => results.spread(lane, condition, LATE);
        figures.spread(
          `pages whose nearest cause is an adoption; ${condition.name}`,
          results.spread(
            'cda',
            condition,
            (run) => (100 * run.at('newStarved')) / run.at('newPages'),
          ),
          '%',
        );
        return {
          condition: condition.id,
          holds:
            ['cda', 'alone'].every((lane) => of(lane).least > 2 * LEVEL) &&
            ['s1', 's2'].every((lane) => of(lane).most <= LEVEL),
          found: `CDA ${shownSpread(of('cda'))} ${PER_1000}, without adoption ${shownSpread(of('alone'))}; S1 ${shownSpread(of('s1'))}, S2 ${shownSpread(of('s2'))}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LEAK,
    id: 'O-26',
    says: 'Of the changes to the pending queue, on a living pair with 2 KiB and with 2..8 KiB: oldest first alone, and leaving the queue together with queueing again, make pages level (at most one page more in 20,000 operations). Queueing again and the list of partly free pages, each alone, do not; 32 tries alone do with 2 KiB and do not with 2..8 KiB.',
    lanes: QUEUE_ROWS,
    holds(results) {
      const figures = new Figures();
      expose(results, figures);
      const cases = results.experiment.conditions.map((condition) => {
        const of = (lane: string) => results.spread(lane, condition, LATE);
        const one = condition.knobs.minSize === condition.knobs.maxSize;
        const level = ['oldest', 'leave-again', ...(one ? ['tries-32'] : [])];
        const growing = ['again', 'list', ...(one ? [] : ['tries-32'])];
        return {
          condition: condition.id,
          holds:
            level.every((lane) => of(lane).most <= LEVEL) &&
            growing.every((lane) => of(lane).least > LEVEL),
          found: results.experiment.lanes
            .map(({ id, name }) => `${name} ${shown(of(id).typical)}`)
            .join(', '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LEAK,
    id: 'O-27',
    says: 'Of queueing again, leaving the queue and oldest first, each alone against D2’s queue on a living pair, oldest first makes fewest pages with 2..8 KiB under own; with 2 KiB, and under shared, leaving the queue makes as few (within one in ten). Both make fewer than half the pages of D2’s queue, and of queueing again.',
    lanes: ['cda', 'again', 'leave', 'oldest'].map(row),
    readings: [200_000, 400_000, 800_000],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const pages = (lane: string, reading: number) =>
          results.spread(lane, condition, value('newPages', reading));
        for (const { id, name } of results.experiment.lanes)
          for (const [i, reading] of results.experiment.readings.entries())
            figures.spread(
              `${name}; ${condition.name}; ${reading} operations`,
              pages(id, i),
              'pages',
            );
        return {
          condition: condition.id,
          holds: [1, 2].every((reading) => {
            const [oldest, leave] = [pages('oldest', reading), pages('leave', reading)];
            const rest = Math.min(pages('cda', reading).least, pages('again', reading).least);
            const first =
              condition.id === 'own-2-8k'
                ? oldest.most < leave.least
                : Math.abs(oldest.typical / leave.typical - 1) <= 0.1;
            return first && Math.max(oldest.most, leave.most) < rest / 2;
          }),
          found: results.experiment.lanes
            .map(({ id, name }) => `${name} ${shownSpread(pages(id, -1))}`)
            .join(', '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LEAK,
    id: 'O-28',
    says: 'On a living pair with 2..8 KiB the threshold has a cliff: 8 makes more than ten times the pages of 7, because a page of 8 KiB blocks holds 7 and never reaches 8.',
    lanes: ['threshold-7', 'threshold-8', 'threshold-16'].map(row),
    conditions: TABLE.filter(({ seeds }) => seeds === undefined),
    readings: [50_000, 100_000, 200_000],
    measures: ['newPages', 'newBelow'],
    holds(results) {
      const figures = new Figures();
      for (const size of [2048, 4096, 8192])
        figures.add(
          `blocks of ${size} B in a page`,
          Math.floor((PAGE_BYTES - HEADER_BYTES) / size),
        );
      const cases = results.experiment.conditions.map((condition) => {
        const pages = (lane: string) => results.spread(lane, condition, value('newPages'));
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(`${name}; ${condition.name}`, pages(id), 'pages');
          figures.spread(
            `growth of ${name}; ${condition.name}`,
            results.spread(id, condition, slope('newPages')),
            PER_1000,
          );
        }
        return {
          condition: condition.id,
          holds: pages('threshold-8').least > 10 * pages('threshold-7').most,
          found: `${shownSpread(pages('threshold-7'))}, ${shownSpread(pages('threshold-8'))} and ${shownSpread(pages('threshold-16'))} pages at 7, 8 and 16`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
