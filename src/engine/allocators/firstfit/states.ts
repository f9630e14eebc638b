/** States of a stretch of a heap that brk grows, 64 KiB each. */
export const HEAP_STATES = [
  'unmapped', // above the break
  'full', // no free byte
  'holed', // live blocks and free chunks
  'vacant', // free chunks only, below live blocks: cannot be given back
  'top', // free, and nothing live above: can be given back
  'untouched', // no chunk was ever here
] as const;
export type HeapState = (typeof HEAP_STATES)[number];
/** Index of a state of a stretch: `HP.holed`. */
export const HP: Readonly<Record<HeapState, number>> = Object.freeze(
  Object.fromEntries(HEAP_STATES.map((name, i) => [name, i])) as Record<HeapState, number>,
);
