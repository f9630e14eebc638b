import { bool, int, type KnobTable } from '../../knobs/kinds.ts';

/** Knobs of Larson alone: when its lives end. */
export const LARSON_KNOBS = {
  rounds: int({
    group: 'workload',
    apply: 'restart',
    url: 'r',
    default: 1,
    min: 1,
    max: 1000,
    scale: 'log',
    unit: '',
    when: (knobs) => (knobs.succession === true ? undefined : 'Lives do not end'),
  }),
  succession: bool({
    group: 'workload',
    apply: 'restart',
    url: 'su',
    default: true,
  }),
} as const satisfies KnobTable;
