/**
 * Memory layout of the textbook allocator (Knuth, The Art of Computer Programming 1, 2.5; Wilson and
 * others 1995, "Dynamic Storage Allocation"): chunks of unequal size side by side, each with its size at
 * both ends (boundary tags), the free ones in one doubly linked list, the *top* (wilderness) above the
 * last chunk taken only when no free chunk fits.
 *
 * Sizes and addresses are counted in granules of 16 bytes. The payload of the chunk at granule `g` begins
 * at byte 16 × (g + 1), so that it is aligned to 16 whatever the tags measure:
 *
 *     tag of 8:   16g+8 [header 8][payload …][footer 8]   tag of 16:   16g [header 16][payload …][footer 16]
 *
 * Each granule has two words. Of the granule where a chunk begins, the second is its header; of the
 * granule where the next one begins, the first is its footer. The two words in between, at the beginning
 * of the payload, hold the links of a free chunk; in a live one that place is the program's, and the
 * model notes its slot there.
 */
export const GRANULE = 16;
/** Words of a granule: the footer of the chunk that ends here, the header of the one that begins here. */
export const FOOT = 0;
export const HEAD = 1;
/** Words of a chunk's second granule: links while it is free, its slot while it is live. */
export const NEXT = 0;
export const PREV = 1;
export const SLOT = 0;

/** A tag: size in granules × 2, plus 1 while the chunk is in use. */
export const USED = 1;
export const tagOf = (granules: number, used: number): number => (granules << 1) | used;
export const sizeOfTag = (tag: number): number => tag >>> 1;

export { BLOCK, NONE, OTHER, PAGE } from '../plain/slots.ts';

/** Bytes that one row of the map stands for. */
export const ROW_BYTES = 65536;
export const ROW_PAGES = ROW_BYTES / 4096;
export const ROW_GRANULES = ROW_BYTES / GRANULE;
/** The model's heap ends here: a granule's number and a tag are words. */
export const MAX_HEAP_BYTES = 2 ** 35;

/** Bytes before the first chunk, so that payloads are aligned. */
export const padBytes = (tagBytes: number): number => GRANULE - tagBytes;
/** First byte of the chunk at granule `g`. */
export const byteOf = (g: number, tagBytes: number): number => g * GRANULE + GRANULE - tagBytes;
/** First byte of its payload. */
export const payloadOf = (g: number): number => (g + 1) * GRANULE;
/** Payload bytes of a chunk of so many granules. */
export const capacityOf = (granules: number, tagBytes: number): number =>
  granules * GRANULE - 2 * tagBytes;
/** Two tags and two links: what a chunk needs when it is free. */
export const minGranules = (tagBytes: number): number => (2 * tagBytes + GRANULE) / GRANULE;
/** Granules of the chunk that serves a request of `size` bytes. */
export const granulesFor = (size: number, tagBytes: number): number =>
  Math.max(minGranules(tagBytes), Math.ceil((size + 2 * tagBytes) / GRANULE));

/** Parts into which every byte of the heap falls; see ledger.ts. */
export const PART = { live: 0, rounding: 1, runtime: 2, tags: 3, free: 4, untouched: 5 } as const;
export const PARTS = 6;
