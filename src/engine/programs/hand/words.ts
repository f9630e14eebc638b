import type { WordsFor } from '../../knobs/kinds.ts';
import type { HAND_KNOBS } from './knobs.ts';

/** What the knobs of the program that waits for the user's hand are called and mean. */
export const WORDS: WordsFor<typeof HAND_KNOBS> = {
  handThreads: {
    label: 'Threads at hand',
    help: 'Threads that make the calls you press. With two of them a block can be freed by another thread than the one that allocated it.',
    see: 'By hand',
    source: 'Slabscope',
  },
  handStart: {
    label: 'Blocks at the start',
    help: 'Sizes in bytes, one for each of the slots p0 to p9, allocated by thread 1. In brackets: freed again, so that a hole is there. A dash: nothing.',
    see: 'By hand',
    source: 'Slabscope',
  },
};
