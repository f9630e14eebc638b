import type { Settings } from '../../knobs/kinds.ts';
import type { Misfit, ProgramDef, ProgramDefs } from '../definition.ts';
import { TRACE_KNOBS } from './knobs.ts';
import { factsOf } from './library.ts';

const named = (knobs: Settings): string => String(knobs.trace);

/** A trace that is named and not here. */
function misfit(knobs: Settings): Misfit | undefined {
  const text = named(knobs);
  if (factsOf(text) !== undefined) return undefined;
  const [digest, ...name] = text.split(' ');
  const called = name.length > 0 ? `“${name.join(' ')}” (${digest})` : digest;
  return {
    message: `The trace ${called} is not here: its calls are in its file, which --trace FILE reads.`,
    knob: 'trace',
  };
}

/** The calls of a real program, as they were recorded. */
const trace = {
  id: 'trace',
  label: 'Recorded trace',
  help: 'Threads make the calls that a recorder saw a real program make, in the recorded order, whatever the allocator.',
  operation: 'a call of the trace: malloc, calloc, realloc, memalign or free',
  leavesOut: [
    'That another allocator would have made threads run in another order: each call waits for the one before it, so no two run at a time.',
    'What the program did between two calls, and what it wrote: a new block is written once, all of it.',
    'Frees of blocks that the recorder did not see allocated, of NULL, and calls that failed.',
  ],
  knobs: TRACE_KNOBS,
  sharedKnobs: [],
  chainsOf: (knobs) => factsOf(named(knobs))?.chains ?? 1,
  livesEnd: () => true,
  misfit,
} as const satisfies ProgramDef;

export const DEFS = { trace } as const satisfies ProgramDefs;
