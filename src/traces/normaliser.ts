import { OP } from '../engine/programs/program.ts';
import { TRACE_FLAG, TraceEvents } from '../engine/programs/trace/events.ts';
import type { Address } from './address.ts';
import { noCounts, type Oddity, type Seen } from './counts.ts';
import { LiveMap } from './live-map.ts';

/** Part of a trace that is kept as events: so many calls are left out first, and so many are taken. */
export interface Stretch {
  readonly skip: number;
  readonly take: number;
}

/** Sizes from here on are in no address space: 2^47 bytes. */
const BEYOND = 2 ** 47;
const NONE = -1;
/** Lives that a process can have. */
const MOST_LIVES = 2 ** 20;

export type AllocKind = typeof OP.malloc | typeof OP.calloc | typeof OP.memalign;

/** An Int32Array, or Float64Array, with room for one more entry than it had. */
const roomier = <Column extends Int32Array | Float64Array>(
  column: Column,
  make: (length: number) => Column,
): Column => {
  const next = make(column.length * 2);
  next.set(column);
  return next;
};

/**
 * Turns the calls of one process into events: which block a call is about, which life of which thread made it, and what the
 * calls leave open is counted. The addresses are names of blocks while they are live, and no more.
 *
 * Before each call the reader says whose it is (`by`).
 */
export class Normaliser {
  readonly counts = noCounts();
  readonly events = new TraceEvents();
  readonly oddities = new Map<Oddity, Seen>();
  /** Lines of the process, whatever they say. */
  calls = 0;
  peakBlocks = 0;
  peakBytes = 0;
  /** The events of the stretch have all been taken: the rest is not looked at. */
  full = false;
  /** True while calls are from a last line without an end: only a free of a live block is taken from it. */
  tentative = false;
  /** A last line without an end was left out. */
  cut = false;
  /** There were more lives than can be kept. */
  tooManyLives = false;

  private readonly live = new LiveMap();
  private readonly lifeOf = new Map<number, number>();
  private slotSize: Float64Array = new Float64Array(64);
  private slotLife: Int32Array = new Int32Array(64);
  private freeSlots: Int32Array = new Int32Array(64);
  private freeCount = 0;
  private slots = 0;
  /** By life: whether it has made a call within the stretch. */
  private readonly counted: boolean[] = [];
  private line = 0;
  private tid = 0;
  private time = Number.NaN;
  private latest = Number.NEGATIVE_INFINITY;
  /** Events so far, those that are left out included. */
  private passed = 0;

  constructor(private readonly stretch: Stretch) {}

  /**
   * The call that follows was made by a thread.
   * @param line of the file, from 1
   * @param ns since the first call; NaN: not known
   */
  by(tid: number, line: number, ns: number): void {
    this.tid = tid;
    this.line = line;
    this.time = ns;
    if (ns < this.latest) this.odd('backwards');
    else if (ns > this.latest) this.latest = ns;
  }

  private odd(what: Oddity): void {
    const seen = this.oddities.get(what);
    if (seen === undefined) this.oddities.set(what, { count: 1, line: this.line, tid: this.tid });
    else seen.count++;
  }

  /** Whether the call is to be left out because its line may be cut short. */
  private leftOut(): boolean {
    if (this.tentative) this.cut = true;
    return this.tentative || this.full;
  }

  /** The life of the thread that makes the call. @param begins a life that is over is followed by another one */
  private life(begins: boolean): number {
    const { lives } = this.events;
    let life = this.lifeOf.get(this.tid) ?? NONE;
    if (life === NONE || (begins && lives[life].ended)) {
      if (lives.length >= MOST_LIVES) {
        this.tooManyLives = true;
        this.full = true;
        return lives.length - 1;
      }
      life = lives.length;
      lives.push({ tid: this.tid, first: NONE, last: NONE, ended: false });
      this.counted.push(false);
      this.lifeOf.set(this.tid, life);
    }
    if (!this.counted[life]) {
      this.counted[life] = true;
      this.counts.lives++;
    }
    return life;
  }

  private event(kind: number, life: number, slot: number, size: number, align = 0): void {
    const { stretch } = this;
    const at = this.passed++;
    if (at < stretch.skip) {
      if (at + 1 === stretch.skip) this.beginStretch();
      return;
    }
    this.events.push(kind, life, slot, size, align, this.time);
    if (at + 1 >= stretch.skip + stretch.take) this.full = true;
  }

  /** What has been counted so far was left out; what is live is there at the start. */
  private beginStretch(): void {
    const { counts, events } = this;
    const { liveBlocks, liveBytes } = counts;
    Object.assign(counts, noCounts(), { liveBlocks, liveBytes });
    this.counted.fill(false);
    this.oddities.clear();
    this.peakBlocks = liveBlocks;
    this.peakBytes = liveBytes;
    for (const slot of this.live.slots())
      events.initial.push({ slot, size: this.slotSize[slot], life: this.slotLife[slot] });
    events.slots = this.slots;
    events.carried = events.lives.length;
  }

  private take(address: Address, size: number, life: number): number {
    const slot = this.freeCount > 0 ? this.freeSlots[--this.freeCount] : this.slots++;
    if (slot === this.slotSize.length) {
      this.slotSize = roomier(this.slotSize, (length) => new Float64Array(length));
      this.slotLife = roomier(this.slotLife, (length) => new Int32Array(length));
    }
    this.slotSize[slot] = size;
    this.slotLife[slot] = life;
    this.live.add(address.hi, address.lo, slot);
    this.grew(1, size);
    return slot;
  }

  private give(address: Address, slot: number): void {
    this.live.remove(address.hi, address.lo);
    if (this.freeCount === this.freeSlots.length)
      this.freeSlots = roomier(this.freeSlots, (length) => new Int32Array(length));
    this.freeSlots[this.freeCount++] = slot;
    this.grew(-1, -this.slotSize[slot]);
  }

  private grew(blocks: number, bytes: number): void {
    const { counts } = this;
    counts.liveBlocks += blocks;
    counts.liveBytes += bytes;
    if (counts.liveBlocks > this.peakBlocks) this.peakBlocks = counts.liveBlocks;
    if (counts.liveBytes > this.peakBytes) this.peakBytes = counts.liveBytes;
  }

  private slotAt(address: Address): number {
    return this.live.get(address.hi, address.lo);
  }

  /** What is live where a block was handed out must have gone back unseen. */
  private handedOutAgain(address: Address, life: number): void {
    const slot = this.slotAt(address);
    if (slot === NONE) return;
    this.counts.implicit++;
    this.odd('implicit');
    const size = this.slotSize[slot];
    const remote = this.slotLife[slot] === life ? 0 : TRACE_FLAG.remote;
    this.give(address, slot);
    this.event(OP.free | TRACE_FLAG.implicit | remote, life, slot, size);
  }

  /**
   * malloc, calloc, memalign and their like returned.
   * @param size requested bytes, of calloc the product
   * @param align log2 of the alignment, of memalign
   */
  allocated(kind: AllocKind, address: Address, size: number, align = 0): void {
    if (this.leftOut()) return;
    if (address.isNull) {
      if (size > 0) this.failed();
      else this.life(true);
      return;
    }
    const life = this.life(true);
    this.handedOutAgain(address, life);
    if (this.full) return;
    if (size >= BEYOND) this.odd('beyond');
    this.counts.allocs++;
    this.event(kind, life, this.take(address, size, life), size, align);
  }

  /**
   * realloc returned.
   * @param named the addresses are names that are given anew by each call: nothing is known of whether the block moved
   */
  reallocated(to: Address, from: Address, size: number, named = false): void {
    if (from.isNull) {
      this.allocated(OP.malloc, to, size);
      return;
    }
    if (to.isNull) {
      if (size > 0) this.failed();
      else this.freed(from);
      return;
    }
    if (this.leftOut()) return;
    const slot = this.slotAt(from);
    if (slot === NONE) {
      this.unknownFree(true);
      this.allocated(OP.malloc, to, size);
      return;
    }
    const life = this.life(true);
    if (size >= BEYOND) this.odd('beyond');
    const same = to.hi === from.hi && to.lo === from.lo;
    if (same && !named) {
      this.counts.inPlace++;
      this.odd('inPlace');
      this.grew(0, size - this.slotSize[slot]);
      this.slotSize[slot] = size;
      this.event(OP.realloc, life, slot, size);
      return;
    }
    if (!same) this.handedOutAgain(to, life);
    if (this.full) return;
    this.counts.allocs++;
    this.counts.frees++;
    const remote = this.slotLife[slot] === life ? 0 : TRACE_FLAG.remote;
    if (remote !== 0) this.counts.remote++;
    // Both blocks are there for a moment; the new one keeps the slot.
    this.live.remove(from.hi, from.lo);
    this.live.add(to.hi, to.lo, slot);
    this.grew(1, size);
    this.grew(-1, -this.slotSize[slot]);
    this.slotSize[slot] = size;
    this.slotLife[slot] = life;
    this.event(OP.realloc | TRACE_FLAG.moved | remote, life, slot, size);
  }

  freed(address: Address): void {
    if (this.full) return;
    const slot = address.isNull ? NONE : this.slotAt(address);
    if (slot === NONE && this.leftOut()) return;
    const life = this.life(false);
    if (this.full) return;
    if (address.isNull) {
      this.counts.nullFrees++;
      return;
    }
    if (slot === NONE) {
      this.unknownFree(false);
      return;
    }
    this.counts.frees++;
    const remote = this.slotLife[slot] === life ? 0 : TRACE_FLAG.remote;
    if (remote !== 0) this.counts.remote++;
    this.give(address, slot);
    this.event(OP.free | remote, life, slot, this.slotSize[slot]);
  }

  private unknownFree(begins: boolean): void {
    this.life(begins);
    this.counts.unknown++;
    this.odd('unknown');
  }

  /** A call returned NULL for a size above 0, or an error. */
  failed(): void {
    if (this.leftOut()) return;
    this.life(true);
    this.counts.failed++;
    this.odd('failed');
  }

  /** A call returned a block, and the recorder does not tell which. */
  untracked(): void {
    if (this.leftOut()) return;
    this.life(true);
    this.counts.untracked++;
    this.odd('untracked');
  }

  /** The thread ends; an allocation under its id is another life. */
  threadDone(): void {
    if (this.leftOut()) return;
    if (!this.lifeOf.has(this.tid)) this.life(true);
    const life = this.lifeOf.get(this.tid);
    if (life === undefined || this.events.lives[life].ended) return;
    this.life(false);
    this.events.lives[life].ended = true;
    this.counts.livesEnded++;
  }

  isLive(address: Address): boolean {
    return this.slotAt(address) !== NONE;
  }

  /** Whether a thread has been seen before. */
  knows(tid: number): boolean {
    return this.lifeOf.has(tid);
  }
}
