import { int, type KnobTable, real } from '../knobs/kinds.ts';

/** How long any program runs: no part of what it asks for. */
export const DURATION_KNOBS = {
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

/** Knobs that several programs read beside their own; each ProgramDef names those it reads (`sharedKnobs`). */
export const PROGRAM_SHARED_KNOBS = {
  threads: int({
    group: 'workload',
    apply: 'restart',
    url: 't',
    default: 4,
    min: 1,
    max: 64,
    unit: '',
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
  }),
  seed: int({
    group: 'workload',
    apply: 'restart',
    url: 'sd',
    default: 12345,
    min: 0,
    max: 2147483647,
    unit: '',
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
  }),
} as const satisfies KnobTable;
