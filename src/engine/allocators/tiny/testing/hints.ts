import type { KnobValues } from '../../../knobs/index.ts';
import type { Hints } from '../../../testing/hints.ts';

/** Empties are trimmed every millisecond, and threads are slow enough for that to matter. */
const TRIMMED: Partial<KnobValues> = {
  workload: 'larson',
  trimIntervalMs: 1,
  trimSS: true,
  decOnRemote: true,
  emptyReserve: 0,
};
const TRIMMED_AT_COST: Partial<KnobValues> = {
  ...TRIMMED,
  timeBase: 'costs',
  costRefill: 4000,
};

/** A class of a thread needs several SuperSlabs. */
const MANY: Partial<KnobValues> = {
  workload: 'larson-immortal',
  ssLg: 16,
  minSize: 1000,
  maxSize: 1024,
  chunks: 200,
};

/** Slots come and go. */
const POOLED: Partial<KnobValues> = { ...MANY, sharedPool: true };
/** Threads keep caches that grow. */
const CACHED: Partial<KnobValues> = { workload: 'random-mixed', tlsCacheSlots: 500 };

/** Mappings are refused early, the C library serves, and some free meets what it served. */
const MIXED: Partial<KnobValues> = {
  workload: 'larson',
  chunks: 64,
  seconds: 0.005,
  oomRate: 20,
  onNull: 'libcFallback',
  guessFree: true,
};

/** Pools that fail, sizes above the top class. */
const FAILING: Partial<KnobValues> = { ...POOLED, sharedCapacity: 16, maxSize: 1300 };

/** What a burst fills is freed before a quiet spell, and released by the passes in it. */
const LEAN: Partial<KnobValues> = {
  workload: 'soak',
  lean: true,
  ssLg: 16,
  threads: 1,
  workingSet: 1000,
  minSize: 600,
  maxSize: 1024,
  spellOps: 300,
  quietMs: 3,
  quietFree: 100,
  trimIntervalMs: 1,
  trimSS: true,
};

export const HINTS: Hints = {
  trimSS: [{ knobs: TRIMMED, value: false }],
  superslabOn: [{ knobs: { workload: 'larson' }, value: false }],
  lookup: [{ knobs: { workload: 'larson', timeBase: 'costs' }, value: 'hash' }],
  inlinePath: [{ knobs: { workload: 'larson', timeBase: 'costs' }, value: true }],
  prewarmTls: [{ knobs: { workload: 'larson' }, value: true }],
  aceTrace: [{ knobs: FAILING, value: true }],
  costLookup: [{ knobs: { workload: 'larson', timeBase: 'costs', lookup: 'hash' }, value: 50 }],
  costCall: [{ knobs: { workload: 'larson', timeBase: 'costs', inlinePath: true }, value: 3 }],
  lean: [{ knobs: { ...LEAN, lean: false }, value: true }],
  decommit: [{ knobs: LEAN, value: 'off' }],
  dsoOverlap: [{ knobs: LEAN, value: 50 }],
  enomemAt: [{ knobs: LEAN, value: 2 }],
  costMadvise: [{ knobs: { ...LEAN, timeBase: 'costs' }, value: 50_000 }],
  guessFree: [{ knobs: { ...MIXED, guessFree: false }, value: true }],
  lookAlikeProb: [{ knobs: MIXED, value: 60 }],
  ownerBitmap: [{ knobs: MIXED, value: true }],
  bitmapBase: [{ knobs: { ...MIXED, ownerBitmap: true }, value: 0 }],
  oomRate: [{ knobs: MIXED, value: 1 }],
  mixedSeed: [{ knobs: MIXED, value: 2 }],
  sharedPool: [{ knobs: MANY, value: true }],
  sharedCapacity: [{ knobs: POOLED, value: 16 }],
  tlsCacheSlots: [{ knobs: {}, value: 64 }],
  centralCaches: [{ knobs: { ...CACHED, ownership: 'central' }, value: true }],
  tlsCacheSizing: [{ knobs: CACHED, value: 'fixed' }],
  costCacheHit: [{ knobs: { ...CACHED, timeBase: 'costs' }, value: 500 }],
  ownReuse: [{ knobs: MANY, value: 'current' }],
  costLook: [{ knobs: { ...MANY, timeBase: 'costs' }, value: 500 }],
  costDecrement: [
    { knobs: { workload: 'larson', timeBase: 'costs', decOnRemote: true }, value: 500 },
  ],
  costContended: [{ knobs: { workload: 'larson-shared', timeBase: 'costs' }, value: 500 }],
  superslabCacheSlots: [{ knobs: TRIMMED, value: 4 }],
  costMunmap: [{ knobs: TRIMMED_AT_COST, value: 5000 }],
  costMunmapPage: [{ knobs: TRIMMED_AT_COST, value: 5000 }],
  costTrimVisit: [{ knobs: TRIMMED_AT_COST, value: 500 }],
  emptyReserve: [{ knobs: TRIMMED, value: 3 }],
  hazardTls: [{ knobs: { ...TRIMMED, chunks: 40, minSize: 8, maxSize: 1000 }, value: true }],
  hazardDecOrder: [{ knobs: { ...TRIMMED, quantum: 1, chunks: 16, threads: 8 }, value: true }],
  dynamicExpand: [
    {
      knobs: { workload: 'larson', ssLg: 16, minSize: 1000, maxSize: 1024, chunks: 200 },
      value: false,
    },
  ],
};
