import type { WordsFor, WordsForAll } from '../knobs/kinds.ts';
import type { PROGRAM_KNOBS, WORKLOAD_KNOBS } from './knobs.ts';

/** What the programs’ knobs are called and mean. */
export const WORKLOAD_WORDS: WordsFor<typeof WORKLOAD_KNOBS> = {
  workload: {
    label: 'Workload',
    help: 'Larson as shipped: a life does rounds × chunks swaps, starts a successor on the same slots and exits. As described in D0: threads live for ever on slots they warmed themselves. Pair: two threads hand every block to the other, which frees it. Wakers: the pair, and others that wake, allocate a burst and sleep again.',
    see: 'Map, map entries',
    kId: 'K-54',
    options: {
      larson: 'Larson, real',
      'larson-immortal': 'Larson, as described',
      pair: 'Pair exchange',
      wakers: 'Pair and wakers',
    },
  },
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
  seconds: {
    label: 'Duration',
    help: 'The run ends when the virtual clock of every thread has passed this.',
    see: 'Verdict',
    kId: 'K-53',
    source: 'larson argument 1',
  },
  seed: {
    label: 'Seed',
    help: 'Start value of Larson’s own generator. The same seed gives the same run, bit for bit.',
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
  wakers: {
    label: 'Wakers',
    help: 'Threads beside the pair that mostly sleep.',
    see: 'Adoption lanes',
    source: 'W4',
  },
  wakePeriod: {
    label: 'Wake period',
    help: 'Wakers wake whenever each of the pair has done this many operations more.',
    see: 'Adoption lanes',
    source: 'W4, definitions.md',
  },
  burst: {
    label: 'Burst',
    help: 'Blocks that a waker allocates before it sleeps again.',
    see: 'Adoption lanes',
    source: 'W4, definitions.md',
  },
  hold: {
    label: 'Held by a waker',
    help: 'Blocks that a waker keeps; above that it frees its oldest.',
    see: 'Pages in use',
    source: 'W4, definitions.md',
  },
  opLimit: {
    label: 'Operations, at most',
    help: 'The run ends after this many operations, whatever its clock says. Comparisons run to the same count.',
    see: 'Verdict',
  },
};

/** The words for PROGRAM_KNOBS, table by table. */
export const PROGRAM_WORDS: WordsForAll<typeof PROGRAM_KNOBS> = [WORKLOAD_WORDS];
