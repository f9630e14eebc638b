import type { WordsFor } from '../../knobs/kinds.ts';
import type { TRACE_KNOBS } from './knobs.ts';

/** What the knobs of recorded traces are called and mean. */
export const WORDS: WordsFor<typeof TRACE_KNOBS> = {
  trace: {
    label: 'Trace',
    help: 'A small trace that is always there (demo, relay), or one that was read from a file: its digest and its name. The calls are in the file, not in the recipe.',
    see: 'Live blocks',
    source: 'Slabscope',
  },
};
