import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../knobs/index.ts';
import { Larson } from './larson.ts';
import { LRAN2_MODULUS, LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

/** The calls of a warm-up, in the notation of the recorded fixture. */
function warmUpCalls(larson: Larson): string[] {
  const calls: string[] = [];
  const held: number[] = [];
  let serial = 0;
  larson.warmUp({
    malloc: (size, slot) => {
      calls.push(`m${size}`);
      held[slot] = serial++;
    },
    free: (slot) => calls.push(`f${held[slot]}`),
    exchange: (a, b) => {
      [held[a], held[b]] = [held[b], held[a]];
    },
  });
  return calls;
}

describe('Larson', () => {
  it('warms up as the recorded main thread does, event for event', () => {
    const recorded = readFileSync(
      new URL('./fixtures/larson-8-128-256-1-12345-4.main.txt', import.meta.url),
      'utf8',
    )
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .join(' ')
      .trim()
      .split(/\s+/);
    expect(recorded).toHaveLength(9216);
    const larson = new Larson(resolveKnobs({ chunks: 256, threads: 4, seed: 12345 }));
    expect(warmUpCalls(larson)).toEqual(recorded);
  });

  it('gives sizes from the minimum up when the minimum is above the maximum, as C does', () => {
    const larson = new Larson(resolveKnobs({ chunks: 50, threads: 1, minSize: 5, maxSize: 1 }));
    const sizes = new Set(
      warmUpCalls(larson)
        .filter((call) => call.startsWith('m'))
        .map((call) => Number(call.slice(1))),
    );
    expect([...sizes].sort()).toEqual([5, 6, 7, 8]);
  });

  it('draws no size when both are equal', () => {
    const larson = new Larson(resolveKnobs({ chunks: 8, threads: 1, minSize: 64, maxSize: 64 }));
    expect(new Set(warmUpCalls(larson).filter((call) => call.startsWith('m')))).toEqual(
      new Set(['m64']),
    );
  });

  it('takes any integer seed', () => {
    for (const seed of [0, 1, 150889, 2147483647]) {
      const state = new Int32Array(LRAN2_STATE);
      lran2Init(state, 0, seed);
      for (let i = 0; i < 1000; i++) {
        const draw = lran2(state, 0);
        expect(draw).toBeGreaterThanOrEqual(0);
        expect(draw).toBeLessThan(LRAN2_MODULUS);
      }
    }
  });
});
