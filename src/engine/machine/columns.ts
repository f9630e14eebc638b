/** Columns that grow by doubling, the only allocation of the machine's tables. */
export function widerDoubles(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(old);
  return wider;
}

export function widerInts(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(old);
  return wider;
}
