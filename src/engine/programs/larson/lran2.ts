/**
 * Larson's own generator lran2 (Wolfram Gloger 1996; larson.cpp in mimalloc-bench): a linear
 * congruential generator modulo 714,025 with a shuffle table of 97 entries.
 *
 * State of one generator: LRAN2_STATE integers in a shared column, at `base`:
 * [x, y, v0 .. v96]. Products stay below 2^31, so plain integer arithmetic is exact.
 */
export const LRAN2_STATE = 99;
export const LRAN2_MODULUS = 714025;
export const LRAN2_MULTIPLIER = 1366;
export const LRAN2_INCREMENT = 150889;
export const LRAN2_TABLE = 97;

/** Seeds the generator at `base`. Any integer seed is legal, as in C. */
export function lran2Init(state: Int32Array, base: number, seed: number): void {
  let x = (LRAN2_INCREMENT - seed) % LRAN2_MODULUS;
  if (x < 0) x = -x;
  for (let j = 0; j < LRAN2_TABLE; j++) {
    x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
    state[base + 2 + j] = x;
  }
  x = (LRAN2_MULTIPLIER * x + LRAN2_INCREMENT) % LRAN2_MODULUS;
  state[base] = x;
  state[base + 1] = x;
}

/** The next number, 0 to 714,024. */
export function lran2(state: Int32Array, base: number): number {
  const entry = base + 2 + (state[base + 1] % LRAN2_TABLE);
  const y = state[entry];
  const x = (LRAN2_MULTIPLIER * state[base] + LRAN2_INCREMENT) % LRAN2_MODULUS;
  state[base] = x;
  state[base + 1] = y;
  state[entry] = x;
  return y;
}
