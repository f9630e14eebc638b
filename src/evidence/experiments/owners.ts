import { MF2_BASE, ROUTE_ROWS } from '../../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES, SEEDS } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { slope, value } from '../results.ts';

const PER_1000 = 'pages per 1,000 operations';
const PAGES = slope('newPages');

/** A route of the table of routes, as a lane. */
function route(id: string): Lane {
  const row = ROUTE_ROWS.find((one) => one.id === id);
  if (!row) throw new Error(`no route ${id}`);
  return { id, name: row.name, knobs: row.knobs };
}

const LARSON: Pick<Experiment, 'base' | 'seeds' | 'readings'> = {
  base: { ...MF2_BASE, workload: 'larson', rounds: 1 },
  seeds: SEEDS,
  readings: [75_000, 150_000, 300_000],
};
const DYING = combined([SCHEDULES, MID_SIZES]);

export const OWNER_EXPERIMENTS: readonly Experiment[] = [
  {
    ...LARSON,
    id: 'O-31',
    says: 'Where owners die after one round, thresholds lose pages under CDA where pages cannot reach them: with 2..32 KiB thresholds 2 and 4 reuse less than a third, and less than a tenth, of what 1 does; with 2..8 KiB, where all pages can hold 4, threshold 2 reuses as much (within one point of per cent) and 4 less, but more than two thirds.',
    lanes: ['cda1', 'cda2', 'cda4'].map(route),
    conditions: DYING,
    measures: ['newPages', 'reusePercent', 'strandedBelow'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const reuse = results.experiment.lanes.map(({ id, name }) => {
          const found = results.spread(id, condition, value('reusePercent'));
          figures.spread(`reuse, ${name}; ${condition.name}`, found, '%');
          figures.spread(
            `pages, ${name}; ${condition.name}`,
            results.spread(id, condition, value('newPages')),
            'pages',
          );
          return found;
        });
        return {
          condition: condition.id,
          holds:
            condition.knobs.maxSize === 8192
              ? Math.abs(reuse[1].typical - reuse[0].typical) < 1 &&
                reuse[2].most < reuse[1].least &&
                reuse[2].least > 67
              : reuse[1].most < reuse[0].least / 3 && reuse[2].most < reuse[0].least / 10,
          found: `reuse ${reuse.map((one) => `${shownSpread(one)} %`).join(', ')}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LARSON,
    id: 'O-32',
    says: 'Queueing again after a drain changes less than one page in a hundred on Larson with one round, where fewer than one drain in a thousand is overtaken; on a living pair with 2..8 KiB it saves at least a third of them.',
    lanes: [
      route('cda1'),
      { id: 'again', name: 'queueing again', knobs: { route: 'cda', reEnqueue: true } },
    ],
    conditions: [
      ...DYING,
      ...combined([
        SCHEDULES,
        [
          {
            name: 'pair, 2..8 KiB',
            knobs: { workload: 'pair', minSize: 2048, maxSize: 8192, window: 128 },
          },
        ],
      ]),
    ],
    measures: ['newPages', 'lostEdges', 'drainSuccesses'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const times = results.ratio('again', 'cda1', condition, value('newPages'));
        const lost = results.spread(
          'cda1',
          condition,
          (run) => (1000 * run.at('lostEdges')) / run.at('drainSuccesses'),
        );
        const pair = condition.knobs.workload === 'pair';
        for (const { id, name } of results.experiment.lanes)
          figures.spread(
            `pages, ${name}; ${condition.name}`,
            results.spread(id, condition, value('newPages')),
            'pages',
          );
        figures.spread(
          `lost edges; ${condition.name}`,
          results.spread('cda1', condition, value('lostEdges')),
        );
        return {
          condition: condition.id,
          holds: pair ? times.most < 2 / 3 : Math.abs(times.typical - 1) < 0.01 && lost.most < 1,
          found: `${shownSpread(times)} times the pages; of 1,000 drains ${shownSpread(lost)} overtaken`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LARSON,
    id: 'O-33',
    says: 'Where owners die after one round, pages grow with the operations under S1, which reuses none, and under S2; CDA with the list of partly free pages, and S2 that adopts from the dead, grow less than half as fast as S2. Of these five CDA with the list makes fewest pages in 300,000 operations.',
    lanes: ['cda1', 's1', 's2', 'dead', 'cda-partial'].map(route),
    conditions: DYING,
    measures: [
      'newPages',
      'reusePercent',
      'adoptions',
      'strandedOrphan',
      'strandedGraveyard',
      'strandedBelow',
    ],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const growth = (lane: string) => results.spread(lane, condition, PAGES);
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(`growth, ${name}; ${condition.name}`, growth(id), PER_1000);
          figures.spread(
            `pages, ${name}; ${condition.name}`,
            results.spread(id, condition, value('newPages')),
            'pages',
          );
          figures.spread(
            `reuse, ${name}; ${condition.name}`,
            results.spread(id, condition, value('reusePercent')),
            '%',
          );
        }
        const [s1, s2, dead, list] = ['s1', 's2', 'dead', 'cda-partial'].map(growth);
        const reuse = results.spread('s1', condition, value('reusePercent'));
        const pages = (lane: string) => results.spread(lane, condition, value('newPages'));
        const fewest = pages('cda-partial');
        return {
          condition: condition.id,
          holds:
            reuse.most === 0 &&
            s2.least > 1 &&
            s1.least > s2.most &&
            ['cda1', 's1', 's2', 'dead'].every((lane) => fewest.most < pages(lane).least) &&
            dead.most < s2.least / 2 &&
            list.most < s2.least / 2,
          found: `S1 ${shownSpread(s1)}, S2 ${shownSpread(s2)}, S2 and the dead ${shownSpread(dead)}, CDA ${shown(growth('cda1').typical)}, CDA and list ${shownSpread(list)} pages per 1,000 operations`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    ...LARSON,
    id: 'O-34',
    says: 'Where owners die after one round, with 2..32 KiB more of the blocks that plain CDA loses are in pages of the dead than in the graveyard, with 2..8 KiB fewer; none are below the threshold.',
    lanes: [route('cda1')],
    conditions: DYING,
    measures: ['strandedGraveyard', 'strandedBelow', 'strandedOrphan', 'newPages'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const of = (measure: 'strandedGraveyard' | 'strandedBelow' | 'strandedOrphan') => {
          const found = results.spread('cda1', condition, value(measure));
          figures.spread(`${measure}; ${condition.name}`, found, 'blocks');
          return found;
        };
        const grave = of('strandedGraveyard');
        const below = of('strandedBelow');
        const orphan = of('strandedOrphan');
        return {
          condition: condition.id,
          holds:
            below.most === 0 &&
            (condition.knobs.maxSize === 8192
              ? grave.least > orphan.most
              : orphan.least > grave.most),
          found: `${shownSpread(grave)} in the graveyard, ${shownSpread(below)} below, ${shownSpread(orphan)} with the dead`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
