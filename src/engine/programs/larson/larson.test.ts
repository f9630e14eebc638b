import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { OP_SLOT, OP_WORDS, setUp } from '../program.ts';
import { opTexts, ReferenceRun } from '../testing/reference.ts';
import { LRAN2_MODULUS, LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

/** The calls of a warm-up, in the notation of the recorded fixture. */
function warmUpCalls(knobs: Partial<KnobValues>): string[] {
  const calls: string[] = [];
  const held: number[] = [];
  let serial = 0;
  setUp(programOf(resolveKnobs(knobs)), {
    malloc: (_chain, size, slot) => {
      calls.push(`m${size}`);
      held[slot] = serial++;
    },
    free: (_chain, slot) => calls.push(`f${held[slot]}`),
    start: () => true,
  });
  return calls;
}
const sizesOf = (calls: readonly string[]): Set<number> =>
  new Set(calls.filter((call) => call.startsWith('m')).map((call) => Number(call.slice(1))));

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
    expect(warmUpCalls({ chunks: 256, threads: 4, seed: 12345 })).toEqual(recorded);
  });

  it('gives sizes from the minimum up when the minimum is above the maximum, as C does', () => {
    const sizes = sizesOf(warmUpCalls({ chunks: 50, threads: 1, minSize: 5, maxSize: 1 }));
    expect([...sizes].sort()).toEqual([5, 6, 7, 8]);
  });

  it('draws no size when both are equal', () => {
    expect(sizesOf(warmUpCalls({ chunks: 8, threads: 1, minSize: 64, maxSize: 64 }))).toEqual(
      new Set([64]),
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

  it.each([
    [8, 128],
    [5, 1],
    [64, 64],
  ])('swaps with two draws of the chain’s own generator, sizes %i to %i', (minSize, maxSize) => {
    const knobs = resolveKnobs({ threads: 3, chunks: 50, rounds: 2, minSize, maxSize, seed: 7 });
    // The same by hand: main's draws for the warm-up, then one for each chain's seed.
    const main = new Int32Array(LRAN2_STATE);
    lran2Init(main, 0, 7);
    const range = maxSize - minSize;
    const size = (state: Int32Array): number =>
      range === 0 ? minSize : minSize + (lran2(state, 0) % range);
    const slots = Array.from({ length: 150 }, (_, slot) => slot);
    for (const _ of slots) size(main);
    for (let left = 150; left > 0; left--) {
      const place = lran2(main, 0) % left;
      [slots[place], slots[left - 1]] = [slots[left - 1], slots[place]];
    }
    for (let i = 0; i < 600; i++) {
      lran2(main, 0);
      size(main);
    }
    const program = programOf(knobs);
    setUp(program, { malloc: () => {}, free: () => {}, start: () => true });
    for (let chain = 1; chain <= 3; chain++) {
      const own = new Int32Array(LRAN2_STATE);
      lran2Init(own, 0, lran2(main, 0));
      const wanted: string[] = [];
      for (let swap = 1; swap <= 250; swap++) {
        const slot = slots[(chain - 1) * 50 + (lran2(own, 0) % 50)];
        wanted.push(`free ${slot} 0 0`, `malloc ${slot} ${size(own)} 0.`);
        if (swap % 100 === 0) wanted.push('succeed 0 0 0');
      }
      const ops = new Int32Array(wanted.length * OP_WORDS);
      // One fill ends with a life at the latest.
      for (let done = 0; done < wanted.length; ) {
        const count = program.fill(chain, ops, done * OP_WORDS, wanted.length - done);
        program.settle(chain, count);
        done += count;
      }
      expect(opTexts(ops, 0, wanted.length)).toEqual(wanted);
    }
  });

  it('frees what the former life allocated: about 63 % of all frees at one round a life', () => {
    const run = new ReferenceRun(
      programOf(resolveKnobs({ threads: 4, chunks: 256, rounds: 1, seed: 3 })),
    );
    for (let i = 0; i < 800; i++) for (const chain of run.ready()) run.stretch(chain, 512);
    expect(run.remoteFrees / run.frees).toBeCloseTo(1 - Math.exp(-1), 2);
    expect(run.lives[1]).toBeGreaterThan(300);
  });

  it('as described has no successors and no remote frees', () => {
    const run = new ReferenceRun(
      programOf(resolveKnobs({ workload: 'larson-immortal', threads: 3, chunks: 20, seed: 3 })),
    );
    for (let i = 0; i < 50; i++) for (const chain of run.ready()) run.stretch(chain, 500);
    expect(run.remoteFrees).toBe(0);
    expect(run.lives).toEqual([0, 1, 1, 1]);
    expect(run.live).toBe(60);
  });

  it('draws as lran2 does from every state that it can be in', () => {
    const chunks = 1009;
    const program = programOf(
      resolveKnobs({
        workload: 'larson-immortal',
        threads: 1,
        chunks,
        minSize: 16,
        maxSize: 16,
        seed: 7,
      }),
    );
    setUp(program, { malloc: () => undefined, free: () => undefined, start: () => true });
    const main = new Int32Array(LRAN2_STATE);
    lran2Init(main, 0, 7);
    const own = new Int32Array(LRAN2_STATE);
    lran2Init(own, 0, lran2(main, 0));
    // The generator's period is its modulus, so that this passes every x; then all that the table holds.
    const swaps = LRAN2_MODULUS + 2048;
    const batch = 1024;
    const ops = new Int32Array(batch * 2 * OP_WORDS);
    let wrong = 0;
    for (let done = 0; done < swaps; done += batch) {
      expect(program.fill(1, ops, 0, batch * 2)).toBe(batch * 2);
      for (let i = 0; i < batch; i++)
        if (ops[i * 2 * OP_WORDS + OP_SLOT] !== lran2(own, 0) % chunks) wrong++;
      program.settle(1, batch * 2);
    }
    expect(wrong).toBe(0);
  });
});
