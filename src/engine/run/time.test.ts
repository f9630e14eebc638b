import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import { COUNTERS } from '../telemetry/counters.ts';
import type { Run } from './run.ts';

const OPS = 150_000;
/** Larson with detached threads on two cores, every step priced. */
const base = { timeBase: 'costs', threadEnd: 'detach', cores: 2 } as const;
const fix = { decOnRemote: true, trimSS: true, trimIntervalMs: 1 } as const;

const ran = (knobs: Partial<KnobValues>, ops = OPS): Run => {
  const run = createSimulation(resolveKnobs(base, knobs));
  run.advance(ops);
  return run;
};
const opsPerSecond = (run: Run): number => (run.op / run.nowNs) * 1e9;

describe('virtual time on two cores', () => {
  it.each([
    ['shipped', {}],
    ['fix and trim', fix],
    ['hybrid', { ownership: 'hybridG', trimIntervalMs: 1 }],
    ['adopt', { orphanPolicy: 'adopt' }],
    ['new frames', { ...fix, costFreshFrame: 6000 }],
  ] as const)('does not depend on the quantum: %s', (_name, knobs) => {
    // To the end of the same time, so that all have come equally far.
    const counts = (quantum: number): unknown => {
      const run = ran({ ...knobs, seconds: 0.004, quantum }, Infinity);
      expect(run.endedBy).toBe('time');
      // How many lives passed until a span was empty is not kept in order where nobody can see the span.
      const counters = COUNTERS.map((name, i) => [name, run.readCounters()[i]] as const).filter(
        ([name]) => name !== 'emptiedLives',
      );
      return { ops: run.op, endNs: run.nowNs, counters };
    };
    const first = counts(1);
    expect(counts(64)).toEqual(first);
    expect(counts(1024)).toEqual(first);
  });

  it('trims beside the others: they map between two of its munmaps', () => {
    const run = createSimulation(resolveKnobs(base, fix));
    run.advance(OPS);
    let order = '';
    for (let seq = 0; seq < run.events.next; seq++) {
      const kind = run.events.get(seq)?.kind;
      if (kind === 'superslabFreed') order += 'f';
      else if (kind === 'superslabMapped') order += 'm';
    }
    expect(order).toMatch(/fmf|fmmf/);
    expect(run.audit()).toEqual([]);
  });

  it('goes on with a pass after a restore', () => {
    const straight = createSimulation(resolveKnobs(base, fix));
    // Until main's slot is in the middle of a pass.
    while (straight.allocator.busy[0] === 0) straight.advance(7);
    const saved = straight.snapshot();
    straight.advance(20_000);
    const other = createSimulation(resolveKnobs(base, fix));
    other.restore(saved);
    other.advance(20_000);
    expect(other.digest()).toBe(straight.digest());
    expect(other.audit()).toEqual([]);
  });

  it('charges only for frames that were never used: given-back memory is cheaper than new', () => {
    const dear = { costFreshFrame: 6000 };
    const cost = (knobs: Partial<KnobValues>) =>
      opsPerSecond(ran(knobs)) / opsPerSecond(ran({ ...knobs, ...dear }));
    expect(cost({})).toBeGreaterThan(4);
    expect(cost(fix)).toBeLessThan(2.5);
  });
});

it('runs on however often a call ends in the middle of a turn in which others are earlier', () => {
  const run = createSimulation(resolveKnobs({ ownership: 'central' }));
  // More calls than turns in which nothing happens may follow each other.
  for (let i = 0; i < 25_000; i++) run.advance(1 + (i % 3));
  expect(run.status).toBe('running');
});
