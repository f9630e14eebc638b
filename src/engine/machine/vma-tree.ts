import { widerDoubles, widerInts } from './columns.ts';
import { LeafIndex, lastAbove, type SavedIndex } from './leaf-index.ts';

/** Entries of a leaf. */
const WIDTH = 64;
const SHIFT = 6;
const NONE = -1;
/** A full leaf is cut at the place of insertion from here on, so that growth downwards fills leaves. */
const LATE = 48;
/** A leaf with fewer entries joins a sibling where both fit comfortably. */
const SPARSE = 16;
/** The word of the fence, which no entry has. */
const FENCE = -1;

export interface SavedTree {
  readonly columns: (Float64Array | Int32Array)[];
  readonly scalars: readonly number[];
  readonly index: SavedIndex;
}

/**
 * Map entries from the highest address to the lowest, as a B+ tree in typed arrays: an entry is a slot
 * (leaf × 64 + index) in parallel columns. Finding by address, inserting, removing and finding the
 * highest gap that fits are O(log n); nothing is allocated but when a column doubles.
 *
 * A slot is valid until the next insertion or removal.
 */
export class VmaTree {
  /** First page of the entry. */
  start = new Float64Array(WIDTH * 4);
  /** Page after its last one. */
  end = new Float64Array(WIDTH * 4);
  /** Kind, protection, flags (vma.ts). */
  word = new Int32Array(WIDTH * 4);
  /** Identity of its anonymous pages, or NO_ANON. */
  anon = new Int32Array(WIDTH * 4);
  private count = new Int32Array(4);
  /** Neighbouring leaves. */
  private higher = new Int32Array(4);
  private lower = new Int32Array(4);
  private top = 1;
  private freeLeaf = NONE;
  private readonly index: LeafIndex;
  /** No gap of `hintPages` or more lies above this slot: where the last search ended. Not state. */
  private hintSlot = 0;
  private hintPages = Infinity;
  /** Entries, the fence at the top not counted. */
  size = 0;

  /**
   * @param floor lowest page that may be mapped
   * @param top page after the highest one
   */
  constructor(
    private readonly floor: number,
    top: number,
  ) {
    // The fence in leaf 0: every entry has a slot above it, every gap lies below some slot.
    this.start[0] = top;
    this.end[0] = Infinity;
    this.word[0] = FENCE;
    this.count[0] = 1;
    this.higher[0] = NONE;
    this.lower[0] = NONE;
    this.index = new LeafIndex(top - floor);
  }

  /** The highest entry, or -1 when there is none. */
  first(): number {
    return this.below(0);
  }

  /** The lowest entry that ends above `page` (find_vma), or the fence. */
  find(page: number): number {
    const leaf = this.index.find(page);
    const base = leaf << SHIFT;
    return base + lastAbove(this.end, base, this.count[leaf], page);
  }

  /** The next lower entry, or -1. */
  below(slot: number): number {
    const leaf = slot >> SHIFT;
    if ((slot & (WIDTH - 1)) + 1 < this.count[leaf]) return slot + 1;
    const next = this.lower[leaf];
    return next === NONE ? NONE : next << SHIFT;
  }

  /** The next higher entry, or the fence. */
  above(slot: number): number {
    if ((slot & (WIDTH - 1)) !== 0) return slot - 1;
    const leaf = this.higher[slot >> SHIFT];
    return (leaf << SHIFT) + this.count[leaf] - 1;
  }

  /** Unmapped pages directly below an entry. */
  gapBelow(slot: number): number {
    const next = this.below(slot);
    return this.start[slot] - (next === NONE ? this.floor : this.end[next]);
  }

  /** The entry above the highest gap of at least `pages`, or -1. */
  findGap(pages: number): number {
    const { index, start, end } = this;
    if (pages >= this.hintPages) {
      // Growth downwards goes on where it was, or one entry further down.
      const slot = this.hintSlot;
      const gap = this.gapBelow(slot);
      if (gap >= pages) return slot;
      const next = gap < this.hintPages ? this.below(slot) : NONE;
      if (next !== NONE && this.gapBelow(next) >= pages) {
        this.hintSlot = next;
        return next;
      }
    }
    for (;;) {
      const leaf = index.leafWithGap(pages);
      if (leaf === NONE) return NONE;
      const last = (leaf << SHIFT) + this.count[leaf] - 1;
      let largest = 0;
      for (let slot = leaf << SHIFT; slot < last; slot++) {
        const gap = start[slot] - end[slot + 1];
        if (gap >= pages) return this.found(slot, pages);
        if (gap > largest) largest = gap;
      }
      const gap = this.gapBelow(last);
      if (gap >= pages) return this.found(last, pages);
      index.lower(leaf, Math.max(largest, gap));
    }
  }

  private found(slot: number, pages: number): number {
    this.hintSlot = slot;
    this.hintPages = pages;
    return slot;
  }

  /** Inserts an entry directly below another one. The caller knows that it fits. @returns its slot */
  insertBelow(above: number, start: number, end: number, word: number, anon: number): number {
    let leaf = above >> SHIFT;
    let index = (above & (WIDTH - 1)) + 1;
    if (this.count[leaf] === WIDTH) {
      const at = index >= LATE ? index : WIDTH / 2;
      const right = this.split(leaf, at, end);
      if (index >= at) {
        leaf = right;
        index -= at;
      }
    }
    const slot = (leaf << SHIFT) + index;
    const { start: starts, end: ends, word: words, anon: anons } = this;
    for (let i = (leaf << SHIFT) + this.count[leaf]; i > slot; i--) {
      starts[i] = starts[i - 1];
      ends[i] = ends[i - 1];
      words[i] = words[i - 1];
      anons[i] = anons[i - 1];
    }
    starts[slot] = start;
    ends[slot] = end;
    words[slot] = word;
    anons[slot] = anon;
    this.count[leaf]++;
    this.size++;
    if (index === 0) this.index.setKey(leaf, end);
    return slot;
  }

  remove(slot: number): void {
    const leaf = slot >> SHIFT;
    const above = this.above(slot);
    const below = this.below(slot);
    const gap = this.start[above] - (below === NONE ? this.floor : this.end[below]);
    const last = (leaf << SHIFT) + --this.count[leaf];
    const { start, end, word, anon } = this;
    for (let i = slot; i < last; i++) {
      start[i] = start[i + 1];
      end[i] = end[i + 1];
      word[i] = word[i + 1];
      anon[i] = anon[i + 1];
    }
    this.size--;
    if (leaf === this.hintSlot >> SHIFT) this.hintPages = Infinity;
    this.raise(above, gap);
    if (this.count[leaf] === 0) this.drop(leaf);
    else {
      if (slot === leaf << SHIFT) this.index.setKey(leaf, end[slot]);
      if (this.count[leaf] < SPARSE) this.joinSibling(leaf);
    }
  }

  /** Moves an entry's low end. */
  setStart(slot: number, start: number): void {
    const before = this.start[slot];
    this.start[slot] = start;
    if (start > before) this.raise(slot, this.gapBelow(slot));
  }

  /** Moves an entry's high end. */
  setEnd(slot: number, end: number): void {
    const before = this.end[slot];
    this.end[slot] = end;
    if ((slot & (WIDTH - 1)) === 0) this.index.setKey(slot >> SHIFT, end);
    if (end >= before) return;
    const above = this.above(slot);
    this.raise(above, this.start[above] - end);
  }

  /** What does not hold of order, links, keys and bounds, found by walking; for audits. */
  check(): string[] {
    const problems: string[] = [];
    let entries = 0;
    let last = Infinity;
    for (let leaf = 0; leaf !== NONE; leaf = this.lower[leaf]) {
      if (this.count[leaf] === 0) problems.push(`leaf ${leaf} is empty`);
      const next = this.lower[leaf];
      if (next !== NONE && this.higher[next] !== leaf)
        problems.push(`leaf ${next} is linked wrongly`);
      for (let i = 0; i < this.count[leaf]; i++) {
        const slot = (leaf << SHIFT) + i;
        if (this.end[slot] <= this.start[slot] || (entries > 0 && this.end[slot] > last))
          problems.push(`the entry at page ${this.start[slot]} is empty or overlaps another`);
        last = this.start[slot];
        entries++;
      }
    }
    if (entries - 1 !== this.size) problems.push(`${entries - 1} entries, ${this.size} counted`);
    const largest = (leaf: number): number => {
      let gap = 0;
      for (let i = 0; i < this.count[leaf]; i++)
        gap = Math.max(gap, this.gapBelow((leaf << SHIFT) + i));
      return gap;
    };
    problems.push(...this.index.check(largest, (leaf) => this.end[leaf << SHIFT]));
    return problems;
  }

  /** Bytes of typed arrays held. */
  get stateBytes(): number {
    const leaves = this.columns(this.count.length);
    return leaves.reduce((sum, column) => sum + column.byteLength, this.index.stateBytes);
  }

  snapshot(): SavedTree {
    return {
      columns: this.columns(this.top).map((column) => column.slice()),
      scalars: [this.top, this.freeLeaf, this.size],
      index: this.index.snapshot(),
    };
  }

  restore(saved: SavedTree): void {
    const [top, freeLeaf, size] = saved.scalars;
    while (this.count.length < top) this.grow();
    this.columns(top).forEach((column, i) => {
      column.set(saved.columns[i]);
    });
    this.top = top;
    this.freeLeaf = freeLeaf;
    this.size = size;
    this.hintPages = Infinity;
    this.index.restore(saved.index);
  }

  /** Moves a full leaf's entries from `at` on into a new leaf below it, which may still be empty. */
  private split(leaf: number, at: number, firstEnd: number): number {
    const right = this.take();
    const moved = WIDTH - at;
    this.copy((leaf << SHIFT) + at, right << SHIFT, moved);
    this.count[right] = moved;
    this.count[leaf] = at;
    const last = (leaf << SHIFT) + at - 1;
    if (this.hintSlot >> SHIFT === leaf && this.hintSlot > last) this.hintSlot = last;
    const below = this.lower[leaf];
    this.higher[right] = leaf;
    this.lower[right] = below;
    this.lower[leaf] = right;
    if (below !== NONE) this.higher[below] = right;
    this.index.insertBelow(leaf, right, moved > 0 ? this.end[right << SHIFT] : firstEnd);
    return right;
  }

  /** The gap below an entry is now this large. */
  private raise(slot: number, gap: number): void {
    if (gap >= this.hintPages) this.hintPages = Infinity;
    this.index.raise(slot >> SHIFT, gap);
  }

  private drop(leaf: number): void {
    const above = this.higher[leaf];
    const below = this.lower[leaf];
    this.lower[above] = below;
    if (below !== NONE) this.higher[below] = above;
    this.index.remove(leaf);
    this.lower[leaf] = this.freeLeaf;
    this.freeLeaf = leaf;
  }

  /** Joins a sparse leaf with a neighbour under the same node, the lower one into the higher. */
  private joinSibling(leaf: number): void {
    const below = this.index.siblingBelow(leaf);
    if (below !== NONE) {
      this.join(leaf, below);
      return;
    }
    const above = this.index.siblingAbove(leaf);
    if (above !== NONE) this.join(above, leaf);
  }

  private join(upper: number, lower: number): void {
    const count = this.count[upper];
    const more = this.count[lower];
    if (count + more > LATE) return;
    this.hintPages = Infinity;
    this.copy(lower << SHIFT, (upper << SHIFT) + count, more);
    this.count[upper] = count + more;
    this.count[lower] = 0;
    this.index.raise(upper, this.index.boundOf(lower));
    this.drop(lower);
  }

  private copy(from: number, to: number, count: number): void {
    this.start.copyWithin(to, from, from + count);
    this.end.copyWithin(to, from, from + count);
    this.word.copyWithin(to, from, from + count);
    this.anon.copyWithin(to, from, from + count);
  }

  private take(): number {
    const recycled = this.freeLeaf;
    if (recycled !== NONE) {
      this.freeLeaf = this.lower[recycled];
      return recycled;
    }
    if (this.top === this.count.length) this.grow();
    return this.top++;
  }

  private grow(): void {
    const leaves = this.count.length * 2;
    this.start = widerDoubles(this.start, leaves * WIDTH);
    this.end = widerDoubles(this.end, leaves * WIDTH);
    this.word = widerInts(this.word, leaves * WIDTH);
    this.anon = widerInts(this.anon, leaves * WIDTH);
    this.count = widerInts(this.count, leaves);
    this.higher = widerInts(this.higher, leaves);
    this.lower = widerInts(this.lower, leaves);
  }

  /** The columns of the first `leaves` leaves. */
  private columns(leaves: number): (Float64Array | Int32Array)[] {
    const slots = leaves * WIDTH;
    return [
      this.start.subarray(0, slots),
      this.end.subarray(0, slots),
      this.word.subarray(0, slots),
      this.anon.subarray(0, slots),
      this.count.subarray(0, leaves),
      this.higher.subarray(0, leaves),
      this.lower.subarray(0, leaves),
    ];
  }
}
