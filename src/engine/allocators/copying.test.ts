import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';
import type { ModelId } from './index.ts';

/** ns that the calls take, a block being resized from one size to the other; a neighbour lies above it. */
function taken(model: ModelId, from: number, to: number, knobs: Partial<KnobValues>): number {
  const run = createSimulation(
    resolveKnobs({ model, workload: 'by-hand', handStart: '', timeBase: 'costs' }, knobs),
  );
  const call = (act: 'malloc' | 'realloc', slot: number, amount: number): void => {
    const made = { act, subject: 1, slot, amount };
    expect(run.whyNot(made)).toBeUndefined();
    run.act(made);
    expect(run.advance(1).ops).toBe(1);
  };
  call('malloc', 8, from);
  call('malloc', 9, from);
  const before = run.threads.clock[1];
  call('realloc', 8, to);
  expect(run.readCounters()[C.nullReturns]).toBe(0);
  expect(run.audit()).toEqual([]);
  return run.threads.clock[1] - before;
}

/** A nanosecond a byte. */
const DEAR = { costCopy: 1024 };
const FREE = { costCopy: 0 };

describe('realloc pays for the bytes that it copies', () => {
  it.each([
    ['tiny', 100, 900, 100],
    ['tiny', 900, 100, 100],
    ['tiny', 1000, 5000, 1000],
    ['tiny', 5000, 1000, 1000],
    ['mf2', 3000, 20_000, 3000],
    ['mf2', 20_000, 3000, 3000],
    ['firstfit', 100, 20_000, 100],
  ] as const)('%s from %i to %i B: %i of them', (model, from, to, copied) => {
    const extra = taken(model, from, to, DEAR) - taken(model, from, to, FREE);
    expect(extra).toBeCloseTo(copied, 6);
    const rate = { timeBase: 'documentRate' } as const;
    expect(taken(model, from, to, { ...rate, ...DEAR })).toBe(
      taken(model, from, to, { ...rate, ...FREE }),
    );
  });

  it.each([
    // The same class, or a chunk that is large enough.
    ['tiny', 100, 120],
    ['mf2', 3000, 3001],
    ['firstfit', 20_000, 100],
  ] as const)('and for none where the block stays: %s from %i to %i B', (model, from, to) => {
    expect(taken(model, from, to, DEAR)).toBe(taken(model, from, to, FREE));
  });
});
