import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { ReferenceRun } from '../testing/reference.ts';

const shared = (knobs: Partial<KnobValues> = {}): ReferenceRun =>
  new ReferenceRun(programOf(resolveKnobs({ workload: 'larson-shared', ...knobs })));

describe('Larson on a shared array', () => {
  it.each([1, 2, 4, 8])('of %i threads all but one free what a thread allocates', (threads) => {
    const run = shared({ threads, chunks: 64, seed: 3 });
    const turn = (): void => {
      for (let chain = 1; chain <= threads; chain++) run.stretch(chain, 2);
    };
    // Until hardly a block of main is left; then whoever swapped a slot last owns its block.
    for (let i = 0; i < 600; i++) turn();
    const before = [run.remoteFrees, run.frees];
    for (let i = 0; i < 4000; i++) turn();
    const share = (run.remoteFrees - before[0]) / (run.frees - before[1]);
    expect(Math.abs(share - (1 - 1 / threads))).toBeLessThan(0.01);
    expect(run.live).toBe(64 * threads);
  });

  it('draws places and sizes as Larson does, but of the whole array', () => {
    const larson = new ReferenceRun(
      programOf(resolveKnobs({ workload: 'larson', threads: 1, chunks: 40, succession: false })),
    );
    const run = shared({ threads: 1, chunks: 40 });
    for (let i = 0; i < 200; i++) expect(run.stretch(1, 2)).toEqual(larson.stretch(1, 2));
  });

  it('passes over a place that another thread has in hand, even when every place but one is', () => {
    const run = shared({ threads: 5, chunks: 1 });
    const slots = [1, 2, 3, 4, 5].map((chain) => run.stretch(chain, 1)[0].split(' ')[1]);
    expect(new Set(slots).size).toBe(5);
    for (let i = 0; i < 300; i++) run.stretch(1 + (i % 5), 2);
    expect(run.live).toBe(5);
  });

  it('swaps where a killed thread had freed and not allocated', () => {
    const run = shared({ threads: 2, chunks: 1 });
    run.stretch(1, 1);
    run.killNow(1);
    expect(run.live).toBe(1);
    for (let i = 0; i < 50; i++) run.stretch(2, 2);
    expect(run.live).toBe(2);
  });
});
