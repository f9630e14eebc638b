import { costWords, type WordsFor } from './kinds.ts';
import type { SHARED_KNOBS } from './shared.ts';

/** What the knobs are called and mean that several models read. */
export const SHARED_WORDS: WordsFor<typeof SHARED_KNOBS> = {
  orphanPolicy: {
    label: 'Memory of dead owners',
    help: 'Abandon: nobody may use it. Reuse empties: any SuperSlab whose counter says empty may be taken. Adopt: a thread that needs memory takes over an orphan, drains it and becomes its owner. No document names this knob; it decides the outcome.',
    see: 'Map, SuperSlabs now',
    kId: 'K-16',
    options: { abandon: 'Abandon', 'reuse-empty': 'Reuse empties', adopt: 'Adopt' },
  },
  mapMode: {
    label: 'How a SuperSlab is mapped',
    help: 'Over-allocate and trim: ask for twice the size, cut to alignment; neighbours never touch, each costs an entry. Direct: the kernel aligns; neighbours merge into one entry.',
    see: 'Map entries',
    kId: 'K-08',
    source: 'superslab_allocate',
    options: { trimAligned: 'Over-allocate, trim', direct: 'Direct' },
  },
  prelink: {
    label: 'Thread slabs eagerly',
    help: 'On: a slab’s free list is built when the slab is acquired, which touches all its 16 pages. Off: blocks are carved one by one.',
    see: 'Resident bytes',
    source: 'slab initialisation',
  },
  dtvBytes: {
    label: 'Thread table',
    help: 'Bytes that pthread_create makes the parent allocate for each new thread (glibc’s dtv).',
    see: 'Map: the class it falls into',
    source: 'allocate_dtv, elf/dl-tls.c',
  },
  quantum: {
    label: 'Quantum',
    help: 'Operations a thread runs before the next one is chosen. Counts must not depend on it.',
    see: 'Digest',
  },
  costMalloc: costWords(
    'malloc, fast',
    'Pop from the current slab, both counters (models.md 4.2).',
  ),
  costFree: costWords('free, local', 'Push on the slab’s own free list.'),
  costRemoteFree: costWords('free, remote', 'Compare-and-swap push on another owner’s queue.'),
  costRefill: costWords('Refill', 'Slow path of malloc, before anything is drained or mapped.'),
  costDrainBlock: costWords('Drain, per block', 'Walking one block of a remote queue.'),
  costAdopt: costWords('Adoption', 'Taking an orphan off the list and changing its owner.'),
  costMunmap: costWords(
    'munmap',
    'Releasing a SuperSlab, without its pages. In a virtual machine 2,050 ns (docs/time.md).',
  ),
  costMunmapPage: costWords(
    'munmap, per page',
    'Per resident 4 KiB page released. In a virtual machine 500 ns (docs/time.md).',
  ),
};
