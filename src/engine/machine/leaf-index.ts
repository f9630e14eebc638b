import { assert } from '../../base/assert.ts';
import { widerDoubles, widerInts } from './columns.ts';

/** Children of a node. */
const WIDTH = 64;
const SHIFT = 6;
const NONE = -1;
/** A full node is cut at the place of insertion from here on, so that growth downwards fills nodes. */
const LATE = 48;

export interface SavedIndex {
  readonly columns: (Float64Array | Int32Array)[];
  readonly scalars: readonly number[];
}

/**
 * The inner nodes of the tree of map entries (vma-tree.ts): leaves from the highest address to the lowest,
 * found by address and by the size of their gaps. A child is a slot (node × 64 + index) in parallel columns.
 *
 * Each child has an upper bound of the gaps below its entries. A gap that grows raises the bounds above it at
 * once; one that shrinks does not, and the next search that is led astray corrects them (`lower`). So
 * steady growth downwards costs no upkeep, and each wrong turn is paid for by the change that caused it.
 */
export class LeafIndex {
  private child = new Int32Array(WIDTH * 2);
  /** End of the child's first entry. */
  private key = new Float64Array(WIDTH * 2);
  private bound = new Float64Array(WIDTH * 2);
  private count = new Int32Array(2);
  /** Slot of the node in its parent, NONE for the root. */
  private nodeUp = new Int32Array(2);
  /** Slot of each leaf. */
  private leafUp = new Int32Array(4);
  private top = 1;
  private freeNode = NONE;
  private root = 0;
  /** Levels of nodes. */
  private height = 1;

  /** Begins with leaf 0, which holds the fence. */
  constructor(gap: number) {
    this.key[0] = Infinity;
    this.bound[0] = gap;
    this.count[0] = 1;
    this.nodeUp[0] = NONE;
  }

  /** The leaf of the lowest entry that ends above `page`. */
  find(page: number): number {
    const { key, child, count } = this;
    let node = this.root;
    for (let level = this.height; level > 0; level--) {
      const base = node << SHIFT;
      node = child[base + lastAbove(key, base, count[node], page)];
    }
    return node;
  }

  /** The highest leaf whose bound lets a gap of `pages` be hoped for, or -1. */
  leafWithGap(pages: number): number {
    const { bound, child, count } = this;
    let node = this.root;
    let level = this.height;
    while (level > 0) {
      let slot = node << SHIFT;
      const end = slot + count[node];
      while (slot < end && bound[slot] < pages) slot++;
      if (slot < end) {
        node = child[slot];
        level--;
      } else if (node === this.root) return NONE;
      else {
        this.tighten(node);
        node = this.root;
        level = this.height;
      }
    }
    return node;
  }

  /** A gap below an entry of the leaf is now this large. */
  raise(leaf: number, gap: number): void {
    const { bound, nodeUp } = this;
    for (let up = this.leafUp[leaf]; up !== NONE && bound[up] < gap; up = nodeUp[up >> SHIFT])
      bound[up] = gap;
  }

  /** The largest gap below an entry of the leaf is no more than this. */
  lower(leaf: number, gap: number): void {
    const up = this.leafUp[leaf];
    this.bound[up] = gap;
    this.tighten(up >> SHIFT);
  }

  boundOf(leaf: number): number {
    return this.bound[this.leafUp[leaf]];
  }

  /** The leaf's first entry, or its end, changed. */
  setKey(leaf: number, end: number): void {
    this.passKey(this.leafUp[leaf], end);
  }

  /** Puts a new leaf below `leaf`, with its bound. */
  insertBelow(leaf: number, added: number, key: number): void {
    if (added >= this.leafUp.length)
      this.leafUp = widerInts(this.leafUp, Math.max(added + 1, this.leafUp.length * 2));
    const up = this.leafUp[leaf];
    this.insertChild(up, added, key, this.bound[up], 1);
  }

  remove(leaf: number): void {
    this.removeChild(this.leafUp[leaf], 1);
  }

  /** The next lower leaf of the same node, or -1. */
  siblingBelow(leaf: number): number {
    const up = this.leafUp[leaf];
    const node = up >> SHIFT;
    return up + 1 < (node << SHIFT) + this.count[node] ? this.child[up + 1] : NONE;
  }

  /** The next higher leaf of the same node, or -1. */
  siblingAbove(leaf: number): number {
    const up = this.leafUp[leaf];
    return (up & (WIDTH - 1)) !== 0 ? this.child[up - 1] : NONE;
  }

  /** What does not hold of the nodes; `largest` and `keyOf` say what is true of a leaf. For audits. */
  check(largest: (leaf: number) => number, keyOf: (leaf: number) => number): string[] {
    const problems: string[] = [];
    const visit = (node: number, level: number): void => {
      if (this.count[node] === 0) problems.push(`node ${node} of the index is empty`);
      for (let i = 0; i < this.count[node]; i++) {
        const slot = (node << SHIFT) + i;
        const child = this.child[slot];
        const up = level === 1 ? this.leafUp[child] : this.nodeUp[child];
        if (up !== slot)
          problems.push(`child ${child} thinks that it is in slot ${up}, not ${slot}`);
        const key = level === 1 ? keyOf(child) : this.key[child << SHIFT];
        if (this.key[slot] !== key) problems.push(`slot ${slot}: its key is stale`);
        const gap = level === 1 ? largest(child) : this.largest(child);
        if (gap > this.bound[slot]) problems.push(`slot ${slot}: a gap of ${gap} is not known of`);
        if (level > 1) visit(child, level - 1);
      }
    };
    visit(this.root, this.height);
    return problems;
  }

  get stateBytes(): number {
    return this.columns().reduce((sum, column) => sum + column.byteLength, 0);
  }

  snapshot(): SavedIndex {
    const { top, freeNode, root, height } = this;
    return {
      columns: this.columns().map((column) => column.slice()),
      scalars: [top, freeNode, root, height],
    };
  }

  restore(saved: SavedIndex): void {
    const [child, key, bound, count, nodeUp, leafUp] = saved.columns;
    this.child = widerInts(child as Int32Array, child.length);
    this.key = widerDoubles(key as Float64Array, key.length);
    this.bound = widerDoubles(bound as Float64Array, bound.length);
    this.count = widerInts(count as Int32Array, count.length);
    this.nodeUp = widerInts(nodeUp as Int32Array, nodeUp.length);
    this.leafUp = widerInts(leafUp as Int32Array, leafUp.length);
    [this.top, this.freeNode, this.root, this.height] = saved.scalars;
  }

  private columns(): (Float64Array | Int32Array)[] {
    return [this.child, this.key, this.bound, this.count, this.nodeUp, this.leafUp];
  }

  private largest(node: number): number {
    let largest = 0;
    const base = node << SHIFT;
    for (let i = base; i < base + this.count[node]; i++)
      if (this.bound[i] > largest) largest = this.bound[i];
    return largest;
  }

  /** Corrects the bounds of a node and of those above it. */
  private tighten(node: number): void {
    const { bound, nodeUp } = this;
    for (let at = node, up = nodeUp[at]; up !== NONE; at = up >> SHIFT, up = nodeUp[at])
      bound[up] = this.largest(at);
  }

  private passKey(slot: number, key: number): void {
    for (let up = slot; up !== NONE; up = this.nodeUp[up >> SHIFT]) {
      this.key[up] = key;
      if ((up & (WIDTH - 1)) !== 0) return;
    }
  }

  /** Puts a child after the one in slot `up`. @param level 1: the child is a leaf */
  private insertChild(up: number, child: number, key: number, bound: number, level: number): void {
    let node = up >> SHIFT;
    let index = (up & (WIDTH - 1)) + 1;
    if (this.count[node] === WIDTH) {
      const at = index >= LATE ? index : WIDTH / 2;
      const right = this.split(node, at, key, level);
      if (index >= at) {
        node = right;
        index -= at;
      }
    }
    const base = node << SHIFT;
    for (let i = base + this.count[node]; i > base + index; i--) this.move(i - 1, i, level);
    this.child[base + index] = child;
    this.key[base + index] = key;
    this.bound[base + index] = bound;
    this.setUp(child, base + index, level);
    this.count[node]++;
    if (index === 0) this.passKey(this.nodeUp[node], key);
  }

  /** Moves a full node's children from `at` on into a new node below it, which may still be empty. */
  private split(node: number, at: number, firstKey: number, level: number): number {
    const right = this.take();
    const moved = WIDTH - at;
    if (this.nodeUp[node] === NONE) this.addRoot(node);
    for (let i = 0; i < moved; i++)
      this.move((node << SHIFT) + at + i, (right << SHIFT) + i, level);
    this.count[right] = moved;
    this.count[node] = at;
    const up = this.nodeUp[node];
    const key = moved > 0 ? this.key[right << SHIFT] : firstKey;
    this.insertChild(up, right, key, this.bound[up], level + 1);
    return right;
  }

  private addRoot(below: number): void {
    const root = this.take();
    const up = root << SHIFT;
    this.child[up] = below;
    this.key[up] = this.key[below << SHIFT];
    this.bound[up] = this.largest(below);
    this.count[root] = 1;
    this.nodeUp[root] = NONE;
    this.nodeUp[below] = up;
    this.root = root;
    this.height++;
  }

  private removeChild(up: number, level: number): void {
    const node = up >> SHIFT;
    const last = (node << SHIFT) + --this.count[node];
    for (let i = up; i < last; i++) this.move(i + 1, i, level);
    if (this.count[node] === 0) {
      assert(node !== this.root, 'the fence is never removed');
      this.removeChild(this.nodeUp[node], level + 1);
      this.give(node);
      return;
    }
    if (up === node << SHIFT) this.passKey(this.nodeUp[node], this.key[up]);
    while (this.height > 1 && this.count[this.root] === 1) {
      const old = this.root;
      this.root = this.child[old << SHIFT];
      this.nodeUp[this.root] = NONE;
      this.height--;
      this.give(old);
    }
  }

  private move(from: number, to: number, level: number): void {
    this.child[to] = this.child[from];
    this.key[to] = this.key[from];
    this.bound[to] = this.bound[from];
    this.setUp(this.child[to], to, level);
  }

  private setUp(child: number, up: number, level: number): void {
    if (level === 1) this.leafUp[child] = up;
    else this.nodeUp[child] = up;
  }

  private give(node: number): void {
    this.nodeUp[node] = this.freeNode;
    this.freeNode = node;
  }

  private take(): number {
    const recycled = this.freeNode;
    if (recycled !== NONE) {
      this.freeNode = this.nodeUp[recycled];
      return recycled;
    }
    if (this.top === this.count.length) {
      const nodes = this.top * 2;
      this.child = widerInts(this.child, nodes * WIDTH);
      this.key = widerDoubles(this.key, nodes * WIDTH);
      this.bound = widerDoubles(this.bound, nodes * WIDTH);
      this.count = widerInts(this.count, nodes);
      this.nodeUp = widerInts(this.nodeUp, nodes);
    }
    return this.top++;
  }
}

/** Index of the last of `count` descending values from `base` on that is above `page`; the first one is. */
export function lastAbove(column: Float64Array, base: number, count: number, page: number): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (column[base + middle] > page) low = middle;
    else high = middle;
  }
  return low;
}
