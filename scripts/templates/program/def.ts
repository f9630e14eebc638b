import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { KNOBS } from './knobs.ts';

const __name__ = {
  id: '__id__',
  label: '__Label__',
  help: 'Each thread allocates blocks and frees its oldest when it has more than it keeps.',
  operation: 'an allocation, and the frees before it',
  leavesOut: ['What a program does between two calls.'],
  knobs: KNOBS,
  sharedKnobs: ['threads', 'minSize', 'maxSize', 'seed'],
  chainsOf: (knobs) => Number(knobs.threads) + 1,
  livesEnd: () => false,
} as const satisfies ProgramDef;

export const DEFS = { __key__: __name__ } as const satisfies ProgramDefs;
