import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { REG_EXTRA } from '../../machine/registers.ts';
import { createSimulation } from '../../simulation.ts';
import { C, type CounterName } from '../../telemetry/counters.ts';
import { LEAST_SLOTS, LOOK_EVERY, ThreadCaches } from './caches.ts';
import { LIVE, MAX_CLASSES } from './layout.ts';
import { PictureHeap } from './testing/heap-picture.ts';

const read = (heap: PictureHeap, ...names: CounterName[]): number[] =>
  names.map((name) => heap.heap.counters[C[name]]);
const cached = (picture: PictureHeap, life: number, c: number): number =>
  picture.heap.caches?.count[life * MAX_CLASSES + c] ?? 0;

describe('thread caches, small pictures', () => {
  it('an empty one takes half of its slots from the current slab', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16 }).alloc(1, 'A');
    expect(cached(heap, 1, 3)).toBe(8);
    // The slab counts them as handed out.
    expect(heap.heap.slabs[heap.heap.current[MAX_CLASSES + 3] + LIVE]).toBe(9);
    heap.alloc(1, 'BCD');
    expect(read(heap, 'cacheHits', 'cacheRefills')).toEqual([3, 1]);
    expect(cached(heap, 1, 3)).toBe(5);
  });

  it('gives the block last freed first, and lets nobody else see it', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16 }).alloc(1, 'ABC').free(1, 'B');
    const without = heap.draw();
    expect(without.replace(/[AC]/g, '')).toBe('???????');
    // What is in a cache is in no list of its slab.
    expect(without).not.toContain('.');
    const place = heap.alloc(1, 'X').draw().indexOf('X');
    expect(without[place]).toBe('?');
    expect(heap.free(1, 'X').alloc(1, 'Y').draw().indexOf('Y')).toBe(place);
  });

  it('a full one gives its older half back, each block by a free', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16, tlsCacheSizing: 'fixed' });
    heap.alloc(1, 'ABCDEFGHIJKLMNOPQ');
    const before = cached(heap, 1, 3);
    heap.free(1, 'ABCDEFGHIJKLMNOPQ'.slice(0, 16 - before));
    expect(cached(heap, 1, 3)).toBe(16);
    expect(read(heap, 'cacheFlushes')).toEqual([0]);
    heap.free(1, 'Q');
    expect(read(heap, 'cacheFlushes')).toEqual([1]);
    expect(cached(heap, 1, 3)).toBe(9);
    expect(heap.draw().split('.').length - 1).toBe(8);
  });

  it('does not hold what another thread owns', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16 }).alloc(1, 'A').free(2, 'A');
    expect(heap.draw()).toContain('q');
    expect(cached(heap, 2, 3)).toBe(0);
  });

  it('keeps an emptied SuperSlab in use as far as its counter knows', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16 }).alloc(1, 'A').free(1, 'A');
    expect(heap.heap.sumActive(0)).toBe(9);
    expect(read(heap, 'emptySuperslabs', 'inflatedSuperslabs')).toEqual([0, 0]);
  });

  it('is given back when its thread exits', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16 }).alloc(1, 'AB').exit(1);
    expect(cached(heap, 1, 3)).toBe(0);
    expect(heap.draw().replace(/[AB]/g, '')).toBe('.......');
    expect(heap.heap.sumActive(0)).toBe(2);
  });

  it('costs less by the counter’s atomic where it serves', () => {
    const heap = new PictureHeap({ tlsCacheSlots: 16, timeBase: 'costs' });
    const { regs } = heap.heap;
    heap.alloc(1, 'A');
    regs[REG_EXTRA] = 0;
    heap.alloc(1, 'B');
    // The loop charges 8 ns for each malloc.
    expect(regs[REG_EXTRA]).toBe(2 - 8);
    heap.free(1, 'B');
    expect(heap.heap.costOfFree()).toBe(2);
  });
});

describe('how a cache is sized', () => {
  const caches = new ThreadCaches(1, 100, true);
  const look = (high: number): number => {
    caches.high[0] = high;
    caches.slots[0] = caches.look(0);
    return caches.slots[0];
  };
  it('doubles from three quarters on, halves up to a quarter, between 16 and the most', () => {
    expect(caches.slots[0]).toBe(LEAST_SLOTS);
    expect([11, 12, 23, 24, 64, 100].map(look)).toEqual([16, 32, 32, 64, 100, 100]);
    expect([26, 25, 12, 0, 0].map(look)).toEqual([100, 50, 25, 16, 16]);
  });
  it('looks after so many calls', () => {
    let calls = 1;
    while (!caches.called(0)) calls++;
    expect(calls).toBe(LOOK_EVERY);
    caches.look(0);
    expect(caches.called(0)).toBe(false);
  });

  it('grows where a thread’s frees come together, and shrinks where they do not', () => {
    const knobs = { workload: 'soak', threads: 1, tlsCacheSlots: 2048, maxSize: 16 } as const;
    const run = createSimulation(
      resolveKnobs({ ...knobs, workingSet: 4000, spellOps: 3000, quietMs: 1 }),
    );
    run.advance(60_000);
    const counters = run.readCounters();
    expect(counters[C.cacheGrown]).toBeGreaterThan(5);
    expect(counters[C.cacheShrunk]).toBeGreaterThan(3);
    expect(run.audit()).toEqual([]);
  });

  it('makes no difference to what the program is given: as many blocks live', () => {
    const live = (tlsCacheSlots: number): number => {
      // One thread: with more, who is how far after 50,000 operations follows from the order of turns.
      const knobs = { workload: 'random-mixed', threads: 1, tlsCacheSlots } as const;
      const run = createSimulation(resolveKnobs(knobs));
      run.advance(50_000);
      return run.readCounters()[C.liveBlocks];
    };
    expect(live(2048)).toBe(live(0));
  });
});

describe('caches in front of a central list (the hybrid)', () => {
  const run = (knobs: Partial<KnobValues>) => {
    const sim = createSimulation(
      resolveKnobs({
        workload: 'larson',
        chunks: 64,
        ownership: 'central',
        timeBase: 'costs',
        tlsCacheSlots: 64,
        ...knobs,
      }),
      { eventCapacity: 1024 },
    );
    sim.advance(6000);
    expect(sim.audit()).toEqual([]);
    return { sim, counters: sim.readCounters().slice() };
  };

  it('serve without the lock, whoever allocated the block, and are emptied when their thread exits', () => {
    const alone = run({}).counters;
    const { sim, counters } = run({ centralCaches: true });
    expect(alone[C.cacheHits]).toBe(0);
    expect(counters[C.cacheHits]).toBeGreaterThan(3000);
    expect(counters[C.lockWaits]).toBeLessThan(alone[C.lockWaits] / 10);
    // No thread owns a slab, so that its cache takes what another one has allocated.
    expect(counters[C.remoteFrees]).toBe(0);
    expect(counters[C.liveBlocks]).toBe(alone[C.liveBlocks]);
    // Four threads and main: the dead have left nothing in theirs.
    expect(sim.lastLife).toBeGreaterThan(20);
    expect(counters[C.cachedBlocks]).toBeLessThanOrEqual(5 * 8 * 64);
  });
});
