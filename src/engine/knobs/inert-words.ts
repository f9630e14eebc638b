import type { INERT_KNOBS } from './inert.ts';
import type { WordsFor } from './kinds.ts';

/** What the knobs without effect are called and mean. */
export const INERT_WORDS: WordsFor<typeof INERT_KNOBS> = {
  memDiet: {
    label: 'Memory diet',
    help: 'D0 and D1 name it; nothing in them says what it changes here.',
    see: 'Nothing: that is the point',
    kId: 'K-20',
    source: 'HAKMEM_TINY_MEM_DIET',
  },
  countersDump: {
    label: 'Dump counters',
    help: 'Prints counters at exit in the real allocator. Here all counters are always on screen.',
    see: 'Nothing: that is the point',
    kId: 'K-21',
    source: 'HAKMEM_TINY_COUNTERS_DUMP',
  },
};
