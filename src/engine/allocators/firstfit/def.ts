import { FIRSTFIT_COUNTERS } from './counters.ts';
import { FIRSTFIT_KNOBS } from './knobs.ts';

/** States of a stretch of the heap, 64 KiB each; a row of the map. */
export const HEAP_STATES = [
  'unmapped', // above the break
  'full', // no free byte
  'holed', // live blocks and free chunks
  'vacant', // free chunks only, below live blocks: cannot be given back
  'top', // free, and nothing live above: can be given back
  'untouched', // no chunk was ever here
] as const;
export type HeapState = (typeof HEAP_STATES)[number];
/** Index of a state: `HS.holed`. */
export const HS: Readonly<Record<HeapState, number>> = Object.freeze(
  Object.fromEntries(HEAP_STATES.map((name, i) => [name, i])) as Record<HeapState, number>,
);

/** What the page may know of the textbook allocator without its heap. */
export const FIRSTFIT = {
  id: 'firstfit',
  label: 'First fit',
  about:
    'The textbook allocator: boundary tags, one free list, one lock, a heap that brk grows. The baseline that students know.',
  noun: 'stretch',
  nouns: 'stretches',
  knobs: FIRSTFIT_KNOBS,
  /** Label and colour token by state, in the order of HEAP_STATES. */
  states: {
    unmapped: ['given back', '--ghost'],
    full: ['full', '--full'],
    holed: ['live blocks and holes', '--living'],
    vacant: ['all free, below live blocks', '--infl'],
    top: ['top of the heap, free', '--empty'],
    untouched: ['never used', '--kept'],
  } satisfies Readonly<Record<HeapState, readonly [string, string]>>,
  counters: FIRSTFIT_COUNTERS,
  events: ['superslabMapped', 'superslabFreed', 'noFit', 'nullReturned', 'libcFallback'],
  /** Words for counters, as the counters card shows them. */
  counterWords: {
    listSearches: 'searches of the free list',
    listSteps: 'chunks looked at',
    splits: 'chunks split',
    coalesces: 'neighbours merged',
    topCarves: 'blocks cut off the top',
    heapGrowths: 'brk up',
    heapTrims: 'brk down',
    growthsFragmented: 'brk up although enough was free in pieces',
    reallocsInPlace: 'realloc, in place',
    reallocsMoved: 'realloc, moved',
    freeChunks: 'free chunks',
    freeListBytes: 'bytes in the free list',
  } satisfies Readonly<Record<(typeof FIRSTFIT_COUNTERS)[number], string>>,
  sizeClasses: false,
  features: {
    parts: false,
    remoteQueues: false,
    adoption: false,
    pendingQueues: false,
    trim: false,
    lyingCounter: false,
    causes: false,
    arenas: false,
    threadCaches: false,
    purge: false,
    owners: false,
    unequalBlocks: true,
    locks: true,
    brk: true,
  },
} as const;
