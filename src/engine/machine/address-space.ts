import { Mappings, type SavedMappings } from './mappings.ts';
import { Pieces, type SavedPieces } from './pieces.ts';
import { FAILURE, KIND, KIND_COUNT, KIND_MASK, MAP, newWord, PROT } from './vma.ts';
import { MMAP_TOP_PAGE } from './vma-entries.ts';

export { HEAP_BASE_PAGE } from './mappings.ts';
export { MMAP_TOP_PAGE } from './vma-entries.ts';

const NONE = -1;
const UNLIMITED = Infinity;
const BASE_WORD = newWord(KIND.base, PROT.rw, MAP.plain);
const SUPERSLAB_WORD = newWord(KIND.superslab, PROT.rw, MAP.plain);
const STACK_WORD = newWord(KIND.stack, PROT.rw, MAP.stack);
const GUARD_WORD = newWord(KIND.guard, PROT.none, MAP.stack);

export interface SavedSpace {
  readonly mappings: SavedMappings;
  readonly pieces: SavedPieces;
}

/**
 * A process's address space: what the kernel keeps (mappings.ts), the mappings that the program has before
 * its allocator makes any, thread stacks, and aligned spans with handles (*pieces*) that survive merging.
 */
export class AddressSpace extends Mappings {
  private readonly pieces = new Pieces();

  /** @param baseMaps entries of the program itself; @param basePages pages they cover in all */
  constructor(baseMaps: number, basePages: number) {
    super();
    const each = Math.max(1, Math.floor(basePages / baseMaps));
    let top = MMAP_TOP_PAGE;
    for (let i = 0; i < baseMaps; i++) {
      const pages = i === 0 ? Math.max(1, basePages - each * (baseMaps - 1)) : each;
      this.enter(this.tree.find(top - 1), top - pages, top, BASE_WORD);
      top -= pages + 1; // one unmapped page keeps libraries apart
    }
  }

  /** What models map: spans, arenas, their tables. */
  get superslabEntries(): number {
    return this.entries - this.stackEntries - this.baseEntries - this.otherEntries;
  }
  /** Stacks and their guards. */
  get stackEntries(): number {
    return this.entriesBy[KIND.stack] + this.entriesBy[KIND.guard];
  }
  /** The program's own, the heap that brk made included. */
  get baseEntries(): number {
    return this.entriesBy[KIND.base] + this.entriesBy[KIND.heap];
  }
  /** What the C library maps beside a model. */
  get otherEntries(): number {
    return this.entriesBy[KIND.other];
  }

  /** The heap that the program has before anybody lengthens it. */
  beginHeap(pages: number): void {
    this.brk(pages, UNLIMITED);
  }

  /** Writes `pages` pages of the program's own mappings, of each about the same share from its beginning on. */
  touchBase(pages: number): void {
    const all = this.mappedPages;
    let before = 0;
    for (let slot = this.tree.first(); slot !== NONE; slot = this.tree.below(slot)) {
      const start = this.tree.start[slot];
      const after = before + this.tree.end[slot] - start;
      const share = Math.floor((after * pages) / all) - Math.floor((before * pages) / all);
      if (share > 0) this.touch(start, share);
      before = after;
    }
  }

  /** First page number (low end) of a piece. */
  pageOf(piece: number): number {
    return this.pieces.pageOf(piece);
  }

  pagesOf(piece: number): number {
    return this.pieces.pagesOf(piece);
  }

  /**
   * Maps an aligned SuperSlab of `pages` (a power of two). `direct`: the kernel aligns. Otherwise
   * twice the size is mapped and both ends are trimmed, so that neighbours never touch.
   * @returns the piece, or -1 (ENOMEM) when the entry limit is reached
   */
  mapAligned(pages: number, direct: boolean, limit: number): number {
    if (this.entries + 1 > limit) {
      this.failure = FAILURE.limit;
      return NONE;
    }
    const need = 2 * pages;
    const above = this.tree.findGap(need);
    if (above === NONE) {
      this.failure = FAILURE.space;
      return NONE;
    }
    const top = this.tree.start[above];
    // Direct: the highest aligned address that fits. Trimmed: the first aligned address in a region placed at the top.
    const low = direct
      ? Math.floor((top - pages) / pages) * pages
      : Math.ceil((top - need) / pages) * pages;
    this.enter(above, low, low + pages, SUPERSLAB_WORD);
    return this.pieces.add(low, pages);
  }

  /**
   * Maps a thread stack and the guard page below it: two entries.
   * @returns the stack's piece, or -1 when fewer than two entries are left
   */
  mapStack(pages: number, limit: number): number {
    if (this.entries + 2 > limit) {
      this.failure = FAILURE.limit;
      return NONE;
    }
    const above = this.tree.findGap(pages + 1);
    if (above === NONE) {
      this.failure = FAILURE.space;
      return NONE;
    }
    const top = this.tree.start[above];
    this.enter(above, top - pages, top, STACK_WORD);
    this.enter(this.tree.find(top - pages), top - pages - 1, top - pages, GUARD_WORD);
    return this.pieces.add(top - pages, pages);
  }

  /** Unmaps a stack and its guard. */
  unmapStack(stack: number): void {
    const { pieces } = this;
    this.unmap(pieces.pageOf(stack) - 1, pieces.pagesOf(stack) + 1, UNLIMITED);
    pieces.remove(stack);
  }

  /**
   * Unmaps a piece. False (ENOMEM) when that would split a merged entry at the limit, as the kernel refuses.
   */
  unmapPiece(piece: number, limit: number): boolean {
    if (!this.unmap(this.pieces.pageOf(piece), this.pieces.pagesOf(piece), limit)) return false;
    this.pieces.remove(piece);
    return true;
  }

  /** Entries by walking: what the maintained counts must equal. */
  countEntries(): {
    superslabs: number;
    stacks: number;
    base: number;
    other: number;
    pages: number;
    ordered: boolean;
  } {
    const count = { superslabs: 0, stacks: 0, base: 0, other: 0, pages: 0, ordered: true };
    let low = Infinity;
    for (let slot = this.tree.first(); slot !== NONE; slot = this.tree.below(slot)) {
      const start = this.tree.start[slot];
      const end = this.tree.end[slot];
      if (end > low || start >= end) count.ordered = false;
      low = start;
      count.pages += end - start;
      switch (this.tree.word[slot] & KIND_MASK) {
        case KIND.stack:
        case KIND.guard:
          count.stacks++;
          break;
        case KIND.base:
        case KIND.heap:
          count.base++;
          break;
        case KIND.other:
          count.other++;
          break;
        default:
          count.superslabs++;
      }
    }
    return count;
  }

  /**
   * Recounts entries, mapped and resident pages by walking, and compares them with what is maintained.
   * @returns one sentence for each thing that does not hold
   */
  check(): string[] {
    const problems = this.tree.check();
    const expect = (what: string, walked: number, kept: number): void => {
      if (walked !== kept) problems.push(`${what}: walked ${walked}, kept ${kept}`);
    };
    const entries = new Float64Array(KIND_COUNT);
    const mapped = new Float64Array(KIND_COUNT);
    const resident = new Float64Array(KIND_COUNT);
    const { tree, pages } = this;
    for (let slot = tree.first(); slot !== NONE; slot = tree.below(slot)) {
      const kind = tree.word[slot] & KIND_MASK;
      entries[kind]++;
      mapped[kind] += tree.end[slot] - tree.start[slot];
      resident[kind] += pages.residentIn(tree.start[slot], tree.end[slot]);
    }
    for (let kind = 0; kind < KIND_COUNT; kind++) {
      expect(`entries of kind ${kind}`, entries[kind], this.entriesBy[kind]);
      expect(`pages of kind ${kind}`, mapped[kind], this.pagesBy[kind]);
      expect(`resident pages of kind ${kind}`, resident[kind], pages.residentBy[kind]);
    }
    const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
    expect('entries', sum(entries), this.entries);
    expect('mapped pages', sum(mapped), this.mappedPages);
    // Pages that lie in no mapping would be missing from the sum.
    expect('resident pages', sum(resident), pages.residentPages);
    const counted = pages.recount();
    expect('resident pages of all regions', counted.resident, pages.residentPages);
    expect('lazily freed pages', counted.lazy, pages.lazyPages);
    expect('lazily freed pages in order', counted.queued, pages.lazyPages);
    expect('page tables', counted.tables, pages.pageTablePages);
    return problems;
  }

  override get stateBytes(): number {
    return super.stateBytes + this.pieces.stateBytes;
  }

  snapshot(): SavedSpace {
    return { mappings: this.saved(), pieces: this.pieces.snapshot() };
  }

  restore(saved: SavedSpace): void {
    this.restoreFrom(saved.mappings);
    this.pieces.restore(saved.pieces);
  }
}
