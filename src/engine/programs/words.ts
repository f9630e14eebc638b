import type { WordsFor } from '../knobs/kinds.ts';
import type { PROGRAM_KNOBS } from './index.ts';
import { WORDS } from './listed/words.ts';

/** The words for all programs' own knobs. Beside PROGRAMS, because workers need the programs and not the words. */
export const PROGRAM_WORDS: WordsFor<typeof PROGRAM_KNOBS> = WORDS;
