import { COUNTER_COUNT } from '../../telemetry/counters.ts';

/** Counters of the textbook allocator, after those of all models. */
export const FIRSTFIT_COUNTERS = [
  'listSearches', // searches of the free list
  'listSteps', // chunks of the list looked at, by searches and by insertions in address order
  'splits', // chunks split, rests kept
  'coalesces', // neighbours merged, the top included
  'topCarves', // blocks cut from the top because no chunk fitted
  'heapGrowths', // brk up
  'heapTrims', // brk down
  'growthsFragmented', // brk up although the free chunks together had room
  'reallocsInPlace',
  'reallocsMoved',
  'freeChunks', // gauge: chunks in the free list
  'freeListBytes', // gauge: their payload
] as const;
export type FirstFitCounter = (typeof FIRSTFIT_COUNTERS)[number];

/** Index of a counter: `F.splits`. */
export const F = Object.freeze(
  Object.fromEntries(FIRSTFIT_COUNTERS.map((name, i) => [name, COUNTER_COUNT + i])) as Record<
    FirstFitCounter,
    number
  >,
);
