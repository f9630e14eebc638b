import { assert } from '../../base/assert.ts';

/**
 * The process's address space as the kernel keeps it: mappings in address order, neighbours of one
 * kind merged into one map entry (VMA), a limit on entries, placement top-down into the highest gap
 * that fits (models.md section 2).
 *
 * A *piece* is what one caller mapped; a *map entry* is a run of touching pieces of one kind. Keeping
 * pieces makes unmapping O(1) and merging a question about two neighbours; the number of entries is
 * maintained from touches alone and recounted by `countEntries()` for the audit.
 *
 * Positions are pages below MMAP_TOP_PAGE, so the list grows towards larger positions.
 */
export const PIECE_KINDS = ['superslab', 'stack', 'guard', 'base'] as const;
export const PIECE = { superslab: 0, stack: 1, guard: 2, base: 3 } as const;
export type PieceKind = (typeof PIECE)[keyof typeof PIECE];

/** Page number just above the highest mapping; 0x7ffff7fff000 is where x86-64 starts without ASLR. */
export const MMAP_TOP_PAGE = 0x7ffff7fff;
const NONE = -1;
/** Lowest position that can be used: 47-bit address space. */
const MAX_POSITION = 0x7fffffff;
const HINTS = 8;

interface SavedSpace {
  position: Int32Array;
  length: Int32Array;
  kind: Uint8Array;
  prev: Int32Array;
  next: Int32Array;
  scalars: number[];
  hintLength: Int32Array;
  hintNode: Int32Array;
}

export class AddressSpace {
  private position = new Int32Array(1024);
  private length = new Int32Array(1024);
  private kind = new Uint8Array(1024);
  private prev = new Int32Array(1024);
  private next = new Int32Array(1024);
  private top = 0;
  private freeNode = NONE;
  private tail = NONE;
  /** For each recently asked length: no gap that large lies above this piece. */
  private hintLength = new Int32Array(HINTS);
  private hintNode = new Int32Array(HINTS);
  private hintCount = 0;

  /** Map entries by kind; guards count as stacks. */
  superslabEntries = 0;
  stackEntries = 0;
  baseEntries = 0;
  mappedPages = 0;

  /** @param baseMaps entries of the program itself; @param basePages pages they cover in all */
  constructor(baseMaps: number, basePages: number) {
    const each = Math.max(1, Math.floor(basePages / baseMaps));
    let at = 0;
    for (let i = 0; i < baseMaps; i++) {
      const pages = i === 0 ? Math.max(1, basePages - each * (baseMaps - 1)) : each;
      this.insertAfter(this.tail, PIECE.base, at, pages);
      at += pages + 1; // one unmapped page keeps libraries apart
    }
  }

  get entries(): number {
    return this.superslabEntries + this.stackEntries + this.baseEntries;
  }

  /** First page number (low end) of a piece. */
  pageOf(node: number): number {
    return MMAP_TOP_PAGE - this.position[node] - this.length[node];
  }

  pagesOf(node: number): number {
    return this.length[node];
  }

  /**
   * Maps an aligned SuperSlab of `pages` (a power of two). `direct`: the kernel aligns. Otherwise
   * twice the size is mapped and both ends are trimmed, so that neighbours never touch.
   * @returns the piece, or -1 (ENOMEM) when the entry limit is reached: the kernel checks before it merges
   */
  mapAligned(pages: number, direct: boolean, limit: number): number {
    if (this.entries + 1 > limit) return NONE;
    const need = 2 * pages;
    const above = this.findGap(need);
    if (above === NONE) return NONE;
    const gapTop = this.endOf(above);
    const topPage = MMAP_TOP_PAGE - gapTop;
    // Direct: the highest aligned address that fits. Trimmed: the first aligned address in a region placed at the top.
    const low = direct
      ? Math.floor((topPage - pages) / pages) * pages
      : Math.ceil((topPage - need) / pages) * pages;
    return this.insertAfter(above, PIECE.superslab, MMAP_TOP_PAGE - low - pages, pages);
  }

  /**
   * Maps a thread stack and the guard page below it: two entries.
   * @returns the stack's piece (its guard is the next one down), or -1 when fewer than two entries are left
   */
  mapStack(pages: number, limit: number): number {
    if (this.entries + 2 > limit) return NONE;
    const above = this.findGap(pages + 1);
    if (above === NONE) return NONE;
    const stack = this.insertAfter(above, PIECE.stack, this.endOf(above), pages);
    this.insertAfter(stack, PIECE.guard, this.position[stack] + pages, 1);
    return stack;
  }

  /** Unmaps a stack and its guard. */
  unmapStack(stack: number): void {
    const guard = this.next[stack];
    assert(this.kind[guard] === PIECE.guard, 'a stack has its guard below it');
    this.remove(guard);
    this.remove(stack);
  }

  /**
   * Unmaps a piece. False (ENOMEM) when that would split a merged entry at the limit, as the kernel refuses.
   */
  unmap(node: number, limit: number): boolean {
    if (this.touchesPrev(node) && this.touchesNext(node) && this.entries + 1 > limit) return false;
    this.remove(node);
    return true;
  }

  /** Entries by walking the list: what the maintained counts must equal. */
  countEntries(): {
    superslabs: number;
    stacks: number;
    base: number;
    pages: number;
    ordered: boolean;
  } {
    const count = { superslabs: 0, stacks: 0, base: 0, pages: 0, ordered: true };
    let last = NONE;
    for (let node = this.head(); node !== NONE; node = this.next[node]) {
      count.pages += this.length[node];
      if (last !== NONE && this.endOf(last) > this.position[node]) count.ordered = false;
      const merged =
        last !== NONE &&
        this.kind[last] === this.kind[node] &&
        this.kind[node] !== PIECE.base &&
        this.endOf(last) === this.position[node];
      if (!merged) {
        if (this.kind[node] === PIECE.superslab) count.superslabs++;
        else if (this.kind[node] === PIECE.base) count.base++;
        else count.stacks++;
      }
      last = node;
    }
    return count;
  }

  /** Mixes in positions and kinds in address order. */
  hashInto(word: (value: number) => void): void {
    for (let node = this.head(); node !== NONE; node = this.next[node]) {
      word(this.position[node]);
      word(this.length[node] * 4 + this.kind[node]);
    }
  }

  snapshot(): SavedSpace {
    return {
      position: this.position.slice(0, this.top),
      length: this.length.slice(0, this.top),
      kind: this.kind.slice(0, this.top),
      prev: this.prev.slice(0, this.top),
      next: this.next.slice(0, this.top),
      scalars: [
        this.top,
        this.freeNode,
        this.tail,
        this.hintCount,
        this.superslabEntries,
        this.stackEntries,
        this.baseEntries,
        this.mappedPages,
      ],
      hintLength: this.hintLength.slice(),
      hintNode: this.hintNode.slice(),
    };
  }

  restore(saved: SavedSpace): void {
    while (this.position.length < saved.position.length) this.grow();
    this.position.set(saved.position);
    this.length.set(saved.length);
    this.kind.set(saved.kind);
    this.prev.set(saved.prev);
    this.next.set(saved.next);
    [
      this.top,
      this.freeNode,
      this.tail,
      this.hintCount,
      this.superslabEntries,
      this.stackEntries,
      this.baseEntries,
      this.mappedPages,
    ] = saved.scalars as [number, number, number, number, number, number, number, number];
    this.hintLength.set(saved.hintLength);
    this.hintNode.set(saved.hintNode);
  }

  /** Bytes of typed arrays held. */
  get stateBytes(): number {
    return this.position.byteLength * 4 + this.kind.byteLength;
  }

  private head(): number {
    // Base pieces are never unmapped and are made first, so piece 0 is the topmost.
    return this.top === 0 ? NONE : 0;
  }

  private endOf(node: number): number {
    return this.position[node] + this.length[node];
  }

  private touchesPrev(node: number): boolean {
    const prev = this.prev[node];
    return (
      prev !== NONE &&
      this.kind[prev] === this.kind[node] &&
      this.kind[node] !== PIECE.base &&
      this.endOf(prev) === this.position[node]
    );
  }

  private touchesNext(node: number): boolean {
    const next = this.next[node];
    return next !== NONE && this.touchesPrev(next);
  }

  /** The piece above the highest gap of at least `pages`, or -1 when the address space is exhausted. */
  private findGap(pages: number): number {
    const { position, length, next } = this;
    const hint = this.hintFor(pages);
    let node = this.hintNode[hint];
    for (;;) {
      const below = next[node];
      const end = position[node] + length[node];
      const gap = (below === NONE ? MAX_POSITION : position[below]) - end;
      if (gap >= pages) break;
      if (below === NONE) return NONE;
      node = below;
    }
    this.hintNode[hint] = node;
    return node;
  }

  private hintFor(pages: number): number {
    for (let i = 0; i < this.hintCount; i++) if (this.hintLength[i] === pages) return i;
    const slot = this.hintCount < HINTS ? this.hintCount++ : HINTS - 1;
    this.hintLength[slot] = pages;
    this.hintNode[slot] = 0;
    return slot;
  }

  private insertAfter(above: number, kind: PieceKind, position: number, pages: number): number {
    let node = this.freeNode;
    if (node !== NONE) this.freeNode = this.next[node];
    else {
      if (this.top === this.position.length) this.grow();
      node = this.top++;
    }
    const below = above === NONE ? NONE : this.next[above];
    this.position[node] = position;
    this.length[node] = pages;
    this.kind[node] = kind;
    this.prev[node] = above;
    this.next[node] = below;
    if (above !== NONE) this.next[above] = node;
    if (below !== NONE) this.prev[below] = node;
    else this.tail = node;
    this.mappedPages += pages;
    this.addEntries(kind, 1 - (this.touchesPrev(node) ? 1 : 0) - (this.touchesNext(node) ? 1 : 0));
    return node;
  }

  private remove(node: number): void {
    const kind = this.kind[node] as PieceKind;
    this.addEntries(kind, (this.touchesPrev(node) ? 1 : 0) + (this.touchesNext(node) ? 1 : 0) - 1);
    const above = this.prev[node];
    const below = this.next[node];
    this.next[above] = below;
    if (below !== NONE) this.prev[below] = above;
    else this.tail = above;
    this.mappedPages -= this.length[node];
    // The gap that opens lies after `above`: no hint may point further down than that.
    for (let i = 0; i < this.hintCount; i++) {
      const hint = this.hintNode[i];
      if (hint === node || this.position[hint] > this.position[above]) this.hintNode[i] = above;
    }
    this.next[node] = this.freeNode;
    this.freeNode = node;
  }

  private addEntries(kind: PieceKind, delta: number): void {
    switch (kind) {
      case PIECE.superslab:
        this.superslabEntries += delta;
        break;
      case PIECE.base:
        this.baseEntries += delta;
        break;
      default:
        this.stackEntries += delta;
    }
  }

  private grow(): void {
    const size = this.position.length * 2;
    const copy = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const wider = new Int32Array(size);
      wider.set(old);
      return wider;
    };
    this.position = copy(this.position);
    this.length = copy(this.length);
    this.prev = copy(this.prev);
    this.next = copy(this.next);
    const kinds = new Uint8Array(size);
    kinds.set(this.kind);
    this.kind = kinds;
  }
}
