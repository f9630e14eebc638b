// @module-tag slow
import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import { S } from '../telemetry/series.ts';
import type { Run } from './run.ts';

const THREADS = 4;
const SPELL_US = 2_000_000;
const S_NS = 1e9;

/** A run whose threads all stall for two seconds at once; times of its samples, s. */
function stalled(knobs: Partial<KnobValues>) {
  const sim = createSimulation(resolveKnobs({ seconds: 10 }, knobs), { eventCapacity: 1024 });
  sim.advance(60_000);
  const from = sim.virtualNs / S_NS;
  for (let chain = 1; chain <= THREADS; chain++) {
    const stall = { act: 'stall', subject: chain, slot: 0, amount: SPELL_US } as const;
    expect(sim.whyNot(stall)).toBeUndefined();
    sim.act(stall);
  }
  const op = sim.op;
  sim.advance(20_000);
  const times: number[] = [];
  for (let i = 0; i < sim.history.length; i++) times.push(sim.history.at(i, S.ns) / S_NS);
  const rows = times.flatMap((time, i) =>
    time > from + 0.001 && time < from + 1.999 ? [{ time, op: sim.history.at(i, S.op) }] : [],
  );
  return { sim, from, op, times, rows };
}

describe('the history while nothing runs', () => {
  it.each([
    ['document rate', {}],
    ['costs', { timeBase: 'costs' }],
    ['trims meanwhile', { trimSS: true, trimIntervalMs: 100, decOnRemote: true }],
    ['trims meanwhile, on costs', { timeBase: 'costs', ownership: 'hybridG', trimIntervalMs: 50 }],
    ['MF2', { model: 'mf2' }],
    ['textbook', { model: 'firstfit' }],
  ] as const)('has rows all over four stalls of two seconds: %s', (_, knobs) => {
    const { sim, op, times, rows, from } = stalled(knobs);
    expect(sim.op).toBe(op + 20_000);
    // A chart that draws lines between samples draws none that is longer than a quarter of the spell.
    expect(rows.length).toBeGreaterThan(4);
    const gaps = [from, ...rows.map(({ time }) => time), from + 2].map((time, i, all) =>
      i === 0 ? 0 : time - all[i - 1],
    );
    expect(Math.max(...gaps)).toBeLessThan(0.5);
    // Nothing was done meanwhile, but by those that went on for an operation of theirs.
    for (const row of rows) expect(Math.abs(row.op - op)).toBeLessThanOrEqual(THREADS * 64);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('a stall lasts, whether its thread has a core or waits for one', () => {
    for (let chain = 1; chain <= THREADS; chain++) {
      const run: Run = createSimulation(
        resolveKnobs({ timeBase: 'costs', cores: 2, workload: 'larson-shared' }),
        { eventCapacity: 1024 },
      );
      run.advance(60_000);
      const { ops } = run.threads;
      const before = ops.slice();
      const from = run.virtualNs;
      run.act({ act: 'stall', subject: chain, amount: 5_000 });
      while (run.virtualNs < from + 4e6) run.advance(1000);
      expect(ops[chain] - before[chain]).toBe(0);
      while (run.virtualNs < from + 8e6) run.advance(1000);
      expect(ops[chain] - before[chain]).toBeGreaterThan(0);
      expect(run.audit()).toEqual([]);
    }
  });

  it('has none where nobody stalls: operations say when', () => {
    const sim = createSimulation(resolveKnobs({ seconds: 10 }), { eventCapacity: 1024 });
    sim.advance(80_000);
    const ops = new Set<number>();
    for (let i = 0; i < sim.history.length; i++) ops.add(sim.history.at(i, S.op));
    expect(ops.size).toBe(sim.history.length);
  });
});
