import { costWords, type WordsFor } from '../../knobs/kinds.ts';
import type { KNOBS } from './knobs.ts';

/** What the knobs of __Label__ are called and mean. */
export const WORDS: WordsFor<typeof KNOBS> = {
  __knob__SpanKiB: {
    label: 'Span size',
    help: 'Memory that one mapping brings, for blocks of one size.',
    see: 'Map, mapped bytes',
  },
  __knob__Keep: {
    label: 'Empty spans kept',
    help: 'A span whose last block is freed is given back when more than this many are empty.',
    see: 'Map, calls of the kernel',
  },
  __knob__CostLock: costWords('Lock', 'Taking the one lock and giving it back, uncontended.'),
};
