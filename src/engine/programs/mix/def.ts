import type { ProgramDef, ProgramDefs } from '../definition.ts';
import { misfit, sendersOf } from './bounds.ts';
import { MIX_KNOBS } from './knobs.ts';

/** The general program. */
const mix = {
  id: 'mix',
  label: 'Mix',
  help: 'Threads that allocate, that free what others allocated, or both: with sizes, lifetimes, a live set that grows and shrinks, hand-over and lives of their own choice.',
  operation:
    'an allocation and the frees that it made due; while a thread shrinks, the blocks that go at a time; of a thread that only frees, a free',
  leavesOut: [
    'The queue by which blocks are handed over, and its memory.',
    'What threads do between two calls, other than to sleep.',
  ],
  knobs: MIX_KNOBS,
  sharedKnobs: ['seed'],
  chainsOf: (knobs) => 1 + sendersOf(knobs) + Number(knobs.consumers),
  livesEnd: ({ arrivals }) =>
    arrivals === 'successor' || arrivals === 'pause' || arrivals === 'once',
  misfit,
} as const satisfies ProgramDef;

export const DEFS = { mix } as const satisfies ProgramDefs;
