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
] as const;

export type SuperSlabState = (typeof SS_STATES)[number];

/** Index of a state: `SS.orphan`. */
export const SS: Readonly<Record<SuperSlabState, number>> = Object.freeze(
  Object.fromEntries(SS_STATES.map((name, i) => [name, i])) as Record<SuperSlabState, number>,
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
