/** Block sizes of the classes: powers of two from 16 B to 32 KiB. */
export const CLASS_BYTES: readonly number[] = Array.from({ length: 12 }, (_, cls) => 16 << cls);
/** Largest request that has a class. */
export const LARGEST = CLASS_BYTES[CLASS_BYTES.length - 1];

/** Bytes at the beginning of a span: its class, its counts, its links. */
export const HEADER_BYTES = 64;
/** Bytes of the link in a free block. */
export const LINK_BYTES = 8;

/** Class of a request of 0 to LARGEST bytes. */
export const classOf = (size: number): number =>
  size <= CLASS_BYTES[0] ? 0 : 28 - Math.clz32(size - 1);

/** Blocks of a class in a span. */
export const blocksIn = (spanBytes: number, cls: number): number =>
  Math.floor((spanBytes - HEADER_BYTES) / CLASS_BYTES[cls]);

/** First byte of a block in its span. */
export const offsetOf = (cls: number, block: number): number =>
  HEADER_BYTES + block * CLASS_BYTES[cls];

/** What a live block's link holds: its slot, below NONE. */
export const liveMark = (slot: number): number => -2 - slot;
export const slotOfMark = (link: number): number => -2 - link;
