/**
 * Records of the MF2 model (S-37, S-38): 64 KiB pages of one size class, and what each life keeps per
 * class. Free blocks of a page are a set of bits, one per block: which of several free blocks a page
 * hands out first changes nothing that is counted, so the lowest goes first.
 */
export const PAGE_BYTES = 65536;
export const OS_PAGE_SHIFT = 12;
export const OS_PAGE = 1 << OS_PAGE_SHIFT;
export const OS_PAGES = PAGE_BYTES / OS_PAGE;
/** Block sizes of the five classes: 2 to 32 KiB. */
export const MF2_CLASSES = [2048, 4096, 8192, 16384, 32768] as const;
export const CLASSES = MF2_CLASSES.length;
export const NONE = -1;

// One page, in Int32 words.
export const P_CLS = 0;
/** Life that owns it; of an orphan, its last owner. */
export const P_OWNER = 1;
/** Blocks on the owner's free list, those never handed out included. */
export const P_FREE = 2;
/** Blocks on the remote stack. */
export const P_REMOTE = 3;
/** Blocks taken off the remote stack by a drain that has not finished. */
export const P_DRAIN = 4;
/** Blocks handed out at least once. */
export const P_USED = 5;
export const P_FLAGS = 6;
export const P_PEND_NEXT = 7;
export const P_PART_NEXT = 8;
export const P_PART_PREV = 9;
export const P_OWN_NEXT = 10;
export const P_OWN_PREV = 11;
export const P_BORN_OP = 12;
/** Event that put it on a pending queue. */
export const P_ENQ_EVENT = 13;
/** Event that hid its free blocks: the local free that nobody looks for, or the push below the threshold. */
export const P_HIDE_EVENT = 14;
export const P_ADOPTED_FROM = 15;
export const P_PIECE = 16;
/** Life that drains it now, or NONE. */
export const P_HOLDER = 17;
/** OS pages that are resident, one bit each: what the address space knows, at hand. */
export const P_TOUCHED = 18;
/** Event of its last change of owner, or of its making. */
export const P_OWNER_EVENT = 19;
/** Pages of dead owners that can serve a class are linked. */
export const P_ORPH_NEXT = 20;
export const P_ORPH_PREV = 21;
export const P_PEND_PREV = 22;
/** Life whose queue it lies in; of a page in no queue, anything. */
export const P_PEND_OF = 23;
export const P_WORDS = 24;

export const PF = {
  /** `in_remote_pending`: it is on a queue, or its enqueueing is under way. */
  pending: 1,
  active: 2,
  partial: 4,
  adopted: 8,
  /** Owner dead. */
  orphan: 16,
  /** In the list of orphans that can serve. */
  listed: 32,
  /** In a queue now (the flag alone may be set before and after). */
  queued: 64,
  /** By an intervention: not to change owner, not to give memory back. */
  pinned: 128,
} as const;

// What a life keeps per class.
export const T_ACTIVE = 0;
export const T_PEND = 1;
export const T_PEND_COUNT = 2;
export const T_PARTIAL = 3;
export const T_PAGES = 4;
/** Pages in the graveyard: free blocks that no list leads to (S-44). */
export const T_GRAVE = 5;
export const T_GRAVE_EVENT = 6;
/** Pages with remote blocks that were never enqueued. */
export const T_BELOW = 7;
export const T_BELOW_EVENT = 8;
/** Adoptions that took a page from here and whose price has not been paid: oldest and newest loss. */
export const T_LOSS = 9;
export const T_LOSS_LAST = 10;
/** Pages taken so far, by any way. */
export const T_EVER = 11;
/** The page that a queue hands out last. */
export const T_PEND_LAST = 12;
export const T_WORDS = 13;

/** Blocks of a page of this class. */
export const blocksPerPage = (cls: number, headerBytes: number): number =>
  Math.floor((PAGE_BYTES - headerBytes) / MF2_CLASSES[cls]);

/** The bits of all blocks of a page. */
export const fullMask = (blocks: number): number => (blocks >= 32 ? -1 : (1 << blocks) - 1);

/** Class of a request up to 32 KiB. */
export function classOfRequest(size: number): number {
  if (size <= 2048) return 0;
  return 32 - Math.clz32(size - 1) - 11;
}

/** Bits set in a word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** OS pages that block `index` covers, as bits. */
export function osPagesOf(cls: number, index: number, headerBytes: number): number {
  const size = MF2_CLASSES[cls];
  const first = Math.floor((headerBytes + index * size) / OS_PAGE);
  const last = Math.floor((headerBytes + (index + 1) * size - 1) / OS_PAGE);
  let bits = 0;
  for (let page = first; page <= last; page++) bits |= 1 << page;
  return bits;
}

/** OS pages that threading the free list of a fresh page touches: the header, and each block's first word. */
export function prelinkPages(cls: number, headerBytes: number): number {
  let bits = 1;
  for (let index = 0; index < blocksPerPage(cls, headerBytes); index++) {
    bits |= 1 << Math.floor((headerBytes + index * MF2_CLASSES[cls]) / OS_PAGE);
  }
  return bits;
}

/** Steps of a record; between two of them other threads may run. */
export const PH = {
  /** Between two records. */
  idle: 0,
  /** A remote free has pushed its block and now queues the page. */
  enqueue: 1,
  malloc: 2,
  slow: 3,
  drainTake: 4,
  drainLink: 5,
  /** realloc has its new block and frees the old one. */
  freeOld: 6,
  /** A woken sleeper empties its pending queues (S-47). */
  background: 7,
} as const;

/** What a slow path tries, in the order its route gives. */
export const STAGE = {
  own: 0,
  active: 1,
  partial: 2,
  adopt: 3,
  orphan: 4,
  fresh: 5,
} as const;

// A chain's record under way.
export const X_PHASE = 0;
export const X_PAGE = 1;
export const X_CLS = 2;
export const X_STAGE = 3;
export const X_BUDGET = 4;
export const X_ADOPTS = 5;
export const X_SLOT = 6;
export const X_SIZE = 7;
/** realloc: where the old block is, or NONE, and its size. */
export const X_OLD = 8;
/** Owner that a remote free saw when it pushed. */
export const X_SEEN = 9;
/** 1: the adoption under way is one nobody needs (adoptOnWake). */
export const X_UNNEEDED = 10;
/** Page a drain came by: a STAGE. */
export const X_VIA = 11;
export const X_OLD_SIZE = 12;
export const X_WAKE_EVENT = 13;
export const X_BG_CLS = 14;
/** Leading bytes of the new block that are written at once. */
export const X_WRITTEN = 15;
export const X_WORDS = 16;
