// @module-tag slow
import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { presetById, variantKnobs } from '../presets.ts';
import { derive } from '../report.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';

/** A preset's variant after so many operations. */
function ran(id: string, name: string, ops: number, knobs: Partial<KnobValues> = {}) {
  const preset = presetById(id);
  const variant = preset?.variants.findIndex((each) => each.name === name) ?? -1;
  if (!preset || variant < 0) throw new Error(`no ${name} in ${id}`);
  const sim = createSimulation(resolveKnobs(variantKnobs(preset, variant), knobs), {
    eventCapacity: 1024,
  });
  sim.advance(ops);
  const counters = sim.readCounters();
  return {
    sim,
    ops: sim.op,
    rate: derive(counters, sim.op, sim.virtualNs, false, 0).modelledOpsPerSecond / 1e6,
    count: (name: keyof typeof C) => counters[C[name]],
  };
}

const SEEDS = [12_345, 1];

describe('what trimming costs is read off the trim sweep (C-18, C-19)', () => {
  it.each(SEEDS)('seed %i', (seed) => {
    // Past the first pass of each lane.
    const at = (name: string) => ran('trim-sweep', name, 8_000_000, { seed });
    const shipped = at('As shipped');
    const counted = at('Counted, no trim');
    const lanes = ['500 ms', '100 ms', '10 ms'].map(at);
    for (const { ops } of [shipped, counted, ...lanes]) expect(ops).toBe(8_000_000);
    // C-18: the decrement costs 2 to 3 % on this clock.
    const decrement = 1 - counted.rate / shipped.rate;
    expect(decrement).toBeGreaterThan(0.015);
    expect(decrement).toBeLessThan(0.03);
    // C-19: the more often the dearer, and the fewer SuperSlabs at once.
    const price = lanes.map(({ rate }) => 1 - rate / counted.rate);
    expect(price[0]).toBeGreaterThan(0.1);
    expect(price[1]).toBeGreaterThan(price[0] + 0.02);
    expect(price[2]).toBeGreaterThan(price[1] + 0.02);
    expect(price[2]).toBeLessThan(0.3);
    const peaks = lanes.map(({ count }) => count('superslabsPeak'));
    expect(peaks).toEqual([...peaks].sort((a, b) => b - a));
    expect(peaks[0]).toBeGreaterThan(4 * peaks[2]);
  });
});

describe('cures for orphans have a price (E-07)', () => {
  it.each(SEEDS)('seed %i', (seed) => {
    const at = (name: string) => ran('orphan-cures', name, 4_000_000, { seed });
    const abandon = at('Abandon');
    const reuse = at('Reuse empties');
    const adopt = at('Adopt');
    const central = at('F: central list');
    const hybrid = at('G: hybrid');
    // Whoever maps less is faster, but for the one list, where everybody waits for everybody.
    expect(adopt.rate).toBeGreaterThan(3 * abandon.rate);
    expect(reuse.rate).toBeGreaterThan(1.5 * abandon.rate);
    expect(hybrid.rate).toBeLessThan(abandon.rate);
    expect(central.rate).toBeLessThan(adopt.rate / 3);
    for (const other of [abandon, reuse, adopt, hybrid])
      expect(central.count('lockWaitNs')).toBeGreaterThan(5 * other.count('lockWaitNs'));
  });
});
