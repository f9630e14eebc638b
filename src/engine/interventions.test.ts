import { describe, expect, it } from 'vitest';
import { type ActId, rangeProblem } from './interventions.ts';
import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import { createSimulation } from './simulation.ts';
import { C } from './telemetry/counters.ts';
import { EV, REFUSED } from './telemetry/events.ts';
import type { Simulation } from './types.ts';

const TINY: Partial<KnobValues> = { model: 'tiny', chunks: 64, rounds: 4 };
const MF2: Partial<KnobValues> = {
  model: 'mf2',
  chunks: 32,
  rounds: 8,
  minSize: 2048,
  maxSize: 8192,
  seconds: 60,
};
const models = [
  ['tiny', TINY],
  ['mf2', MF2],
] as const;

const start = (knobs: Partial<KnobValues>, ops: number): Simulation => {
  const sim = createSimulation(resolveKnobs(knobs), { eventCapacity: 1 << 14 });
  sim.advance(ops);
  return sim;
};
/** Does an act that must be possible. */
const deal = (sim: Simulation, act: ActId, subject: number, amount = 0): void => {
  expect(sim.whyNot({ act, subject, amount })).toBeUndefined();
  sim.act({ act, subject, amount });
  expect(sim.audit()).toEqual([]);
};
const opsOf = (sim: Simulation): number[] => sim.listThreads().map(({ ops }) => ops);
const rowsWhere = (
  sim: Simulation,
  wanted: (row: NonNullable<ReturnType<Simulation['inspectSpan']>>) => boolean,
): number[] =>
  Array.from({ length: sim.rows }, (_, row) => row).filter((row) => {
    const detail = sim.inspectSpan(row);
    return detail !== undefined && wanted(detail);
  });

describe.each(models)('interventions, %s', (_, knobs) => {
  it('a stalled thread does nothing until the others have caught up', { tags: ['slow'] }, () => {
    const sim = start(knobs, 500);
    const before = sim.listThreads()[1];
    deal(sim, 'stall', 2, 1000);
    sim.advance(300);
    const after = sim.listThreads();
    expect(after[1].ops).toBe(before.ops);
    expect(after[1].clockNs).toBe(before.clockNs + 1e6);
    expect(after[0].ops + after[2].ops + after[3].ops).toBeGreaterThan(0);
    sim.advance(200_000);
    expect(sim.listThreads()[1].ops).toBeGreaterThan(before.ops);
    expect(sim.audit()).toEqual([]);
  });

  it('a burst is done by one thread while the others stand still', () => {
    const sim = start(knobs, 500);
    const before = opsOf(sim);
    deal(sim, 'burst', 3, 200);
    sim.advance(200);
    expect(opsOf(sim)).toEqual(before.map((ops, i) => (i === 2 ? ops + 200 : ops)));
    const [first, , third] = sim.listThreads();
    // They go on where the burst ended, not in the past.
    expect(first.clockNs).toBeGreaterThanOrEqual(third.clockNs);
    sim.advance(400);
    expect(opsOf(sim)[0]).toBeGreaterThan(before[0]);
    expect(sim.audit()).toEqual([]);
  });

  it('a killed thread leaves its memory to nobody and has no successor', () => {
    const sim = start(knobs, 500);
    const { life, owned } = sim.listThreads()[0];
    expect(owned).toBeGreaterThan(0);
    deal(sim, 'kill', 1);
    sim.advance(1);
    const orphans = rowsWhere(sim, (row) => row.owner === life && !row.ownerAlive);
    expect(orphans.length).toBe(owned);
    expect(sim.listThreads()[0].running).toBe(false);
    const ops = sim.listThreads()[0].ops;
    sim.advance(20_000);
    expect(sim.listThreads()[0]).toMatchObject({ running: false, life, ops });
    expect(sim.whyNot({ act: 'kill', subject: 1, amount: 0 })).toBe('Chain 1 has ended.');
    for (const chain of [2, 3, 4]) deal(sim, 'kill', chain);
    sim.advance(100);
    expect(sim.status).not.toBe('running');
    expect(sim.endedBy).toBe('chainsEnded');
    expect(sim.audit()).toEqual([]);
  });

  it('a forced adoption changes the owner and is where it allocates next', () => {
    const sim = start({ ...knobs, orphanPolicy: 'abandon', route: 's1' }, 6000);
    const chain = 2;
    const { life } = sim.listThreads()[chain - 1];
    const [row] = rowsWhere(sim, (it) => !it.ownerAlive && it.capacity - it.live > 3);
    const blockBytes = sim.inspectSpan(row)?.blockBytes ?? 0;
    const before = sim.counters[C.adoptions];
    deal(sim, 'adopt', row, chain);
    expect(sim.inspectSpan(row)).toMatchObject({ owner: life, ownerAlive: true, queued: 0 });
    expect(sim.counters[C.adoptions]).toBe(before + 1);
    expect(sim.whyNot({ act: 'adopt', subject: row, amount: chain })).toMatch(/owns it already/);
    // The next block of that class comes from there.
    let served = -1;
    for (let i = 0; i < 2000 && served < 0; i++) {
      sim.advance(1);
      const { chain: who, row: from } = sim.lastOutcome();
      if (who === chain && sim.inspectSpan(from)?.blockBytes === blockBytes) served = from;
    }
    expect(served).toBe(row);
    expect(sim.audit()).toEqual([]);
  });

  it('what is pinned is not adopted, forced or trimmed', { tags: ['slow'] }, () => {
    const cure: Partial<KnobValues> = { ...knobs, orphanPolicy: 'adopt', route: 's1' };
    const free = start(cure, 400);
    const pinned = start(cure, 400);
    for (const row of rowsWhere(pinned, () => true)) deal(pinned, 'pin', row);
    free.advance(20_000);
    pinned.advance(20_000);
    const old = (sim: Simulation): number =>
      rowsWhere(sim, (row) => row.bornOp <= 400 && row.adoptedFrom >= 0).length;
    expect(old(free)).toBeGreaterThan(0);
    expect(old(pinned)).toBe(0);
    expect(pinned.whyNot({ act: 'adopt', subject: 0, amount: 1 })).toBe('It is pinned.');
    expect(pinned.whyNot({ act: 'trim', subject: 0, amount: 0 })).toBe('It is pinned.');
    for (const row of rowsWhere(pinned, ({ pinned: on }) => on)) deal(pinned, 'unpin', row);
    expect(rowsWhere(pinned, ({ pinned: on }) => on)).toEqual([]);
    const [orphan] = rowsWhere(pinned, (row) => row.bornOp <= 400 && !row.ownerAlive);
    deal(pinned, 'adopt', orphan, 1);
    expect(pinned.inspectSpan(orphan)?.ownerAlive).toBe(true);
  });

  it('an act that cannot be done is noted and changes nothing else', () => {
    const sim = start(knobs, 500);
    const twin = start(knobs, 500);
    sim.act({ act: 'kill', subject: 99, amount: 0 });
    sim.act({ act: 'adopt', subject: 1_000_000, amount: 1 });
    expect(sim.events.totals[EV.intervened]).toBe(2);
    expect(sim.events.get(sim.events.next - 1)).toMatchObject({ kind: 'intervened', b: REFUSED });
    sim.advance(5000);
    twin.advance(5000);
    const counted = (run: Simulation): number[] =>
      // The one counter that holds an event's number is two events on.
      [...run.readCounters()].filter((_, i) => i !== C.chainMaxSeq);
    expect(counted(sim)).toEqual(counted(twin));
    expect(opsOf(sim)).toEqual(opsOf(twin));
  });

  it('memory pressure above what is left kills at once', () => {
    const sim = start({ ...knobs, physLimitGiB: 1 }, 3000);
    const share = 1 - sim.residentBytes / 2 ** 30;
    sim.setKnob('memPressure', share - 0.001);
    sim.advance(1);
    expect(sim.status).toBe('running');
    sim.setKnob('memPressure', Math.min(0.999, share + 0.001));
    expect(sim.status).toBe('oom');
    expect(sim.endedBy).toBe('physicalLimit');
    expect(sim.audit()).toEqual([]);
  });
});

describe('trimming by hand', () => {
  it('gives back a SuperSlab whose counter lies, and no other', () => {
    const sim = start({ ...TINY, rounds: 1 }, 20_000);
    const [liar] = rowsWhere(sim, (row) => row.state === 'inflated');
    const [holding] = rowsWhere(sim, (row) => row.state === 'orphan' && row.live > 1);
    const entries = sim.readEntries().superslabs;
    expect(sim.whyNot({ act: 'trim', subject: holding, amount: 0 })).toMatch(
      /blocks in it are live/,
    );
    deal(sim, 'trim', liar);
    expect(sim.inspectSpan(liar)).toBeUndefined();
    expect(sim.readEntries().superslabs).toBe(entries - 1);
    sim.advance(5000);
    expect(sim.audit()).toEqual([]);
  });

  it('gives back the free OS pages of an MF2 page, which fault when used again', () => {
    const sim = start({ ...MF2, minSize: 8192, maxSize: 8193, route: 's2' }, 6000);
    const page = rowsWhere(sim, () => true).find(
      (row) => sim.whyNot({ act: 'trim', subject: row, amount: 0 }) === undefined,
    );
    expect(page).toBeDefined();
    const row = page ?? 0;
    const before = sim.inspectSpan(row)?.slabs[0].residentPages ?? 0;
    const resident = sim.residentBytes;
    deal(sim, 'trim', row);
    const after = sim.inspectSpan(row)?.slabs[0].residentPages ?? 0;
    expect(after).toBeLessThan(before);
    expect(sim.residentBytes).toBe(resident - (before - after) * 4096);
    expect(sim.whyNot({ act: 'trim', subject: row, amount: 0 })).toMatch(/holds a block/);
    sim.advance(20_000);
    expect(sim.audit()).toEqual([]);
  });
});

it('a thread cannot stall where operations are dealt out in turn', () => {
  const sim = start({ ...TINY, schedule: 'shared' }, 100);
  expect(sim.whyNot({ act: 'stall', subject: 1, amount: 10 })).toMatch(/shared schedule/);
});

it('a sleeper is woken for its burst and sleeps again', () => {
  const sim = start(
    { model: 'mf2', workload: 'wakers', wakePeriod: 1_000_000, minSize: 2048, maxSize: 8192 },
    200,
  );
  const waker = 3;
  expect(sim.listThreads()[waker - 1]).toMatchObject({ asleep: true });
  const { ops } = sim.listThreads()[waker - 1];
  deal(sim, 'burst', waker, 50);
  sim.advance(50);
  expect(sim.listThreads()[waker - 1]).toMatchObject({ ops: ops + 50 });
  // It notices that there is nothing more to do when it is its turn again.
  sim.advance(50);
  expect(sim.listThreads()[waker - 1]).toMatchObject({ asleep: true, ops: ops + 50 });
});

it('a killed sleeper is not woken, by its period or by a remote free', () => {
  const sim = start({ ...MF2, workload: 'wakers', wakePeriod: 50, wakeup: 'on' }, 400);
  const sleeper = sim.listThreads().find(({ asleep }) => asleep);
  if (!sleeper) throw new Error('nobody sleeps');
  deal(sim, 'kill', sleeper.chain);
  const wakes = sim.counters[C.wakes];
  sim.advance(3000);
  const after = sim.listThreads()[sleeper.chain - 1];
  expect(after).toMatchObject({ asleep: false, running: false, ops: sleeper.ops });
  const woken = Array.from({ length: sim.events.next }, (_, seq) => sim.events.get(seq)).filter(
    (event) => event?.kind === 'wake' && event.life === sleeper.life && event.op > 400,
  );
  expect(woken).toEqual([]);
  expect(sim.counters[C.wakes]).toBeGreaterThan(wakes);
});

it('a burst of a waker that is awake is done in whole', () => {
  const sim = start({ ...MF2, workload: 'wakers', wakePeriod: 50, burst: 20 }, 400);
  let awake = sim.listThreads().findIndex(({ chain, asleep }) => chain > 2 && !asleep);
  for (let i = 0; awake < 0 && i < 2000; i++) {
    sim.advance(1);
    awake = sim.listThreads().findIndex(({ chain, asleep }) => chain > 2 && !asleep);
  }
  const before = sim.listThreads()[awake].ops;
  deal(sim, 'burst', awake + 1, 500);
  sim.advance(500);
  expect(sim.listThreads()[awake].ops - before).toBe(500);
});

it('calls by hand name a thread, a slot and bytes', () => {
  const malloc = { act: 'malloc', subject: 1, slot: 9, amount: 100 } as const;
  expect(rangeProblem(malloc)).toBeUndefined();
  expect(rangeProblem({ ...malloc, slot: 10 })).toBe('malloc needs a slot from 0 to 9.');
  expect(rangeProblem({ act: 'malloc', subject: 1, amount: 9 })).toMatch(/needs a slot/);
  expect(rangeProblem({ ...malloc, subject: 0 })).toBe('malloc needs a chain from 1 to 127.');
  expect(rangeProblem({ ...malloc, amount: 2 ** 24 + 1 })).toMatch(/from 1 to 16,777,216 B/);
  expect(rangeProblem({ ...malloc, act: 'free' })).toBe('free has no amount.');
  expect(rangeProblem({ act: 'pin', subject: 3, slot: 1, amount: 0 })).toMatch(
    /not done to a slot/,
  );
});

it('ranges are checked before a run is asked', () => {
  expect(rangeProblem({ act: 'burst', subject: 1, amount: 0 })).toMatch(/from 1 to 1,000,000/);
  expect(rangeProblem({ act: 'stall', subject: 0, amount: 5 })).toMatch(/chain from 1/);
  expect(rangeProblem({ act: 'pin', subject: 3, amount: 2 })).toBe('Pin has no amount.');
  expect(rangeProblem({ act: 'pin', subject: 3, amount: 0 })).toBeUndefined();
});

describe('a flush by hand (S-11)', () => {
  const counted: Partial<KnobValues> = { ...TINY, decOnRemote: true, minSize: 64 };
  const released = (knobs: Partial<KnobValues>): { sim: Simulation; freed: number } => {
    const sim = start(knobs, 6000);
    expect(sim.readCounters()[C.superslabsFreed]).toBe(0);
    deal(sim, 'flush', 1);
    return { sim, freed: sim.readCounters()[C.superslabsFreed] };
  };

  it('releases what counters call empty, whatever the knobs say of trims', () => {
    const { sim, freed } = released(counted);
    expect(freed).toBeGreaterThan(0);
    expect(sim.readCounters()[C.trimCalls]).toBe(1);
    // The pass is the flush's doing, and what it freed is the pass's.
    const all = [...Array(sim.events.next).keys()].map((seq) => sim.events.get(seq));
    const pass = all.find((event) => event?.kind === 'trim');
    expect(sim.events.get(pass?.cause ?? -1)?.kind).toBe('intervened');
    expect(all.filter((event) => event?.cause === pass?.seq)).toHaveLength(freed);
    expect(rowsWhere(sim, (row) => row.state === 'empty' || row.state === 'kept')).toEqual([]);
    sim.advance(5000);
    expect(sim.audit()).toEqual([]);
  });
  it('finds less where counters lie', () => {
    const lying = released({ ...counted, decOnRemote: false });
    expect(lying.freed).toBeLessThan(released(counted).freed / 2);
    expect(lying.sim.readCounters()[C.trimSkipActive]).toBeGreaterThan(0);
  });
  it('gives the thread’s caches back', () => {
    const sim = start(
      { ...counted, tlsCacheSlots: 64, workload: 'larson-immortal', dtvBytes: 0 },
      2000,
    );
    const before = sim.readCounters()[C.cachedBlocks];
    for (const chain of [1, 2, 3, 4]) deal(sim, 'flush', chain);
    expect(before).toBeGreaterThan(0);
    expect(sim.readCounters()[C.cachedBlocks]).toBe(0);
  });
  it('is nothing that other allocators could do', () => {
    for (const model of ['mf2', 'firstfit'] as const)
      expect(
        start({ ...TINY, model }, 100).whyNot({ act: 'flush', subject: 1, amount: 0 }),
      ).toMatch(/no pass/);
  });
});

describe('compaction (S-27)', () => {
  it('is refused with the count of pointers that would have to change', () => {
    const sim = start({ ...TINY, minSize: 128, maxSize: 128, dtvBytes: 0 }, 3000);
    const sparse = rowsWhere(sim, (row) => row.live > 0 && row.live < row.capacity / 10);
    const blocks = sparse.reduce((sum, row) => sum + (sim.inspectSpan(row)?.live ?? 0), 0);
    expect(sparse.length).toBeGreaterThan(2);
    const digest = sim.digest();
    const why = sim.whyNot({ act: 'compact', subject: sparse[0], amount: 0 });
    expect(why).toContain(`${blocks} blocks in ${sparse.length} SuperSlabs`);
    expect(why).toMatch(/pointers of the program/);
    expect(sim.digest()).toBe(digest);
  });
  it('has nothing to move where spans are full enough', () => {
    const sim = start({ ...TINY, workload: 'larson-immortal', threads: 1, ssLg: 16 }, 100);
    const [row] = rowsWhere(sim, (span) => span.live > 0);
    expect(sim.whyNot({ act: 'compact', subject: row, amount: 0 })).toMatch(/nothing to move/);
    expect(sim.whyNot({ act: 'compact', subject: 99_999, amount: 0 })).toMatch(/There is no/);
  });
});
