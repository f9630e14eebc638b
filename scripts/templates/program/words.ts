import type { WordsFor } from '../../knobs/kinds.ts';
import type { KNOBS } from './knobs.ts';

/** What the knobs of __Label__ are called and mean. */
export const WORDS: WordsFor<typeof KNOBS> = {
  __knob__Keep: {
    label: 'Kept by a thread',
    help: 'A thread frees its oldest blocks before it allocates one more than this many.',
    see: 'Memory over time',
  },
};
