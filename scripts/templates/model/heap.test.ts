import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import type { Simulation } from '../../types.ts';
import { blocksIn, CLASS_BYTES, classOf, LARGEST } from './layout.ts';

const run = (knobs: Partial<KnobValues>, ops: number): Simulation => {
  const sim = createSimulation(
    resolveKnobs({ workload: 'random-mixed' }, knobs, { model: '__id__' }),
  );
  sim.advance(ops);
  expect(sim.audit()).toEqual([]);
  return sim;
};

describe('__Label__', () => {
  it('has the smallest class that a request fits into', () => {
    for (let size = 0; size <= LARGEST; size++)
      if (CLASS_BYTES[classOf(size)] !== CLASS_BYTES.find((bytes) => bytes >= size))
        expect(`${size} has class ${classOf(size)}`).toBe('');
  });

  it('maps as many spans as its blocks need', () => {
    const sim = run({ minSize: 64, maxSize: 64, workingSet: 10_000, dtvBytes: 0 }, 20_000);
    const { superslabsAllocated, superslabsPeak } = C;
    expect(sim.counters[superslabsAllocated]).toBe(sim.counters[superslabsPeak]);
    const spans = sim.counters[superslabsPeak];
    const blocks = blocksIn(256 * 1024, classOf(64));
    expect(spans * blocks).toBeGreaterThanOrEqual(sim.counters[C.liveBlocks]);
    expect((spans - 2) * blocks).toBeLessThan(5000);
  });

  it('gives empty spans back beyond those that it keeps', () => {
    const knobs = { minSize: 9000, maxSize: 32_000, workingSet: 300, __knob__SpanKiB: 64 } as const;
    const kept = run({ ...knobs, __knob__Keep: 1000 }, 20_000);
    expect(kept.counters[C.superslabsFreed]).toBe(0);
    const given = run({ ...knobs, __knob__Keep: 0 }, 20_000);
    expect(given.counters[C.superslabsFreed]).toBeGreaterThan(100);
    given.readCounters();
    expect(given.counters[C.emptySuperslabs]).toBe(0);
  });
});
