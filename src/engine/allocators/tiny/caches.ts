import type { StateHash } from '../contract.ts';
import { MAX_CLASSES, SLAB_SHIFT } from './layout.ts';

/** Slots of a class's cache, least and most (phase 2b, S-15). */
export const LEAST_SLOTS = 16;
export const MOST_SLOTS = 2048;
/**
 * Calls that a cache serves between two looks at its high-water mark, and the shares of its slots from which it
 * doubles and up to which it halves. The document says that it has a high-water mark and grows and shrinks
 * exponentially, not when: these are ours.
 */
export const LOOK_EVERY = 512;
const GROW_AT = 3 / 4;
const SHRINK_AT = 1 / 4;

/**
 * Caches of free blocks in front of a thread's slabs (S-15), one for each chain and class: what its thread frees of
 * its own slabs goes in, newest out first; an empty one takes half of its slots from the current slab, a full one
 * gives its older half back. A slab counts blocks that are in a cache as handed out, and so does its counter. State
 * alone: the heap moves the blocks.
 */
export class ThreadCaches {
  /** Slots in force, blocks in the cache, most since the last look, calls since then: by chain and class. */
  readonly slots: Int32Array<ArrayBuffer>;
  readonly count: Int32Array<ArrayBuffer>;
  readonly high: Int32Array<ArrayBuffer>;
  readonly calls: Int32Array<ArrayBuffer>;
  /** Blocks, oldest first: slab and index. */
  private readonly stacks: Int32Array<ArrayBuffer>[];
  /** Cached blocks of each slab, by its number, and of each class. */
  ofSlab = new Int32Array(256);
  readonly ofClass = new Int32Array(MAX_CLASSES);

  /**
   * @param most slots that a cache may have, LEAST_SLOTS to MOST_SLOTS
   * @param adaptive it begins with LEAST_SLOTS; else it has `most` throughout
   */
  constructor(
    chains: number,
    readonly most: number,
    readonly adaptive: boolean,
  ) {
    const places = chains * MAX_CLASSES;
    this.slots = new Int32Array(places).fill(adaptive ? LEAST_SLOTS : most);
    this.count = new Int32Array(places);
    this.high = new Int32Array(places);
    this.calls = new Int32Array(places);
    this.stacks = Array.from({ length: places }, () => new Int32Array(2 * LEAST_SLOTS));
  }

  /** Whether a malloc finds a block without touching a slab. */
  serves(i: number): boolean {
    return this.count[i] > 0 && this.calls[i] + 1 < LOOK_EVERY;
  }
  /** Whether a free finds room without touching a slab. */
  takes(i: number): boolean {
    return this.count[i] < this.slots[i] && this.calls[i] + 1 < LOOK_EVERY;
  }
  /** Notes a call. @returns whether it is time to look */
  called(i: number): boolean {
    return ++this.calls[i] >= LOOK_EVERY;
  }

  push(i: number, r: number, block: number, c: number): void {
    const at = 2 * this.count[i]++;
    let stack = this.stacks[i];
    if (at + 1 >= stack.length) {
      const wider = new Int32Array(stack.length * 2);
      wider.set(stack);
      this.stacks[i] = wider;
      stack = wider;
    }
    stack[at] = r;
    stack[at + 1] = block;
    if (this.count[i] > this.high[i]) this.high[i] = this.count[i];
    this.ofClass[c]++;
    this.ofSlab[r >>> SLAB_SHIFT]++;
  }
  /** The newest block leaves. @returns where it stood: `slabAt` and `blockAt` still say what it was */
  pop(i: number, c: number): number {
    const at = --this.count[i];
    this.ofClass[c]--;
    this.ofSlab[this.stacks[i][2 * at] >>> SLAB_SHIFT]--;
    return at;
  }
  slabAt(i: number, at: number): number {
    return this.stacks[i][2 * at];
  }
  blockAt(i: number, at: number): number {
    return this.stacks[i][2 * at + 1];
  }
  /** The oldest `n` blocks leave; they are the first `n` places until then. */
  dropOldest(i: number, n: number, c: number): void {
    const stack = this.stacks[i];
    for (let at = 0; at < n; at++) this.ofSlab[stack[2 * at] >>> SLAB_SHIFT]--;
    stack.copyWithin(0, 2 * n, 2 * this.count[i]);
    this.count[i] -= n;
    this.ofClass[c] -= n;
  }

  /** Looks at the high-water mark, and begins anew. @returns slots from now on */
  look(i: number): number {
    const now = this.slots[i];
    const high = this.high[i];
    this.calls[i] = 0;
    this.high[i] = this.count[i];
    if (!this.adaptive) return now;
    if (high >= now * GROW_AT) return Math.min(now * 2, this.most);
    return high <= now * SHRINK_AT ? Math.max(now >> 1, LEAST_SLOTS) : now;
  }

  /** Its thread has gone: the next one begins as the first did. */
  reset(i: number): void {
    this.slots[i] = this.adaptive ? LEAST_SLOTS : this.most;
    this.high[i] = 0;
    this.calls[i] = 0;
  }

  /** Makes room for slabs below this number. */
  reserve(slabs: number): void {
    if (slabs <= this.ofSlab.length) return;
    const wider = new Int32Array(this.ofSlab.length * 2);
    wider.set(this.ofSlab);
    this.ofSlab = wider;
  }

  get bytes(): number {
    return this.stacks.reduce((sum, stack) => sum + stack.byteLength, this.ofSlab.byteLength);
  }
  private columns(): Int32Array<ArrayBuffer>[] {
    return [this.slots, this.count, this.high, this.calls, this.ofClass];
  }
  hashInto(hash: StateHash): void {
    for (const column of this.columns()) hash.words(column, column.length);
    this.stacks.forEach((stack, i) => {
      hash.words(stack, 2 * this.count[i]);
    });
  }
  snapshot(): { columns: Int32Array[]; stacks: Int32Array[]; ofSlab: Int32Array } {
    return {
      columns: this.columns().map((column) => column.slice()),
      stacks: this.stacks.map((stack, i) => stack.slice(0, 2 * this.count[i])),
      ofSlab: this.ofSlab.slice(),
    };
  }
  restore(from: ReturnType<ThreadCaches['snapshot']>): void {
    this.columns().forEach((column, i) => {
      column.set(from.columns[i]);
    });
    from.stacks.forEach((stack, i) => {
      if (this.stacks[i].length < stack.length) this.stacks[i] = new Int32Array(stack.length);
      this.stacks[i].set(stack);
    });
    if (this.ofSlab.length < from.ofSlab.length) this.ofSlab = new Int32Array(from.ofSlab.length);
    this.ofSlab.fill(0);
    this.ofSlab.set(from.ofSlab);
  }
}
