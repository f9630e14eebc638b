import type { Hints } from '../../../testing/hints.ts';

export const HINTS: Hints = {
  longShare: [{ knobs: { workload: 'mix', lifetime: 'mixed' }, value: 90, ops: 8000 }],
};
