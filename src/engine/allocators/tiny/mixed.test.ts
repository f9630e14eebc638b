import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import { MOST_REFILL_LOGS } from './heap.ts';
import { BLOCK_INDEX, BLOCK_WORDS, SLAB_PAGES } from './layout.ts';
import { Refusals } from './mixed.ts';
import { OwnerTable, REGIONS } from './owner-table.ts';
import { drawLibc, PictureHeap } from './testing/heap-picture.ts';

/** One mapping is the base's; the next one is refused. */
const NO_MAPS: Partial<KnobValues> = {
  maxMapCount: 1,
  onNull: 'libcFallback',
  guessFree: true,
  lookAlikeProb: 0,
};
/** What the heap's own crash says, as the bare machine throws it. */
const LIBC_AS_OWN = /crashed: 2, span -1/;
const OWN_AS_LIBC = /crashed: 3, span 0/;

describe('blocks of two heaps, small pictures', () => {
  it('has blocks of the C library with addresses of their own, merged and used again', () => {
    const heap = new PictureHeap(NO_MAPS).alloc(1, 'ABCD', 64);
    expect(heap.draw()).toBe('');
    expect(drawLibc(heap)).toBe('ABCD');
    const { mixed, counters } = heap.heap;
    const addresses = [0, 1, 2, 3].map((slot) => mixed?.libc.addressOf(slot) ?? 0);
    // 64 B and two tags of 8 B each.
    expect(addresses.map((address) => address - addresses[0])).toEqual([0, 80, 160, 240]);
    expect(addresses[0] % 16).toBe(0);
    expect(drawLibc(heap.free(2, 'BC'))).toBe('A.D');
    expect(drawLibc(heap.alloc(1, 'X', 100))).toBe('AX.D');
    expect(counters[C.mixedPointers]).toBe(3);
    expect(counters[C.libcFrees]).toBe(2);
  });

  it('keeps both kinds apart where only some mappings are refused', () => {
    // Two entries: the base's and one SuperSlab's.
    const heap = new PictureHeap({ ...NO_MAPS, maxMapCount: 2 })
      .alloc(1, 'AB', 64)
      .alloc(1, 'CD', 8);
    expect(heap.draw()).toBe('AB');
    expect(drawLibc(heap)).toBe('CD');
    expect(heap.free(1, 'AC').draw()).toBe('.B');
    expect(drawLibc(heap)).toBe('.D');
  });

  it('maps large blocks one by one, as the C library does', () => {
    const heap = new PictureHeap({ ...NO_MAPS, maxMapCount: 100 }).alloc(1, 'A', 2 ** 20);
    const { mixed, space } = heap.heap;
    expect(drawLibc(heap)).toBe('');
    expect(mixed?.libc.mapped.pages).toBe(257);
    expect(space.otherEntries).toBe(1);
    heap.free(1, 'A');
    expect(space.otherEntries).toBe(0);
  });

  it('crashes on a block that looks like one of its own, and on no other', () => {
    const none = new PictureHeap(NO_MAPS).alloc(1, 'AB');
    expect(drawLibc(none.free(1, 'AB'))).toBe('');
    const all = new PictureHeap({ ...NO_MAPS, lookAlikeProb: 100 }).alloc(1, 'AB');
    expect(drawLibc(all)).toBe('ab');
    expect(() => all.free(1, 'B')).toThrow(LIBC_AS_OWN);
    expect(all.heap.counters[C.misroutedFrees]).toBe(1);
    // The block is still there: the process died in free.
    expect(drawLibc(all)).toBe('ab');
  });

  it('draws the look once for each block: whoever frees it, however often it is asked', () => {
    const heap = new PictureHeap({ ...NO_MAPS, lookAlikeProb: 50, mixedSeed: 7 });
    heap.alloc(1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 64);
    const drawn = drawLibc(heap);
    const looks = [...drawn].filter((letter) => letter >= 'a').length;
    expect(looks).toBeGreaterThan(5);
    expect(looks).toBeLessThan(21);
    for (const life of [1, 2]) {
      for (let slot = 0; slot < 26; slot++) {
        const own = (heap.heap.blocks[slot * BLOCK_WORDS + BLOCK_INDEX] & 1) === 1;
        if (own) expect(() => heap.heap.misrouted(life, slot)).toThrow(LIBC_AS_OWN);
        else expect(heap.heap.misrouted(life, slot)).toBe(false);
      }
    }
    expect(drawLibc(heap)).toBe(drawn);
    // Another seed of chance, other blocks.
    const other = new PictureHeap({ ...NO_MAPS, lookAlikeProb: 50, mixedSeed: 8 });
    expect(drawLibc(other.alloc(1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 64))).not.toBe(drawn);
  });

  it('says what the first refill that failed had (S-12): no SuperSlab, as in D1’s log, or an exhausted one', () => {
    const none = new PictureHeap(NO_MAPS).alloc(1, 'A', 128).alloc(2, 'B', 8);
    expect(none.heap.refillLogs[0]).toMatchObject({
      class: 4,
      prevSs: -1,
      active: 0,
      bitmap: 0,
      used: 0,
      cap: 0,
      slabIdx: 0,
      reusedFreelist: 0,
      freeIdx: -2,
      errno: 12,
    });
    // A SuperSlab of one slab: 63 blocks of 1,024 B beside its header.
    const full = new PictureHeap({ ...NO_MAPS, maxMapCount: 2, ssLg: 16 });
    for (let i = 0; i < 62; i++) full.alloc(1, 'Z', 1024);
    full.alloc(1, 'A', 1024).alloc(1, 'B', 1024);
    expect(drawLibc(full)).toBe('B');
    expect(full.heap.refillLogs).toHaveLength(1);
    expect(full.heap.refillLogs[0]).toMatchObject({
      class: 7,
      prevSs: 0,
      active: 63,
      bitmap: 1,
      used: 63,
      cap: 63,
      slabIdx: 0,
      freeIdx: -1,
    });
    // Every further one is kept as well, up to a number.
    for (let i = 0; i < 40; i++) full.alloc(2, 'C', 8);
    expect(full.heap.refillLogs).toHaveLength(MOST_REFILL_LOGS);
    expect(full.heap.refillLogs[1]).toMatchObject({ class: 0, prevSs: -1, freeIdx: -2, life: 2 });
    expect(full.heap.counters[C.nullReturns]).toBe(41);
  });
});

describe('the ownership bitmap (option C)', () => {
  it('has 2^20 regions of 64 KiB: 64 GiB from its base on', () => {
    const table = new OwnerTable(1);
    const first = 2 ** 30 / 4096;
    const last = first + REGIONS * SLAB_PAGES - 1;
    for (const page of [first, first + 100, last]) {
      expect(table.knows(page)).toBe(false);
      expect(table.mark(page)).toBe(true);
      expect(table.knows(page)).toBe(true);
    }
    for (const page of [first - 1, last + 1]) {
      expect(table.mark(page)).toBe(false);
      expect(table.knows(page)).toBe(false);
    }
    // The page shares its region with fifteen others, and its neighbour region is not marked.
    expect(table.knows(first + SLAB_PAGES - 1)).toBe(true);
    expect(table.knows(first + SLAB_PAGES)).toBe(false);
  });

  it('tells blocks of both heaps apart where its base is right', () => {
    const heap = new PictureHeap({
      ...NO_MAPS,
      maxMapCount: 2,
      ownerBitmap: true,
      lookAlikeProb: 100,
    });
    heap.alloc(1, 'AB', 64).alloc(1, 'CD', 8).free(1, 'AC').free(2, 'BD');
    expect(heap.draw()).toBe('.q');
    expect(drawLibc(heap)).toBe('');
  });

  it('without a base covers nothing that a 64-bit process maps: the first free is wrong', () => {
    const heap = new PictureHeap({ ...NO_MAPS, maxMapCount: 2, ownerBitmap: true, bitmapBase: 0 });
    heap.alloc(1, 'A', 64);
    expect(heap.heap.counters[C.ownerOverflows]).toBe(1);
    expect(() => heap.free(1, 'A')).toThrow(OWN_AS_LIBC);
  });

  it('never forgets: a block of the C library where a SuperSlab was is taken for the heap’s', () => {
    const knobs: Partial<KnobValues> = {
      guessFree: true,
      ownerBitmap: true,
      trimSS: true,
      emptyReserve: 0,
      mapMode: 'direct',
    };
    const heap = new PictureHeap(knobs).alloc(1, 'A', 64);
    const page = heap.heap.pageOf(0);
    heap.free(1, 'A').exit(1).trim();
    expect(heap.draw()).toBe('');
    expect(heap.heap.counters[C.staleMarks]).toBe(1);
    // The C library's next mapping ends where the highest gap does; a larger one begins where the SuperSlab did.
    const { libc, table } = heap.heap.mixed ?? {};
    heap.alloc(2, 'B', 2 ** 18);
    const top = (libc?.mapped.pageOf(1) ?? 0) + 65;
    heap.free(2, 'B').alloc(2, 'B', (top - page) * 4096 - 16);
    expect(libc?.mapped.pageOf(1)).toBe(page);
    expect(table?.knows(page)).toBe(true);
    expect(() => heap.free(2, 'B')).toThrow(LIBC_AS_OWN);
  });
});

describe('injected refusals', () => {
  it('are at moments drawn evenly over the run, one mapping each', () => {
    const knobs = resolveKnobs({ oomRate: 20, seconds: 2, mixedSeed: 3 });
    const { moments } = new Refusals(knobs);
    expect(moments).toHaveLength(20);
    expect([...moments].sort((a, b) => a - b)).toEqual(moments);
    expect(moments[0]).toBeGreaterThan(0);
    expect(moments[19]).toBeLessThan(2e9);
    const refusals = new Refusals(knobs);
    expect(refusals.refuses(moments[0] - 1)).toBe(false);
    expect(refusals.refuses(moments[0])).toBe(true);
    expect(refusals.refuses(moments[0])).toBe(false);
    expect(refusals.refuses(moments[2])).toBe(true);
    expect(refusals.refuses(moments[2])).toBe(true);
    expect(refusals.refuses(moments[2])).toBe(false);
  });

  it('refuse mappings, and the run goes on: no map entry was wanting', () => {
    const sim = createSimulation(
      resolveKnobs({
        onNull: 'libcFallback',
        guessFree: true,
        lookAlikeProb: 0,
        oomRate: 20,
        seconds: 0.05,
        mixedSeed: 1,
      }),
    );
    sim.advance(300_000);
    const counters = sim.readCounters();
    expect(sim.status).toBe('finished');
    expect(counters[C.injectedRefusals]).toBe(20);
    expect(counters[C.mapRefusals]).toBe(20);
    // Each costs one block, after which the next try is served.
    expect(counters[C.libcFallbacks]).toBe(20);
    expect(sim.oomSeen).toBe(false);
    expect(sim.audit()).toEqual([]);
  });
});
