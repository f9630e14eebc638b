import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import { LEAST_BUCKETS, Lookup, PER_LINE } from './lookup.ts';
import { PictureHeap } from './testing/heap-picture.ts';

/** A SuperSlab of 2 MiB a row, one after the other. */
const regionOf = (row: number): number => row * 32;

describe('a table of SuperSlabs', () => {
  it('of a registry reads eight addresses a line, and fills a hole with the last', () => {
    const table = new Lookup('registry');
    for (let row = 0; row < 20; row++) table.add(row, regionOf);
    expect([0, 7, 8, 19].map((row) => table.linesTo(row, regionOf(row)))).toEqual([1, 1, 2, 3]);
    expect(PER_LINE).toBe(8);
    table.remove(2, regionOf(2));
    expect(table.linesTo(19, regionOf(19))).toBe(1);
    expect(table.rows().indexOf(19)).toBe(2);
    table.remove(18, regionOf(18));
    expect(table.rows()).toHaveLength(18);
    for (const row of table.rows()) expect(table.finds(row, regionOf(row))).toBe(true);
  });

  it('with hashing has chains, newest first, and doubles when they become long', () => {
    const table = new Lookup('hash');
    const rows = Array.from({ length: 1000 }, (_, row) => row);
    for (const row of rows) table.add(row, regionOf);
    const lines = rows.map((row) => table.linesTo(row, regionOf(row)));
    expect(Math.max(...lines)).toBeGreaterThan(1);
    expect(Math.max(...lines)).toBeLessThan(10);
    expect(lines.filter((each) => each === 1).length).toBeGreaterThan(LEAST_BUCKETS);
    for (const row of rows) if (row % 3 === 0) table.remove(row, regionOf(row));
    const left = rows.filter((row) => row % 3 !== 0);
    expect([...table.rows()].sort((a, b) => a - b)).toEqual(left);
    for (const row of left) expect(table.finds(row, regionOf(row))).toBe(true);
  });
});

const run = (knobs: Partial<KnobValues>, ops = 4000) => {
  const sim = createSimulation(
    resolveKnobs({ chunks: 64, timeBase: 'costs', costContended: 0, ...knobs }),
    { eventCapacity: 1024 },
  );
  sim.advance(ops);
  expect(sim.audit()).toEqual([]);
  const counters = sim.readCounters();
  return { sim, count: (name: keyof typeof C) => counters[C[name]], ns: sim.virtualNs };
};
/** One thread that lives for ever: what a price does to its clock is that price times the calls. */
const ALONE: Partial<KnobValues> = { workload: 'larson-immortal', threads: 1 };

describe('what finding a SuperSlab costs', () => {
  it('is a line for each look, and what a mask reads is in a free’s price', () => {
    const mask = run(ALONE);
    const hash = run({ ...ALONE, lookup: 'hash' });
    expect(mask.count('lookups')).toBe(0);
    expect(hash.count('lookups')).toBe(hash.count('localFrees') + hash.count('remoteFrees'));
    expect(hash.ns - mask.ns).toBeCloseTo(3 * hash.count('lookupLines'), 3);
    for (const name of ['superslabsAllocated', 'localFrees', 'refills'] as const)
      expect(hash.count(name)).toBe(mask.count(name));
  });

  it('is nothing with a Region-ID, if blocks have their byte', () => {
    const byte: Partial<KnobValues> = { ...ALONE, headerByte: true };
    const frees = run(byte).count('localFrees');
    expect(run(byte).ns - run({ ...byte, lookup: 'header' }).ns).toBeCloseTo(3 * frees, 3);
    expect(run({ ...ALONE, lookup: 'header' }).sim.digest()).toBe(run(ALONE).sim.digest());
  });

  it('grows with a registry’s SuperSlabs, and hardly with a hash table’s', () => {
    const lines = (knobs: Partial<KnobValues>): number => {
      const { count } = run({ workload: 'larson', ...knobs }, 12_000);
      return count('lookupLines') / count('lookups');
    };
    expect(lines({ lookup: 'registry' })).toBeGreaterThan(20);
    expect(lines({ lookup: 'hash' })).toBeLessThan(3);
  });

  it('is a call less for each malloc and free where these are inlined', () => {
    const plain = run(ALONE);
    const calls = plain.count('mallocs') + plain.count('localFrees');
    expect(plain.ns - run({ ...ALONE, inlinePath: true }).ns).toBeCloseTo(calls, 3);
  });
});

describe('a prewarmed thread', () => {
  it('takes a slab of every class with its first allocation, and no more later', () => {
    const picture = new PictureHeap({ prewarmTls: true });
    picture.alloc(1, 'A', 64);
    expect(picture.heap.counters[C.slabsAcquired]).toBe(8);
    picture.alloc(1, 'BC', 500).alloc(1, 'D', 8);
    expect(picture.heap.counters[C.slabsAcquired]).toBe(8);
    picture.alloc(2, 'E', 8);
    expect(picture.heap.counters[C.slabsAcquired]).toBe(16);
  });

  it('fills the caches of every class, where it has any', () => {
    const { count } = run({ prewarmTls: true, tlsCacheSlots: 64, workload: 'random-mixed' }, 200);
    expect(count('cacheRefills')).toBeGreaterThanOrEqual(8);
    expect(count('cachedBlocks')).toBeGreaterThan(7 * 8);
  });

  it('strands two SuperSlabs more when it dies: eight classes instead of six', () => {
    const perLife = (prewarmTls: boolean): number => {
      const { sim, count } = run({ chunks: 256, prewarmTls }, 8_000);
      return count('superslabsAllocated') / sim.lastLife;
    };
    expect(perLife(true) - perLife(false)).toBeGreaterThan(1.7);
  });
});

describe('the legacy route (superslabOn off)', () => {
  it('maps each slab for itself', () => {
    const { sim, count } = run({ workload: 'larson', superslabOn: false });
    expect(sim.inspectSpan(0)?.bytes).toBe(65_536);
    expect(count('slabsAcquired')).toBe(count('superslabsAllocated'));
    // Of a size that is not asked for any more nothing depends.
    expect(run({ workload: 'larson', superslabOn: false, ssLg: 20 }).sim.digest()).toBe(
      sim.digest(),
    );
  });
});

describe('failures by cause (S-22)', () => {
  it('are Threshold above the classes, Exhaustion of the pool, MapFail at the limit', () => {
    const traced: Partial<KnobValues> = { workload: 'larson', aceTrace: true };
    const none = run(traced);
    const causes = ['aceThreshold', 'aceExhaustion', 'aceMapFail'] as const;
    expect(causes.map(none.count)).toEqual([0, 0, 0]);
    const above = run({ ...traced, maxSize: 4000 });
    expect(above.count('aceThreshold')).toBe(above.count('otherMallocs'));
    const pool = run({ ...traced, sharedPool: true, sharedCapacity: 16, ssLg: 17 });
    expect(pool.count('aceExhaustion')).toBe(pool.count('capacityWarnings'));
    expect(pool.count('aceExhaustion')).toBeGreaterThan(0);
    const refused = run({ ...traced, maxMapCount: 1000 }, 12_000);
    expect(refused.count('aceMapFail')).toBeGreaterThan(0);
    expect(refused.count('aceMapFail')).toBeLessThanOrEqual(refused.count('mapRefusals'));
    const event = [...Array(refused.sim.events.next).keys()]
      .map((seq) => refused.sim.events.get(seq))
      .find((each) => each?.kind === 'aceFailed');
    expect(refused.sim.events.get(event?.cause ?? -1)?.kind).toBe('mapRefused');
  });
});
