import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { VmaTree } from './vma-tree.ts';

const FLOOR = 16;
const TOP = 1_000_000;

interface Entry {
  start: number;
  end: number;
  id: number;
}

/** The same as a sorted list, highest first. */
class List {
  readonly entries: Entry[] = [];

  /** What find, above and below must agree with. */
  find(page: number): Entry | undefined {
    return this.entries.findLast((entry) => entry.end > page);
  }
  gap(pages: number): number {
    let top = TOP;
    for (const { start, end } of this.entries) {
      if (top - end >= pages) return top;
      top = start;
    }
    return top - FLOOR >= pages ? top : -1;
  }
  insert(start: number, end: number, id: number): void {
    const at = this.entries.findIndex((entry) => entry.end <= start);
    this.entries.splice(at < 0 ? this.entries.length : at, 0, { start, end, id });
  }
}

/** A pair under the same changes: random steps from a generator, so that many entries come cheaply. */
class Pair {
  readonly tree = new VmaTree(FLOOR, TOP);
  readonly list = new List();
  private x: number;
  private id = 0;

  constructor(seed: number) {
    this.x = seed >>> 0;
  }

  private random(below: number): number {
    this.x = (Math.imul(this.x, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.x / 2 ** 32) * below);
  }

  /** Maps `pages` in the highest gap, leaving `apart` pages free above. */
  map(pages: number, apart: number): void {
    const above = this.tree.findGap(pages + apart);
    const top = this.list.gap(pages + apart);
    expect(above < 0 ? -1 : this.tree.start[above]).toBe(top);
    if (above < 0) return;
    this.id++;
    const start = top - pages - apart;
    const slot = this.tree.insertBelow(above, start, start + pages, this.id, 0);
    expect(this.tree.word[slot]).toBe(this.id);
    this.list.insert(start, start + pages, this.id);
  }

  step(): void {
    const { list, tree } = this;
    const kind = this.random(10);
    if (kind < 5 || list.entries.length === 0) this.map(1 + this.random(30), this.random(3));
    else {
      const at = this.random(list.entries.length);
      const entry = list.entries[at];
      const slot = tree.find(entry.start);
      expect(tree.word[slot]).toBe(entry.id);
      if (kind < 8) {
        tree.remove(slot);
        list.entries.splice(at, 1);
      } else if (entry.end - entry.start > 1) {
        if (kind === 8) tree.setStart(slot, ++entry.start);
        else tree.setEnd(slot, --entry.end);
      }
    }
    const page = this.random(TOP - FLOOR) + FLOOR;
    const found = list.find(page);
    const slot = tree.find(page);
    expect(found === undefined ? Infinity : found.end).toBe(tree.end[slot]);
  }

  same(): void {
    const { tree, list } = this;
    expect(tree.check()).toEqual([]);
    const walked: number[] = [];
    for (let slot = tree.first(); slot >= 0; slot = tree.below(slot)) walked.push(tree.word[slot]);
    expect(walked).toEqual(list.entries.map((entry) => entry.id));
    const back: number[] = [];
    if (list.entries.length > 0) {
      for (let slot = tree.find(FLOOR); tree.end[slot] !== Infinity; slot = tree.above(slot))
        back.unshift(tree.word[slot]);
    }
    expect(back).toEqual(walked);
  }
}

describe('VmaTree', () => {
  it('agrees with a sorted list under any changes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 400 }), (seed, steps) => {
        const pair = new Pair(seed);
        for (let i = 0; i < steps; i++) pair.step();
        pair.same();
      }),
      cases(60),
    );
  });

  it('agrees with it over three levels, growing and shrinking, and when restored', {
    tags: ['slow'],
  }, () => {
    const pair = new Pair(7);
    // 64 × 64 entries fill one node of leaves: this needs more.
    for (let i = 0; i < 9000; i++) pair.map(1 + (i % 7), i % 3);
    pair.same();
    for (let i = 0; i < 3000; i++) pair.step();
    pair.same();
    const saved = pair.tree.snapshot();
    const before = pair.list.entries.length;
    while (pair.list.entries.length > 3) {
      const at = (pair.list.entries.length * 5) % pair.list.entries.length;
      pair.tree.remove(pair.tree.find(pair.list.entries[at].start));
      pair.list.entries.splice(at, 1);
    }
    pair.same();
    for (let i = 0; i < 200; i++) pair.step();
    pair.same();
    pair.tree.restore(saved);
    expect(pair.tree.check()).toEqual([]);
    expect(pair.tree.size).toBe(before);
  });

  it('keeps its keys when a run of full leaves is emptied, from either end', () => {
    for (const back of [false, true]) {
      const tree = new VmaTree(FLOOR, TOP);
      for (let i = 0; i < 9000; i++) {
        const top = TOP - i * 11;
        tree.insertBelow(tree.find(top - 1), top - 10, top, i, 0);
      }
      for (let i = 0; i < 5000; i++) {
        const at = back ? 6999 - i : 2000 + i;
        const slot = tree.find(TOP - at * 11 - 1);
        expect(tree.word[slot]).toBe(at);
        tree.remove(slot);
        // Entry 4,095 begins the first leaf of a node: also look right after that leaf is gone.
        if (i % 64 === 0 || at === 4095 + 63) expect(tree.check()).toEqual([]);
      }
      expect(tree.start[tree.findGap(5000 * 11)]).toBe(TOP - 1999 * 11 - 10);
    }
  });

  it('keeps its keys when full leaves are cut anywhere in a full node of the index', () => {
    for (let leaf = 0; leaf < 64; leaf++) {
      const tree = new VmaTree(FLOOR, TOP);
      // The first leaf holds the fence besides; leaves and their node are full.
      for (let i = 0; i < 64 * 64 - 1; i++) {
        const top = TOP - i * 20;
        tree.insertBelow(tree.find(top - 1), top - 5, top, i, 0);
      }
      for (const within of [0, 20, 40, 60]) {
        const top = TOP - (leaf * 64 + within) * 20 - 10;
        tree.insertBelow(tree.find(top - 1), top - 5, top, -2, 0);
        expect(tree.check()).toEqual([]);
        for (const page of [top - 1, top + 9, top - 11])
          expect(tree.end[tree.find(page)]).toBe(page + 1);
      }
    }
  });

  it('finds a gap that opened high above, and forgets those that were filled', () => {
    const tree = new VmaTree(FLOOR, TOP);
    let top = TOP;
    for (let i = 0; i < 5000; i++) {
      tree.insertBelow(tree.find(top - 1), top - 10, top, i, 0);
      top -= 10;
    }
    expect(tree.start[tree.findGap(10)]).toBe(top);
    tree.remove(tree.find(TOP - 2005));
    tree.remove(tree.find(TOP - 2015));
    expect(tree.start[tree.findGap(10)]).toBe(TOP - 2000);
    expect(tree.start[tree.findGap(20)]).toBe(TOP - 2000);
    expect(tree.start[tree.findGap(21)]).toBe(top);
    tree.setEnd(tree.find(TOP - 2025), TOP - 2021);
    expect(tree.start[tree.findGap(21)]).toBe(TOP - 2000);
    tree.insertBelow(tree.find(TOP - 2000), TOP - 2020, TOP - 2000, 1, 0);
    expect(tree.start[tree.findGap(2)]).toBe(top);
    expect(tree.check()).toEqual([]);
  });

  it('has no gap when nothing fits', () => {
    const tree = new VmaTree(FLOOR, TOP);
    expect(tree.findGap(TOP - FLOOR)).toBe(0);
    expect(tree.findGap(TOP - FLOOR + 1)).toBe(-1);
    expect(tree.first()).toBe(-1);
  });
});
