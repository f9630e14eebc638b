import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { PageSets, REGION_PAGES, runEnd, runStart, WHOLE_REGION } from './page-set.ts';

const RANGE = fc
  .tuple(fc.integer({ min: 0, max: REGION_PAGES - 1 }), fc.integer({ min: 1, max: REGION_PAGES }))
  .map(([from, pages]): [number, number] => [from, Math.min(REGION_PAGES, from + pages)]);

/** The pages of a set, run by run. */
function pagesOf(sets: PageSets, set: number): number[] {
  const pages: number[] = [];
  for (let run = sets.runIn(set, 0, REGION_PAGES); run !== 0; ) {
    for (let page = runStart(run); page < runEnd(run); page++) pages.push(page);
    run = sets.runIn(set, runEnd(run), REGION_PAGES);
  }
  return pages;
}

describe('PageSets', () => {
  it('agrees with sets of numbers, and gives bitmaps back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), RANGE), { maxLength: 60 }),
        RANGE,
        (steps, look) => {
          const sets = new PageSets();
          const truth = new Set<number>();
          let set = 0;
          for (const [add, [from, to]] of steps) {
            const before = truth.size;
            for (let page = from; page < to; page++) {
              if (add) truth.add(page);
              else truth.delete(page);
            }
            set = add ? sets.add(set, from, to) : sets.remove(set, from, to);
            expect(sets.changed).toBe(Math.abs(truth.size - before));
            const sorted = [...truth].sort((a, b) => a - b);
            expect(pagesOf(sets, set)).toEqual(sorted);
            expect(sets.count(set)).toBe(truth.size);
            // One run, or none, needs no bitmap.
            const runs = sorted.filter((page) => !truth.has(page - 1)).length;
            expect(set >= 0).toBe(runs <= 1);
            expect(sets.countIn(set, look[0], look[1])).toBe(
              sorted.filter((page) => page >= look[0] && page < look[1]).length,
            );
          }
          const bytes = sets.stateBytes;
          for (let i = 0; i < 100; i++) {
            const apart = sets.add(sets.add(0, 3, 5), 9, 12);
            expect(apart).toBeLessThan(0);
            expect(sets.remove(apart, 0, 9)).toBeGreaterThan(0);
          }
          expect(sets.stateBytes).toBe(bytes);
        },
      ),
      cases(200),
    );
  });

  it('holds a whole region in one number', () => {
    const sets = new PageSets();
    let set = 0;
    for (let page = 1; page < REGION_PAGES; page += 2) set = sets.add(set, page, page + 1);
    for (let page = 0; page < REGION_PAGES; page += 2) set = sets.add(set, page, page + 1);
    expect(set).toBe(WHOLE_REGION);
  });
});
