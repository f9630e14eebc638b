import { LibcHeap } from '../../machine/libc-heap.ts';
import { REG_OP } from '../../machine/registers.ts';
import { ADVICE } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, type EventLog, NO_CAUSE } from '../../telemetry/events.ts';
import { PG } from '../../telemetry/states.ts';
import type { Machine } from '../contract.ts';
import { RowMarks } from '../row-marks.ts';
import {
  blocksPerPage,
  CLASSES,
  fullMask,
  MF2_CLASSES,
  NONE,
  OS_PAGE_SHIFT,
  OS_PAGES,
  osPagesOf,
  P_ADOPTED_FROM,
  P_BORN_OP,
  P_CLS,
  P_ENQ_EVENT,
  P_FLAGS,
  P_FREE,
  P_HIDE_EVENT,
  P_HOLDER,
  P_ORPH_NEXT,
  P_ORPH_PREV,
  P_OWN_NEXT,
  P_OWN_PREV,
  P_OWNER,
  P_PART_NEXT,
  P_PART_PREV,
  P_PEND_NEXT,
  P_PEND_OF,
  P_PEND_PREV,
  P_PIECE,
  P_REMOTE,
  P_TOUCHED,
  P_USED,
  P_WORDS,
  PF,
  popcount,
  prelinkPages,
  T_ACTIVE,
  T_BELOW_EVENT,
  T_EVER,
  T_GRAVE_EVENT,
  T_LOSS,
  T_LOSS_LAST,
  T_PAGES,
  T_PARTIAL,
  T_PEND,
  T_PEND_COUNT,
  T_PEND_LAST,
  T_WORDS,
} from './layout.ts';
import { conditionOf, Mf2Totals } from './totals.ts';

/** A free block's link. */
const LINK_BYTES = 8;
const ALL_OS_PAGES = 2 ** OS_PAGES - 1;

/**
 * Pages, their owners and lists: state and its bookkeeping, no policy. Every change of a page goes
 * between `leave(p)` and `enter(p)`, which keep totals and what depends on a page's condition.
 */
export class Mf2Heap {
  readonly counters: Float64Array;
  readonly events: EventLog;
  pages = new Int32Array(64 * P_WORDS);
  /** When each page was last enqueued, by the common clock. */
  enqueuedNs = new Float64Array(64);
  bornNs = new Float64Array(64);
  count = 0;
  /** Pages that have left the totals since they were last shown. */
  readonly marks = new RowMarks();
  /** What lives keep per class: record (life × CLASSES + class) × T_WORDS. */
  tables = new Int32Array(64 * CLASSES * T_WORDS);
  ownPages = new Int32Array(64).fill(NONE);
  exitEvent = new Int32Array(64).fill(NO_CAUSE);
  /** When each life last allocated, by the common clock. */
  lastAllocNs = new Float64Array(64);
  private lives = 0;
  /** Lives with a non-empty queue, one bit each, by class. */
  private ready: Uint32Array[] = Array.from({ length: CLASSES }, () => new Uint32Array(2));
  readonly orphans = new Int32Array(CLASSES).fill(NONE);
  readonly lastOrphanExit = new Int32Array(CLASSES).fill(NO_CAUSE);
  /** Losses not yet paid for: adoption event, length of its chain, next. */
  lossEvent = new Int32Array(64);
  lossDepth = new Int32Array(64);
  lossNext = new Int32Array(64);
  private lossTop = 0;
  private lossFree = NONE;
  readonly totals: Mf2Totals;
  /** Pages on queues, and the sum of the times at which they were enqueued, ns. */
  pendingPages = 0;
  pendingSince = 0;
  /** Pages in pending queues by class, over all threads: D2's adoptable_count. */
  readonly pendingBy = new Int32Array(CLASSES);
  requestedBytes = 0;
  /** Large requests, thread tables, and what the C library served. */
  readonly libc: LibcHeap;
  otherBlocks = 0;
  /** Requested bytes of those that are thread tables. */
  runtimeBytes = 0;
  /** Page and block of each slot: page × 32 + block, NONE free, OTHER outside. */
  where = new Int32Array(1024).fill(NONE);
  requested = new Int32Array(1024);
  readonly capacity: readonly number[];
  readonly full: readonly number[];
  private readonly prelinked: readonly number[];
  private readonly covers: readonly (readonly number[])[];
  readonly header: number;

  constructor(readonly machine: Machine) {
    const { settings: knobs } = machine;
    this.counters = machine.counters;
    this.events = machine.events;
    this.libc = new LibcHeap(machine.space);
    const header = knobs.pageHeaderBytes;
    this.header = header;
    this.capacity = MF2_CLASSES.map((_, c) => blocksPerPage(c, header));
    this.full = this.capacity.map(fullMask);
    this.prelinked = MF2_CLASSES.map((_, c) => (knobs.prelink ? prelinkPages(c, header) : 1));
    this.covers = MF2_CLASSES.map((_, c) =>
      Array.from({ length: this.capacity[c] }, (_, b) => osPagesOf(c, b, header)),
    );
    this.totals = new Mf2Totals(this);
    this.addLife(0);
  }

  get stateBytes(): number {
    return (
      this.pages.byteLength +
      this.tables.byteLength +
      this.where.byteLength * 2 +
      this.enqueuedNs.byteLength * 2 +
      this.totals.stateBytes
    );
  }

  table(life: number, cls: number): number {
    return (life * CLASSES + cls) * T_WORDS;
  }

  addLife(life: number): void {
    if (life >= this.ownPages.length) {
      const size = life * 2;
      this.tables = grown(this.tables, size * CLASSES * T_WORDS);
      this.ownPages = grown(this.ownPages, size);
      this.exitEvent = grown(this.exitEvent, size);
      const last = new Float64Array(size);
      last.set(this.lastAllocNs);
      this.lastAllocNs = last;
    }
    this.totals.reserveLives(life + 1);
    this.lives = Math.max(this.lives, life + 1);
    this.ownPages[life] = NONE;
    this.exitEvent[life] = NO_CAUSE;
    for (let c = 0; c < CLASSES; c++) {
      const t = this.table(life, c);
      this.tables.fill(0, t, t + T_WORDS);
      this.tables[t + T_ACTIVE] = NONE;
      this.tables[t + T_PEND] = NONE;
      this.tables[t + T_PEND_LAST] = NONE;
      this.tables[t + T_PARTIAL] = NONE;
      this.tables[t + T_LOSS] = NONE;
      this.tables[t + T_LOSS_LAST] = NONE;
      this.tables[t + T_GRAVE_EVENT] = NO_CAUSE;
      this.tables[t + T_BELOW_EVENT] = NO_CAUSE;
      if (this.ready[c].length * 32 <= life) {
        const wider = new Uint32Array(this.ready[c].length * 2);
        wider.set(this.ready[c]);
        this.ready[c] = wider;
      }
    }
  }

  reserveSlots(slots: number): void {
    if (slots <= this.where.length) return;
    const size = Math.max(slots, this.where.length * 2);
    const where = new Int32Array(size).fill(NONE);
    where.set(this.where);
    this.where = where;
    this.requested = grown(this.requested, size);
  }

  /** Condition of a page, from its marks alone (PG index). */
  condition(p: number): number {
    const { pages } = this;
    return conditionOf(
      pages[p + P_FLAGS],
      pages[p + P_HOLDER],
      pages[p + P_FREE],
      pages[p + P_REMOTE],
    );
  }

  /** A page is about to change: takes it out of what is kept of all pages. Change it, then call `enter`. */
  leave(p: number): void {
    this.totals.before(p);
    if ((this.pages[p + P_FLAGS] & (PF.queued | PF.orphan)) !== 0) this.leaveLists(p);
  }
  enter(p: number): void {
    if ((this.pages[p + P_FLAGS] & (PF.queued | PF.orphan)) !== 0) this.enterLists(p);
  }

  private leaveLists(p: number): void {
    const flags = this.pages[p + P_FLAGS];
    if ((flags & PF.queued) !== 0) {
      this.pendingPages--;
      this.pendingSince -= this.enqueuedNs[p / P_WORDS];
    }
    if ((flags & PF.orphan) !== 0) this.list(p, false);
  }
  private enterLists(p: number): void {
    const { pages } = this;
    const flags = pages[p + P_FLAGS];
    if ((flags & PF.queued) !== 0) {
      this.pendingPages++;
      this.pendingSince += this.enqueuedNs[p / P_WORDS];
    }
    if ((flags & PF.orphan) !== 0) this.list(p, (pages[p + P_FREE] | pages[p + P_REMOTE]) !== 0);
  }

  /** Keeps the list of orphans that can serve a class; newest first. */
  private list(p: number, wanted: boolean): void {
    const { pages, orphans } = this;
    const listed = (pages[p + P_FLAGS] & PF.listed) !== 0;
    if (wanted === listed) return;
    const c = pages[p + P_CLS];
    if (wanted) {
      pages[p + P_FLAGS] |= PF.listed;
      pages[p + P_ORPH_PREV] = NONE;
      pages[p + P_ORPH_NEXT] = orphans[c];
      if (orphans[c] !== NONE) pages[orphans[c] + P_ORPH_PREV] = p;
      orphans[c] = p;
      this.lastOrphanExit[c] = this.exitEvent[pages[p + P_OWNER]];
      return;
    }
    pages[p + P_FLAGS] &= ~PF.listed;
    const before = pages[p + P_ORPH_PREV];
    const after = pages[p + P_ORPH_NEXT];
    if (before === NONE) orphans[c] = after;
    else pages[before + P_ORPH_NEXT] = after;
    if (after !== NONE) pages[after + P_ORPH_PREV] = before;
  }

  /** Makes the record of a page that was mapped for a life; page faults in `faultsNow`. */
  newPage(life: number, cls: number, piece: number, now: number): number {
    const row = this.count++;
    const p = row * P_WORDS;
    if (p + P_WORDS > this.pages.length) {
      this.pages = grown(this.pages, this.pages.length * 2);
      const size = this.pages.length / P_WORDS;
      this.enqueuedNs = grownDoubles(this.enqueuedNs, size);
      this.bornNs = grownDoubles(this.bornNs, size);
      this.totals.reserve();
    }
    const { pages } = this;
    // A restored state may have left something beyond its own pages.
    for (let word = p; word < p + P_WORDS; word++) pages[word] = 0;
    pages[p + P_CLS] = cls;
    pages[p + P_OWNER] = life;
    pages[p + P_FREE] = this.full[cls];
    pages[p + P_HOLDER] = NONE;
    pages[p + P_ADOPTED_FROM] = NONE;
    pages[p + P_PIECE] = piece;
    pages[p + P_BORN_OP] = this.machine.regs[REG_OP];
    pages[p + P_PEND_NEXT] = NONE;
    pages[p + P_PEND_PREV] = NONE;
    pages[p + P_ENQ_EVENT] = NO_CAUSE;
    pages[p + P_HIDE_EVENT] = NO_CAUSE;
    this.bornNs[row] = now;
    this.marks.reserve(this.count);
    this.own(p, life);
    this.totals.arrived(p);
    this.touchPages(p, this.prelinked[cls]);
    return p;
  }

  own(p: number, life: number): void {
    const { pages } = this;
    const first = this.ownPages[life];
    pages[p + P_OWN_PREV] = NONE;
    pages[p + P_OWN_NEXT] = first;
    if (first !== NONE) pages[first + P_OWN_PREV] = p;
    this.ownPages[life] = p;
    pages[p + P_OWNER] = life;
    const t = this.table(life, pages[p + P_CLS]);
    this.tables[t + T_PAGES]++;
    this.tables[t + T_EVER]++;
  }

  disown(p: number): void {
    const { pages } = this;
    const before = pages[p + P_OWN_PREV];
    const after = pages[p + P_OWN_NEXT];
    const life = pages[p + P_OWNER];
    if (before === NONE) this.ownPages[life] = after;
    else pages[before + P_OWN_NEXT] = after;
    if (after !== NONE) pages[after + P_OWN_PREV] = before;
    this.tables[this.table(life, pages[p + P_CLS]) + T_PAGES]--;
  }

  /**
   * Takes the lowest free block of a page, whose first `written` bytes are written at once. In any case its
   * first word is, when the block is freed if not before.
   * @returns its index; page faults in `faultsNow`
   */
  takeBlock(p: number, written: number): number {
    const { pages } = this;
    const free = pages[p + P_FREE];
    const block = 31 - Math.clz32(free & -free);
    this.leave(p);
    pages[p + P_FREE] = free & ~(1 << block);
    pages[p + P_USED] |= 1 << block;
    this.enter(p);
    this.touchBlock(p, block, 0, Math.max(LINK_BYTES, written));
    return block;
  }

  /** Writes bytes `from` to `to` - 1 of a block; page faults in `faultsNow`. */
  touchBlock(p: number, block: number, from: number, to: number): void {
    const { pages } = this;
    this.faultsNow = 0;
    // Most blocks have been used before.
    if (pages[p + P_TOUCHED] === ALL_OS_PAGES) return;
    const start = this.header + block * MF2_CLASSES[pages[p + P_CLS]];
    const first = (start + from) >> OS_PAGE_SHIFT;
    const last = (start + to - 1) >> OS_PAGE_SHIFT;
    if (last >= first) this.touchPages(p, (2 << last) - (1 << first));
  }

  /** Makes OS pages of a page resident. @param wanted one bit each */
  private touchPages(p: number, wanted: number): void {
    const { pages } = this;
    const { space } = this.machine;
    const missing = wanted & ~pages[p + P_TOUCHED];
    this.faultsNow = 0;
    if (missing === 0) return;
    const first = space.pageOf(pages[p + P_PIECE]);
    const { faults } = space.pages;
    let added = 0;
    for (let rest = missing; rest !== 0; ) {
      const low = 31 - Math.clz32(rest & -rest);
      const length = runFrom(rest, low);
      added += space.touch(first + low, length);
      rest &= ~(fullMask(length) << low);
    }
    pages[p + P_TOUCHED] |= missing;
    // A huge page reaches into the pages around it.
    if (added !== popcount(missing)) this.findTouched();
    this.faultsNow = space.pages.faults - faults;
  }
  /** Page faults that the latest touch took. */
  faultsNow = 0;

  /** Brings all pages into line with what is resident of them. */
  private findTouched(): void {
    for (let p = 0; p < this.count * P_WORDS; p += P_WORDS)
      this.pages[p + P_TOUCHED] = this.residentMask(p);
  }

  /** OS pages of a page that are resident, one bit each, as the address space knows them. */
  residentMask(p: number): number {
    const { space } = this.machine;
    const first = space.pageOf(this.pages[p + P_PIECE]);
    let mask = 0;
    for (let i = 0; i < OS_PAGES; i++)
      mask |= space.pages.residentIn(first + i, first + i + 1) << i;
    return mask;
  }

  pushPartial(p: number): void {
    const { pages, tables } = this;
    const t = this.table(pages[p + P_OWNER], pages[p + P_CLS]) + T_PARTIAL;
    const first = tables[t];
    pages[p + P_FLAGS] |= PF.partial;
    pages[p + P_PART_PREV] = NONE;
    pages[p + P_PART_NEXT] = first;
    if (first !== NONE) pages[first + P_PART_PREV] = p;
    tables[t] = p;
  }

  dropPartial(p: number): void {
    const { pages, tables } = this;
    if ((pages[p + P_FLAGS] & PF.partial) === 0) return;
    pages[p + P_FLAGS] &= ~PF.partial;
    const before = pages[p + P_PART_PREV];
    const after = pages[p + P_PART_NEXT];
    if (before === NONE)
      tables[this.table(pages[p + P_OWNER], pages[p + P_CLS]) + T_PARTIAL] = after;
    else pages[before + P_PART_NEXT] = after;
    if (after !== NONE) pages[after + P_PART_PREV] = before;
  }

  /**
   * Puts a page on the pending queue of `life`, which need not own it (races).
   * @param last behind all others, to be handed out last; else it is the next
   * @param now time by the common clock, ns
   */
  enqueue(p: number, life: number, last: boolean, now: number, event: number): void {
    const { pages, tables } = this;
    const c = pages[p + P_CLS];
    const t = this.table(life, c);
    this.leave(p);
    pages[p + P_FLAGS] |= PF.pending | PF.queued;
    pages[p + P_ENQ_EVENT] = event;
    pages[p + P_PEND_OF] = life;
    this.enqueuedNs[p / P_WORDS] = now;
    const before = last ? tables[t + T_PEND_LAST] : NONE;
    const after = last ? NONE : tables[t + T_PEND];
    pages[p + P_PEND_PREV] = before;
    pages[p + P_PEND_NEXT] = after;
    if (before === NONE) tables[t + T_PEND] = p;
    else pages[before + P_PEND_NEXT] = p;
    if (after === NONE) tables[t + T_PEND_LAST] = p;
    else pages[after + P_PEND_PREV] = p;
    tables[t + T_PEND_COUNT]++;
    this.pendingBy[c]++;
    this.ready[c][life >>> 5] |= 1 << (life & 31);
    this.enter(p);
    const { pendingPages, counters } = this;
    if (pendingPages > counters[C.pendingPagesMax]) counters[C.pendingPagesMax] = pendingPages;
  }

  /** Takes the next page off a life's pending queue; its mark stays. NONE when the queue is empty. */
  dequeue(life: number, cls: number): number {
    const p = this.tables[this.table(life, cls) + T_PEND];
    if (p !== NONE) this.unlink(p);
    return p;
  }

  /** Takes a page out of the pending queue that it lies in, wherever it stands there; its mark stays. */
  unlink(p: number): void {
    const { pages, tables } = this;
    const c = pages[p + P_CLS];
    const life = pages[p + P_PEND_OF];
    const t = this.table(life, c);
    this.leave(p);
    const before = pages[p + P_PEND_PREV];
    const after = pages[p + P_PEND_NEXT];
    if (before === NONE) tables[t + T_PEND] = after;
    else pages[before + P_PEND_NEXT] = after;
    if (after === NONE) tables[t + T_PEND_LAST] = before;
    else pages[after + P_PEND_PREV] = before;
    pages[p + P_PEND_PREV] = NONE;
    pages[p + P_PEND_NEXT] = NONE;
    pages[p + P_FLAGS] &= ~PF.queued;
    this.pendingBy[c]--;
    if (--tables[t + T_PEND_COUNT] === 0) this.ready[c][life >>> 5] &= ~(1 << (life & 31));
    this.enter(p);
  }

  /** First life from `from` on, in order of birth, whose queue of this class is not empty; NONE if none. */
  nextReady(cls: number, from: number): number {
    const words = this.ready[cls];
    let index = from >>> 5;
    if (index >= words.length) return NONE;
    let word = words[index] & (-1 << (from & 31));
    while (word === 0) {
      if (++index >= words.length) return NONE;
      word = words[index];
    }
    return index * 32 + (31 - Math.clz32(word & -word));
  }

  /** Notes that an adoption took a page from here. */
  addLoss(t: number, event: number, depth: number): void {
    let loss = this.lossFree;
    if (loss === NONE) {
      loss = this.lossTop++;
      if (loss >= this.lossEvent.length) {
        this.lossEvent = grown(this.lossEvent, loss * 2);
        this.lossDepth = grown(this.lossDepth, loss * 2);
        this.lossNext = grown(this.lossNext, loss * 2);
      }
    } else this.lossFree = this.lossNext[loss];
    this.lossEvent[loss] = event;
    this.lossDepth[loss] = depth;
    this.lossNext[loss] = NONE;
    const { tables } = this;
    if (tables[t + T_LOSS] === NONE) tables[t + T_LOSS] = loss;
    else this.lossNext[tables[t + T_LOSS_LAST]] = loss;
    tables[t + T_LOSS_LAST] = loss;
  }

  /** Takes the oldest loss; its event and depth stay readable until the next addLoss. NONE: no loss. */
  payLoss(t: number): number {
    const { tables } = this;
    const loss = tables[t + T_LOSS];
    if (loss === NONE) return NONE;
    tables[t + T_LOSS] = this.lossNext[loss];
    if (tables[t + T_LOSS] === NONE) tables[t + T_LOSS_LAST] = NONE;
    this.lossNext[loss] = this.lossFree;
    this.lossFree = loss;
    return loss;
  }

  snapshot() {
    // First, because it brings the tables up to date.
    const totals = this.totals.snapshot();
    return {
      totals,
      pages: this.pages.slice(0, this.count * P_WORDS),
      enqueuedNs: this.enqueuedNs.slice(0, this.count),
      bornNs: this.bornNs.slice(0, this.count),
      tables: this.tables.slice(0, this.lives * CLASSES * T_WORDS),
      ownPages: this.ownPages.slice(0, this.lives),
      exitEvent: this.exitEvent.slice(0, this.lives),
      lastAllocNs: this.lastAllocNs.slice(0, this.lives),
      ready: this.ready.map((words) => words.slice()),
      orphans: this.orphans.slice(),
      lastOrphanExit: this.lastOrphanExit.slice(),
      loss: [this.lossEvent.slice(), this.lossDepth.slice(), this.lossNext.slice()],
      pendingBy: this.pendingBy.slice(),
      where: this.where.slice(),
      requested: this.requested.slice(),
      scalars: [
        this.count,
        this.lives,
        this.lossTop,
        this.lossFree,
        this.requestedBytes,
        this.otherBlocks,
        this.runtimeBytes,
        this.libc.live,
        this.libc.pages,
        this.pendingPages,
        this.pendingSince,
      ],
    };
  }

  restore(saved: ReturnType<Mf2Heap['snapshot']>): void {
    const [count, lives, lossTop, lossFree, requested, otherBlocks, runtimeBytes, ...rest] =
      saved.scalars;
    [this.libc.live, this.libc.pages, this.pendingPages, this.pendingSince] = rest;
    this.count = count;
    this.lives = lives;
    this.lossTop = lossTop;
    this.lossFree = lossFree;
    this.requestedBytes = requested;
    this.otherBlocks = otherBlocks;
    this.runtimeBytes = runtimeBytes;
    this.pages = refill(this.pages, saved.pages, P_WORDS);
    const rows = this.pages.length / P_WORDS;
    this.marks.reserve(count);
    this.enqueuedNs = refillDoubles(rows, saved.enqueuedNs);
    this.bornNs = refillDoubles(rows, saved.bornNs);
    this.tables = refill(this.tables, saved.tables, CLASSES * T_WORDS);
    const room = this.tables.length / (CLASSES * T_WORDS);
    this.ownPages = sized(room, saved.ownPages);
    this.exitEvent = sized(room, saved.exitEvent);
    this.lastAllocNs = refillDoubles(room, saved.lastAllocNs);
    this.ready = saved.ready.map((words) => words.slice());
    this.orphans.set(saved.orphans);
    this.lastOrphanExit.set(saved.lastOrphanExit);
    [this.lossEvent, this.lossDepth, this.lossNext] = saved.loss.map((words) => words.slice()) as [
      Int32Array<ArrayBuffer>,
      Int32Array<ArrayBuffer>,
      Int32Array<ArrayBuffer>,
    ];
    this.totals.restore(saved.totals);
    this.pendingBy.set(saved.pendingBy);
    this.where = saved.where.slice();
    this.requested = saved.requested.slice();
  }

  /** Appends an event at the operation under way. */
  emit(
    kind: number,
    now: number,
    life: number,
    subject: number,
    a: number,
    b: number,
    cause: number,
  ): number {
    return this.machine.emit(kind, now, life, subject, a, b, cause);
  }

  /** The owner freed or found blocks on a page that nothing leads to, or may have. */
  noteHidden(p: number, now: number, cause: number): void {
    const state = this.condition(p);
    if (state !== PG.graveyard && state !== PG.below) return;
    const { pages, tables } = this;
    const owner = pages[p + P_OWNER];
    const t = this.table(owner, pages[p + P_CLS]);
    const seq = this.emit(
      EV.pageStranded,
      now,
      owner,
      p / P_WORDS,
      state === PG.graveyard ? 0 : 1,
      pages[p + P_CLS],
      cause,
    );
    pages[p + P_HIDE_EVENT] = seq;
    tables[t + (state === PG.graveyard ? T_GRAVE_EVENT : T_BELOW_EVENT)] = seq;
  }

  /** Marks all pages of a life that ends as orphans. */
  orphanAll(life: number, exit: number): void {
    const { pages } = this;
    this.exitEvent[life] = exit;
    for (let p = this.ownPages[life]; p !== NONE; p = pages[p + P_OWN_NEXT]) {
      this.leave(p);
      pages[p + P_FLAGS] |= PF.orphan;
      this.enter(p);
    }
  }

  /** An intervention: gives back the OS pages that only free blocks cover. @returns OS pages given back */
  decommit(p: number): number {
    const { pages } = this;
    const { space, settings } = this.machine;
    const kept = this.keptOsPages(p);
    const given = pages[p + P_TOUCHED] & ~kept;
    this.leave(p);
    pages[p + P_USED] &= ~pages[p + P_FREE];
    this.enter(p);
    const first = space.pageOf(pages[p + P_PIECE]);
    for (let rest = given; rest !== 0; ) {
      const low = 31 - Math.clz32(rest & -rest);
      const length = runFrom(rest, low);
      space.advise(first + low, length, ADVICE.dontneed, settings.maxMapCount);
      rest &= ~(fullMask(length) << low);
    }
    pages[p + P_TOUCHED] = kept;
    return popcount(given);
  }

  /** OS pages of a page that its header and blocks in use lie on. */
  keptOsPages(p: number): number {
    const { pages } = this;
    const held = pages[p + P_USED] & ~pages[p + P_FREE];
    const covers = this.covers[pages[p + P_CLS]];
    let kept = this.header > 0 ? 1 : 0;
    for (let block = 0; block < covers.length; block++)
      if (((held >>> block) & 1) === 1) kept |= covers[block];
    return kept & pages[p + P_TOUCHED];
  }
}

/** Set bits of a word from bit `low` on, up to the first that is clear. */
const runFrom = (word: number, low: number): number => {
  const rest = ~(word >>> low);
  return 31 - Math.clz32(rest & -rest);
};

function grown(column: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(size);
  wider.set(column.length > size ? column.subarray(0, size) : column);
  return wider;
}
function grownDoubles(column: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(size);
  wider.set(column.length > size ? column.subarray(0, size) : column);
  return wider;
}
function refill(
  into: Int32Array<ArrayBuffer>,
  from: Int32Array,
  unit: number,
): Int32Array<ArrayBuffer> {
  if (into.length < from.length) return grown(from, Math.max(64 * unit, from.length * 2));
  into.set(from);
  return into;
}
function sized(room: number, from: Int32Array): Int32Array<ArrayBuffer> {
  return grown(from, Math.max(room, from.length));
}
function refillDoubles(room: number, from: Float64Array): Float64Array<ArrayBuffer> {
  return grownDoubles(from, Math.max(room, from.length));
}
