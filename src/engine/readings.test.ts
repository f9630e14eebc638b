import { describe, expect, it } from 'vitest';
import { resolveKnobs } from './knobs/index.ts';
import { ReadingRun, readingsOf } from './readings.ts';
import { createSimulation } from './simulation.ts';
import { C } from './telemetry/counters.ts';

const KNOBS = resolveKnobs({ chunks: 64, threads: 2, timeBase: 'costs' });

describe('readings', () => {
  it('are of the run as it stands after as many operations, however it got there', () => {
    const at = [1, 9000, 20_000];
    const sim = createSimulation(KNOBS);
    const expected = at.map((op) => {
      sim.advance(op - sim.op);
      return {
        op,
        virtualNs: sim.virtualNs,
        residentBytes: sim.residentBytes,
        counters: Array.from(sim.readCounters()),
      };
    });
    expect(readingsOf(KNOBS, at)).toEqual(expected);
  });

  it('of a run that ends are as it ended', () => {
    const [before, after, later] = readingsOf({ ...KNOBS, opLimit: 500 }, [100, 1000, 2000]);
    expect([before.op, after.op, later.op]).toEqual([100, 500, 500]);
    expect(later).toEqual(after);
    expect(after.counters[C.mallocs]).toBeGreaterThan(before.counters[C.mallocs]);
  });

  it('wait for nobody: a program of calls by hand is read where it waits', () => {
    const [reading] = readingsOf(resolveKnobs({ workload: 'by-hand' }), [100]);
    expect(reading.op).toBe(0);
  });

  it('come in bites that say how far they are', () => {
    const run = new ReadingRun(KNOBS, [50_000]);
    expect(run.share).toBe(0);
    expect(run.advance()).toBeUndefined();
    expect(run.share).toBeGreaterThan(0);
    expect(run.share).toBeLessThan(1);
  });
});
