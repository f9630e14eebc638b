/**
 * Memory layout of the tiny model's state (D0 sections 1 to 3, models.md section 4): one 64-byte
 * record per *touched* slab and one record per SuperSlab, in plain Int32Arrays. A slab's handle is
 * the offset of its record, so the hot path never multiplies.
 *
 * Free lists and remote queues are lists of block indices through one shared Uint16 pool: each slab
 * has a span there that starts at LIST_START entries and doubles as blocks are carved.
 */

/** Slab record, in Int32 words: 2 ** SLAB_SHIFT. */
export const SLAB_SHIFT = 4;
export const SLAB_WORDS = 2 ** SLAB_SHIFT;
/** Life that owns the slab; CENTRAL_LIFE with a central list, NO_LIFE before the first owner. */
export const OWNER = 0;
/** Row of its SuperSlab. */
export const SLAB_SS = 1;
/** Head of the owner's free list; REMOTE_HEAD must follow, see TinyHeap.free. */
export const FREE_HEAD = 2;
export const REMOTE_HEAD = 3;
/** Blocks truly allocated. */
export const LIVE = 4;
/** How far `total_active_blocks` is above LIVE: remote frees that did not lower it (D0 section 3). */
export const EXCESS = 5;
/** `remote_counts[slab]`: blocks in the remote queue. */
export const REMOTE_COUNT = 6;
/** Blocks made so far; the rest of the slab was never handed out. */
export const CARVED = 7;
/** Where its span in the list pool begins. */
export const LIST_BASE = 8;
/** Blocks that may be carved without taking the slow path. */
export const CARVE_LIMIT = 9;
/** Entries of its span. */
export const LIST_SIZE = 10;
/** Blocks that fit. */
export const CAPACITY = 11;
/** Next slab of the SuperSlab, or NONE. */
export const NEXT_SLAB = 12;
export const SLAB_CLASS = 13;
export const SLAB_INDEX = 14;
/** Resident pages of the slab. */
export const TOUCHED = 15;

/** SuperSlab record, in Int32 words. */
export const SS_WORDS = 20;
export const SS_CLASS = 0;
/** SS_FLAG bits. */
export const SS_FLAGS = 1;
export const SS_OWNER = 2;
export const SS_FIRST_SLAB = 3;
export const SS_LAST_SLAB = 4;
/** Slabs acquired since the SuperSlab got its class. */
export const SS_ACQUIRED = 5;
/** Slabs it has room for. */
export const SS_SLABS = 6;
/** Its piece in the address space. */
export const SS_PIECE = 7;
export const SS_SERIAL = 8;
/** Event that mapped it. */
export const SS_BORN_EVENT = 9;
/** Event that orphaned it. */
export const SS_ORPHAN_EVENT = 10;
/** Lists: of its owner, of orphans of the class, of empties of the class. */
export const SS_OWN_NEXT = 11;
export const SS_OWN_PREV = 12;
export const SS_ORPHAN_NEXT = 13;
export const SS_ORPHAN_PREV = 14;
/** A SuperSlab that a living owner has set aside is no orphan: its list has the same words. */
export const SS_ASIDE_NEXT = SS_ORPHAN_NEXT;
export const SS_ASIDE_PREV = SS_ORPHAN_PREV;
export const SS_EMPTY_NEXT = 15;
export const SS_EMPTY_PREV = 16;
/** Life it was adopted from, or NO_LIFE. */
export const SS_ADOPTED_FROM = 17;
export const SS_BORN_OP = 18;
/** Lives started when its owner died. */
export const SS_ORPHANED_AT = 19;
/** A SuperSlab of the shared pool has no owner and is no orphan: slots that it may use, and how many are EMPTY. */
export const SS_POOL_USABLE = SS_ORPHAN_NEXT;
export const SS_POOL_EMPTY = SS_ORPHAN_PREV;

export const SS_FLAG = {
  mapped: 1,
  /** A living thread, or the central list, allocates from it. */
  current: 2,
  orphan: 4,
  /** In the list of empties that may be taken again. */
  empty: 8,
  /** Kept by a trim pass or prewarmed: its bytes are in the ledger's keptEmpty band. */
  kept: 16,
  /** In a SuperSlab cache: no class. */
  cached: 32,
  persistent: 64,
  adopted: 128,
  /** Counted in the inflatedSuperslabs gauge. */
  inflated: 256,
  /** Counted in the emptySuperslabs gauge. */
  vacant: 512,
  /** By an intervention: not to be adopted, taken over or released. */
  pinned: 1024,
  /** Set aside by its living owner, in the list of those with room (ownReuse: chunks). */
  roomy: 2048,
  /** Set aside by its living owner with no block to take: in the list of full ones, its slabs SHUT. */
  full: 4096,
  /** Of the shared pool: its slabs are slots with classes and owners of their own (slots.ts). */
  pooled: 8192,
  /** Released in lean mode: its pages are given up, its magic is 0, its mapping stays and nobody uses it again. */
  retired: 16384,
} as const;
/** Mapped, and no memory of the heap's: in a SuperSlab cache, or retired. */
export const SS_OUT = SS_FLAG.cached | SS_FLAG.retired;

/**
 * All bits that an index may have. In hot loops an index is masked with it, which tells the JavaScript
 * engine that it is not negative and does not overflow, so that neither is checked at each access.
 */
export const INDEX_BITS = 0x3fffffff;

/** Sentinel of records and rows. */
export const NONE = -1;
/** Sentinel of block indices. */
export const NO_BLOCK = 0xffff;
/**
 * Head of the empty free list of a slab whose SuperSlab is full: the first block that its owner frees there
 * must be noticed. With NO_BLOCK + 1 the hot loop asks for this and for the first block of a remote queue in
 * one comparison. It is a head alone, never in a list: entries have 16 bits.
 */
export const SHUT = NO_BLOCK + 1;
export const NO_LIFE = -2;
/** Owner of everything when `ownership` is `central`. */
export const CENTRAL_LIFE = -1;
/** A current slab that was unmapped under its thread (hazard of models.md 3.3). */
export const DANGLING = -3;
/** A current slab whose SuperSlab, of row `RETIRED - current`, was released under its thread in lean mode. */
export const RETIRED = -4;

export const SLAB_BYTES = 65536;
export const SLAB_PAGES = 16;
export const HEADER_BYTES = 1024;
/** First span of a slab's lists, in entries. */
export const LIST_START = 16;
export const MAX_CLASSES = 8;

/** Block table, in Int32 words per workload slot: where a live block is and what was asked for. */
export const BLOCK_WORDS = 4;
/** Slab record, or BLOCK_NONE, BLOCK_OTHER, BLOCK_LIBC. */
export const BLOCK_SLAB = 0;
export const BLOCK_INDEX = 1;
export const BLOCK_SIZE = 2;
/** BLOCK_KIND. */
export const BLOCK_TAG = 3;
export const BLOCK_NONE = -1;
/** In the other heap: above the top class, or served by the C library. */
export const BLOCK_OTHER = -2;
/**
 * Served by the C library instead, where free must tell whose a block is (mixed allocation). Its BLOCK_INDEX says by
 * which event, × 2, + 1 if it looks like a block of the heap.
 */
export const BLOCK_LIBC = -4;
export const BLOCK_KIND = { program: 0, threadTable: 1 } as const;

/** Block bytes of the size classes; the header byte is inside them. */
export function classSizes(table: 'pow2' | 'six'): readonly number[] {
  switch (table) {
    case 'pow2':
      return [8, 16, 32, 64, 128, 256, 512, 1024];
    case 'six':
      return [16, 32, 48, 64, 96, 128];
  }
}

/** Blocks of `blockBytes` that fit into slab `index`; slab 0 loses the SuperSlab header. */
export function slabCapacity(blockBytes: number, index: number): number {
  return Math.floor((SLAB_BYTES - (index === 0 ? HEADER_BYTES : 0)) / blockBytes);
}

/** Blocks that fit into a SuperSlab of so many slabs. */
export const spanCapacity = (blockBytes: number, slabs: number): number =>
  slabCapacity(blockBytes, 0) + (slabs - 1) * slabCapacity(blockBytes, 1);

/** Bytes before the first block of slab `index`. */
export const slabHeader = (index: number): number => (index === 0 ? HEADER_BYTES : 0);
