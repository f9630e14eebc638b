/**
 * The byte ledger: every mapped byte is in exactly one band, so the bands sum to the mapped bytes
 * and their resident parts sum to the resident bytes. No band is computed as a remainder.
 */
export const BANDS = [
  'live', // requested by the program and not yet freed
  'rounding', // size class minus request, for live blocks
  'runtime', // thread tables (dtv): whole blocks
  'queued', // freed by another thread, waiting in a remote queue
  'freeLiving', // on the free list of a living owner
  'freeDead', // on the free list of a dead owner: stranded
  'belowThreshold', // MF2: graveyard or below the pending threshold; 0 under tiny
  'keptEmpty', // empty SuperSlabs kept in reserve or in a SuperSlab cache
  'headers', // SuperSlab headers and slab tails too small for a block
  'neverCarved', // inside SuperSlabs, no block made yet
  'lazilyFreed', // of retired spans: given up with MADV_FREE and still resident
  'retired', // the rest of retired spans: pages given back, address space kept
  'stacksLiving',
  'stacksDead',
  'slack', // mapped only for alignment
  'base', // program, libraries, main stack
  'other', // requests above the top class, C library fallback
] as const;

export type BandName = (typeof BANDS)[number];
export const BAND_COUNT = BANDS.length;

/** Index of a band: `B.queued`. */
export const B: Readonly<Record<BandName, number>> = Object.freeze(
  Object.fromEntries(BANDS.map((name, i) => [name, i])) as Record<BandName, number>,
);

/** Kinds of map entries (VMAs). They sum to the process's entry count. */
export const ENTRY_KINDS = ['superslabs', 'stacks', 'base', 'other'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
export const ENTRY_KIND_COUNT = ENTRY_KINDS.length;
