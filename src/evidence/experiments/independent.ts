import { ROUTE_ROWS, ROUTE_WORKLOADS, routeKnobs } from '../../engine/presets/routes.ts';
import type { Experiment } from '../experiment.ts';
import { Figures, shown } from '../figures.ts';
import { value } from '../results.ts';

/** An independent program's counts of the small heap over 8.38 M operations: mapped, given back, at most. */
const SMALL: readonly {
  readonly id: string;
  readonly name: string;
  readonly knobs: Experiment['base'];
  readonly counts: readonly [number, number, number];
}[] = [
  { id: 'bug', name: 'bug, no trim', knobs: {}, counts: [49_105, 0, 49_105] },
  {
    id: 'fixed',
    name: 'counter fixed, no trim',
    knobs: { decOnRemote: true },
    counts: [49_105, 0, 49_105],
  },
  {
    id: 'trim100',
    name: 'fixed, trim 100 ms',
    knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100 },
    counts: [48_915, 40_613, 10_338],
  },
  {
    id: 'trim10',
    name: 'fixed, trim 10 ms',
    knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 10 },
    counts: [47_115, 38_813, 8493],
  },
  {
    id: 'trim',
    name: 'trim without the fix',
    knobs: { trimSS: true, trimIntervalMs: 100 },
    counts: [49_078, 22, 49_056],
  },
  { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' }, counts: [28, 0, 28] },
  { id: 'central', name: 'central list', knobs: { ownership: 'central' }, counts: [7, 0, 7] },
];
const COUNTS = ['superslabsAllocated', 'superslabsFreed', 'superslabsPeak'] as const;
const percent = (share: number): number => 100 * share;

/** Cells of the table of routes that are further than 5 % from the prototype, by workload and route; docs/mf2-model.md says why. */
const FURTHER: ReadonlySet<string> = new Set([
  'short cda-partial',
  'short dead',
  'short dead-idle',
  'long dead-idle',
]);

export const INDEPENDENT_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-10',
    says: 'What an independent program counts of the small heap over 8.38 M operations of 8 128 1024 1 12345 4, the engine counts within one in a thousand or one SuperSlab.',
    base: { maxMapCount: 1_000_000, seconds: 10 },
    lanes: SMALL.map(({ id, name, knobs }) => ({ id, name, knobs })),
    conditions: [{ id: 'seed', name: 'the program’s seed', knobs: {} }],
    seeds: [12_345],
    // Its last trim pass, at 2.000 s, comes within the next quantum.
    readings: [8_380_256],
    measures: COUNTS,
    holds(results) {
      const figures = new Figures();
      const [condition] = results.experiment.conditions;
      const far = SMALL.flatMap(({ id, name, counts }) =>
        COUNTS.flatMap((measure, i) => {
          const ours = value(measure)(results.run(id, condition.id, 12_345));
          figures.add(`${measure}, ${name}`, ours, 'SuperSlabs');
          figures.add(`${measure}, ${name}, of the independent program`, counts[i], 'SuperSlabs');
          const near = Math.abs(ours - counts[i]) <= Math.max(1, counts[i] / 1000);
          return near ? [] : [`${name}: ${measure} ${ours} against ${counts[i]}`];
        }),
      );
      return {
        cases: [
          { condition: condition.id, holds: far.length === 0, found: far.join('; ') || 'all' },
        ],
        figures: figures.list,
      };
    },
  },
  {
    id: 'O-30',
    says: 'What an independent prototype of MF2 counts after 300,000 operations with 2..32 KiB, the engine counts within 5 %, save for four cells: CDA and partial list, S2 that adopts from the dead, and S2 with dead or idle owners on Larson with 1 round, the last also with 100.',
    base: {},
    lanes: ROUTE_ROWS.map(({ id, name, knobs }) => ({ id, name, knobs })),
    conditions: ROUTE_WORKLOADS.map((workload) => {
      const [row] = ROUTE_ROWS;
      return {
        id: workload.id,
        name: workload.name,
        knobs: routeKnobs({ ...row, knobs: {} }, workload),
      };
    }),
    seeds: [12_345],
    readings: [300_000],
    measures: ['newPages'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const far = ROUTE_ROWS.flatMap(({ id, name, prototype }) => {
          const ours = value('newPages')(results.run(id, condition.id, 12_345));
          figures.add(`${name}; ${condition.name}`, ours, 'pages');
          const workload = ROUTE_WORKLOADS.find((one) => one.id === condition.id);
          const theirs = workload && prototype?.[workload.id];
          if (theirs === undefined) return [];
          const off = percent(ours / theirs - 1);
          figures.add(`${name}; ${condition.name}; the prototype`, theirs, 'pages');
          figures.add(`${name}; ${condition.name}; off`, Math.abs(off), '%');
          return Math.abs(off) > 5 === FURTHER.has(`${condition.id} ${id}`)
            ? []
            : [`${name}: ${shown(ours)} against ${shown(theirs)}`];
        });
        return { condition: condition.id, holds: far.length === 0, found: far.join('; ') || 'all' };
      });
      return { cases, figures: figures.list };
    },
  },
];
