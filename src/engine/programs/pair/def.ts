import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { WAKERS_KNOBS } from './knobs.ts';

const OPERATION = 'an allocation, and the free that it made due';
const EXCHANGE = ['minSize', 'maxSize', 'seed', 'window'] as const;
const LEAVES_OUT = ['The queue by which blocks are handed over, and its memory.'];

/** W3. */
const pair = {
  id: 'pair',
  label: 'Pair exchange',
  help: 'Two threads hand every block to the other, which frees the oldest when more than a window of them wait.',
  operation: OPERATION,
  leavesOut: LEAVES_OUT,
  knobs: {},
  sharedKnobs: EXCHANGE,
  chainsOf: () => 3,
  livesEnd: () => false,
} as const satisfies ProgramDef;

/** W4. */
const wakers = {
  id: 'wakers',
  label: 'Pair and wakers',
  help: 'The pair exchange, and threads that sleep, wake with the pair’s operations, allocate a burst, keep a number of blocks and sleep again.',
  operation: OPERATION,
  leavesOut: LEAVES_OUT,
  knobs: WAKERS_KNOBS,
  sharedKnobs: EXCHANGE,
  chainsOf: (knobs) => 3 + Number(knobs.wakers),
  livesEnd: () => false,
} as const satisfies ProgramDef;

export const DEFS = {
  pair,
  wakers,
} as const satisfies ProgramDefs;
