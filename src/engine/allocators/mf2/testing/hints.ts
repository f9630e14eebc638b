import type { KnobValues } from '../../../knobs/index.ts';
import type { Hints } from '../../../testing/hints.ts';

/** Pages change hands often, by route P with every gate open; a hint shuts one. */
const OPEN_GATES: Partial<KnobValues> = {
  workload: 'wakers',
  window: 200,
  hold: 20,
  burst: 3,
  wakePeriod: 9,
  minSize: 2048,
  maxSize: 20_000,
  timeBase: 'costs',
  mapMode: 'direct',
  route: 'p',
  partialList: 'off',
  adoptFirst: true,
  rfrWindowUs: 0,
  idleThresholdUs: 0,
  adoptionThreshold: 0,
  minRemote: 1,
};

export const HINTS: Hints = {
  onNull: [
    {
      knobs: {
        workload: 'larson',
        chunks: 60,
        minSize: 2048,
        maxSize: 20_000,
        route: 's1',
        maxMapCount: 1000,
      },
      value: 'libcFallback',
      ops: 8000,
    },
  ],
  rfrWindowUs: [{ knobs: OPEN_GATES, value: 5000, ops: 8000 }],
  idleThresholdUs: [{ knobs: OPEN_GATES, value: 5000, ops: 8000 }],
  adoptionThreshold: [{ knobs: OPEN_GATES, value: 64, ops: 8000 }],
  minRemote: [{ knobs: OPEN_GATES, value: 64, ops: 8000 }],
  adoptIdleMs: [
    {
      knobs: {
        workload: 'larson',
        chunks: 60,
        minSize: 2048,
        maxSize: 20_000,
        route: 's2',
        orphanPolicy: 'adopt',
        opRate: 1000,
        mapMode: 'direct',
      },
      value: 1,
      ops: 8000,
    },
  ],
  reEnqueue: [
    {
      knobs: { ...OPEN_GATES, route: 'cda', costDrainBlock: 900, costPop: 900, window: 30 },
      value: true,
      ops: 8000,
    },
  ],
};
