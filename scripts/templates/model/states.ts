/** States of a span, by their index in the column that the map is drawn from. */
export const STATES = [
  'unmapped', // its memory is the kernel's again
  'full', // no free block
  'partial', // live and free blocks
  'empty', // no live block: can be given back
] as const;
export type State = (typeof STATES)[number];

/** Index of a state: `ST.full`. */
export const ST: Readonly<Record<State, number>> = { unmapped: 0, full: 1, partial: 2, empty: 3 };
