import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { AddressSpace, MMAP_TOP_PAGE } from './address-space.ts';

const SS = 512;
const STACK = 2048;
const LIMIT = 65530;

/** Counts and walked counts of a space, which must always agree. */
function agrees(space: AddressSpace): void {
  const walked = space.countEntries();
  expect(walked).toEqual({
    superslabs: space.superslabEntries,
    stacks: space.stackEntries,
    base: space.baseEntries,
    other: space.otherEntries,
    pages: space.mappedPages,
    ordered: true,
  });
}

describe('AddressSpace', () => {
  it('over-allocating and trimming costs an entry each: 1,000 SuperSlabs, 1,000 entries', () => {
    const space = new AddressSpace(33, 5632);
    for (let i = 0; i < 1000; i++)
      expect(space.mapAligned(SS, false, LIMIT)).toBeGreaterThanOrEqual(0);
    expect(space.superslabEntries).toBe(1000);
    agrees(space);
  });

  it('direct neighbours merge: 1,000 SuperSlabs, one entry', () => {
    const space = new AddressSpace(33, 5632);
    for (let i = 0; i < 1000; i++) space.mapAligned(SS, true, LIMIT);
    expect(space.superslabEntries).toBe(1);
    agrees(space);
  });

  it('aligns every SuperSlab', () => {
    const space = new AddressSpace(33, 5632);
    for (let i = 0; i < 50; i++) {
      const stack = space.mapStack(STACK, LIMIT);
      expect(space.pagesOf(stack)).toBe(STACK);
      for (const direct of [true, false]) {
        expect(space.pageOf(space.mapAligned(SS, direct, LIMIT)) % SS).toBe(0);
      }
    }
    agrees(space);
  });

  it('places top-down, stacks at two entries each', () => {
    const space = new AddressSpace(1, 10);
    const stack = space.mapStack(STACK, LIMIT);
    expect(space.stackEntries).toBe(2);
    expect(space.pageOf(stack)).toBe(MMAP_TOP_PAGE - 10 - STACK);
    space.unmapStack(stack);
    expect(space.stackEntries).toBe(0);
    expect(space.mapStack(STACK, LIMIT)).toBe(stack);
  });

  it('refuses at the limit: one entry for a SuperSlab, two for a stack', () => {
    const space = new AddressSpace(33, 5632);
    expect(space.mapStack(STACK, 34)).toBe(-1);
    expect(space.mapAligned(SS, false, 34)).toBeGreaterThanOrEqual(0);
    expect(space.mapAligned(SS, false, 34)).toBe(-1);
    expect(space.entries).toBe(34);
  });

  it('refuses to split a merged entry at the limit', () => {
    const space = new AddressSpace(1, 10);
    const nodes = [0, 1, 2].map(() => space.mapAligned(SS, true, 100));
    expect(space.superslabEntries).toBe(1);
    expect(space.unmapPiece(nodes[1], 2)).toBe(false);
    expect(space.unmapPiece(nodes[1], 3)).toBe(true);
    expect(space.superslabEntries).toBe(2);
    agrees(space);
  });

  it('keeps its counts through any sequence of maps and unmaps, and survives a snapshot', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('map' as const),
        direct: fc.boolean(),
        lg: fc.integer({ min: 4, max: 10 }),
      }),
      fc.record({ do: fc.constant('unmap' as const), pick: fc.nat() }),
      fc.record({ do: fc.constant('stack' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const space = new AddressSpace(5, 100);
        const live: number[] = [];
        for (const now of steps) {
          if (now.do === 'map') {
            const node = space.mapAligned(2 ** now.lg, now.direct, 80);
            if (node >= 0) live.push(node);
          } else if (now.do === 'stack') space.mapStack(STACK, 80);
          else if (live.length > 0) {
            const [node] = live.splice(now.pick % live.length, 1);
            if (!space.unmapPiece(node, 80)) live.push(node);
          }
          agrees(space);
          expect(space.entries).toBeLessThanOrEqual(80);
        }
        const copy = new AddressSpace(5, 100);
        copy.restore(space.snapshot());
        expect(copy.mapAligned(SS, false, 1000)).toBe(space.mapAligned(SS, false, 1000));
        agrees(copy);
      }),
      cases(300),
    );
  });
});
