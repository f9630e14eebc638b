import type { WordsFor } from '../knobs/kinds.ts';
import { FIRSTFIT_WORDS } from './firstfit/words.ts';
import type { MODELS, ModelId } from './index.ts';
import { MF2_WORDS } from './mf2/words.ts';
import { TINY_WORDS } from './tiny/words.ts';

/** The words for every model's knobs. Beside MODELS, because workers need the models and not the words. */
export const MODEL_WORDS: {
  readonly [Id in ModelId]: WordsFor<(typeof MODELS)[Id]['knobs']>;
} = { tiny: TINY_WORDS, mf2: MF2_WORDS, firstfit: FIRSTFIT_WORDS };
