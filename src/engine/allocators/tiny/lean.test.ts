import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { C, type CounterName } from '../../telemetry/counters.ts';
import { CRASH } from '../../telemetry/events.ts';
import { B, BAND_COUNT } from '../../telemetry/ledger.ts';
import { SS } from '../../telemetry/states.ts';
import { NONE, SS_FLAG, SS_FLAGS, SS_WORDS } from './layout.ts';
import { PictureHeap } from './testing/heap-picture.ts';

/** Of a SuperSlab of one slab all pages are written, so that there is something to give up. */
const LEAN: Partial<KnobValues> = {
  lean: true,
  ssLg: 16,
  prelink: true,
  trimSS: true,
  decOnRemote: true,
};
const PAGES = 16;

/** A heap in which a thread has left so many empty SuperSlabs, each of another class, and a pass has been there. */
function released(count: number, knobs: Partial<KnobValues>): PictureHeap {
  const heap = new PictureHeap({ ...LEAN, emptyReserve: 0, ...knobs });
  for (let i = 0; i < count; i++) heap.alloc(1, 'ABCDEFGH'[i], 8 * 2 ** i);
  for (let i = 0; i < count; i++) heap.free(1, 'ABCDEFGH'[i]);
  return heap.exit(1).trim();
}
const read = ({ heap }: PictureHeap, ...names: readonly CounterName[]): number[] =>
  names.map((name) => heap.counters[C[name]]);
const retiredRows = ({ heap }: PictureHeap): number[] =>
  Array.from({ length: heap.rows }, (_, row) => row).filter((row) => heap.isRetired(row));
const kinds = ({ machine }: PictureHeap): string[] =>
  Array.from({ length: machine.events.next }, (_, i) => machine.events.get(i)?.kind ?? '');

describe('a SuperSlab released in lean mode', () => {
  it('with FREE keeps its mapping and its pages, of which the kernel may take all but the magic’s', () => {
    const heap = released(1, { decommit: 'free' });
    expect(read(heap, 'leanDecommits', 'leanRetires', 'leanRedirtied')).toEqual([1, 1, 1]);
    expect(read(heap, 'superslabsFreed', 'superslabsNow', 'madviseCalls')).toEqual([0, 0, 1]);
    const { space } = heap.heap;
    expect(space.superslabEntries).toBe(1);
    expect(heap.heap.superslabResident).toBe(PAGES);
    expect(space.pages.lazyPages).toBe(PAGES - 1);
    expect(space.takeLazy(1000)).toBe(PAGES - 1);
    expect(heap.heap.superslabResident).toBe(1);
    expect(space.superslabEntries).toBe(1);
  });

  it('with DONTNEED keeps its mapping and the page that the magic is written to', () => {
    const heap = released(1, { decommit: 'dontneed' });
    const faults = heap.heap.space.pages.faults;
    expect(read(heap, 'leanRetires', 'leanRedirtied')).toEqual([1, 1]);
    expect(heap.heap.superslabResident).toBe(1);
    expect(heap.heap.space.pages.lazyPages).toBe(0);
    expect(heap.heap.space.superslabEntries).toBe(1);
    // The page came back with a fault; with FREE it was still there.
    expect(faults - released(1, { decommit: 'free' }).heap.space.pages.faults).toBe(1);
  });

  it('with OFF is unmapped, as without lean mode', () => {
    for (const knobs of [{ decommit: 'off' }, { lean: false }] as const) {
      const heap = released(1, knobs);
      expect(read(heap, 'superslabsFreed', 'leanRetires', 'madviseCalls')).toEqual([1, 0, 0]);
      expect(heap.heap.space.superslabEntries).toBe(0);
    }
  });

  it('goes into the SuperSlab caches first', () => {
    const heap = released(4, { superslabCacheSlots: 1 });
    expect(read(heap, 'leanRetires')).toEqual([2]);
    expect(kinds(heap).filter((kind) => kind === 'superslabCached')).toHaveLength(2);
    const order = kinds(heap).filter((kind) => /Cached|Retired/.test(kind));
    expect(order.slice(0, 2)).toEqual(['superslabCached', 'superslabCached']);
  });

  it('is nobody’s again: the next block of its class maps another', () => {
    const heap = released(1, {}).alloc(2, 'A', 8);
    expect(read(heap, 'superslabsAllocated', 'superslabsNow')).toEqual([2, 1]);
    expect(heap.heap.space.superslabEntries).toBe(2);
  });

  it('is not kept, however many FAST would keep', () => {
    expect(read(released(3, { emptyReserve: 256 }), 'leanRetires')).toEqual([3]);
    const fast = released(3, { emptyReserve: 256, lean: false });
    expect(read(fast, 'superslabsFreed', 'superslabsNow', 'trimSkipReserve')).toEqual([0, 3, 3]);
  });

  it('with huge pages gets all of it back by one write', () => {
    const huge: Partial<KnobValues> = { ssLg: 21, decommit: 'dontneed' };
    const heap = new PictureHeap({ ...LEAN, ...huge, emptyReserve: 0 });
    heap.heap.space.thp = 'always';
    heap.alloc(1, 'A').free(1, 'A').exit(1).trim();
    expect(read(heap, 'leanRetires', 'leanRedirtied')).toEqual([1, 512]);
    expect(heap.heap.superslabResident).toBe(512);
  });
});

describe('decommits that do not come to be', () => {
  it('where a library lies: unmapped, for that reason', () => {
    const heap = released(2, { dsoOverlap: 100 });
    expect(read(heap, 'leanOverlaps', 'leanRetires', 'superslabsFreed', 'madviseCalls')).toEqual([
      2, 0, 2, 0,
    ]);
    const { events } = heap.machine;
    const freed = kinds(heap).indexOf('superslabFreed');
    const failed = events.get(events.get(freed)?.cause ?? NONE);
    expect(failed).toMatchObject({
      kind: 'adviceFailed',
      subject: events.get(freed)?.subject,
      a: 0,
    });
    expect(events.get(failed?.cause ?? NONE)?.kind).toBe('trim');
  });

  it('by the place: the same SuperSlabs each time, others under another seed', () => {
    const outcomes = (mixedSeed: number): string =>
      kinds(released(8, { dsoOverlap: 50, mixedSeed }))
        .filter((kind) => /Retired|Freed/.test(kind))
        .join();
    expect(outcomes(1)).toBe(outcomes(1));
    const drawn = new Set([1, 2, 3, 4, 5, 6].map(outcomes));
    expect(drawn.size).toBeGreaterThan(1);
  });

  it('after ENOMEM: never again, whatever would lie in the way', () => {
    const heap = released(6, { enomemAt: 3 });
    expect(read(heap, 'leanRetires', 'leanRefusals', 'leanUnasked', 'superslabsFreed')).toEqual([
      2, 1, 3, 4,
    ]);
    expect(read(heap, 'madviseCalls')).toEqual([3]);
    const { events } = heap.machine;
    const failed = kinds(heap).indexOf('adviceFailed');
    expect(events.get(failed)).toMatchObject({ a: 1, b: 3 });
    for (const [seq, kind] of kinds(heap).entries())
      if (kind === 'superslabFreed') expect(events.get(seq)?.cause).toBe(failed);
  });
});

describe('use after free', () => {
  const TRAPPED = new RegExp(`crashed: ${CRASH.retiredMagic}, span 0`);
  const UNMAPPED = new RegExp(`crashed: ${CRASH.useAfterUnmap}, span -1`);

  /** Thread 1 allocates from a SuperSlab that a pass releases: the pass asked its own thread's cache alone. */
  const released1 = (knobs: Partial<KnobValues>): PictureHeap =>
    new PictureHeap({ ...LEAN, emptyReserve: 0, hazardTls: true, ...knobs })
      .alloc(1, 'A')
      .free(1, 'A')
      .trim();

  it('meets no magic where the SuperSlab was retired, and no memory where it was unmapped', () => {
    expect(() => released1({}).alloc(1, 'B')).toThrow(TRAPPED);
    expect(() => released1({ decommit: 'dontneed' }).alloc(1, 'B')).toThrow(TRAPPED);
    expect(() => released1({ decommit: 'off' }).alloc(1, 'B')).toThrow(UNMAPPED);
    expect(() => released1({ enomemAt: 1 }).alloc(1, 'B')).toThrow(UNMAPPED);
    expect(() => released1({ lean: false }).alloc(1, 'B')).toThrow(UNMAPPED);
    // Another thread has one of its own.
    expect(read(released1({}).alloc(2, 'B'), 'superslabsNow')).toEqual([1]);
  });

  it('of slots of the shared pool, too', () => {
    expect(() => released1({ sharedPool: true }).alloc(1, 'B')).toThrow(TRAPPED);
  });

  it('by a free that was not over: trapped where it would have written into nothing', () => {
    const freed = (knobs: Partial<KnobValues>): void => {
      const { heap } = new PictureHeap({ ...LEAN, emptyReserve: 0, hazardDecOrder: true, ...knobs })
        .alloc(1, 'A')
        .exit(1)
        .free(2, 'A');
      const inFlight = new Int32Array(9).fill(NONE);
      inFlight[2] = heap.lastRemote;
      heap.trim(0, inFlight);
    };
    expect(() => freed({})).toThrow(TRAPPED);
    expect(() => freed({ lean: false })).toThrow(`crashed: ${CRASH.touchAfterDecrement}, span 0`);
  });

  it('names the retirement as its cause', () => {
    const sim = createSimulation(
      resolveKnobs(SOAK, { hazardTls: true, lean: true, minSize: 1000 }),
      { eventCapacity: 4096 },
    );
    sim.advance(20_000);
    expect(sim.autopsy().crash?.reason).toBe('retiredMagic');
    const { events } = sim;
    const crash = Array.from({ length: events.next - events.first }, (_, i) =>
      events.get(events.first + i),
    ).find((event) => event?.kind === 'crash');
    const retired = crash && events.get(crash.cause);
    expect(retired).toMatchObject({ kind: 'superslabRetired', subject: crash?.subject });
    expect(sim.audit()).toEqual([]);
  });
});

describe('prewarming', () => {
  it('is left out in lean mode', () => {
    const knobs = { prewarmPerClass: 2, ssLg: 21 };
    const fast = new PictureHeap(knobs);
    expect(read(fast, 'superslabsNow')).toEqual([16]);
    expect(fast.heap.superslabResident).toBe(16);
    const lean = new PictureHeap({ ...knobs, lean: true });
    expect(read(lean, 'superslabsNow', 'superslabsAllocated')).toEqual([0, 0]);
  });
});

/** One thread fills 16,000 places with blocks of 512 to 1,024 B and frees them all before each quiet spell. */
const SOAK: Partial<KnobValues> = {
  workload: 'soak',
  threads: 1,
  workingSet: 16_000,
  minSize: 512,
  maxSize: 1024,
  spellOps: 8000,
  quietFree: 100,
  quietMs: 50,
  trimIntervalMs: 10,
  trimSS: true,
  emptyReserve: 256,
  seconds: 60,
};
function soak(knobs: Partial<KnobValues>, ops = 60_000) {
  const sim = createSimulation(resolveKnobs(SOAK, knobs), { eventCapacity: 1024 });
  sim.advance(ops);
  const mapped = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  sim.readLedger(mapped, resident);
  const counters = sim.readCounters();
  return { sim, mapped, resident, count: (name: CounterName) => counters[C[name]] };
}

describe('a soak with quiet spells', () => {
  it('has other resident sets under FAST, FREE, DONTNEED and OFF', () => {
    const fast = soak({ prewarmPerClass: 2 });
    const free = soak({ lean: true });
    const dontneed = soak({ lean: true, decommit: 'dontneed' });
    const off = soak({ lean: true, decommit: 'off' });
    for (const { sim } of [fast, free, dontneed, off]) expect(sim.audit()).toEqual([]);
    // FREE: each spell retires what stays resident; FAST takes the same SuperSlabs again.
    expect(free.sim.residentBytes).toBeGreaterThan(2 * fast.sim.residentBytes);
    expect(fast.sim.peakResidentBytes).toBeLessThan(2 * dontneed.sim.peakResidentBytes);
    // DONTNEED and OFF: the same but for a page of each retired SuperSlab, and their mappings.
    const pages = dontneed.count('leanRedirtied');
    expect(pages).toBe(dontneed.count('leanRetires'));
    expect(dontneed.resident[B.retired]).toBe(pages * 4096);
    expect(dontneed.sim.residentBytes).toBeLessThan(fast.sim.residentBytes);
    expect(off.sim.readEntries().superslabs).toBeLessThan(
      dontneed.sim.readEntries().superslabs / 2,
    );
    expect(off.resident[B.retired] + off.mapped[B.retired]).toBe(0);
    expect(free.resident[B.lazilyFreed]).toBeGreaterThan(0);
    expect(free.resident[B.lazilyFreed]).toBe(free.count('lazyBytes'));
    expect(dontneed.mapped[B.lazilyFreed]).toBe(0);
  });

  it('under memory pressure loses what FREE gave up, and nothing else', () => {
    const free = soak({ lean: true });
    const before = free.resident.slice();
    const { sim } = free;
    const states = (): number[] => [...sim.readRows().columns.state.subarray(0, sim.rows)];
    expect(states()).toContain(SS.lazy);
    const lazyBefore = states().filter((state) => state === SS.lazy).length;
    sim.setKnob('physLimitGiB', 1);
    // All but what is neither lazily freed nor a page to spare.
    const left = sim.residentBytes - before[B.lazilyFreed] + 4096;
    sim.setKnob('memPressure', 1 - left / 2 ** 30);
    const after = new Float64Array(BAND_COUNT);
    sim.readLedger(new Float64Array(BAND_COUNT), after);
    expect(sim.status).toBe('running');
    expect(after[B.lazilyFreed]).toBe(4096);
    before[B.lazilyFreed] = 4096;
    expect(after).toEqual(before);
    // The map sees what the kernel took.
    expect(states().filter((state) => state === SS.lazy)).toHaveLength(1);
    expect(lazyBefore).toBeGreaterThan(1);
    expect(sim.audit()).toEqual([]);
  });

  it('with little memory lives on what FREE gave up, where FAST and DONTNEED need the same', () => {
    const little = { physLimitGiB: 1, memPressure: 0.984 };
    const free = soak({ ...little, lean: true });
    expect(free.sim.status).toBe('running');
    expect(free.count('reclaimedPages')).toBeGreaterThan(1000);
    expect(free.sim.residentBytes).toBeLessThanOrEqual(
      free.sim.knobs.physLimitGiB * 2 ** 30 * 0.016,
    );
    expect(soak({ ...little, lean: true, decommit: 'dontneed' }).count('reclaimedPages')).toBe(0);
  });

  it('is the same under every profile, and with every knob of lean mode, while that is off', () => {
    const plain = soak({}, 20_000).sim.digest();
    for (const knobs of [
      { profile: 'fast' },
      { profile: 'observe' },
      { decommit: 'dontneed' },
      { leanTargetMB: 1, osStats: true },
      { dsoOverlap: 50, enomemAt: 1, costMadvise: 9 },
    ] as const)
      expect(soak(knobs, 20_000).sim.digest()).toBe(plain);
    expect(soak({ lean: true }, 20_000).sim.digest()).not.toBe(plain);
    // In force the target is a line, whatever it says.
    const target = (leanTargetMB: number): string =>
      soak({ lean: true, leanTargetMB }, 20_000).sim.digest();
    expect(target(1)).toBe(target(64));
  });
});

describe('the inspector and the map', () => {
  it('show a retired SuperSlab as what it is', () => {
    const { sim } = soak({ lean: true, decommit: 'dontneed' }, 20_000);
    const row = Array.from({ length: sim.rows }, (_, i) => i).find(
      (i) => sim.inspectSpan(i)?.state === 'retired',
    );
    const detail = row === undefined ? undefined : sim.inspectSpan(row);
    expect(detail).toMatchObject({ live: 0, capacity: 0, ownerAlive: false });
    expect(detail?.slabs.map(({ residentPages }) => residentPages).slice(0, 2)).toEqual([1, 0]);
    expect(sim.whyNot({ act: 'trim', subject: row ?? NONE, amount: 0 })).toMatch(/retired/);
  });

  it('mark no retired SuperSlab as anything else', () => {
    const heap = released(2, {});
    for (const row of retiredRows(heap))
      expect(heap.heap.superslabs[row * SS_WORDS + SS_FLAGS]).toBe(
        SS_FLAG.mapped | SS_FLAG.retired,
      );
  });
});
