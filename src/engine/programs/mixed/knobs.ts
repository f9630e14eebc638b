import { int, type KnobTable, real } from '../../knobs/kinds.ts';

/** Knobs of the soak: its bursts and quiet spells. */
export const SOAK_KNOBS = {
  spellOps: int({
    group: 'workload',
    apply: 'live',
    url: 'so',
    default: 20000,
    min: 1,
    max: 1000000,
    scale: 'log',
    unit: 'ops',
  }),
  quietMs: real({
    group: 'workload',
    apply: 'live',
    url: 'qm',
    default: 500,
    min: 0.01,
    max: 60000,
    scale: 'log',
    unit: 'ms',
  }),
  quietFree: int({
    group: 'workload',
    apply: 'live',
    url: 'qf',
    default: 50,
    min: 0,
    max: 100,
    unit: '%',
    zero: 'nothing',
  }),
} as const satisfies KnobTable;
