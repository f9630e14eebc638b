import { C } from '../../telemetry/counters.ts';
import { NEED } from '../../telemetry/events.ts';
import type { PlainHeap } from '../plain/heap.ts';
import { Chunks } from './chunks.ts';
import {
  BLOCK,
  byteOf,
  FOOT,
  GRANULE,
  granulesFor,
  HEAD,
  MAX_HEAP_BYTES,
  minGranules,
  NONE,
  PAGE,
  payloadOf,
  sizeOfTag,
  USED,
} from './layout.ts';
import { firstFitCosts, splitGranules, stepPages } from './settings.ts';

/**
 * The textbook allocator: malloc walks the one free list and splits what it finds, free merges with the
 * neighbours that the boundary tags show, brk moves when nothing fits. A call adds what it costs to
 * `spent`, page faults included.
 */
export class FirstFitHeap extends Chunks implements PlainHeap {
  readonly largest = Infinity;
  /** How the latest allocation was served: 0 from the list, 1 from the top, 2 after the heap grew. */
  path = 0;

  /**
   * Allocates `size` bytes into an empty slot.
   * @param kind BLOCK
   * @returns false: no memory
   */
  malloc(size: number, slot: number, kind: number = BLOCK.program): boolean {
    this.spent += this.costs.malloc;
    const g = this.take(granulesFor(size, this.tagBytes), size);
    if (g === NONE) return false;
    this.note(slot, g, size, kind);
    return true;
  }

  /** As malloc, at an address that is a multiple of `align`, a power of two. */
  memalign(size: number, align: number, slot: number): boolean {
    if (align <= GRANULE) return this.malloc(size, slot);
    this.spent += this.costs.malloc;
    const { tagBytes } = this;
    const least = minGranules(tagBytes);
    const wanted = granulesFor(size, tagBytes);
    const g = this.take(wanted + align / GRANULE + least, size);
    if (g === NONE) return false;
    const all = this.sizeOf(g);
    const base = this.brk.basePage * PAGE;
    const start = alignedStart(g, align, least, base);
    const lead = start - g;
    if (lead > 0) this.tag(start, all - lead, USED);
    const rest = all - lead - wanted;
    const kept = rest >= splitGranules(this.settings) ? wanted : all - lead;
    if (kept < all - lead) this.tag(start, kept, USED);
    this.note(slot, start, size, BLOCK.program);
    if (lead > 0) this.release(g, lead);
    if (kept < all - lead) this.release(start + kept, rest);
    return true;
  }

  /** Frees the block of a slot. */
  free(slot: number): void {
    this.spent += this.costs.free;
    const g = this.slots.block[slot];
    const granules = this.sizeOf(g);
    this.countLive(g, granules, slot, -1);
    this.slots.block[slot] = NONE;
    this.release(g, granules);
  }

  /**
   * Gives the block of a slot `size` bytes: where it is when a smaller chunk will do or when its upper
   * neighbour is free and large enough, else somewhere else.
   * @returns bytes copied to a new place, -1: it stayed, -2: no memory, and it is as it was
   */
  realloc(slot: number, size: number): number {
    this.spent += this.costs.malloc;
    const wanted = granulesFor(size, this.tagBytes);
    const g = this.slots.block[slot];
    const had = this.sizeOf(g);
    const kind = this.slots.kind[slot];
    if (wanted <= had || this.growInPlace(g, had, wanted, slot)) {
      this.host.counters[C.reallocsInPlace]++;
      this.shrinkInPlace(g, wanted, slot, size);
      return -1;
    }
    const to = this.take(wanted, size);
    if (to === NONE) return -2;
    this.host.counters[C.reallocsMoved]++;
    const copied = Math.min(this.slots.size[slot], size);
    this.countLive(g, had, slot, -1);
    this.note(slot, to, size, kind);
    this.touch(payloadOf(to), copied);
    this.release(g, had);
    return copied;
  }

  /** The program writes into the block of a slot. */
  write(slot: number, from: number, bytes: number): void {
    this.touch(payloadOf(this.slots.block[slot]) + from, bytes);
  }

  /** A knob has changed. */
  knobChanged(id: string | undefined): void {
    this.costs = firstFitCosts(this.settings);
    if (id === 'coalesce' && this.settings.coalesce === 'immediate') this.mergeAll();
    if (id === 'fit') this.rover = NONE;
    if (id === 'trimTop' || id === 'brkStep' || id === 'coalesce') this.trim();
  }

  /** Gives back the whole pages of the top. @returns pages */
  trimAll(): number {
    const pages = Math.floor(this.topBytes / PAGE);
    if (pages > 0) this.shrinkHeap(pages);
    return pages;
  }

  // Taking

  /**
   * Takes a chunk of at least so many granules out of the list or off the top, and tags it as used.
   * Its bytes are counted for nothing yet.
   * @param request bytes asked for, to be told when the heap must grow
   * @returns the chunk, or NONE
   */
  protected take(granules: number, request: number): number {
    this.path = 0;
    if (granules * GRANULE >= MAX_HEAP_BYTES) {
      this.host.refused(granules * GRANULE);
      return NONE;
    }
    const found = this.find(granules);
    return found === NONE ? this.carve(granules, request) : this.allot(found, granules);
  }

  /** Walks the list. @returns a chunk of at least so many granules, or NONE */
  protected find(granules: number): number {
    this.host.counters[C.listSearches]++;
    switch (this.settings.fit) {
      case 'first':
        return this.findFrom(this.head, NONE, granules);
      case 'best':
        return this.findBest(granules);
      case 'next': {
        const start = this.rover === NONE ? this.head : this.rover;
        const found = this.findFrom(start, NONE, granules);
        return found !== NONE || start === this.head
          ? found
          : this.findFrom(this.head, start, granules);
      }
    }
  }

  private findFrom(first: number, stop: number, granules: number): number {
    let steps = 0;
    let g = first;
    while (g !== stop && g !== NONE) {
      steps++;
      if (this.sizeOf(g) >= granules) {
        this.step(steps);
        return g;
      }
      g = this.next(g);
    }
    this.step(steps);
    return NONE;
  }

  private findBest(granules: number): number {
    let steps = 0;
    let best = NONE;
    let least = Infinity;
    for (let g = this.head; g !== NONE; g = this.next(g)) {
      steps++;
      const size = this.sizeOf(g);
      if (size < granules || size >= least) continue;
      best = g;
      least = size;
      if (size === granules) break;
    }
    this.step(steps);
    return best;
  }

  /** Cuts so many granules off a free chunk; the rest takes its place in the list. */
  protected allot(g: number, granules: number): number {
    const size = this.sizeOf(g);
    const after = this.next(g);
    this.countFree(g, size, -1);
    const rest = size - granules;
    if (rest >= splitGranules(this.settings)) {
      this.splitOff(g, granules, size);
      this.tag(g, granules, USED);
      // Next fit goes on at the rest; the block that was found is the search's end.
      if (this.settings.fit === 'next') this.rover = g + granules;
    } else {
      this.unlink(g);
      this.tag(g, size, USED);
      if (this.settings.fit === 'next') this.rover = after;
    }
    return g;
  }

  /** What is left of a free chunk of `size` granules after the first `granules` becomes one of its own. */
  protected splitOff(g: number, granules: number, size: number): void {
    const rest = g + granules;
    this.tag(rest, size - granules, 0);
    this.replace(g, rest, size);
    this.countFree(rest, size - granules, 1);
    this.host.counters[C.splits]++;
  }

  /** Cuts a chunk off the top, which grows when it is too small. */
  protected carve(granules: number, request: number): number {
    const short = byteOf(this.top + granules, this.tagBytes) - this.end;
    if (short > 0) {
      if (!this.grow(short, granules, request)) return NONE;
      this.path = 2;
    } else this.path = 1;
    this.host.counters[C.topCarves]++;
    const g = this.top;
    this.extend(g, 0, granules);
    return g;
  }

  /** The chunk below the top, of `had` granules, gets so many in all. */
  private extend(g: number, had: number, granules: number): void {
    const to = byteOf(g + granules, this.tagBytes);
    this.countTop(byteOf(g + had, this.tagBytes), to, -1);
    this.top = g + granules;
    this.high = Math.max(this.high, to);
    this.tag(g, granules, USED);
  }

  private grow(short: number, granules: number, request: number): boolean {
    const step = stepPages(this.settings);
    const pages = Math.ceil(short / PAGE / step) * step;
    const { counters } = this.host;
    this.spent += this.host.brkTime(this.spent);
    const from = this.end;
    if (from + pages * PAGE > MAX_HEAP_BYTES || !this.brk.grow(pages)) {
      this.host.refused(pages * PAGE);
      return false;
    }
    this.use.reserve(this.brk.pages);
    if (from === 0) this.countPad();
    this.countTop(Math.max(from, byteOf(this.top, this.tagBytes)), this.end, 1);
    counters[C.heapGrowths]++;
    let reason: number = NEED.exhausted;
    if (from === 0) reason = NEED.firstUse;
    else if (this.freeGranules >= granules) {
      reason = NEED.fragmented;
      counters[C.growthsFragmented]++;
    }
    this.host.grown(pages, request, reason, this.freeListBytes, this.freeChunks);
    return true;
  }

  // Giving back

  /** A used chunk, counted for nothing any more, becomes free: alone, or with its free neighbours. */
  protected release(g: number, granules: number): void {
    if (this.settings.coalesce === 'off') {
      this.makeFree(g, granules);
      this.insert(g);
      return;
    }
    const before = this.freeBefore(g);
    const after = this.freeAfter(g + granules);
    if (before > 0) this.countFree(g - before, before, -1);
    if (after > 0) this.countFree(g + granules, after, -1);
    this.host.counters[C.coalesces] += (before > 0 ? 1 : 0) + (after > 0 ? 1 : 0);
    if (g + granules === this.top) {
      if (before > 0) this.unlink(g - before);
      this.joinTop(g - before);
      return;
    }
    this.merge(g, granules, before, after);
  }

  /** Granules of the free chunk that ends where `g` begins, 0: none. */
  protected freeBefore(g: number): number {
    if (g === 0) return 0;
    const tag = this.words.get(g, FOOT);
    return (tag & USED) === 0 ? sizeOfTag(tag) : 0;
  }

  /** Granules of the free chunk that begins at `end`, 0: none. */
  protected freeAfter(end: number): number {
    if (end >= this.top) return 0;
    const tag = this.words.get(end, HEAD);
    return (tag & USED) === 0 ? sizeOfTag(tag) : 0;
  }

  private merge(g: number, granules: number, before: number, after: number): void {
    const start = g - before;
    const all = before + granules + after;
    if (this.settings.freeOrder === 'address' && before + after > 0) {
      // The place in the list is known: that of the lower free neighbour, else of the upper one.
      if (before > 0 && after > 0) this.unlink(g + granules);
      const kept = before > 0 ? start : g + granules;
      this.makeFree(start, all);
      this.replace(kept, start, before > 0 ? before : after);
      return;
    }
    if (before > 0) this.unlink(start);
    if (after > 0) this.unlink(g + granules);
    this.makeFree(start, all);
    this.insert(start);
  }

  protected makeFree(g: number, granules: number): void {
    this.tag(g, granules, 0);
    this.countFree(g, granules, 1);
  }

  /** Everything from `g` on becomes the top; no chunk is left there. */
  protected joinTop(g: number): void {
    const { tagBytes } = this;
    this.countTop(byteOf(g, tagBytes), byteOf(this.top, tagBytes), 1);
    this.top = g;
    this.host.counters[C.coalesces]++;
    this.trim();
  }

  /** Gives whole steps of the top back when it has reached the knob's size. */
  protected trim(): void {
    const { trimTop } = this.settings;
    if (trimTop === 0 || this.topBytes < trimTop * 1024) return;
    const step = stepPages(this.settings);
    const pages = Math.floor(this.topBytes / PAGE / step) * step;
    if (pages > 0) this.shrinkHeap(pages);
  }

  private shrinkHeap(pages: number): void {
    const to = this.end - pages * PAGE;
    this.countTop(to, this.end, -1);
    this.high = Math.min(this.high, to);
    this.brk.shrink(pages);
    this.words.dropFrom(to / GRANULE);
    this.spent += this.host.brkTime(this.spent);
    this.host.counters[C.heapTrims]++;
    this.host.trimmed(pages);
  }

  /** Coalescing was off: merges whatever lies side by side, from the bottom up. */
  private mergeAll(): void {
    let g = 0;
    while (g < this.top) {
      const size = this.sizeOf(g);
      if (!this.isFree(g)) {
        g += size;
        continue;
      }
      let end = g + size;
      while (end < this.top && this.isFree(end)) end += this.sizeOf(end);
      if (end === g + size && end < this.top) {
        g = end;
        continue;
      }
      for (let at = g; at < end; ) {
        const part = this.sizeOf(at);
        this.countFree(at, part, -1);
        this.unlink(at);
        this.host.counters[C.coalesces]++;
        at += part;
      }
      this.host.counters[C.coalesces]--;
      if (end === this.top) {
        this.joinTop(g);
        return;
      }
      this.makeFree(g, end - g);
      this.insert(g);
      g = end;
    }
  }

  // Resizing

  /** Takes the free upper neighbour, or enough of the top. @returns false: neither is there or large enough */
  private growInPlace(g: number, had: number, wanted: number, slot: number): boolean {
    const end = g + had;
    if (end === this.top) {
      if (byteOf(g + wanted, this.tagBytes) > this.end) return false;
      this.countLive(g, had, slot, -1);
      this.extend(g, had, wanted);
      this.countLive(g, wanted, slot, 1);
      return true;
    }
    const after = this.freeAfter(end);
    if (after === 0 || had + after < wanted) return false;
    this.countFree(end, after, -1);
    this.unlink(end);
    this.countLive(g, had, slot, -1);
    this.tag(g, had + after, USED);
    this.countLive(g, had + after, slot, 1);
    return true;
  }

  /** Sets what was asked for, and frees what is left over if that makes a chunk. */
  private shrinkInPlace(g: number, wanted: number, slot: number, size: number): void {
    const had = this.sizeOf(g);
    const rest = had - wanted;
    this.countLive(g, had, slot, -1);
    this.slots.size[slot] = size;
    const kept = rest >= splitGranules(this.settings) ? wanted : had;
    if (kept < had) this.tag(g, kept, USED);
    this.countLive(g, kept, slot, 1);
    if (kept < had) this.release(g + kept, rest);
  }

  // Figures

  /** Payload bytes of the chunks in the list. */
  get freeListBytes(): number {
    return this.freeGranules * GRANULE - this.freeChunks * 2 * this.tagBytes;
  }

  /** Brings its gauges up to date. */
  readGauges(): void {
    const { counters } = this.host;
    counters[C.liveBlocks] = this.liveBlocks;
    counters[C.freeChunks] = this.freeChunks;
    counters[C.freeListBytes] = this.freeListBytes;
  }
}

/** First place for a block of this alignment in a chunk, leaving nothing before it or a whole chunk. */
function alignedStart(g: number, align: number, least: number, base: number): number {
  let payload = Math.ceil((base + payloadOf(g)) / align) * align - base;
  let start = payload / GRANULE - 1;
  while (start !== g && start - g < least) {
    payload += align;
    start = payload / GRANULE - 1;
  }
  return start;
}
