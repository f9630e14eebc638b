import {
  bool,
  choice,
  int,
  type KnobTable,
  real,
  type Settings,
  type When,
} from '../knobs/kinds.ts';

/** Larson in either form. */
export const isLarson = (knobs: Settings): boolean =>
  knobs.workload === 'larson' || knobs.workload === 'larson-immortal';
/** Whether threads of the program end by themselves. */
export const livesEnd = (knobs: Settings): boolean =>
  knobs.workload === 'larson' && knobs.succession === true;

/** Why nobody's memory is left behind, if so. */
export const noOwnerDies: When = (knobs) =>
  isLarson(knobs) ? undefined : 'No owner dies in this workload';

const larsonOnly: When = (knobs) =>
  isLarson(knobs) ? undefined : 'Belongs to the Larson workloads';
const wakersOnly: When = (knobs) =>
  knobs.workload === 'wakers' ? undefined : 'Needs the workload with wakers';

/** Knobs of the programs: what the threads ask for, and how long. Those that decide the operations say so. */
export const WORKLOAD_KNOBS = {
  workload: choice({
    group: 'workload',
    apply: 'restart',
    url: 'w',
    default: 'larson',
    options: ['larson', 'larson-immortal', 'pair', 'wakers'],
    stream: true,
  }),
  threads: int({
    group: 'workload',
    apply: 'restart',
    url: 't',
    default: 4,
    min: 1,
    max: 64,
    unit: '',
    stream: true,
    when: larsonOnly,
  }),
  chunks: int({
    group: 'workload',
    apply: 'restart',
    url: 'n',
    default: 1024,
    min: 1,
    max: 10000,
    scale: 'log',
    unit: '',
    stream: true,
    when: larsonOnly,
  }),
  rounds: int({
    group: 'workload',
    apply: 'restart',
    url: 'r',
    default: 1,
    min: 1,
    max: 1000,
    scale: 'log',
    unit: '',
    stream: true,
    when: (knobs) => (livesEnd(knobs) ? undefined : 'Lives do not end'),
  }),
  succession: bool({
    group: 'workload',
    apply: 'restart',
    url: 'su',
    default: true,
    stream: true,
    when: (knobs) =>
      larsonOnly(knobs) ??
      (knobs.workload === 'larson' ? undefined : 'This workload has no successors'),
  }),
  minSize: int({
    group: 'workload',
    apply: 'restart',
    url: 'mn',
    default: 8,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'B',
    stream: true,
  }),
  maxSize: int({
    group: 'workload',
    apply: 'restart',
    url: 'mx',
    default: 128,
    min: 1,
    max: 65536,
    scale: 'log',
    unit: 'B',
    stream: true,
  }),
  seconds: real({
    group: 'workload',
    apply: 'live',
    url: 's',
    default: 10,
    min: 0.001,
    max: 3600,
    scale: 'log',
    step: 0.5,
    unit: 's',
  }),
  seed: int({
    group: 'workload',
    apply: 'restart',
    url: 'sd',
    default: 12345,
    min: 0,
    max: 2147483647,
    unit: '',
    stream: true,
  }),
  window: int({
    group: 'workload',
    apply: 'restart',
    url: 'wi',
    default: 512,
    min: 1,
    max: 8192,
    scale: 'log',
    unit: 'blocks',
    stream: true,
    when: (knobs) => (!isLarson(knobs) ? undefined : 'Belongs to the pair exchange'),
  }),
  wakers: int({
    group: 'workload',
    apply: 'restart',
    url: 'wk',
    default: 2,
    min: 0,
    max: 16,
    unit: '',
    stream: true,
    when: wakersOnly,
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
    stream: true,
    when: wakersOnly,
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
    stream: true,
    when: wakersOnly,
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
    stream: true,
    when: wakersOnly,
  }),
  opLimit: int({
    group: 'workload',
    apply: 'live',
    url: 'ol',
    default: 0,
    min: 0,
    max: 1000000000,
    unit: 'ops',
    zero: 'no limit',
  }),
} as const satisfies KnobTable;

/** The knobs of every program; the one table is composed of these. */
export const PROGRAM_KNOBS = [WORKLOAD_KNOBS] as const satisfies readonly KnobTable[];
