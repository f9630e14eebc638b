import { int, type KnobTable } from '../../knobs/kinds.ts';

/** Knobs of the sleepers beside the pair. */
export const WAKERS_KNOBS = {
  wakers: int({
    group: 'workload',
    apply: 'restart',
    url: 'wk',
    default: 2,
    min: 0,
    max: 16,
    unit: '',
  }),
  wakePeriod: int({
    group: 'workload',
    apply: 'live',
    url: 'wp',
    default: 64,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'ops',
  }),
  burst: int({
    group: 'workload',
    apply: 'live',
    url: 'bu',
    default: 4,
    min: 1,
    max: 1024,
    scale: 'log',
    unit: 'blocks',
  }),
  hold: int({
    group: 'workload',
    apply: 'restart',
    url: 'ho',
    default: 256,
    min: 0,
    max: 8192,
    scale: 'log',
    unit: 'blocks',
  }),
} as const satisfies KnobTable;
