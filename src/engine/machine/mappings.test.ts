import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordHash } from '../../base/hash.ts';
import { cases } from '../../base/testing/fuzz.ts';
import { AddressSpace, HEAP_BASE_PAGE, MMAP_TOP_PAGE } from './address-space.ts';
import { ADVICE, type Advice, FAILURE, KIND, MAP, PROT, type Prot, type VmaKind } from './vma.ts';

/** What is known of one page by the simplest book-keeping there is. */
interface Page {
  readonly kind: VmaKind;
  prot: Prot;
  resident: boolean;
  lazy: boolean;
}

/** Pages one by one: no entries, no merging, no order. */
class Naive {
  readonly pages = new Map<number, Page>();
  breakPage = HEAP_BASE_PAGE;

  put(page: number, pages: number, kind: VmaKind, prot: Prot): void {
    for (let i = page; i < page + pages; i++)
      this.pages.set(i, { kind, prot, resident: false, lazy: false });
  }
  each(page: number, pages: number, act: (of: Page) => void): boolean {
    let whole = true;
    for (let i = page; i < page + pages; i++) {
      const of = this.pages.get(i);
      if (of === undefined) whole = false;
      else act(of);
    }
    return whole;
  }
  /** The highest place for `pages`, aligned where the kernel aligns. */
  place(pages: number): number {
    const room = pages % 512 === 0 ? pages + 512 : pages;
    let free = 0;
    for (let at = MMAP_TOP_PAGE - 1; ; at--) {
      free = this.pages.has(at) ? 0 : free + 1;
      if (free < room) continue;
      const top = at + room;
      return room === pages ? at : Math.floor((top - pages) / 512) * 512;
    }
  }
}

type Step =
  | { do: 'map'; pages: number; kind: VmaKind; prot: Prot }
  | { do: 'unmap' | 'touch' | 'dontneed' | 'free'; at: number; pages: number }
  | { do: 'protect'; at: number; pages: number; prot: Prot }
  | { do: 'brk'; pages: number }
  | { do: 'take'; pages: number };

const AT = fc.integer({ min: 0, max: 1238 });
const PAGES = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(512));
const PROTECTION = fc.constantFrom<Prot>(PROT.none, PROT.rw);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('map' as const),
    pages: PAGES,
    kind: fc.constantFrom<VmaKind>(KIND.other, KIND.arena),
    prot: PROTECTION,
  }),
  fc.record({
    do: fc.constantFrom('unmap' as const, 'touch' as const, 'dontneed' as const, 'free' as const),
    at: AT,
    pages: PAGES,
  }),
  fc.record({ do: fc.constant('protect' as const), at: AT, pages: PAGES, prot: PROTECTION }),
  fc.record({ do: fc.constant('brk' as const), pages: fc.integer({ min: -20, max: 40 }) }),
  fc.record({ do: fc.constant('take' as const), pages: fc.integer({ min: 0, max: 30 }) }),
);

function act(space: AddressSpace, naive: Naive, step: Step): void {
  // Below the program's own page.
  const low = MMAP_TOP_PAGE - 1750;
  switch (step.do) {
    case 'map': {
      const page = naive.place(step.pages);
      expect(space.map(step.kind, step.pages, step.prot, Infinity)).toBe(page);
      naive.put(page, step.pages, step.kind, step.prot);
      break;
    }
    case 'unmap':
      expect(space.unmap(low + step.at, step.pages, Infinity)).toBe(true);
      for (let i = 0; i < step.pages; i++) naive.pages.delete(low + step.at + i);
      break;
    case 'protect': {
      // Up to the first hole.
      let pages = 0;
      while (pages < step.pages && naive.pages.has(low + step.at + pages)) pages++;
      naive.each(low + step.at, pages, (of) => {
        of.prot = step.prot;
      });
      expect(space.protect(low + step.at, step.pages, step.prot, Infinity)).toBe(
        pages === step.pages,
      );
      break;
    }
    case 'touch': {
      const range = Array.from({ length: step.pages }, (_, i) =>
        naive.pages.get(low + step.at + i),
      );
      if (range.some((of) => of === undefined || of.prot === PROT.none)) break;
      let added = 0;
      naive.each(low + step.at, step.pages, (of) => {
        if (!of.resident) added++;
        of.resident = true;
        of.lazy = false;
      });
      expect(space.touch(low + step.at, step.pages)).toBe(added);
      break;
    }
    case 'dontneed':
    case 'free': {
      const advice: Advice = step.do === 'free' ? ADVICE.free : ADVICE.dontneed;
      const whole = naive.each(low + step.at, step.pages, (of) => {
        of.lazy = of.resident && step.do === 'free';
        of.resident = of.resident && step.do === 'free';
      });
      expect(space.advise(low + step.at, step.pages, advice, Infinity)).toBe(whole);
      break;
    }
    case 'brk': {
      const pages = Math.max(step.pages, HEAP_BASE_PAGE - naive.breakPage);
      expect(space.brk(pages, Infinity)).toBe(naive.breakPage + pages);
      if (pages > 0) naive.put(naive.breakPage, pages, KIND.heap, PROT.rw);
      for (let i = pages; i < 0; i++) naive.pages.delete(naive.breakPage + i);
      naive.breakPage += pages;
      break;
    }
    case 'take': {
      const lazy = [...naive.pages.values()].filter((of) => of.lazy).length;
      const before = space.pages.lazyPages;
      expect(space.takeLazy(step.pages)).toBe(Math.min(step.pages, lazy));
      expect(before - space.pages.lazyPages).toBe(Math.min(step.pages, lazy));
      // Which ones is the order of MADV_FREE, tested below: the book follows.
      for (const [page, of] of naive.pages) {
        if (!of.lazy || space.pages.residentIn(page, page + 1) === 1) continue;
        of.lazy = false;
        of.resident = false;
      }
    }
  }
}

function compare(space: AddressSpace, naive: Naive): void {
  let resident = 0;
  let lazy = 0;
  const mapped = new Map<VmaKind, number>();
  const residentBy = new Map<VmaKind, number>();
  const more = (of: Map<VmaKind, number>, kind: VmaKind): unknown =>
    of.set(kind, (of.get(kind) ?? 0) + 1);
  for (const [page, of] of naive.pages) {
    more(mapped, of.kind);
    if (of.resident) {
      resident++;
      more(residentBy, of.kind);
    }
    if (of.lazy) lazy++;
    if (space.pages.residentIn(page, page + 1) !== (of.resident ? 1 : 0))
      throw new Error(`page ${page}: resident or not`);
    if (space.pages.lazyIn(page, page + 1) !== (of.lazy ? 1 : 0))
      throw new Error(`page ${page}: lazily freed or not`);
  }
  expect(space.pages.residentPages).toBe(resident);
  expect(space.pages.lazyPages).toBe(lazy);
  for (const kind of [KIND.other, KIND.arena, KIND.heap]) {
    expect(space.pagesBy[kind]).toBe(mapped.get(kind) ?? 0);
    expect(space.pages.residentBy[kind]).toBe(residentBy.get(kind) ?? 0);
  }
  expect(space.check()).toEqual([]);
}

const digest = (space: AddressSpace): string => {
  const hash = new WordHash();
  space.hashInto((word) => hash.word(word));
  return hash.digest();
};

describe('Mappings', () => {
  it('maps, gives back and keeps resident exactly what a list of pages says', () => {
    fc.assert(
      fc.property(
        fc.array(STEP, { maxLength: 40 }),
        fc.array(STEP, { maxLength: 6 }),
        (steps, more) => {
          const space = new AddressSpace(1, 1);
          const naive = new Naive();
          naive.put(MMAP_TOP_PAGE - 1, 1, KIND.base, PROT.rw);
          for (const step of steps) {
            act(space, naive, step);
            compare(space, naive);
          }
          // A restored space goes on alike, also one that was elsewhere before.
          const copy = new AddressSpace(1, 1);
          for (const step of more)
            if (step.do === 'map') copy.map(step.kind, step.pages, step.prot, 99);
          copy.restore(space.snapshot());
          expect(digest(copy)).toBe(digest(space));
          const twin = new Naive();
          for (const [page, of] of naive.pages) twin.pages.set(page, { ...of });
          twin.breakPage = naive.breakPage;
          for (const step of more) {
            act(space, naive, step);
            act(copy, twin, step);
            expect(digest(copy)).toBe(digest(space));
          }
          compare(copy, twin);
        },
      ),
      cases(150),
    );
  });

  it('says why it refuses', () => {
    const space = new AddressSpace(1, 10);
    const page = space.map(KIND.arena, 64, PROT.none, 1);
    expect(page).toBeGreaterThan(0);
    expect(space.map(KIND.arena, 64, PROT.none, 1)).toBe(-1);
    expect(space.failure).toBe(FAILURE.limit);
    expect(space.map(KIND.arena, 2 ** 40, PROT.none, 100)).toBe(-1);
    expect(space.failure).toBe(FAILURE.space);
    expect(space.protect(page + 60, 10, PROT.rw, 100)).toBe(true);
    expect(space.protect(page - 4, 10, PROT.rw, 100)).toBe(false);
    expect(space.failure).toBe(FAILURE.hole);
    space.mapAt(HEAP_BASE_PAGE + 10, 1, KIND.other, PROT.rw, 100);
    expect(space.brk(9, 100)).toBe(HEAP_BASE_PAGE + 9);
    expect(space.brk(1, 100)).toBe(-1);
    expect(space.failure).toBe(FAILURE.space);
  });

  it('never touches what is not mapped for writing', () => {
    const space = new AddressSpace(1, 10);
    const page = space.map(KIND.arena, 64, PROT.none, 100);
    expect(() => space.touch(page, 1)).toThrow('mapped for writing');
    space.protect(page, 8, PROT.rw, 100);
    expect(space.touch(page, 8)).toBe(8);
    expect(() => space.touch(page, 9)).toThrow('mapped for writing');
    space.protect(page, 4, PROT.none, 100);
    expect(() => space.touch(page, 1)).toThrow('mapped for writing');
    space.unmap(page, 64, 100);
    expect(() => space.touch(page + 5, 1)).toThrow('mapped for writing');
  });

  it('knows again what a region is after part of it went', () => {
    const space = new AddressSpace(1, 10);
    const page = space.map(KIND.arena, 1024, PROT.rw, 100);
    space.touch(page, 1024);
    space.unmap(page + 100, 100, 100);
    expect(() => space.touch(page + 150, 1)).toThrow('mapped for writing');
    expect(space.touch(page + 90, 10)).toBe(0);
    space.mapAt(page + 100, 100, KIND.other, PROT.rw, 100);
    expect(space.touch(page + 150, 1)).toBe(1);
    expect(space.pages.residentBy[KIND.other]).toBe(1);
    space.unmap(page, 512, 100);
    expect(() => space.touch(page + 511, 2)).toThrow('mapped for writing');
    expect(space.check()).toEqual([]);
  });

  it('takes lazily freed pages under pressure, the longest freed first, and never one written since', () => {
    const space = new AddressSpace(1, 10);
    const page = space.map(KIND.arena, 4096, PROT.rw, 100);
    space.touch(page, 4096);
    const region = (n: number): number => page + n * 512;
    space.advise(region(5), 10, ADVICE.free, 100);
    space.advise(region(2), 10, ADVICE.free, 100);
    space.advise(region(5) + 20, 10, ADVICE.free, 100);
    space.touch(region(5) + 3, 2);
    expect(space.pages.lazyPages).toBe(28);
    expect(space.takeLazy(18)).toBe(18);
    // The fifth region was first; two of its pages were written again and stay.
    expect(space.pages.residentIn(region(5), region(6))).toBe(512 - 18);
    expect(space.pages.residentIn(region(5) + 3, region(5) + 5)).toBe(2);
    expect(space.pages.residentIn(region(2), region(3))).toBe(512);
    expect(space.takeLazy(100)).toBe(10);
    expect(space.pages.residentBy[KIND.arena]).toBe(4096 - 28);
    expect(space.takeLazy(1)).toBe(0);
  });

  it('counts faults: one a page, one a huge page', () => {
    const space = new AddressSpace(1, 10);
    const page = space.map(KIND.arena, 2048, PROT.rw, 100);
    const stack = space.map(KIND.stack, 1024, PROT.rw, 100, MAP.stack);
    space.touch(page, 3);
    expect(space.pages.faults).toBe(3);
    space.thp = 'always';
    expect(space.touch(page + 512, 600)).toBe(1024);
    expect(space.pages.faults).toBe(5);
    expect(space.touch(stack, 1), 'stacks refuse huge pages').toBe(1);
    space.thp = 'madvise';
    expect(space.touch(page + 1536, 1)).toBe(1);
    expect(space.touchBytes(page, 4096 * 5 + 100, 4096 * 6)).toBe(1);
    expect(space.touchBytes(page, 4096 * 6 - 1, 4096 * 6 + 1)).toBe(1);
    expect(space.touchBytes(page, 4096 * 9, 4096 * 9)).toBe(0);
  });

  it('keeps a large reserve with few pages, and many whole spans, in little memory', () => {
    const space = new AddressSpace(1, 10);
    const reserve = space.map(KIND.arena, 40 * 2 ** 18, PROT.rw, 100);
    for (let gib = 0; gib < 40; gib++) space.touch(reserve + gib * 2 ** 18, 1);
    expect(space.pages.residentPages).toBe(40);
    // A table for each page, one for each GiB, one for the 512 GiB they all lie in.
    expect(space.pages.pageTablePages).toBe(81);
    expect(space.stateBytes).toBeLessThan(400_000);
    for (let i = 0; i < 49_000; i++) {
      const span = space.map(KIND.superslab, 512, PROT.rw, 70_000);
      space.touch(span, 512);
    }
    expect(space.pages.residentBy[KIND.superslab]).toBe(49_000 * 512);
    expect(space.stateBytes).toBeLessThan(3_000_000);
    space.advise(reserve, 40 * 2 ** 18, ADVICE.dontneed, 100);
    expect(space.pages.residentBy[KIND.arena]).toBe(0);
    expect(space.check()).toEqual([]);
  });
});
