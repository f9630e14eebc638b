import type { Hints } from '../../../testing/hints.ts';

export const HINTS: Hints = {
  thp: [
    {
      // The break moves by more than a huge page, which is then untouched when the first fault comes.
      knobs: { workload: 'random-mixed', workingSet: 4096, maxSize: 32_000, brkStep: 16_384 },
      value: 'always',
    },
  ],
  onNull: [
    {
      // Stacks use the map entries up; then the limit falls, and the break cannot move.
      knobs: {
        workload: 'larson',
        chunks: 53,
        minSize: 20_000,
        maxSize: 60_000,
        brkStep: 4,
        trimTop: 4,
      },
      value: 'libcFallback',
      ops: 60_000,
      turned: { maxMapCount: 1000 },
    },
  ],
  trimTop: [
    { knobs: { workload: 'random-mixed', workingSet: 256, maxSize: 20_000 }, value: 0, ops: 4000 },
  ],
};
