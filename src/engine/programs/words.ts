import type { WordsFor } from '../knobs/kinds.ts';
import { HAND_WORDS } from './hand/words.ts';
import type { PROGRAM_KNOBS } from './index.ts';
import { LARSON_WORDS } from './larson/words.ts';
import { MIX_WORDS } from './mix/words.ts';
import { SOAK_WORDS } from './mixed/words.ts';
import { WAKERS_WORDS } from './pair/words.ts';

/** The words for all programs' own knobs. Beside PROGRAMS, because workers need the programs and not the words. */
export const PROGRAM_WORDS: WordsFor<typeof PROGRAM_KNOBS> = {
  ...LARSON_WORDS,
  ...WAKERS_WORDS,
  ...SOAK_WORDS,
  ...MIX_WORDS,
  ...HAND_WORDS,
};
