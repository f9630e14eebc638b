import type { WordsFor } from '../../knobs/kinds.ts';
import type { MIX_KNOBS } from './knobs.ts';

/** What the knobs of the general program are called and mean. */
export const WORDS: WordsFor<typeof MIX_KNOBS> = {
  producers: {
    label: 'Producers',
    help: 'Threads that only allocate: each block beyond their live set is handed to a thread that frees.',
    see: 'Remote queues, map',
  },
  consumers: {
    label: 'Consumers',
    help: 'Threads that only free what others hand to them. They sleep while there is nothing, and may never allocate.',
    see: 'Remote queues',
  },
  both: {
    label: 'Threads that do both',
    help: 'Threads that allocate, free their own blocks, hand a share of them over, and free what is handed to them.',
    see: 'Remote queues, map',
  },
  handOver: {
    label: 'Handed over',
    help: 'Share of the blocks of a thread that does both which another thread frees.',
    see: 'Remote share',
  },
  handTo: {
    label: 'Handed to',
    help: 'Next: each thread always to the same one, the next in order. Random: any that frees. One: all to a single reclaimer, the first consumer if there is one.',
    see: 'Remote queues',
    options: { next: 'Next', random: 'Random', one: 'One' },
  },
  batch: {
    label: 'Handed over at a time',
    help: 'Blocks that a thread collects before it hands them over. It waits while two batches and 64 blocks of its own are on their way.',
    see: 'Remote queues',
  },
  sizes: {
    label: 'Sizes',
    help: 'A range (16-1024), a list with weights (16 x 50, 64 x 30, 1K-4K x 1), a power law with its exponent (power 1.5 16-64K), or a log-normal law with median and deviation (lognormal 200 1.2 16-64K). Bytes, both ends included.',
    see: 'Map by class',
  },
  liveSet: {
    label: 'Live set',
    help: 'What each allocating thread keeps, in the unit below. All together may keep at most a million blocks.',
    see: 'Live blocks',
  },
  liveUnit: {
    label: 'Live set counts',
    help: 'Blocks, or KiB that were asked for; the phases count alike.',
    see: 'Live blocks, memory',
    options: { blocks: 'Blocks', KiB: 'KiB' },
  },
  lifetime: {
    label: 'Who dies',
    help: 'Random: any block of the thread. FIFO: its oldest. LIFO: its newest. Mixed: few live long and many die young.',
    see: 'Map: holes',
    options: { random: 'Random', fifo: 'Oldest', lifo: 'Newest', mixed: 'Mixed' },
  },
  longShare: {
    label: 'Long-lived',
    help: 'Share of the allocations that live long; they make up all of the live set but the same share. At 10 %, they live 81 times as long as the others.',
    see: 'Map: holes',
  },
  discard: {
    label: 'Freed at a time',
    help: 'Blocks that go at once when the live set is full; then as many are allocated before the next go. 1: one for one.',
    see: 'Live blocks',
  },
  phases: {
    label: 'Phases',
    help: 'What each thread does, one after the other: “grow 10000, hold 50000, shrink 100 oldest, idle 2s, repeat”. Grow to the live set, hold and idle for ever, shrink to 0 when no number is given; shrink takes the oldest or random ones.',
    see: 'Live blocks, memory over time',
  },
  phasing: {
    label: 'Phases of the threads',
    help: 'Own: each goes through the list by itself. Together: nobody begins a phase before all have done the one before. Staggered: each begins later than the one before.',
    see: 'Live blocks',
    options: { own: 'Own', together: 'Together', staggered: 'Staggered' },
  },
  staggerMs: {
    label: 'Begins later by',
    help: 'How much later each thread begins than the one before.',
    see: 'Live blocks',
  },
  arrivals: {
    label: 'Lives',
    help: 'Of threads that allocate. For ever; or, after a number of operations, a successor on the same blocks, at once or after a pause; or an end, what it holds handed over; or a pool in which one allocates at a time and the others sleep: a turn is one pass through the phases, or that number of operations where these do not end.',
    see: 'Map, lives',
    options: {
      forever: 'For ever',
      successor: 'Successor',
      pause: 'After a pause',
      once: 'End',
      pool: 'Pool',
    },
  },
  lifeOps: {
    label: 'Operations of a life',
    help: 'After how many operations a thread ends, or its turn in the pool.',
    see: 'Lives',
  },
  pauseMs: {
    label: 'Pause before work',
    help: 'How long a successor does nothing before it goes on.',
    see: 'Memory over time',
  },
};
