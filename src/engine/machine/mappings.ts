import { assert } from '../../base/assert.ts';
import { REGION_PAGES } from './page-set.ts';
import { Pages, type SavedPages } from './pages.ts';
import {
  ADVICE,
  type Advice,
  FAILURE,
  hugeWord,
  KIND,
  KIND_MASK,
  MAP,
  NO_ANON,
  newWord,
  PROT,
  type Prot,
  protectedWord,
  VM_HUGE,
  VM_NOHUGE,
  VM_RW,
  type VmaKind,
} from './vma.ts';
import { FLOOR_PAGE, MMAP_TOP_PAGE, type SavedEntries, VmaEntries } from './vma-entries.ts';

/** Where the break of a position-independent program without ASLR lies. */
export const HEAP_BASE_PAGE = 0x555555576;
const NONE = -1;

/** Transparent huge pages: what /sys/kernel/mm/transparent_hugepage/enabled says. */
export type ThpMode = 'never' | 'madvise' | 'always';

export interface SavedMappings {
  readonly entries: SavedEntries;
  readonly pages: SavedPages;
  readonly breakPage: number;
}

/**
 * A process's memory as Linux keeps it: map entries (VMAs) of anonymous private memory, the pages that are
 * resident in them, and the system calls by which allocators change both. Addresses and lengths are in
 * pages of 4 KiB; a failed call leaves its reason in `failure`. What does not exist here: files, fork,
 * mremap, mlock, memory policies.
 *
 * `limit` is vm.max_map_count less the entries that others have. As in Linux, mmap and brk refuse when the count
 * is above the limit, so that one entry more than the limit can exist, and look before they merge; a split is
 * refused at the limit.
 */
export abstract class Mappings extends VmaEntries {
  readonly pages = new Pages();
  /** Modelled; may be changed at any time. */
  thp: ThpMode = 'never';
  /** The page after the heap, where brk goes on. */
  breakPage = HEAP_BASE_PAGE;

  // System calls

  /**
   * mmap without an address: the highest gap that fits. A length of whole huge pages is aligned to
   * them, as since Linux 6.7.
   * @param flags MAP, added up
   * @returns the first page, or -1
   */
  map(kind: VmaKind, pages: number, prot: Prot, limit: number, flags: number = MAP.plain): number {
    if (this.entries > limit) return this.refuse(FAILURE.limit);
    const aligned = pages % REGION_PAGES === 0;
    let above = aligned ? this.tree.findGap(pages + REGION_PAGES) : NONE;
    let page = 0;
    if (above !== NONE) {
      page = Math.floor((this.tree.start[above] - pages) / REGION_PAGES) * REGION_PAGES;
    } else {
      above = this.tree.findGap(pages);
      if (above === NONE) return this.refuse(FAILURE.space);
      page = this.tree.start[above] - pages;
    }
    this.enter(above, page, page + pages, newWord(kind, prot, flags));
    return page;
  }

  /** mmap at an address (MAP_FIXED): what is mapped there goes. */
  mapAt(
    page: number,
    pages: number,
    kind: VmaKind,
    prot: Prot,
    limit: number,
    flags: number = MAP.plain,
  ): boolean {
    if (this.entries > limit) return this.refused(FAILURE.limit);
    if (!this.unmap(page, pages, limit)) return false;
    this.enter(this.tree.find(page), page, page + pages, newWord(kind, prot, flags));
    return true;
  }

  /** Whether nothing is mapped from `page` on. */
  isFree(page: number, pages: number): boolean {
    return this.tree.start[this.tree.find(page)] >= page + pages;
  }

  /** munmap of any range, mapped or not. Refused only when it would cut a hole into one entry at the limit. */
  unmap(page: number, pages: number, limit: number): boolean {
    const { tree } = this;
    const end = endOf(page, pages);
    let slot = tree.find(page);
    if (tree.start[slot] < page && tree.end[slot] > end && this.entries >= limit)
      return this.refused(FAILURE.limit);
    let at = page;
    while (tree.start[slot] < end) {
      const start = tree.start[slot];
      const stop = tree.end[slot];
      const from = start > at ? start : at;
      const to = stop < end ? stop : end;
      const kind = tree.word[slot] & KIND_MASK;
      this.pages.drop(from, to, kind);
      if (from > start || to < stop) this.pages.unsettle(from - 1, to + 1);
      if (from > start) {
        this.resize(slot, start, from);
        if (to < stop) this.addBelow(tree.above(slot), to, stop, tree.word[slot], tree.anon[slot]);
      } else if (to < stop) this.resize(slot, to, stop);
      else this.take(slot);
      at = to;
      slot = tree.find(at);
    }
    return true;
  }

  /** mprotect. A hole or the limit stops it; what lies below keeps the new protection. */
  protect(page: number, pages: number, prot: Prot, limit: number): boolean {
    const { tree } = this;
    const end = endOf(page, pages);
    for (let at = page; at < end; ) {
      const slot = tree.find(at);
      if (tree.start[slot] > at) return this.refused(FAILURE.hole);
      const to = Math.min(end, tree.end[slot]);
      const word = protectedWord(tree.word[slot], prot, tree.anon[slot]);
      if (word !== tree.word[slot]) {
        this.pages.unsettle(at, to);
        if (!this.modify(slot, at, to, word, limit)) return false;
      }
      at = to;
    }
    return true;
  }

  /**
   * madvise. Giving pages back (`dontneed`) or up (`free`) changes no entry; advice on huge pages may split and
   * merge. Holes are passed over and reported at the end.
   */
  advise(page: number, pages: number, what: Advice, limit: number): boolean {
    const { tree } = this;
    const end = endOf(page, pages);
    let hole = false;
    for (let at = page; at < end; ) {
      const slot = tree.find(at);
      const from = Math.max(at, tree.start[slot]);
      if (from > at) hole = true;
      if (from >= end) break;
      const to = Math.min(end, tree.end[slot]);
      const word = tree.word[slot];
      switch (what) {
        case ADVICE.dontneed:
          this.pages.drop(from, to, word & KIND_MASK);
          break;
        case ADVICE.free:
          this.pages.freeLazily(from, to);
          break;
        case ADVICE.hugepage:
        case ADVICE.nohugepage: {
          const advised = hugeWord(word, what);
          if (advised !== word && !this.modify(slot, from, to, advised, limit)) return false;
        }
      }
      at = to;
    }
    return hole ? this.refused(FAILURE.hole) : true;
  }

  /** Moves the break. @param pages may be negative @returns the page after the heap, or -1 */
  brk(pages: number, limit: number): number {
    const { tree } = this;
    const old = this.breakPage;
    const next = old + pages;
    if (pages < 0) {
      assert(next >= HEAP_BASE_PAGE, 'the break stays above its start');
      if (!this.unmap(next, -pages, limit)) return NONE;
    } else if (pages > 0) {
      // One page below the next mapping stays free.
      if (tree.start[tree.find(old)] < next + 1) return this.refuse(FAILURE.space);
      if (this.entries > limit) return this.refuse(FAILURE.limit);
      this.enter(tree.find(old), old, next, newWord(KIND.heap, PROT.rw, MAP.plain));
    }
    this.breakPage = next;
    return next;
  }

  // Pages

  /**
   * Writes pages, which must be mapped readable and writable.
   * @returns pages newly resident; `pages.faults` counts the faults, which are fewer with huge pages
   */
  touch(page: number, pages: number): number {
    const end = endOf(page, pages);
    let added = 0;
    for (let at = page; at < end; ) {
      const region = Math.floor(at / REGION_PAGES);
      const first = region * REGION_PAGES;
      const stop = Math.min(end, first + REGION_PAGES);
      const kind = this.pages.settledKind(region);
      added +=
        kind === NONE
          ? this.touchUnsettled(region, at, stop)
          : this.pages.touch(region, at - first, stop - first, kind);
      at = stop;
    }
    return added;
  }

  /** Writes bytes `from` to `to` - 1, counted from the beginning of `page`. @returns pages newly resident */
  touchBytes(page: number, from: number, to: number): number {
    if (to <= from) return 0;
    const first = Math.floor(from / 4096);
    return this.touch(page + first, Math.ceil(to / 4096) - first);
  }

  /**
   * Memory is short: takes up to `most` lazily freed pages, those that have waited longest first, by regions
   * of 2 MiB and by address within one. @returns pages taken
   */
  takeLazy(most: number): number {
    let taken = 0;
    while (taken < most) {
      const page = this.pages.oldestLazy();
      if (page === NONE) break;
      const slot = this.tree.find(page);
      const end = Math.min(this.pages.lazyRunEnd, this.tree.end[slot], page + most - taken);
      taken += this.pages.drop(page, end, this.tree.word[slot] & KIND_MASK);
    }
    return taken;
  }

  // State

  /** Mixes in entries in address order, what they may merge with, and their pages. */
  hashInto(word: (value: number) => void): void {
    this.hashEntriesInto(word);
    word(this.breakPage - HEAP_BASE_PAGE);
    this.pages.hashInto(word);
  }

  /** Bytes of typed arrays held. */
  get stateBytes(): number {
    return this.tree.stateBytes + this.pages.stateBytes;
  }

  protected saved(): SavedMappings {
    return {
      entries: this.savedEntries(),
      pages: this.pages.snapshot(),
      breakPage: this.breakPage,
    };
  }

  protected restoreFrom(saved: SavedMappings): void {
    this.restoreEntries(saved.entries);
    this.pages.restore(saved.pages);
    this.breakPage = saved.breakPage;
  }

  /** Touches within a region that is not known to lie in one touched mapping. */
  private touchUnsettled(region: number, from: number, to: number): number {
    const { tree, pages } = this;
    const first = region * REGION_PAGES;
    let added = 0;
    for (let at = from; at < to; ) {
      const slot = tree.find(at);
      const word = tree.word[slot];
      assert(
        tree.start[slot] <= at && (word & VM_RW) !== 0,
        'touched pages are mapped for writing',
      );
      if (tree.anon[slot] === NO_ANON) tree.anon[slot] = this.anonFor(slot);
      const stop = Math.min(to, tree.end[slot]);
      const kind = word & KIND_MASK;
      const whole = tree.start[slot] <= first && tree.end[slot] >= first + REGION_PAGES;
      added +=
        whole && this.isHuge(word) && !pages.isResidentRegion(region)
          ? pages.touchHuge(region, kind)
          : pages.touch(region, at - first, stop - first, kind);
      if (whole) pages.settle(region, kind);
      at = stop;
    }
    return added;
  }

  private isHuge(word: number): boolean {
    switch (this.thp) {
      case 'never':
        return false;
      case 'madvise':
        return (word & VM_HUGE) !== 0;
      case 'always':
        return (word & VM_NOHUGE) === 0;
    }
  }
}

/** The page after a range, which must lie in the address space. */
function endOf(page: number, pages: number): number {
  const end = page + pages;
  assert(page >= FLOOR_PAGE && end <= MMAP_TOP_PAGE, 'a range lies in the address space');
  return end;
}
