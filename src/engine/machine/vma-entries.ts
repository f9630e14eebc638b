import {
  anonCompatible,
  anonShared,
  FAILURE,
  type Failure,
  KIND_COUNT,
  KIND_MASK,
  NO_ANON,
} from './vma.ts';
import { type SavedTree, VmaTree } from './vma-tree.ts';

/** Page number just above the highest mapping; 0x7ffff7fff000 is where x86-64 starts without ASLR. */
export const MMAP_TOP_PAGE = 0x7ffff7fff;
/** vm.mmap_min_addr: 64 KiB. */
export const FLOOR_PAGE = 16;
const NONE = -1;

export interface SavedEntries {
  readonly tree: SavedTree;
  readonly entriesBy: Int32Array;
  readonly pagesBy: Float64Array;
  readonly scalars: readonly number[];
}

/**
 * The map entries of a process and how Linux merges and splits them; who asks for it is mappings.ts.
 *
 * Neighbours merge when kind, protection and flags are equal and their anonymous pages are compatible:
 * each entry gets an anon_vma at its first touch, shared with a neighbour where Linux shares it; an untouched
 * entry merges with any, two touched ones only when they share. Merging is tried for what is new or changed, so
 * that entries which could have merged but met only later stay apart.
 */
export abstract class VmaEntries {
  /** Map entries by kind. */
  readonly entriesBy = new Int32Array(KIND_COUNT);
  /** Mapped pages by kind. */
  readonly pagesBy = new Float64Array(KIND_COUNT);
  /** All map entries. */
  entries = 0;
  mappedPages = 0;
  /** Why the last refused call was refused. */
  failure: Failure = FAILURE.none;
  protected readonly tree = new VmaTree(FLOOR_PAGE, MMAP_TOP_PAGE);
  private anons = NO_ANON;

  /** Enters a new mapping below an entry and merges it with its neighbours (vma_merge_new_range). */
  protected enter(above: number, start: number, end: number, word: number): void {
    const { tree } = this;
    const below = tree.below(above);
    const low = below !== NONE && tree.end[below] === start && tree.word[below] === word;
    const high =
      tree.start[above] === end &&
      tree.word[above] === word &&
      (!low || anonCompatible(tree.anon[below], tree.anon[above]));
    if (low && high) this.bridge(above, below, NO_ANON);
    else if (low) this.resize(below, tree.start[below], end);
    else if (high) this.resize(above, start, tree.end[above]);
    else this.addBelow(above, start, end, word, NO_ANON);
  }

  /**
   * Gives part of an entry a new word: merges it with neighbours that have it (vma_merge_existing_range),
   * else splits it off. A refused second split leaves the first one done, as in Linux.
   */
  protected modify(slot: number, from: number, to: number, word: number, limit: number): boolean {
    const { tree } = this;
    const start = tree.start[slot];
    const end = tree.end[slot];
    const anon = tree.anon[slot];
    const below = from === start ? tree.below(slot) : NONE;
    const above = tree.above(slot);
    const low =
      below !== NONE &&
      tree.end[below] === from &&
      tree.word[below] === word &&
      anonCompatible(tree.anon[below], anon);
    const high =
      to === end &&
      tree.start[above] === to &&
      tree.word[above] === word &&
      anonCompatible(tree.anon[above], anon) &&
      (!low || anonCompatible(tree.anon[below], tree.anon[above]));
    if (low && high) {
      const top = tree.end[above];
      this.take(slot);
      const under = tree.find(from - 1);
      this.bridge(tree.find(top - 1), under, anon);
    } else if (low) {
      if (tree.anon[below] === NO_ANON) tree.anon[below] = anon;
      if (to === end) this.take(slot);
      else this.resize(slot, to, end);
      const under = tree.find(from - 1);
      this.resize(under, tree.start[under], to);
    } else if (high) {
      if (tree.anon[above] === NO_ANON) tree.anon[above] = anon;
      if (from === start) this.take(slot);
      else this.resize(slot, start, from);
      const over = tree.find(to);
      this.resize(over, from, tree.end[over]);
    } else {
      if (from > start) {
        if (this.entries >= limit) return this.refused(FAILURE.limit);
        this.split(slot, from);
      }
      if (to < end) {
        if (this.entries >= limit) return this.refused(FAILURE.limit);
        this.split(tree.find(from), to);
      }
      this.setWord(tree.find(from), word);
    }
    return true;
  }

  /** Two entries and what lies between them become one; the entry above takes all. */
  private bridge(above: number, below: number, middle: number): void {
    const { tree } = this;
    const start = tree.start[below];
    const anon = tree.anon[above] || middle || tree.anon[below];
    const end = tree.end[above];
    this.take(below);
    const slot = tree.find(end - 1);
    tree.anon[slot] = anon;
    this.resize(slot, start, end);
  }

  private split(slot: number, page: number): void {
    const { tree } = this;
    const end = tree.end[slot];
    const word = tree.word[slot];
    const anon = tree.anon[slot];
    this.resize(slot, tree.start[slot], page);
    this.addBelow(tree.above(slot), page, end, word, anon);
  }

  protected addBelow(above: number, start: number, end: number, word: number, anon: number): void {
    this.tree.insertBelow(above, start, end, word, anon);
    this.entriesBy[word & KIND_MASK]++;
    this.entries++;
    this.countPages(word, end - start);
  }

  protected take(slot: number): void {
    const { tree } = this;
    const word = tree.word[slot];
    const pages = tree.end[slot] - tree.start[slot];
    tree.remove(slot);
    this.entriesBy[word & KIND_MASK]--;
    this.entries--;
    this.countPages(word, -pages);
  }

  protected resize(slot: number, start: number, end: number): void {
    const { tree } = this;
    this.countPages(tree.word[slot], end - start - (tree.end[slot] - tree.start[slot]));
    if (tree.end[slot] !== end) tree.setEnd(slot, end);
    if (tree.start[slot] !== start) tree.setStart(slot, start);
  }

  /** Protection and advice never change the kind. */
  private setWord(slot: number, word: number): void {
    this.tree.word[slot] = word;
  }

  private countPages(word: number, pages: number): void {
    this.pagesBy[word & KIND_MASK] += pages;
    this.mappedPages += pages;
  }

  /** The anon_vma of an entry at its first touch: the upper neighbour's, the lower one's, or its own. */
  protected anonFor(slot: number): number {
    const { tree } = this;
    const word = tree.word[slot];
    const above = tree.above(slot);
    if (
      tree.start[above] === tree.end[slot] &&
      tree.anon[above] !== NO_ANON &&
      anonShared(tree.word[above], word)
    )
      return tree.anon[above];
    const below = tree.below(slot);
    if (
      below !== NONE &&
      tree.end[below] === tree.start[slot] &&
      tree.anon[below] !== NO_ANON &&
      anonShared(tree.word[below], word)
    )
      return tree.anon[below];
    return ++this.anons;
  }

  protected refused(reason: Failure): false {
    this.failure = reason;
    return false;
  }

  protected refuse(reason: Failure): -1 {
    this.failure = reason;
    return NONE;
  }

  protected hashEntriesInto(word: (value: number) => void): void {
    const { tree } = this;
    for (let slot = tree.first(); slot !== NONE; slot = tree.below(slot)) {
      word(MMAP_TOP_PAGE - tree.start[slot]);
      word(tree.end[slot] - tree.start[slot]);
      word(tree.word[slot]);
      word(tree.anon[slot]);
    }
  }

  protected savedEntries(): SavedEntries {
    return {
      tree: this.tree.snapshot(),
      entriesBy: this.entriesBy.slice(),
      pagesBy: this.pagesBy.slice(),
      scalars: [this.entries, this.mappedPages, this.anons],
    };
  }

  protected restoreEntries(saved: SavedEntries): void {
    this.tree.restore(saved.tree);
    this.entriesBy.set(saved.entriesBy);
    this.pagesBy.set(saved.pagesBy);
    [this.entries, this.mappedPages, this.anons] = saved.scalars;
  }
}
