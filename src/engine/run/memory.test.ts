import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { BASE_PAGES, BASE_RESIDENT_PAGES } from '../machine/process.ts';
import { STACK_RESIDENT_PAGES } from '../machine/threads.ts';
import { ADVICE, KIND, PROT } from '../machine/vma.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';
import { B, BAND_COUNT } from '../telemetry/ledger.ts';
import { Run } from './run.ts';

const PAGE = 4096;
const GIB = 2 ** 30;

function start(knobs: Partial<KnobValues>, ops: number): Run {
  const run = createSimulation(resolveKnobs({ seed: 3, ...knobs }), { eventCapacity: 1024 });
  if (!(run instanceof Run)) throw new Error('every simulation is a run');
  run.advance(ops);
  return run;
}

function bandsOf(run: Run): { mapped: Float64Array; resident: Float64Array } {
  const mapped = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  run.readLedger(mapped, resident);
  return { mapped, resident };
}

const TINY = { chunks: 60, maxSize: 500, prelink: false } as const;
const MF2 = {
  model: 'mf2',
  chunks: 60,
  minSize: 2048,
  maxSize: 30_000,
  prelink: false,
  mapMode: 'direct',
} as const;

describe('resident memory of a run', () => {
  it('is the pages of its address space, and page tables are not in it', () => {
    for (const knobs of [TINY, MF2]) {
      const run = start(knobs, 20_000);
      const { pages } = run.space;
      expect(run.residentBytes).toBe(pages.residentPages * PAGE);
      const counters = run.readCounters();
      expect(counters[C.pageTableBytes]).toBe(pages.pageTablePages * PAGE);
      expect(counters[C.pageTableBytes]).toBeGreaterThan(0);
      expect(counters[C.pageFaults]).toBe(pages.faults);
      expect(run.audit()).toEqual([]);
    }
  });

  it('holds the process itself and two pages of every stack', () => {
    const run = start({ ...TINY, threadEnd: 'detach' }, 20_000);
    const { mapped, resident } = bandsOf(run);
    expect(mapped[B.base]).toBe(BASE_PAGES * PAGE);
    expect(resident[B.base]).toBe(BASE_RESIDENT_PAGES * PAGE);
    const { livingStacks, deadStacks } = run.threads;
    expect(deadStacks).toBeGreaterThan(0);
    expect(resident[B.stacksLiving]).toBe(livingStacks * STACK_RESIDENT_PAGES * PAGE);
    expect(resident[B.stacksDead]).toBe(deadStacks * STACK_RESIDENT_PAGES * PAGE);
  });

  it('the audit notices pages that the allocator does not know of', () => {
    for (const knobs of [TINY, MF2]) {
      const run = start(knobs, 5000);
      const address = run.inspectSpan(0)?.address ?? '';
      const page = Number(address) / PAGE;
      expect(run.space.advise(page, 1, ADVICE.dontneed, Infinity)).toBe(true);
      expect(run.audit().length).toBeGreaterThan(0);
    }
  });

  it('an MF2 page of which two bytes a block are written is resident in part', () => {
    const run = start({ ...MF2, minSize: 30_000, maxSize: 30_001 }, 3000);
    const { mapped, resident } = bandsOf(run);
    // One block of 32 KiB a page, and of it the first OS page without the header.
    expect(resident[B.live] / mapped[B.live]).toBeCloseTo((PAGE - 64) / 30_000, 5);
    expect(resident[B.rounding]).toBe(0);
    expect(resident[B.neverCarved]).toBe(0);
  });

  it('an MF2 page whose blocks are written whole is resident as far as they were asked for', () => {
    for (const knobs of [
      { workload: 'pair', minSize: 30_000, maxSize: 30_000 },
      { workload: 'mix', sizes: '30000', liveSet: 60 },
    ] as const) {
      const run = start({ ...MF2, ...knobs }, 3000);
      const { mapped, resident } = bandsOf(run);
      expect(run.readCounters()[C.liveBlocks]).toBeGreaterThan(100);
      expect(resident[B.live]).toBe(mapped[B.live]);
      // The block begins behind the header; the OS page in which the request ends is touched, the next is not.
      const rest = 8 * PAGE - 64 - 30_000;
      expect(resident[B.rounding] / mapped[B.rounding]).toBeCloseTo(rest / (32_768 - 30_000), 5);
      expect(run.audit()).toEqual([]);
    }
  });
});

describe('the C library’s heap beside a model', () => {
  it('lengthens the heap that the program has, without an entry of its own', () => {
    const small = start(TINY, 5000);
    const run = start({ ...TINY, minSize: 4000, maxSize: 9000 }, 5000);
    const { mapped, resident } = bandsOf(run);
    expect(mapped[B.other]).toBeGreaterThan(60 * 4000);
    expect(resident[B.other]).toBe(mapped[B.other]);
    expect(bandsOf(small).mapped[B.other]).toBe(0);
    expect(run.readEntries().base).toBe(run.settings.baseMaps);
    expect(run.readEntries().other).toBe(0);
    expect(run.audit()).toEqual([]);
  });
});

describe('memory pressure', () => {
  /** A run with `pages` lazily freed pages beside what the model has. */
  function withLazy(pages: number): Run {
    const run = start({ ...TINY, physLimitGiB: 1 }, 2000);
    const page = run.space.map(KIND.arena, pages, PROT.rw, Infinity);
    run.space.touch(page, pages);
    run.space.advise(page, pages, ADVICE.free, Infinity);
    return run;
  }
  const pressureFor = (bytes: number): number => 1 - bytes / GIB;

  it('takes lazily freed pages before it kills, as many as are wanting', () => {
    const run = withLazy(5000);
    const before = run.residentBytes;
    expect(run.readCounters()[C.lazyBytes]).toBe(5000 * PAGE);
    run.setKnob('memPressure', pressureFor(before - 1000 * PAGE));
    expect(run.status).toBe('running');
    const counters = run.readCounters();
    expect(Math.abs(counters[C.reclaimedPages] - 1000)).toBeLessThanOrEqual(1);
    expect(run.residentBytes).toBe(before - counters[C.reclaimedPages] * PAGE);
    expect(counters[C.lazyBytes]).toBe((5000 - counters[C.reclaimedPages]) * PAGE);
  });

  it('kills when they are not enough, and has taken them all', () => {
    const run = withLazy(500);
    run.setKnob('memPressure', pressureFor(run.residentBytes - 501 * PAGE));
    expect(run.endedBy).toBe('physicalLimit');
    expect(run.readCounters()[C.reclaimedPages]).toBe(500);
  });

  it('is felt by stacks as well: no thread starts on memory that is not there', {
    tags: ['slow'],
  }, () => {
    // Stacks pile up beside a heap that hardly grows, and each goes a little beyond what is left.
    for (let spare = 0; spare < 40; spare += 3) {
      const run = start({ ...TINY, orphanPolicy: 'adopt', dtvBytes: 0, physLimitGiB: 1 }, 2000);
      run.setKnob('memPressure', pressureFor(run.residentBytes + spare * PAGE));
      for (let op = 0; op < 20_000 && run.running; op++) {
        run.advance(1);
        expect(run.audit().filter((line) => line.includes('resident,'))).toEqual([]);
      }
      expect(run.endedBy).toBe('physicalLimit');
    }
  });

  it('goes on from a snapshot with the same pages', () => {
    const run = withLazy(800);
    const saved = run.snapshot();
    const digest = run.digest();
    run.setKnob('memPressure', pressureFor(run.residentBytes - 100 * PAGE));
    expect(run.digest()).not.toBe(digest);
    run.restore(saved);
    expect(run.digest()).toBe(digest);
  });
});

describe('transparent huge pages', () => {
  it('make whole SuperSlabs resident, at fewer faults, and nothing where nobody asked', () => {
    const never = start(TINY, 5000);
    const asked = start({ ...TINY, thp: 'madvise' }, 5000);
    const always = start({ ...TINY, thp: 'always' }, 5000);
    expect(asked.residentBytes).toBe(never.residentBytes);
    const superslabs = always.readCounters()[C.superslabsNow];
    expect(always.space.pages.residentBy[KIND.superslab]).toBe(superslabs * 512);
    expect(always.readCounters()[C.pageFaults]).toBeLessThan(never.readCounters()[C.pageFaults]);
    expect(bandsOf(always).resident[B.neverCarved]).toBeGreaterThan(
      bandsOf(never).resident[B.neverCarved],
    );
    expect(always.audit()).toEqual([]);
  });

  it('passes every audit with every size of SuperSlab, tail and reserve', {
    tags: ['slow'],
  }, () => {
    for (const ssLg of [16, 20, 21, 22]) {
      for (const classTable of ['pow2', 'six'] as const) {
        const run = start(
          {
            ...TINY,
            maxSize: 128,
            ssLg,
            classTable,
            thp: 'always',
            mapMode: 'direct',
            trimIntervalMs: 1,
            trimSS: true,
            decOnRemote: true,
            prewarmPerClass: 1,
            superslabCacheSlots: 2,
          },
          0,
        );
        for (let i = 0; i < 10; i++) {
          run.advance(1000);
          expect(run.audit()).toEqual([]);
        }
      }
    }
  });

  it('can be switched while a run is under way', () => {
    const run = start(TINY, 3000);
    const twin = start(TINY, 3000);
    run.setKnob('thp', 'always');
    run.advance(5000);
    twin.advance(5000);
    expect(run.residentBytes).toBeGreaterThan(twin.residentBytes);
    expect(run.audit()).toEqual([]);
  });
});
