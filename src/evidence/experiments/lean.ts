import { combined, SCHEDULES, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown } from '../figures.ts';
import { value } from '../results.ts';

const RELEASES = { decOnRemote: true, trimSS: true, trimIntervalMs: 10 } as const;
const LARSON: readonly Lane[] = [
  { id: 'plain', name: 'nothing released', knobs: {} },
  { id: 'free', name: 'FREE', knobs: { ...RELEASES, lean: true } },
  { id: 'dontneed', name: 'DONTNEED', knobs: { ...RELEASES, lean: true, decommit: 'dontneed' } },
  { id: 'off', name: 'OFF', knobs: { ...RELEASES, lean: true, decommit: 'off' } },
];

const WAYS: readonly Lane[] = [
  { id: 'fast', name: 'FAST', knobs: {} },
  { id: 'free', name: 'FREE', knobs: { lean: true } },
  { id: 'dontneed', name: 'DONTNEED', knobs: { lean: true, decommit: 'dontneed' } },
  { id: 'off', name: 'OFF', knobs: { lean: true, decommit: 'off' } },
];

export const LEAN_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-71',
    says: 'Where remote frees are counted and a trim every 10 ms releases, Larson under 8,000 map entries maps as many SuperSlabs before these are used up with decommit FREE and with DONTNEED as where nothing is released (within one in a hundred), and more than half of them are retired then; with OFF it lasts for more than twice the operations.',
    base: { seconds: 60, maxMapCount: 8000 },
    lanes: LARSON,
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS,
    readings: [200_000, 400_000, 'end'],
    measures: ['superslabsAllocated', 'leanRetires', 'mapRefusals'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const spread = (lane: string, measure: 'superslabsAllocated' | 'leanRetires' | 'ops') =>
          results.spread(lane, condition, value(measure));
        const plain = spread('plain', 'superslabsAllocated').typical;
        const decommitted = ['free', 'dontneed'].map((lane) => {
          const mapped = spread(lane, 'superslabsAllocated');
          const retired = spread(lane, 'leanRetires');
          figures.spread(`mapped, ${lane}; ${condition.name}`, mapped, 'SuperSlabs');
          figures.spread(`retired, ${lane}; ${condition.name}`, retired, 'SuperSlabs');
          return (
            Math.abs(mapped.least / plain - 1) < 0.01 &&
            Math.abs(mapped.most / plain - 1) < 0.01 &&
            retired.least > mapped.most / 2
          );
        });
        const longer = spread('off', 'ops').least / spread('plain', 'ops').most;
        figures.add(`operations, OFF to nothing released; ${condition.name}`, longer, 'times');
        return {
          condition: condition.id,
          holds: decommitted.every(Boolean) && longer > 2,
          found: `${shown(plain)} SuperSlabs where nothing is released; OFF lasts ${shown(longer)} times as long`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-72',
    says: 'A soak of one thread that frees everything before each quiet spell, with a trim every 10 ms: under FREE resident memory rises with every spell, under DONTNEED map entries do, under OFF and under FAST, which keeps its empty SuperSlabs, neither (less than half of what FREE adds, at most a quarter of the entries that DONTNEED adds, or two). So with blocks of 16..1,024 B and of 256..1,024 B, on the document’s rate and on costs.',
    base: {
      workload: 'soak',
      threads: 1,
      workingSet: 40_000,
      spellOps: 20_000,
      quietFree: 100,
      quietMs: 50,
      trimSS: true,
      trimIntervalMs: 10,
      emptyReserve: 256,
      seconds: 3600,
    },
    lanes: WAYS,
    conditions: combined([
      [
        { name: '16..1,024 B', knobs: { minSize: 16, maxSize: 1024 } },
        { name: '256..1,024 B', knobs: { minSize: 256, maxSize: 1024 } },
      ],
      [
        { name: 'document rate', knobs: { timeBase: 'documentRate' } },
        { name: 'costs', knobs: { timeBase: 'costs' } },
      ],
    ]),
    seeds: SEEDS,
    readings: [100_000, 200_000, 400_000],
    measures: ['residentKiB', 'spanEntries', 'leanRetires'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const added = (
          lane: string,
          measure: 'residentKiB' | 'spanEntries',
          from: 0 | 1,
          to: 1 | 2,
        ) => results.spread(lane, condition, (run) => run.at(measure, to) - run.at(measure, from));
        const resident = added('free', 'residentKiB', 0, 2);
        const entries = added('dontneed', 'spanEntries', 0, 2);
        figures.spread(`resident added, FREE; ${condition.name}`, resident, 'KiB');
        figures.spread(`entries added, DONTNEED; ${condition.name}`, entries, 'entries');
        const level = (lane: string): boolean =>
          added(lane, 'spanEntries', 0, 2).most <= Math.max(2, entries.least / 4);
        const rises =
          added('free', 'residentKiB', 0, 1).least > 0 &&
          added('free', 'residentKiB', 1, 2).least > 0 &&
          added('dontneed', 'spanEntries', 0, 1).least > 0 &&
          added('dontneed', 'spanEntries', 1, 2).least > 0;
        const others = ['fast', 'off', 'dontneed'].map((lane) => {
          const more = added(lane, 'residentKiB', 0, 2);
          figures.spread(`resident added, ${lane}; ${condition.name}`, more, 'KiB');
          return more.most < resident.least / 2;
        });
        return {
          condition: condition.id,
          holds: rises && others.every(Boolean) && level('fast') && level('off'),
          found: `FREE adds ${shown(resident.least)} KiB at least, DONTNEED ${shown(entries.least)} entries`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
