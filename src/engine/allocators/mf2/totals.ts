import { PG } from '../../telemetry/states.ts';
import type { RowMarks } from '../row-marks.ts';
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
  P_WORDS,
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
const N_NEVER = 1;
const N_FREE = 2;
const N_REMOTE = 3;
const N_DRAIN = 4;
const N_WORDS = 5;
const CONDITIONS = 9;

// As what a page was last counted, in one word: its condition (bits 0 to 3), then six bits for each sort of block.
const CONDITION_MASK = 15;
const SORT_MASK = 63;
const NEVER_SHIFT = 4;
const FREE_SHIFT = 10;
const REMOTE_SHIFT = 16;
const DRAIN_SHIFT = 22;
const ADOPTED = 1 << 28;
/** It has changed since, and is on the list. */
const CHANGED = 1 << 31;
/** Of a new page, in place of a condition. */
const UNCOUNTED = 15;
/** Pages that may be on the list; when they are as many, they are counted. */
const MOST_CHANGED = 1024;

/** A page has more than 16 words, so that this tells pages apart without a division. */
const PLACE_SHIFT = 4;

/** The arrays of the heap that totals read; renewed as they grow. */
export interface CountedHeap {
  readonly pages: Int32Array;
  /** Pages in use. */
  readonly count: number;
  readonly tables: Int32Array;
  /** Blocks of a page, by class. */
  readonly capacity: readonly number[];
  readonly header: number;
  /** Rows that may be shown differently: those that are counted anew. */
  readonly marks: RowMarks;
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
 * a dozen times, and each time cost thirty additions; now it is listed once, and counted when a sample, a
 * frame, a digest or the question why a page is needed asks.
 */
export class Mf2Totals {
  /** As of the latest `read`. */
  readonly sums = new Float64Array(SUMS);
  /** Remote blocks by class, as of the latest `read`. */
  readonly queuedBy = new Int32Array(CLASSES);
  /** Free blocks in adopted pages, by owner, as of the latest `settle`. */
  adoptedFree = new Int32Array(64);
  private readonly census = new Int32Array(CONDITIONS * CLASSES * N_WORDS);
  /** As what each page was last counted, and of which owner. */
  private counted = new Int32Array(0);
  private owners = new Int32Array(0);
  /** Pages that have changed since, and how many they are. */
  private readonly changed = new Int32Array(MOST_CHANGED);
  private length = 0;
  /** True while `sums` say what the census says. */
  private added = false;

  constructor(private readonly heap: CountedHeap) {
    this.reserve();
  }

  get stateBytes(): number {
    return this.counted.byteLength * 2 + this.adoptedFree.byteLength;
  }

  /** Makes room for the heap's pages. */
  reserve(): void {
    const size = (this.heap.pages.length >> PLACE_SHIFT) + 1;
    if (size <= this.counted.length) return;
    this.counted = wider(this.counted, size);
    this.owners = wider(this.owners, size);
  }
  /** Makes room for lives below this. */
  reserveLives(lives: number): void {
    if (lives > this.adoptedFree.length) this.adoptedFree = wider(this.adoptedFree, lives * 2);
  }

  /** A page is about to change. */
  before(p: number): void {
    const was = this.counted[p >> PLACE_SHIFT];
    if (was >= 0) this.list(p, was);
  }
  /** A page is new. */
  arrived(p: number): void {
    this.list(p, UNCOUNTED);
  }
  private list(p: number, was: number): void {
    if (this.length === MOST_CHANGED) this.settle();
    this.counted[p >> PLACE_SHIFT] = was | CHANGED;
    this.changed[this.length++] = p;
  }

  /** Counts the pages that have changed: what lives keep of them (T_GRAVE, T_BELOW) is right from here on. */
  settle(): void {
    const { changed, length, counted, owners } = this;
    if (length === 0) return;
    const { pages, marks } = this.heap;
    for (let i = 0; i < length; i++) {
      const p = changed[i];
      marks.mark(p / P_WORDS);
      const place = p >> PLACE_SHIFT;
      const was = counted[place] & ~CHANGED;
      const now = this.asCounted(p);
      const owner = pages[p + P_OWNER];
      counted[place] = now;
      if (was === now && owners[place] === owner) continue;
      const cls = pages[p + P_CLS];
      if ((was & CONDITION_MASK) !== UNCOUNTED) this.count(was, cls, owners[place], -1);
      this.count(now, cls, owner, 1);
      owners[place] = owner;
    }
    this.length = 0;
    this.added = false;
  }

  /** What a page is to be counted as. */
  private asCounted(p: number): number {
    const { pages, capacity } = this.heap;
    const flags = pages[p + P_FLAGS];
    const free = pages[p + P_FREE];
    const remote = pages[p + P_REMOTE];
    const used = pages[p + P_USED];
    return (
      conditionOf(flags, pages[p + P_HOLDER], free, remote) |
      ((capacity[pages[p + P_CLS]] - popcount(used)) << NEVER_SHIFT) |
      (popcount(free & used) << FREE_SHIFT) |
      (popcount(remote) << REMOTE_SHIFT) |
      (popcount(pages[p + P_DRAIN]) << DRAIN_SHIFT) |
      ((flags & PF.adopted) !== 0 ? ADOPTED : 0)
    );
  }

  /** Adds what a page is counted as to the census, or takes it out. @param sign 1 or -1 */
  private count(what: number, cls: number, owner: number, sign: number): void {
    const { census } = this;
    const condition = what & CONDITION_MASK;
    const never = (what >> NEVER_SHIFT) & SORT_MASK;
    const free = (what >> FREE_SHIFT) & SORT_MASK;
    const remote = (what >> REMOTE_SHIFT) & SORT_MASK;
    const n = (condition * CLASSES + cls) * N_WORDS;
    census[n + N_PAGES] += sign;
    census[n + N_NEVER] += sign * never;
    census[n + N_FREE] += sign * free;
    census[n + N_REMOTE] += sign * remote;
    census[n + N_DRAIN] += sign * ((what >> DRAIN_SHIFT) & SORT_MASK);
    if ((what & ADOPTED) !== 0) this.adoptedFree[owner] += sign * (free + never);
    if (condition !== PG.graveyard && condition !== PG.below) return;
    const { tables } = this.heap;
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
    for (let n = N_PAGES, place = 0; n < census.length; n += N_WORDS, place++)
      if (census[n] > 0) this.add((place / CLASSES) | 0, place % CLASSES);
    return sums;
  }

  private add(condition: number, cls: number): void {
    const { sums, census } = this;
    const { capacity, header } = this.heap;
    const bytes = MF2_CLASSES[cls];
    const n = (condition * CLASSES + cls) * N_WORDS;
    const pages = census[n + N_PAGES];
    const never = census[n + N_NEVER];
    const free = census[n + N_FREE];
    const remote = census[n + N_REMOTE];
    const drain = census[n + N_DRAIN];
    const live = pages * capacity[cls] - never - free - remote - drain;
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
    const places = (this.heap.count * P_WORDS) >> PLACE_SHIFT;
    return {
      census: this.census.slice(),
      adoptedFree: this.adoptedFree.slice(),
      counted: this.counted.slice(0, places + 1),
      owners: this.owners.slice(0, places + 1),
    };
  }
  /** After the heap has its pages back. */
  restore(saved: ReturnType<Mf2Totals['snapshot']>): void {
    this.length = 0;
    this.added = false;
    this.reserve();
    this.counted.set(saved.counted);
    this.owners.set(saved.owners);
    this.census.set(saved.census);
    this.reserveLives(saved.adoptedFree.length);
    this.adoptedFree.fill(0);
    this.adoptedFree.set(saved.adoptedFree);
  }
}

function wider(column: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const into = new Int32Array(size);
  into.set(column);
  return into;
}
