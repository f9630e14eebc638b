import type { CountersModule } from '../../../testing/counters.ts';

export const RUNS: CountersModule['RUNS'] = [
  {
    program: 'larson',
    knobs: { chunks: 128, minSize: 30_000, maxSize: 60_000 },
    ops: 10_000,
  },
  {
    program: 'larson',
    knobs: {
      minSize: 2048,
      maxSize: 20_000,
      chunks: 60,
      maxMapCount: 1000,
      onNull: 'libcFallback',
      route: 's1',
    },
    ops: 10_000,
  },
  { program: 'wakers', knobs: { minSize: 2048, maxSize: 32_000, wakeup: 'on' }, ops: 10_000 },
];

export const MIRRORED: CountersModule['MIRRORED'] = [
  'superslabsAllocated',
  'superslabsNow',
  'superslabsPeak',
  'activeBlocks',
];
