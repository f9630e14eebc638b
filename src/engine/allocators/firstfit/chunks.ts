import type { KnobValues } from '../../knobs/index.ts';
import { C } from '../../telemetry/counters.ts';
import { type SavedSlots, Slots } from '../plain/slots.ts';
import type { Brk } from './brk.ts';
import {
  BLOCK,
  byteOf,
  capacityOf,
  FOOT,
  GRANULE,
  HEAD,
  NEXT,
  NONE,
  PAGE,
  PART,
  PREV,
  padBytes,
  payloadOf,
  SLOT,
  sizeOfTag,
  tagOf,
  USED,
} from './layout.ts';
import { type SavedWords, Words } from './memory.ts';
import { PageUse, type SavedUse } from './pages.ts';
import { type FirstFitCosts, firstFitCosts, tagBytesOf } from './settings.ts';

/** What the heap needs of the machine. */
export interface HeapHost {
  readonly counters: Float64Array;
  /** The break moved up. @param reason NEED; @param free what the free chunks have, when none fitted */
  grown(
    pages: number,
    request: number,
    reason: number,
    freeBytes: number,
    freeChunks: number,
  ): void;
  /** The break moved down. */
  trimmed(pages: number): void;
  /** What a call of brk takes, ns, when the call of the allocator has taken `spent` so far. */
  brkTime(spent: number): number;
  /** The kernel refused to move the break. */
  refused(bytes: number): void;
}

/**
 * Chunks, their boundary tags in the heap's memory, the free list, and what each byte is used for. Who
 * asks and why is the heap's business.
 */
export class Chunks {
  readonly words = new Words();
  readonly use: PageUse;
  readonly tagBytes: number;
  /** First chunk of the free list. */
  head = NONE;
  /** Next fit: where the next search begins, NONE: at the head. */
  rover = NONE;
  freeChunks = 0;
  freeGranules = 0;
  /** Granule at which the top begins: above it there are no chunks. */
  top = 0;
  /** Bytes from here on were never part of a chunk since the kernel gave them. */
  high = 0;
  /** The chunk of each slot. */
  readonly slots: Slots;
  liveBlocks = 0;
  /** ns of the call under way. */
  spent = 0;
  /** Page faults of the call under way. */
  faults = 0;
  costs: FirstFitCosts;

  /** @param slots slots to have room for */
  constructor(
    protected readonly settings: Readonly<KnobValues>,
    readonly brk: Brk,
    protected readonly host: HeapHost,
    slots: number,
  ) {
    this.use = new PageUse(brk);
    this.tagBytes = tagBytesOf(settings);
    this.costs = firstFitCosts(settings);
    this.slots = new Slots(slots);
  }

  /** Byte after the last one of the heap. */
  get end(): number {
    return this.brk.pages * PAGE;
  }
  get topBytes(): number {
    return Math.max(0, this.end - byteOf(this.top, this.tagBytes));
  }
  /** Granules of the chunk at `g`, as its header says. */
  sizeOf(g: number): number {
    return sizeOfTag(this.words.get(g, HEAD));
  }
  isFree(g: number): boolean {
    return (this.words.get(g, HEAD) & USED) === 0;
  }
  next(g: number): number {
    return this.words.get(g + 1, NEXT);
  }
  prev(g: number): number {
    return this.words.get(g + 1, PREV);
  }

  private readonly arrived = (page: number): void => this.use.touched(page);

  // Tags and touches

  /** Writes both tags of a chunk. */
  protected tag(g: number, granules: number, used: number): void {
    this.writeHead(g, tagOf(granules, used));
    this.writeFoot(g + granules, tagOf(granules, used));
  }
  protected writeHead(g: number, tag: number): void {
    this.words.set(g, HEAD, tag);
    this.touch(byteOf(g, this.tagBytes), this.tagBytes);
  }
  protected writeFoot(end: number, tag: number): void {
    this.words.set(end, FOOT, tag);
    this.touch(byteOf(end, this.tagBytes) - this.tagBytes, this.tagBytes);
  }
  protected link(g: number, word: number, to: number): void {
    this.words.set(g + 1, word, to);
    this.touch(payloadOf(g), GRANULE);
  }

  /** Somebody writes `bytes` bytes from here on: pages that are not resident are faulted in. */
  touch(from: number, bytes: number): void {
    if (bytes <= 0) return;
    const last = ((from + bytes - 1) / PAGE) | 0;
    for (let page = (from / PAGE) | 0; page <= last; page++) {
      if (!this.brk.isResident(page)) this.fault(page);
    }
  }
  protected fault(page: number): void {
    this.brk.touch(page, this.arrived);
    this.faults++;
    this.spent += this.costs.fault;
  }

  // What bytes are used for

  protected countFree(g: number, granules: number, sign: 1 | -1): void {
    const { use, tagBytes } = this;
    const from = payloadOf(g);
    const to = from + capacityOf(granules, tagBytes);
    use.count(from - tagBytes, from, PART.tags, sign);
    use.count(from, to, PART.free, sign);
    use.count(to, to + tagBytes, PART.tags, sign);
    use.starts[(((from - GRANULE) / PAGE) | 0) * 2 + 1] += sign;
  }

  protected countLive(g: number, granules: number, slot: number, sign: 1 | -1): void {
    const { use, tagBytes } = this;
    const from = payloadOf(g);
    const to = from + capacityOf(granules, tagBytes);
    use.count(from - tagBytes, from, PART.tags, sign);
    if (this.slots.kind[slot] === BLOCK.runtime) use.count(from, to, PART.runtime, sign);
    else {
      const requested = from + this.slots.size[slot];
      use.count(from, requested, PART.live, sign);
      use.count(requested, to, PART.rounding, sign);
    }
    use.count(to, to + tagBytes, PART.tags, sign);
    use.starts[(((from - GRANULE) / PAGE) | 0) * 2] += sign;
    this.liveBlocks += sign;
  }

  /** The top's bytes from `from` to `to`: what was in a chunk before is free, the rest untouched. */
  protected countTop(from: number, to: number, sign: 1 | -1): void {
    const split = Math.min(Math.max(this.high, from), to);
    this.use.count(from, split, PART.free, sign);
    this.use.count(split, to, PART.untouched, sign);
  }

  // The free list

  /** Puts a chunk whose tags are written into the list. */
  protected insert(g: number): void {
    let before = NONE;
    let after = this.head;
    if (this.settings.freeOrder === 'address') {
      let steps = 0;
      while (after !== NONE && after < g) {
        before = after;
        after = this.next(after);
        steps++;
      }
      this.step(steps);
    }
    this.link(g, PREV, before);
    this.link(g, NEXT, after);
    if (before === NONE) this.head = g;
    else this.link(before, NEXT, g);
    if (after !== NONE) this.link(after, PREV, g);
    this.freeChunks++;
    this.freeGranules += this.sizeOf(g);
  }

  /** Takes a chunk out of the list; its tags still say how large it was. */
  protected unlink(g: number): void {
    const before = this.prev(g);
    const after = this.next(g);
    if (before === NONE) this.head = after;
    else this.link(before, NEXT, after);
    if (after !== NONE) this.link(after, PREV, before);
    this.moveRover(g, after);
    this.freeChunks--;
    this.freeGranules -= this.sizeOf(g);
  }

  /** A search that would have begun at this chunk begins at that one. */
  protected moveRover(from: number, to: number): void {
    if (this.rover === from) this.rover = to;
  }

  /** Chunk `g` takes the place of `old` in the list. @param was size of `old`; `g` has its tags */
  protected replace(old: number, g: number, was: number): void {
    const before = this.prev(old);
    const after = this.next(old);
    this.link(g, PREV, before);
    this.link(g, NEXT, after);
    if (before === NONE) this.head = g;
    else this.link(before, NEXT, g);
    if (after !== NONE) this.link(after, PREV, g);
    this.moveRover(old, g);
    this.freeGranules += this.sizeOf(g) - was;
  }

  /** Looked at so many chunks of the list. */
  protected step(steps: number): void {
    this.host.counters[C.listSteps] += steps;
    this.spent += steps * this.costs.step;
  }

  // Slots

  /** Notes that the chunk at `g` is the block of `slot`. */
  protected note(slot: number, g: number, size: number, kind: number): void {
    this.words.set(g + 1, SLOT, slot);
    this.slots.block[slot] = g;
    this.slots.size[slot] = size;
    this.slots.kind[slot] = kind;
    this.countLive(g, this.sizeOf(g), slot, 1);
  }

  /** The bytes before the first chunk, once there is a heap. */
  protected countPad(): void {
    this.use.count(0, padBytes(this.tagBytes), PART.tags, 1);
  }

  get stateBytes(): number {
    return (
      this.words.bytes + this.use.bytes.byteLength + this.use.starts.byteLength + this.slots.bytes
    );
  }

  snapshot(): SavedChunks {
    return {
      words: this.words.snapshot(),
      use: this.use.snapshot(this.brk.pages),
      slots: this.slots.snapshot(),
      scalars: SCALARS.map((name) => this[name]),
    };
  }

  restore(from: SavedChunks): void {
    this.words.restore(from.words);
    this.brk.restored();
    this.use.restore(from.use);
    this.slots.restore(from.slots);
    SCALARS.forEach((name, i) => {
      this[name] = from.scalars[i];
    });
    this.costs = firstFitCosts(this.settings);
  }
}

/** Plain-number fields that are state. */
const SCALARS = [
  'head',
  'rover',
  'freeChunks',
  'freeGranules',
  'top',
  'high',
  'liveBlocks',
] as const;

export interface SavedChunks {
  readonly words: SavedWords;
  readonly use: SavedUse;
  readonly slots: SavedSlots;
  readonly scalars: readonly number[];
}
