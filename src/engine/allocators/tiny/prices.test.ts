import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import type { Run } from '../../run/run.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';

const OPS = 40_000;

/** Time of all threads together, ns, and what they did; costs only accumulate, so that nobody waits. */
function spent(knobs: Partial<KnobValues>) {
  const run: Run = createSimulation(
    resolveKnobs({ timeBase: 'costs', schedule: 'shared' }, knobs),
    { eventCapacity: 1024 },
  );
  run.advance(OPS);
  const { clock, chains } = run.threads;
  let ns = 0;
  for (let chain = 1; chain < chains; chain++) ns += clock[chain];
  return { ns, remote: run.readCounters()[C.remoteFrees], run };
}

describe('what atomics cost', () => {
  it('an uncounted remote free has no decrement, a counted one costs it', () => {
    // One thread after the other: clocks are inherited, so that the sum is the time of all.
    const knobs = { threads: 1, costDecrement: 7 };
    const shipped = spent(knobs);
    const counted = spent({ ...knobs, decOnRemote: true });
    expect(shipped.remote).toBeGreaterThan(20_000);
    expect(counted.remote).toBe(shipped.remote);
    expect(counted.ns - shipped.ns).toBeCloseTo(7 * shipped.remote, 3);
    expect(spent({ ...knobs, costDecrement: 0, decOnRemote: true }).ns).toBe(shipped.ns);
  });

  it('a remote free to an owner that runs is contended, one to the dead or to main is not', () => {
    const extra = (knobs: Partial<KnobValues>) =>
      spent({ ...knobs, costContended: 50 }).ns - spent({ ...knobs, costContended: 0 }).ns;
    // Everybody's predecessors are dead.
    expect(extra({})).toBe(0);
    const shared = { workload: 'larson-shared' } as const;
    const { remote } = spent(shared);
    const contended = extra(shared) / 50;
    // The first free of each block that main has made is remote, and main sleeps.
    expect(contended).toBeLessThanOrEqual(remote);
    expect(contended).toBeGreaterThan(remote - 4096);
    expect(contended).toBeLessThan(remote - 3500);
  });

  it('the central list is dearer when another thread had it last', () => {
    const extra = (threads: number) => {
      const knobs = {
        workload: 'larson-shared',
        ownership: 'central',
        threads,
        chunks: 500,
      } as const;
      return spent({ ...knobs, costContended: 50 }).ns - spent({ ...knobs, costContended: 0 }).ns;
    };
    expect(extra(1)).toBe(0);
    // Dealt out in turn: of a swap's two calls the first finds the list with another thread.
    expect(extra(2) / 50).toBeGreaterThan(OPS * 0.99);
    expect(extra(2) / 50).toBeLessThanOrEqual(OPS);
  });

  it('is no matter of the turn that a thread is in: a run goes on as it was saved', () => {
    const knobs = resolveKnobs({
      timeBase: 'costs',
      ownership: 'central',
      workload: 'larson-shared',
    });
    const straight = createSimulation(knobs);
    straight.advance(4321);
    const saved = straight.snapshot();
    straight.advance(5000);
    const other = createSimulation(knobs);
    other.restore(saved);
    other.advance(5000);
    expect(other.digest()).toBe(straight.digest());
  });

  it('costs nothing under the document rate', () => {
    const dear = { costDecrement: 900, costContended: 900, costLook: 900 };
    const rate = {
      timeBase: 'documentRate',
      workload: 'larson-shared',
      decOnRemote: true,
    } as const;
    expect(spent({ ...rate, ...dear }).ns).toBe(spent(rate).ns);
  });
});
