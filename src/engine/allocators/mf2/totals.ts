import { PG } from '../../telemetry/states.ts';
import {
  CLASSES,
  MF2_CLASSES,
  NONE,
  P_CLS,
  P_DRAIN,
  P_FLAGS,
  P_FREE,
  P_HOLDER,
  P_OWNER,
  P_REMOTE,
  P_USED,
  PAGE_BYTES,
  PF,
  popcount,
  T_BELOW,
  T_GRAVE,
  T_WORDS,
} from './layout.ts';

/** Totals of all pages; indices into `sums`. */
export const SUM = {
  live: 0, // bytes of live blocks, whole blocks
  queued: 1, // bytes remotely freed where the owner, or an adopter, will look
  freeLiving: 2,
  freeDead: 3,
  hidden: 4, // bytes in the graveyard or below the threshold
  never: 5,
  tail: 6,
  liveBlocks: 7,
  queuedBlocks: 8,
  queuedDead: 9,
  graveBlocks: 10,
  belowBlocks: 11,
  orphanBlocks: 12,
  orphanPages: 13,
} as const;
const SUMS = 14;

// The census: for each condition and class, how many pages there are and how many blocks of each sort.
const N_PAGES = 0;
const N_LIVE = 1;
const N_FREE = 2;
const N_NEVER = 3;
const N_REMOTE = 4;
const N_DRAIN = 5;
const N_WORDS = 6;
const CONDITIONS = 9;

// A page that has changed, as it was when it was last counted: P_OWNER to P_FLAGS at their own places (1 to 6).
const WAS_PAGE = 0;
/** NONE or a life; UNCOUNTED: the page is new. */
const WAS_HOLDER = 7;
const WAS_WORDS = 8;
const UNCOUNTED = -2;
/** Pages that may wait; when they are as many, they are counted. */
const MOST_CHANGED = 256;

/** A page has more than 16 words, so that this tells pages apart without a division. */
const MARK_SHIFT = 4;

/** The arrays of the heap that totals read; renewed as they grow. */
export interface CountedHeap {
  readonly pages: Int32Array;
  readonly tables: Int32Array;
  /** Blocks of a page, by class. */
  readonly capacity: readonly number[];
  readonly header: number;
}

/** Condition of a page (PG index) from its marks. */
export function conditionOf(flags: number, holder: number, free: number, remote: number): number {
  const dead = (flags & PF.orphan) !== 0;
  if ((flags & PF.queued) !== 0) return dead ? PG.orphanPending : PG.pending;
  if (dead) return PG.orphan;
  if ((flags & PF.active) !== 0) return PG.active;
  if ((flags & PF.partial) !== 0) return PG.partial;
  if (holder !== NONE || (flags & PF.pending) !== 0) return PG.pending;
  if (free !== 0) return PG.graveyard;
  return remote !== 0 ? PG.below : PG.full;
}

/**
 * Totals over all pages, settled when somebody reads them. A page on its way through an operation changes half
 * a dozen times, and each time cost thirty additions; now it is put down once as it was (`before`), and
 * counted when a sample, a frame, a digest or the question why a page is needed asks for totals.
 */
export class Mf2Totals {
  /** As of the latest `settle`. */
  readonly sums = new Float64Array(SUMS);
  /** Remote blocks by class, as of the latest `settle`. */
  readonly queuedBy = new Int32Array(CLASSES);
  /** Free blocks in adopted pages, by owner, as of the latest `settle`. */
  adoptedFree = new Int32Array(64);
  private readonly census = new Int32Array(CONDITIONS * CLASSES * N_WORDS);
  /** Pages that have changed since they were counted: WAS_WORDS each. */
  private readonly changed = new Int32Array(MOST_CHANGED * WAS_WORDS);
  /** Words of it in use. */
  private length = 0;
  /** True while `sums` say what the census says. */
  private added = false;
  /** 1: the page is among them. */
  private marks = new Uint8Array(0);

  constructor(private readonly heap: CountedHeap) {
    this.reserve();
  }

  get stateBytes(): number {
    return this.changed.byteLength + this.marks.byteLength + this.adoptedFree.byteLength;
  }

  /** Makes room for the marks of the heap's pages. */
  reserve(): void {
    const size = (this.heap.pages.length >> MARK_SHIFT) + 1;
    if (size <= this.marks.length) return;
    const wider = new Uint8Array(size * 2);
    wider.set(this.marks);
    this.marks = wider;
  }
  /** Makes room for lives below this. */
  reserveLives(lives: number): void {
    if (lives <= this.adoptedFree.length) return;
    const wider = new Int32Array(lives * 2);
    wider.set(this.adoptedFree);
    this.adoptedFree = wider;
  }

  /** A page is about to change. */
  before(p: number): void {
    if (this.marks[p >> MARK_SHIFT] === 0) this.putDown(p, this.heap.pages[p + P_HOLDER]);
  }
  /** A page is new. */
  arrived(p: number): void {
    this.putDown(p, UNCOUNTED);
  }

  private putDown(p: number, holder: number): void {
    const { pages } = this.heap;
    if (this.length === this.changed.length) this.settle();
    const { changed, length: at } = this;
    this.marks[p >> MARK_SHIFT] = 1;
    changed[at + WAS_PAGE] = p;
    changed[at + P_OWNER] = pages[p + P_OWNER];
    changed[at + P_FREE] = pages[p + P_FREE];
    changed[at + P_REMOTE] = pages[p + P_REMOTE];
    changed[at + P_DRAIN] = pages[p + P_DRAIN];
    changed[at + P_USED] = pages[p + P_USED];
    changed[at + P_FLAGS] = pages[p + P_FLAGS];
    changed[at + WAS_HOLDER] = holder;
    this.length = at + WAS_WORDS;
  }

  /** Counts the pages that have changed: what lives keep of them (T_GRAVE, T_BELOW) is right from here on. */
  settle(): void {
    const { changed, length, marks } = this;
    if (length === 0) return;
    this.added = false;
    const { pages } = this.heap;
    for (let at = 0; at < length; at += WAS_WORDS) {
      const p = changed[at + WAS_PAGE];
      const cls = pages[p + P_CLS];
      if (changed[at + WAS_HOLDER] !== UNCOUNTED)
        this.count(changed, at, cls, changed[at + WAS_HOLDER], -1);
      this.count(pages, p, cls, pages[p + P_HOLDER], 1);
      marks[p >> MARK_SHIFT] = 0;
    }
    this.length = 0;
  }

  /**
   * Adds a page to the census, or takes it out.
   * @param words of the page, as it is or as it was: both have the same six at the same places
   */
  private count(words: Int32Array, at: number, cls: number, holder: number, sign: number): void {
    const { census } = this;
    const { tables, capacity } = this.heap;
    const used = words[at + P_USED];
    const flags = words[at + P_FLAGS];
    const remote = popcount(words[at + P_REMOTE]);
    const drain = popcount(words[at + P_DRAIN]);
    const free = popcount(words[at + P_FREE] & used);
    const never = capacity[cls] - popcount(used);
    const condition = conditionOf(flags, holder, words[at + P_FREE], words[at + P_REMOTE]);
    const n = (condition * CLASSES + cls) * N_WORDS;
    census[n + N_PAGES] += sign;
    census[n + N_LIVE] += sign * (capacity[cls] - never - free - remote - drain);
    census[n + N_FREE] += sign * free;
    census[n + N_NEVER] += sign * never;
    census[n + N_REMOTE] += sign * remote;
    census[n + N_DRAIN] += sign * drain;
    const owner = words[at + P_OWNER];
    if ((flags & PF.adopted) !== 0) this.adoptedFree[owner] += sign * (free + never);
    if (condition !== PG.graveyard && condition !== PG.below) return;
    const t = (owner * CLASSES + cls) * T_WORDS;
    if (condition === PG.graveyard) tables[t + T_GRAVE] += sign;
    if (remote > 0) tables[t + T_BELOW] += sign;
  }

  /** Settles, and adds the census up. @returns `sums` */
  read(): Float64Array {
    this.settle();
    const { sums, queuedBy, census } = this;
    if (this.added) return sums;
    this.added = true;
    sums.fill(0);
    queuedBy.fill(0);
    for (let condition = 0; condition < CONDITIONS; condition++)
      for (let cls = 0; cls < CLASSES; cls++)
        if (census[(condition * CLASSES + cls) * N_WORDS + N_PAGES] > 0) this.add(condition, cls);
    return sums;
  }

  private add(condition: number, cls: number): void {
    const { sums, census } = this;
    const { capacity, header } = this.heap;
    const bytes = MF2_CLASSES[cls];
    const n = (condition * CLASSES + cls) * N_WORDS;
    const pages = census[n + N_PAGES];
    const live = census[n + N_LIVE];
    const free = census[n + N_FREE];
    const never = census[n + N_NEVER];
    const remote = census[n + N_REMOTE];
    const drain = census[n + N_DRAIN];
    const dead = condition === PG.orphan || condition === PG.orphanPending;
    const hidden = condition === PG.graveyard || condition === PG.below || condition === PG.orphan;
    sums[SUM.live] += live * bytes;
    sums[SUM.liveBlocks] += live;
    sums[SUM.queuedBlocks] += remote + drain;
    this.queuedBy[cls] += remote + drain;
    sums[SUM.never] += never * bytes;
    sums[SUM.tail] += pages * (PAGE_BYTES - header - capacity[cls] * bytes);
    sums[hidden ? SUM.hidden : SUM.queued] += remote * bytes;
    sums[SUM.queued] += drain * bytes;
    if (dead) {
      sums[SUM.freeDead] += free * bytes;
      sums[SUM.queuedDead] += remote + drain;
      sums[SUM.orphanBlocks] += free + remote;
      sums[SUM.orphanPages] += pages;
    } else if (condition === PG.graveyard) {
      sums[SUM.hidden] += free * bytes;
      sums[SUM.graveBlocks] += free + never;
      sums[SUM.belowBlocks] += remote;
    } else {
      sums[SUM.freeLiving] += free * bytes;
      if (condition === PG.below) sums[SUM.belowBlocks] += remote;
    }
  }

  snapshot() {
    this.settle();
    return { census: this.census.slice(), adoptedFree: this.adoptedFree.slice() };
  }
  /** After the heap's own restore. */
  restore(saved: ReturnType<Mf2Totals['snapshot']>): void {
    this.length = 0;
    this.added = false;
    this.marks.fill(0);
    this.reserve();
    this.census.set(saved.census);
    this.reserveLives(saved.adoptedFree.length);
    this.adoptedFree.fill(0);
    this.adoptedFree.set(saved.adoptedFree);
  }
}
