import type { Settings } from '../../knobs/kinds.ts';
import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { LARSON_KNOBS } from './knobs.ts';

const ARGUMENTS = ['threads', 'chunks', 'minSize', 'maxSize', 'seed'] as const;
const SWAP = 'a swap: the block of a random slot is freed and a new size allocated into it';
const chainsOf = (knobs: Settings): number => Number(knobs.threads) + 1;

/** Larson as shipped. */
const larson = {
  id: 'larson',
  label: 'Larson, real',
  help: 'Larson as shipped: main fills and shuffles the array; a life does rounds × chunks swaps, starts a successor on the same slots and exits.',
  operation: SWAP,
  leavesOut: [
    'The stop flag that a thread reads before each swap.',
    'The swaps of the two threads of a chain never overlap: the successor begins when its parent has ended.',
  ],
  knobs: LARSON_KNOBS,
  sharedKnobs: ARGUMENTS,
  chainsOf,
  livesEnd: (knobs) => knobs.succession === true,
} as const satisfies ProgramDef;

/** Larson as D0 tells of it. */
const larsonImmortal = {
  id: 'larson-immortal',
  label: 'Larson, as described',
  help: 'Larson as D0 describes it: threads live for ever and swap blocks in slots that they filled themselves.',
  operation: SWAP,
  leavesOut: ['The succession of threads, which the benchmark has and the description has not.'],
  knobs: {},
  sharedKnobs: ARGUMENTS,
  chainsOf,
  livesEnd: () => false,
} as const satisfies ProgramDef;

/** Larson on one array for all. */
const larsonShared = {
  id: 'larson-shared',
  label: 'Larson, shared array',
  help: 'Larson without succession in which every thread swaps blocks of the whole array: while all run at the same pace three quarters of four threads’ frees are of blocks that others allocated.',
  operation: SWAP,
  leavesOut: [
    'Contention for the places of the array: a place that another thread has in hand is passed over.',
  ],
  knobs: {},
  sharedKnobs: ARGUMENTS,
  chainsOf,
  livesEnd: () => false,
} as const satisfies ProgramDef;

export const DEFS = {
  larson,
  'larson-immortal': larsonImmortal,
  'larson-shared': larsonShared,
} as const satisfies ProgramDefs;
