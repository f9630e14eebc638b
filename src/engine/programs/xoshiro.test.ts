import { describe, expect, it } from 'vitest';
import { XOSHIRO_STATE, xoshiro, xoshiroBelow, xoshiroInit, xoshiroUnit } from './xoshiro.ts';

/** The authors' C, word for word, with unsigned words as numbers. */
function reference(state: number[]): number {
  const u32 = (x: bigint): bigint => x & 0xffffffffn;
  const rotl = (x: bigint, k: bigint): bigint => u32((x << k) | (x >> (32n - k)));
  const s = state.map((word) => u32(BigInt(word)));
  const result = u32(rotl(u32(s[1] * 5n), 7n) * 9n);
  const t = u32(s[1] << 9n);
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl(s[3], 11n);
  for (const [i, word] of s.entries()) state[i] = Number(word);
  return Number(result);
}

describe('xoshiro128**', () => {
  it('is what its authors wrote', () => {
    const state = new Int32Array(2 * XOSHIRO_STATE);
    xoshiroInit(state, XOSHIRO_STATE, 12345, 7);
    const plain = [...state.subarray(XOSHIRO_STATE)];
    for (let i = 0; i < 1000; i++) expect(xoshiro(state, XOSHIRO_STATE)).toBe(reference(plain));
    expect([...state.subarray(0, XOSHIRO_STATE)]).toEqual([0, 0, 0, 0]);
  });

  it('gives each seed and each stream numbers of its own', () => {
    const first = new Set<number>();
    for (let seed = 0; seed < 40; seed++)
      for (let stream = 0; stream < 40; stream++) {
        const state = new Int32Array(XOSHIRO_STATE);
        xoshiroInit(state, 0, seed, stream);
        first.add(xoshiro(state, 0));
      }
    expect(first.size).toBe(1600);
  });

  it('spreads over a range evenly and stays in it', () => {
    const state = new Int32Array(XOSHIRO_STATE);
    xoshiroInit(state, 0, 1, 1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) counts[xoshiroBelow(state, 0, 10)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    for (let i = 0; i < 1000; i++) expect(xoshiroUnit(state, 0)).toBeLessThan(1);
  });
});
