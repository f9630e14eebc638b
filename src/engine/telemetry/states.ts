/** States of a SuperSlab (S-61), the teaching colours of the map. */
export const SS_STATES = [
  'unmapped', // row not in use: given back to the OS
  'current', // a living thread allocates from it
  'owned', // owner living, no longer its current SuperSlab
  'orphan', // owner dead, blocks live
  'inflated', // empty, but its counter says in use
  'empty', // empty, and the counter agrees
  'kept', // empty, kept in reserve by a trim pass
  'cached', // in a SuperSlab cache (S-19)
  'forgotten', // owner living, set aside with room, and never looked into again
  'pooled', // of the shared pool, slots taken
  'spare', // of the shared pool, none taken
  'retired', // released in lean mode: mapped, its pages given back
  'lazy', // the same, with pages that the kernel may take and has not taken yet
] as const;

export type SuperSlabState = (typeof SS_STATES)[number];

/** Index of a state: `SS.orphan`. */
export const SS: Readonly<Record<SuperSlabState, number>> = Object.freeze(
  Object.fromEntries(SS_STATES.map((name, i) => [name, i])) as Record<SuperSlabState, number>,
);

/** States of an MF2 page (S-62). */
export const PAGE_STATES = [
  'unmapped',
  'active', // its owner allocates from it
  'pending', // in its owner's pending queue
  'partial', // in its owner's list of partly free pages
  'full', // no free block
  'graveyard', // free blocks that no list leads to (S-44)
  'below', // remote blocks, but never enqueued
  'orphan', // owner dead
  'orphanPending', // in a dead owner's pending queue
] as const;
export type PageState = (typeof PAGE_STATES)[number];
/** Index of a page state: `PG.graveyard`. */
export const PG: Readonly<Record<PageState, number>> = Object.freeze(
  Object.fromEntries(PAGE_STATES.map((name, i) => [name, i])) as Record<PageState, number>,
);

export const RUN_STATUS = ['running', 'finished', 'oom', 'crashed', 'aborted'] as const;
export type RunStatus = (typeof RUN_STATUS)[number];

export const ENDED_BY = [
  'notEnded',
  'time',
  'opsLimit',
  'assertion',
  'chainsEnded',
  'physicalLimit',
  'crash',
  'user',
] as const;
export type EndedBy = (typeof ENDED_BY)[number];
