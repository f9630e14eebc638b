/**
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018): 32 bits a draw
 * from four words of state, in a shared column at `base`. For programs that are no port of one with a generator
 * of its own, and for sets too large for lran2's 714,025 numbers.
 */
export const XOSHIRO_STATE = 4;

/** Seeds the generator at `base` by splitmix32, as its authors advise. Any integers are legal. */
export function xoshiroInit(state: Int32Array, base: number, seed: number, stream: number): void {
  let x = (seed ^ Math.imul(stream, 0x9e3779b9)) | 0;
  for (let i = 0; i < XOSHIRO_STATE; i++) {
    x = (x + 0x9e3779b9) | 0;
    let z = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    state[base + i] = z ^ (z >>> 16);
  }
  // All zero would stay so.
  if ((state[base] | state[base + 1] | state[base + 2] | state[base + 3]) === 0) state[base] = 1;
}

/** The next number, 0 to 2^32 - 1. */
export function xoshiro(state: Int32Array, base: number): number {
  const s1 = state[base + 1];
  const product = Math.imul(s1, 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9);
  const s2 = state[base + 2] ^ state[base];
  const s3 = state[base + 3] ^ s1;
  state[base + 1] = s1 ^ s2;
  state[base] ^= s3;
  state[base + 2] = s2 ^ (s1 << 9);
  state[base + 3] = (s3 << 11) | (s3 >>> 21);
  return result >>> 0;
}

/** A whole number from 0 up to, not including, `n`, which is at most 2^20. */
export const xoshiroBelow = (state: Int32Array, base: number, n: number): number =>
  Math.floor((xoshiro(state, base) * n) / 2 ** 32);

/** A number from 0 up to, not including, 1. */
export const xoshiroUnit = (state: Int32Array, base: number): number =>
  xoshiro(state, base) / 2 ** 32;
