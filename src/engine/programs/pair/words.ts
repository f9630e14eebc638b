import type { WordsFor } from '../../knobs/kinds.ts';
import type { WAKERS_KNOBS } from './knobs.ts';

/** What the knobs of the sleepers are called and mean. */
export const WORDS: WordsFor<typeof WAKERS_KNOBS> = {
  wakers: {
    label: 'Wakers',
    help: 'Threads beside the pair that mostly sleep.',
    see: 'Adoption lanes',
    source: 'W4',
  },
  wakePeriod: {
    label: 'Wake period',
    help: 'Wakers wake whenever each of the pair has done this many operations more.',
    see: 'Adoption lanes',
    source: 'W4, definitions.md',
  },
  burst: {
    label: 'Burst',
    help: 'Blocks that a waker allocates before it sleeps again.',
    see: 'Adoption lanes',
    source: 'W4, definitions.md',
  },
  hold: {
    label: 'Held by a waker',
    help: 'Blocks that a waker keeps; above that it frees its oldest.',
    see: 'Pages in use',
    source: 'W4, definitions.md',
  },
};
