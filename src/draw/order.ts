const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;
const counts = new Int32Array(DIGITS);
let spare = new Int32Array(0);

/**
 * Sorts rows by whole numbers below 2^32, those with the same stay in their order; in time that grows as the rows
 * do: a comparison sort of a million takes longer than a page may be busy.
 * @param keys of each row, by its number
 * @param key what of a row's entry it is sorted by
 */
export function orderBy(
  rows: Int32Array,
  keys: ArrayLike<number>,
  key: (entry: number) => number = (entry) => entry,
): void {
  if (spare.length < rows.length) spare = new Int32Array(rows.length);
  let from: Int32Array = rows;
  let to: Int32Array = spare.subarray(0, rows.length);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    counts.fill(0);
    for (let i = 0; i < from.length; i++) counts[(key(keys[from[i]]) >>> shift) & (DIGITS - 1)]++;
    // All have the same digit: nothing moves.
    if (counts.includes(rows.length)) continue;
    let at = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const many = counts[digit];
      counts[digit] = at;
      at += many;
    }
    for (let i = 0; i < from.length; i++) {
      const row = from[i];
      to[counts[(key(keys[row]) >>> shift) & (DIGITS - 1)]++] = row;
    }
    [from, to] = [to, from];
  }
  if (from !== rows) rows.set(from);
}
