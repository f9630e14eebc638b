import type { WordsFor } from '../knobs/kinds.ts';
import type { MODELS, ModelId } from './index.ts';
import { WORDS } from './listed/words.ts';

/** The words for every model's knobs. Beside MODELS, because workers need the models and not the words. */
export const MODEL_WORDS: {
  readonly [Id in ModelId]: WordsFor<(typeof MODELS)[Id]['knobs']>;
} = WORDS;
