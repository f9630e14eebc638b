import type { Intervention } from '../interventions.ts';
import type { KnobId, KnobValue, KnobValues } from '../knobs/index.ts';

/** Where a knob shows that is hard to find by trying: settings, and another value than theirs. */
export interface KnobHint {
  readonly knobs: Partial<KnobValues>;
  readonly value: KnobValue;
  /** Operations, 20,000 unless said. */
  readonly ops?: number;
  /** Done before all else, one after the other, with an operation after each. */
  readonly acts?: readonly Intervention[];
  /** Knobs turned halfway. */
  readonly turned?: Partial<KnobValues>;
}
export type Hints = Readonly<Partial<Record<KnobId, readonly KnobHint[]>>>;

/** What testing/hints.ts of a model or of a folder of programs exports. */
export interface HintsModule {
  readonly HINTS: Hints;
}

/** Large blocks of which a byte each is written, in a process with little memory left. */
const LARGE: Partial<KnobValues> = {
  workload: 'random-mixed',
  workingSet: 4096,
  minSize: 1000,
  maxSize: 32_000,
};
const PRESSED: Partial<KnobValues> = { ...LARGE, memPressure: 0.992 };

/** Of knobs that are the machine's, or that several programs or models share. */
export const GENERAL_HINTS: Hints = {
  seconds: [{ knobs: { workload: 'larson' }, value: 0.001, ops: 8000 }],
  maxMapCount: [{ knobs: { workload: 'larson', chunks: 1 }, value: 1000, ops: 3000 }],
  physLimitGiB: [{ knobs: PRESSED, value: 1 }],
  memPressure: [{ knobs: { ...LARGE, physLimitGiB: 1 }, value: 0.992 }],
  thp: [{ knobs: { ...LARGE, prelink: false, mapMode: 'direct' }, value: 'always' }],
  onNull: [{ knobs: { workload: 'larson', maxMapCount: 1000 }, value: 'libcFallback' }],
  costCopy: [
    {
      // A block that no neighbour lets grow, from a few bytes to thousands.
      knobs: { workload: 'by-hand', handStart: '', timeBase: 'costs' },
      value: 5000,
      ops: 1,
      acts: [
        { act: 'malloc', subject: 1, slot: 8, amount: 100 },
        { act: 'malloc', subject: 1, slot: 9, amount: 100 },
        { act: 'realloc', subject: 1, slot: 8, amount: 20_000 },
      ],
    },
  ],
  costFreshFrame: [{ knobs: { ...LARGE, timeBase: 'costs' }, value: 6000 }],
};
