import type { WordsFor } from '../knobs/kinds.ts';
import type { DURATION_KNOBS, PROGRAM_SHARED_KNOBS } from './shared.ts';

/** What the knobs are called and mean that end any program. */
export const DURATION_WORDS: WordsFor<typeof DURATION_KNOBS> = {
  seconds: {
    label: 'Duration',
    help: 'The run ends when the virtual clock of every thread has passed this.',
    see: 'Verdict',
    kId: 'K-53',
    source: 'larson argument 1',
  },
  opLimit: {
    label: 'Operations, at most',
    help: 'The run ends after this many operations, whatever its clock says. Comparisons run to the same count.',
    see: 'Verdict',
  },
};

/** What the knobs are called and mean that several programs read. */
export const PROGRAM_SHARED_WORDS: WordsFor<typeof PROGRAM_SHARED_KNOBS> = {
  threads: {
    label: 'Threads',
    help: 'Chains of lives running at the same time.',
    see: 'Remote queues, map',
    kId: 'K-49',
    source: 'larson argument 7',
  },
  chunks: {
    label: 'Chunks per thread',
    help: 'Slots, that is live blocks, of each chain. A life does rounds × chunks swaps.',
    see: 'Map entries: shorter lives hit the limit after fewer operations',
    kId: 'K-50',
    source: 'larson argument 4',
  },
  workingSet: {
    label: 'Working set',
    help: 'Slots of all threads together, each for a block. About half of them hold one at any time.',
    see: 'Live blocks',
    source: 'W5',
  },
  minSize: {
    label: 'Smallest request',
    help: 'Requests are uniform from here up to, not including, the largest. A minimum above the maximum is legal in C and gives sizes from the minimum up.',
    see: 'Map by class',
    kId: 'K-52',
    source: 'larson argument 2',
  },
  maxSize: {
    label: 'Largest request, exclusive',
    help: 'Requests are below this size. Equal to the smallest: every request has that size.',
    see: 'Map by class',
    kId: 'K-52',
    source: 'larson argument 3',
  },
  seed: {
    label: 'Seed',
    help: 'Start value of the program’s generator; in Larson of its own, lran2. The same seed gives the same run, bit for bit.',
    see: 'Digest',
    kId: 'K-53',
    source: 'larson argument 6',
  },
  window: {
    label: 'Blocks in hand',
    help: 'Pair exchange: blocks that wait at a receiver before it frees the oldest.',
    see: 'Pages in use',
    source: 'W3, definitions.md',
  },
};
