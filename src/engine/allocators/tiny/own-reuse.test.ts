import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import type { Simulation } from '../../types.ts';
import { PictureHeap } from './testing/heap-picture.ts';

const MIB = 2 ** 20;
const run = (knobs: Partial<KnobValues>, ops: number): Simulation => {
  const sim = createSimulation(resolveKnobs(knobs));
  sim.advance(ops);
  return sim;
};
const spansOf = (sim: Simulation): number => sim.readCounters()[C.superslabsNow];

/** One thread, 10,000 blocks of 592 B: five SuperSlabs' worth of one class. */
const ALONE: Partial<KnobValues> = {
  workload: 'larson-immortal',
  threads: 1,
  chunks: 10_000,
  minSize: 592,
  maxSize: 592,
  seconds: 3600,
};

describe('what an owner has set aside, small pictures', () => {
  // SuperSlabs of one slab, which holds 63 blocks of 1,024 B.
  const filled = (
    ownReuse: KnobValues['ownReuse'],
    more: Partial<KnobValues> = {},
  ): PictureHeap => {
    const heap = new PictureHeap({ ssLg: 16, ownReuse, ...more });
    heap.alloc(1, 'A', 1024);
    for (let i = 0; i < 62; i++) heap.alloc(1, 'Z', 1024);
    return heap.alloc(1, 'B', 1024);
  };
  const first = (heap: PictureHeap): string => heap.draw().split(' ')[0].slice(0, 1);
  /** Fills the second SuperSlab, so that the next block must come from elsewhere. */
  const fillOn = (heap: PictureHeap): PictureHeap => {
    for (let i = 0; i < 62; i++) heap.alloc(1, 'Y', 1024);
    return heap;
  };
  const groups = (heap: PictureHeap): number => heap.draw().split(' ').length;

  it('is used again when its owner frees a block there', () => {
    const heap = fillOn(filled('chunks').free(1, 'A')).alloc(1, 'C', 1024);
    expect(first(heap)).toBe('C');
    expect(groups(heap)).toBe(2);
    expect(heap.heap.counters[C.ownReuses]).toBe(1);
  });

  it('is used again when others have freed blocks there, before another one is mapped', () => {
    const heap = fillOn(filled('chunks').free(2, 'A')).alloc(1, 'C', 1024);
    expect(first(heap)).toBe('C');
    expect(groups(heap)).toBe(2);
  });

  it('is not drained where owners do not drain', () => {
    const heap = fillOn(filled('chunks', { drainOnRefill: false }).free(2, 'A'));
    expect(first(heap.alloc(1, 'C', 1024))).toBe('q');
    expect(groups(heap)).toBe(3);
  });

  it('is never looked into where owners do not look back', () => {
    const heap = fillOn(filled('current').free(1, 'A')).alloc(1, 'C', 1024);
    expect(first(heap)).toBe('.');
    expect(groups(heap)).toBe(3);
  });

  it('is an orphan’s like any other when its owner dies', () => {
    const heap = filled('chunks', { orphanPolicy: 'adopt' }).exit(1).free(2, 'A');
    expect(first(heap.alloc(2, 'C', 1024))).not.toBe('C');
    // The newest orphan had room; the older one comes when that is full.
    for (let i = 0; i < 61; i++) heap.alloc(2, 'Y', 1024);
    expect(first(heap.alloc(2, 'D', 1024))).toBe('D');
  });
});

describe('a working set beyond one SuperSlab', { tags: ['slow'] }, () => {
  it('needs what it needs when owners look back', () => {
    const sim = run(ALONE, 4e6);
    expect(spansOf(sim)).toBeLessThanOrEqual(12);
    expect(sim.residentBytes).toBeLessThanOrEqual(24 * MIB);
    expect(sim.readCounters()[C.forgottenSuperslabs]).toBe(0);
    const before = spansOf(sim);
    sim.advance(2e6);
    expect(spansOf(sim)).toBe(before);
  });

  it('climbs for ever when they never do', () => {
    const sim = run({ ...ALONE, ownReuse: 'current' }, 4e6);
    expect(spansOf(sim)).toBe(1758);
    const autopsy = sim.autopsy();
    expect(autopsy.forgotten).toBeGreaterThan(1750);
    // What is turned on the way helps at once: nothing more is mapped.
    sim.setKnob('ownReuse', 'chunks');
    sim.advance(2e6);
    expect(spansOf(sim)).toBe(1758);
    expect(sim.audit()).toEqual([]);
  });

  it('of mimalloc-bench’s own Larson (5 8 1000 5000 100 4141 4) stays flat', () => {
    const knobs: Partial<KnobValues> = {
      seconds: 5,
      minSize: 8,
      maxSize: 1000,
      chunks: 5000,
      rounds: 100,
      seed: 4141,
      threads: 4,
      threadEnd: 'join',
      orphanPolicy: 'adopt',
    };
    const sim = run(knobs, 1.5e6);
    const early = spansOf(sim);
    sim.advance(4.5e6);
    expect(sim.residentBytes).toBeLessThanOrEqual(64 * MIB);
    expect(spansOf(sim)).toBeLessThanOrEqual(early + 1);
    expect(spansOf(run({ ...knobs, ownReuse: 'current' }, 6e6))).toBeGreaterThan(5 * early);
  });

  it('whose blocks others free comes back as well', () => {
    // One thread allocates, another frees: no block is ever freed by its owner.
    const knobs: Partial<KnobValues> = {
      workload: 'mix',
      producers: 1,
      consumers: 1,
      both: 0,
      sizes: '1024',
      liveSet: 10_000,
      seconds: 3600,
    };
    const sim = run(knobs, 1e5);
    const early = spansOf(sim);
    sim.advance(9e5);
    expect(spansOf(sim)).toBeLessThanOrEqual(early + 2);
    expect(spansOf(run({ ...knobs, ownReuse: 'current' }, 1e6))).toBeGreaterThan(10 * early);
  });

  it('is none of Larson’s at D0’s arguments: not a digit changes', () => {
    const digests = (['chunks', 'current'] as const).map((ownReuse) =>
      run({ ownReuse }, 1e6).digest(),
    );
    expect(digests[0]).toBe(digests[1]);
  });
});

describe('what the counters believe (M-01)', () => {
  it('is 638,115 blocks after a million operations of the crash run', () => {
    const counters = run({}, 1e6).readCounters();
    expect(Math.abs(counters[C.activeBlocks] - 638_115)).toBeLessThanOrEqual(3000);
    expect(counters[C.activeBlocks]).toBe(counters[C.liveBlocks] + counters[C.remoteFrees]);
  });
  it('is what lives when remote frees are counted', () => {
    const counters = run({ decOnRemote: true }, 200_000).readCounters();
    expect(counters[C.activeBlocks]).toBe(counters[C.liveBlocks]);
  });
});
