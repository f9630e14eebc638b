import type { WordsFor } from '../../knobs/kinds.ts';
import type { SOAK_KNOBS } from './knobs.ts';

/** What the knobs of the soak are called and mean. */
export const WORDS: WordsFor<typeof SOAK_KNOBS> = {
  spellOps: {
    label: 'Burst of a soak',
    help: 'Allocations of a thread between two quiet spells: each time from half as many up to half as many more.',
    see: 'Memory over time',
    source: 'W6',
  },
  quietMs: {
    label: 'Quiet spell',
    help: 'How long a thread then does nothing: each time from half as long up to half as long again.',
    see: 'Memory over time',
    source: 'W6',
  },
  quietFree: {
    label: 'Freed before the quiet',
    help: 'Share of its blocks that a thread frees before it goes quiet.',
    see: 'Memory over time, empty spans',
    source: 'W6',
  },
};
