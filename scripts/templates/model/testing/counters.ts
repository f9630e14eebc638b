import type { CountersModule } from '../../../testing/counters.ts';

/** Runs in which it raises counters that the runs of views/counters.test.ts do not. */
export const RUNS: CountersModule['RUNS'] = [
  {
    program: 'random-mixed',
    knobs: {
      workingSet: 16_384,
      minSize: 20_000,
      maxSize: 60_000,
      maxMapCount: 1000,
      __knob__SpanKiB: 64,
      onNull: 'libcFallback',
    },
    ops: 4000,
  },
];

/** No program calls realloc. */
export const BEYOND: CountersModule['BEYOND'] = ['reallocsInPlace', 'reallocsMoved'];
