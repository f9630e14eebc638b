import type { SpanColumns } from '../types.ts';

/** Empty columns for `rows` rows. */
export const columnsFor = (rows: number): SpanColumns => ({
  state: new Uint8Array(rows),
  cls: new Uint8Array(rows),
  chain: new Uint8Array(rows),
  flags: new Uint8Array(rows),
  slabs: new Uint8Array(rows),
  live: new Uint32Array(rows),
  believed: new Uint32Array(rows),
  capacity: new Uint32Array(rows),
  queued: new Uint32Array(rows),
  owner: new Int32Array(rows),
  born: new Uint32Array(rows),
});

/** Sum of a column. */
export const sumOf = (column: ArrayLike<number>): number => {
  let sum = 0;
  for (let row = 0; row < column.length; row++) sum += column[row];
  return sum;
};
