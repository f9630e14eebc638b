import { widerInts } from './columns.ts';

/** Pages of a region: what one page table covers, 2 MiB. */
export const REGION_PAGES = 512;
const LENGTH_BITS = 10;
const LENGTH_MASK = 1023;
/** Words of a bitmap, and one more for its count. */
const WORDS = 16;
const STRIDE = WORDS + 1;
const COUNT = WORDS;
const NONE = -1;

/** The set of all pages of a region. */
export const WHOLE_REGION = REGION_PAGES;

export interface SavedSets {
  readonly bits: Int32Array;
  readonly top: number;
  readonly free: number;
}

/**
 * Sets of the 512 pages of a region, each held in one integer: 0 is empty; a single run of pages is
 * start × 1024 + length, which is what heaps that grow mostly have and all that a fully touched region
 * needs; anything else is the complement of a bitmap's number in a pool. The form is canonical: equal sets
 * without bitmaps are equal integers, and a bitmap that becomes one run is given back.
 */
export class PageSets {
  private bits = new Int32Array(STRIDE * 16);
  private top = 0;
  private free = NONE;
  /** Pages that the last `add` or `remove` put in or took out. */
  changed = 0;

  count(set: number): number {
    return set >= 0 ? set & LENGTH_MASK : this.bits[~set * STRIDE + COUNT];
  }

  /** Puts pages `from` to `to` - 1 into a set. @returns the set */
  add(set: number, from: number, to: number): number {
    if (set >= 0) {
      const start = set >> LENGTH_BITS;
      const length = set & LENGTH_MASK;
      if (length === 0) {
        this.changed = to - from;
        return (from << LENGTH_BITS) | (to - from);
      }
      const end = start + length;
      if (from <= end && to >= start) {
        const low = from < start ? from : start;
        const high = to > end ? to : end;
        this.changed = high - low - length;
        return (low << LENGTH_BITS) | (high - low);
      }
      const bitmap = this.take();
      this.fill(bitmap, start, end);
      this.fill(bitmap, from, to);
      this.changed = to - from;
      this.bits[bitmap * STRIDE + COUNT] = length + this.changed;
      return ~bitmap;
    }
    const bitmap = ~set;
    this.changed = this.fill(bitmap, from, to);
    this.bits[bitmap * STRIDE + COUNT] += this.changed;
    return this.changed === 0 ? set : this.canonical(bitmap);
  }

  /** Takes pages `from` to `to` - 1 out of a set. @returns the set */
  remove(set: number, from: number, to: number): number {
    if (set >= 0) {
      const start = set >> LENGTH_BITS;
      const end = start + (set & LENGTH_MASK);
      const low = from > start ? from : start;
      const high = to < end ? to : end;
      this.changed = high > low ? high - low : 0;
      if (this.changed === 0) return set;
      if (low === start && high === end) return 0;
      if (low === start) return (high << LENGTH_BITS) | (end - high);
      if (high === end) return (start << LENGTH_BITS) | (low - start);
      const bitmap = this.take();
      this.fill(bitmap, start, low);
      this.fill(bitmap, high, end);
      this.bits[bitmap * STRIDE + COUNT] = end - start - this.changed;
      return ~bitmap;
    }
    const bitmap = ~set;
    this.changed = this.clear(bitmap, from, to);
    this.bits[bitmap * STRIDE + COUNT] -= this.changed;
    return this.changed === 0 ? set : this.canonical(bitmap);
  }

  /** The first run of pages at or after `from`, cut at `to`, as start × 1024 + length; 0 when there is none. */
  runIn(set: number, from: number, to: number): number {
    let low: number;
    let high: number;
    if (set >= 0) {
      const start = set >> LENGTH_BITS;
      low = from > start ? from : start;
      high = start + (set & LENGTH_MASK);
    } else {
      low = this.next(~set, from, 0);
      high = this.next(~set, low, -1);
    }
    if (high > to) high = to;
    return high > low ? (low << LENGTH_BITS) | (high - low) : 0;
  }

  /** Pages of a set from `from` to `to` - 1. */
  countIn(set: number, from: number, to: number): number {
    let count = 0;
    for (let run = this.runIn(set, from, to); run !== 0; ) {
      count += run & LENGTH_MASK;
      run = this.runIn(set, runEnd(run), to);
    }
    return count;
  }

  /** Gives back what an emptied record still holds. */
  drop(set: number): void {
    if (set < 0) this.give(~set);
  }

  /** Mixes in the pages of a set. */
  hashInto(set: number, word: (value: number) => void): void {
    if (set >= 0) word(set);
    else for (let i = 0; i < WORDS; i++) word(this.bits[~set * STRIDE + i]);
  }

  get stateBytes(): number {
    return this.bits.byteLength;
  }

  snapshot(): SavedSets {
    return { bits: this.bits.slice(0, this.top * STRIDE), top: this.top, free: this.free };
  }

  restore(saved: SavedSets): void {
    if (this.bits.length < saved.bits.length) this.bits = new Int32Array(saved.bits.length);
    this.bits.set(saved.bits);
    this.top = saved.top;
    this.free = saved.free;
  }

  /** The first page at or after `from` whose bit equals the lowest bit of `flip` inverted: 0 set, -1 clear. */
  private next(bitmap: number, from: number, flip: number): number {
    const base = bitmap * STRIDE;
    for (let page = from; page < REGION_PAGES; page = (page | 31) + 1) {
      const rest = (this.bits[base + (page >> 5)] ^ flip) & (-1 << (page & 31));
      if (rest !== 0) return (page & ~31) + 31 - Math.clz32(rest & -rest);
    }
    return REGION_PAGES;
  }

  private fill(bitmap: number, from: number, to: number): number {
    const { bits } = this;
    let changed = 0;
    for (let page = from; page < to; page = (page | 31) + 1) {
      const at = bitmap * STRIDE + (page >> 5);
      const mask = maskOf(page, to) & ~bits[at];
      bits[at] |= mask;
      changed += popcount(mask);
    }
    return changed;
  }

  private clear(bitmap: number, from: number, to: number): number {
    const { bits } = this;
    let changed = 0;
    for (let page = from; page < to; page = (page | 31) + 1) {
      const at = bitmap * STRIDE + (page >> 5);
      const mask = maskOf(page, to) & bits[at];
      bits[at] &= ~mask;
      changed += popcount(mask);
    }
    return changed;
  }

  private canonical(bitmap: number): number {
    const count = this.bits[bitmap * STRIDE + COUNT];
    const low = this.next(bitmap, 0, 0);
    if (count > 0 && this.next(bitmap, low, -1) - low !== count) return ~bitmap;
    this.give(bitmap);
    return count === 0 ? 0 : (low << LENGTH_BITS) | count;
  }

  private take(): number {
    const recycled = this.free;
    if (recycled !== NONE) {
      this.free = this.bits[recycled * STRIDE];
      this.bits.fill(0, recycled * STRIDE, (recycled + 1) * STRIDE);
      return recycled;
    }
    if ((this.top + 1) * STRIDE > this.bits.length)
      this.bits = widerInts(this.bits, this.bits.length * 2);
    else this.bits.fill(0, this.top * STRIDE, (this.top + 1) * STRIDE);
    return this.top++;
  }

  private give(bitmap: number): void {
    this.bits[bitmap * STRIDE] = this.free;
    this.free = bitmap;
  }
}

/** The first page of a run, as `runIn` gives it. */
export const runStart = (run: number): number => run >> LENGTH_BITS;
/** The page after its last one. */
export const runEnd = (run: number): number => (run >> LENGTH_BITS) + (run & LENGTH_MASK);

/** The bits of `page`'s word from `page` on, below `to`. */
function maskOf(page: number, to: number): number {
  const low = -1 << (page & 31);
  const last = (page | 31) + 1;
  return to >= last ? low : low & ~(-1 << (to & 31));
}

function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
