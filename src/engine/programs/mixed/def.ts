import type { Settings } from '../../knobs/kinds.ts';
import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { SOAK_KNOBS } from './knobs.ts';

const OPERATION = 'an allocation, and the frees that came before it';
const SET = ['threads', 'workingSet', 'minSize', 'maxSize', 'seed'] as const;
const chainsOf = (knobs: Settings): number => Number(knobs.threads) + 1;

/** W5. */
const randomMixed = {
  id: 'random-mixed',
  label: 'Random mixed',
  help: 'Each thread looks at a random slot of its part of the working set: it frees the block there, or allocates one where there is none.',
  operation: OPERATION,
  leavesOut: ['What a program does between two calls.'],
  features: ['workingSets'],
  knobs: {},
  sharedKnobs: SET,
  chainsOf,
  livesEnd: () => false,
} as const satisfies ProgramDef;

/** W6. */
const soak = {
  id: 'soak',
  label: 'Soak',
  help: 'Random mixed in bursts: after each a thread frees a share of what it holds and does nothing for a while. Made for minutes of virtual time.',
  operation: OPERATION,
  leavesOut: ['Events that make several threads busy at the same time: each has its own bursts.'],
  knobs: SOAK_KNOBS,
  sharedKnobs: SET,
  chainsOf,
  livesEnd: () => false,
} as const satisfies ProgramDef;

export const DEFS = {
  'random-mixed': randomMixed,
  soak,
} as const satisfies ProgramDefs;
