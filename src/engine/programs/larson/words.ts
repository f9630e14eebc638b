import type { WordsFor } from '../../knobs/kinds.ts';
import type { LARSON_KNOBS } from './knobs.ts';

/** What Larson’s knobs are called and mean. */
export const WORDS: WordsFor<typeof LARSON_KNOBS> = {
  rounds: {
    label: 'Rounds per life',
    help: 'A life ends after rounds × chunks swaps. More rounds, fewer deaths, fewer remote frees.',
    see: 'Remote share, lives',
    kId: 'K-51',
    source: 'larson argument 5',
  },
  succession: {
    label: 'Lives end and are succeeded',
    help: 'Off: a thread goes on for ever instead of starting a successor and exiting.',
    see: 'Map stays flat without it',
    kId: 'K-51',
  },
};
