import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { HAND_KNOBS } from './knobs.ts';

/** Ten pointers and your hand. */
const byHand = {
  id: 'by-hand',
  label: 'By hand',
  help: 'A few threads and ten pointers. They do nothing by themselves: malloc, realloc and free are buttons, each an edit of the recipe.',
  operation: 'a call that you made',
  leavesOut: ['Everything that a program does between two calls.'],
  features: ['hand'],
  knobs: HAND_KNOBS,
  sharedKnobs: [],
  chainsOf: (knobs) => 1 + Number(knobs.handThreads),
  livesEnd: () => false,
} as const satisfies ProgramDef;

export const DEFS = { 'by-hand': byHand } as const satisfies ProgramDefs;
