import { NS_PER_MS } from '../../base/units.ts';
import type { KnobValues } from '../knobs/index.ts';

/**
 * What each step costs in virtual nanoseconds (models.md section 1). Under `documentRate` an
 * operation takes threads / opRate and everything else nothing, as the documents' clocks do.
 */
export interface Costs {
  /** Every operation, whatever it does. */
  readonly perOp: number;
  readonly malloc: number;
  readonly free: number;
  readonly remoteFree: number;
  /** More for a remote free that lowers the SuperSlab's counter (option A); 0 where it does not. */
  readonly decrement: number;
  /** More for an atomic on a cache line that another running thread writes as well. */
  readonly contended: number;
  readonly central: number;
  readonly refill: number;
  readonly drainBlock: number;
  readonly adopt: number;
  /** MF2: one exchange on a pending queue, a look at another's queue, a wake-up. */
  readonly pop: number;
  readonly scan: number;
  readonly wake: number;
  readonly mmap: number;
  readonly munmap: number;
  readonly munmapPage: number;
  /** madvise of a SuperSlab, without its pages; giving a page up lazily. One given back at once costs munmapPage. */
  readonly madvise: number;
  readonly freePage: number;
  readonly fault: number;
  /** More, for a page frame that the machine has not used before. */
  readonly freshFrame: number;
  /** Copying one byte of a block that realloc moves. */
  readonly copyByte: number;
  /** Threading one block onto a new slab's free list. */
  readonly linkBlock: number;
  readonly trimVisit: number;
  /** A malloc or free that a thread's cache serves. */
  readonly cacheHit: number;
  /** A look into a SuperSlab that a thread has set aside. */
  readonly look: number;
  /** A cache line read to find a block's SuperSlab. */
  readonly lookup: number;
  /** What a malloc or free saves where its fast path is inlined, 0 where it is not. */
  readonly inlined: number;
  readonly threadCreate: number;
  readonly threadCached: number;
  /** 0: no trim pass. */
  readonly trimIntervalNs: number;
}

const HYBRID_INTERVAL_MS = 100;

/**
 * A store and an addition for each block of a slab whose list is built when it is acquired: 3,800 to 5,500 ns for
 * the 8,192 blocks of 8 bytes of a resident slab, measured by scripts/native/toy-superslab.c (`units`,
 * AMD EPYC, Linux 6.18).
 */
const LINK_BLOCK_NS = 0.6;

/**
 * What marking a page with MADV_FREE costs, of giving it back: 190 to 210 ns against 240 to 275 with MADV_DONTNEED and
 * with munmap, measured by scripts/native/madvise.c (AMD EPYC, Linux 6.18).
 */
const LAZY_SHARE = 0.75;

/** The costs in force under these knobs. */
export function costsOf(knobs: KnobValues): Costs {
  const on = knobs.timeBase === 'costs' ? 1 : 0;
  const hybridMs = knobs.ownership === 'hybridG' ? HYBRID_INTERVAL_MS : 0;
  const central = knobs.ownership === 'central';
  const inlined = knobs.inlinePath ? knobs.costCall : 0;
  return {
    perOp: on ? knobs.costProgram : (knobs.threads / knobs.opRate) * 1e9,
    malloc: on * knobs.costMalloc,
    free: on * knobs.costFree,
    remoteFree: on * knobs.costRemoteFree,
    decrement: on && knobs.decOnRemote ? knobs.costDecrement : 0,
    contended: on * knobs.costContended,
    central: on && central ? knobs.costCentral : 0,
    refill: on * knobs.costRefill,
    drainBlock: on * knobs.costDrainBlock,
    adopt: on * knobs.costAdopt,
    pop: on * knobs.costPop,
    scan: on * knobs.costScan,
    wake: on * knobs.costWake,
    mmap: on * (knobs.mapMode === 'direct' ? knobs.costMmap : knobs.costMmapTrim),
    munmap: on * knobs.costMunmap,
    munmapPage: on * knobs.costMunmapPage,
    madvise: on * knobs.costMadvise,
    freePage: on * knobs.costMunmapPage * LAZY_SHARE,
    fault: on * knobs.costFault,
    freshFrame: on * knobs.costFreshFrame,
    copyByte: (on * knobs.costCopy) / 1024,
    linkBlock: on * LINK_BLOCK_NS,
    trimVisit: on * knobs.costTrimVisit,
    cacheHit: on * Math.max(0, knobs.costCacheHit - inlined),
    look: on * knobs.costLook,
    lookup: on * knobs.costLookup,
    inlined: on * inlined,
    threadCreate: on * knobs.costThreadCreate,
    threadCached: on * knobs.costThreadCached,
    trimIntervalNs: (knobs.trimIntervalMs || hybridMs) * NS_PER_MS,
  };
}
