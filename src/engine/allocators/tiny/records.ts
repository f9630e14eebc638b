import type { KnobValues } from '../../knobs/index.ts';
import type { AddressSpace } from '../../machine/address-space.ts';
import type { Costs } from '../../machine/costs.ts';
import { costsOf } from '../../machine/costs.ts';
import { LibcHeap } from '../../machine/libc-heap.ts';
import { REG_EXTRA, REG_NOW, REG_OP } from '../../machine/registers.ts';
import type { Threads } from '../../machine/threads.ts';
import { KIND } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, type EventLog, NO_CAUSE } from '../../telemetry/events.ts';
import type { RefillLog } from '../../types.ts';
import type { Machine } from '../contract.ts';
import { RowMarks } from '../row-marks.ts';
import {
  BLOCK_NONE,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CAPACITY,
  CARVE_LIMIT,
  CARVED,
  CENTRAL_LIFE,
  classSizes,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIST_SIZE,
  LIST_START,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  OWNER,
  REMOTE_COUNT,
  REMOTE_HEAD,
  SLAB_BYTES,
  SLAB_CLASS,
  SLAB_INDEX,
  SLAB_PAGES,
  SLAB_SHIFT,
  SLAB_SS,
  SLAB_WORDS,
  SS_ACQUIRED,
  SS_ADOPTED_FROM,
  SS_BORN_EVENT,
  SS_BORN_OP,
  SS_CLASS,
  SS_EMPTY_NEXT,
  SS_EMPTY_PREV,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_LAST_SLAB,
  SS_ORPHAN_EVENT,
  SS_ORPHANED_AT,
  SS_OWN_NEXT,
  SS_OWNER,
  SS_PIECE,
  SS_SLABS,
  SS_WORDS,
  slabCapacity,
  slabHeader,
  TOUCHED,
} from './layout.ts';
import { ListPool } from './lists.ts';
import { Lookup, type SavedLookup } from './lookup.ts';
import { Mixed, Refusals, type SavedMixed } from './mixed.ts';

/** Per-class totals over SuperSlabs whose bytes are in use (kept and cached ones excluded). */
export const K_WORDS = 8;
export const K_LIVE = 0;
export const K_QUEUED = 1;
export const K_CARVED = 2;
export const K_CAPACITY = 3;
/** Of K_LIVE, thread tables. */
export const K_RUNTIME = 4;

/**
 * Places in `charges`: ns an operation, a malloc, a free, what a remote free costs beyond it, what it costs
 * more when the slab's owner runs, the one list.
 */
export const CHARGE_OP = 0;
export const CHARGE_MALLOC = 1;
export const CHARGE_FREE = 2;
export const CHARGE_REMOTE = 3;
export const CHARGE_CENTRAL = 4;
export const CHARGE_CONTENDED = 5;

/**
 * What the tiny model remembers: SuperSlab and slab records, their lists and owners, and totals over all of
 * it. Which pages are resident the address space knows; a slab's record says how far it is touched. Records change hands here; when and why is the heap's business.
 */
export class TinyRecords {
  readonly regs: Float64Array;
  readonly counters: Float64Array;
  readonly knobs: Readonly<KnobValues>;
  readonly events: EventLog;
  readonly space: AddressSpace;
  readonly threads: Threads;
  readonly lists = new ListPool();
  slabs = new Int32Array(256 * SLAB_WORDS);
  superslabs = new Int32Array(64 * SS_WORDS);
  bornNs = new Float64Array(64);
  /** SuperSlabs of which something has changed since they were last shown; slabs of which a block was freed. */
  readonly marks = new RowMarks();
  readonly slabMarks = new RowMarks();
  /** Where each live block is, by workload slot. */
  blocks: Int32Array<ArrayBuffer>;
  /** Current slab by chain and class. */
  readonly current: Int32Array;
  readonly k = new Int32Array((MAX_CLASSES + 1) * K_WORDS);
  /** Class of a request, by bytes. */
  classOf = new Uint8Array(1);
  topRequest = 0;
  blockBytes: readonly number[];
  classes: number;
  protected slabTop = 0;
  protected freeSlab = NONE;
  rows = 0;
  protected freeRow = NONE;
  protected serial = 0;
  protected readonly ownHead: Int32Array;
  protected readonly ownTail: Int32Array;
  protected readonly orphanHead = new Int32Array(MAX_CLASSES).fill(NONE);
  protected readonly emptyHead = new Int32Array(MAX_CLASSES).fill(NONE);
  protected readonly keptHead = new Int32Array(MAX_CLASSES).fill(NONE);
  /** SuperSlabs that a chain's living thread has set aside, by chain and class, newest first. */
  readonly roomyHead: Int32Array;
  readonly fullHead: Int32Array;
  /** Owners look into what they have set aside (ownReuse: chunks). */
  looksBack = false;
  /** What a living owner has set aside it never looks into again (ownReuse: current). */
  get forgets(): boolean {
    return !this.looksBack && !this.oneList;
  }
  protected cacheHead = NONE;
  protected cached = 0;
  /** Ledger scalars over the same SuperSlabs as `k`, except where named. */
  acquiredSuperslabs = 0;
  unacquiredSlabs = 0;
  tailBytes = 0;
  tailResident = 0;
  keptBytes = 0;
  /** Resident bytes of EMPTY slots of the shared pool. */
  spareResident = 0;
  runtimeBytes = 0;
  /** Requested bytes of live program blocks in SuperSlabs. */
  requestedBytes = 0;
  /** How far all counters together are above the blocks that live: the sum of EXCESS. */
  excess = 0;
  /** Requests above the top class, and what the C library serves instead. */
  readonly other: LibcHeap;
  /** In its place where free must tell whose a block is; undefined: that is known. */
  readonly mixed: Mixed | undefined;
  /** Some slab is not in the ownership bitmap: every free asks. */
  careful = false;
  /** Mappings that are refused by injection; undefined: none. */
  readonly refusals: Refusals | undefined;
  /** Where free finds SuperSlabs; undefined: a pointer's own bits say. */
  readonly lookup: Lookup | undefined;
  /** What the first refills that failed had to say, oldest first. */
  refillLogs: readonly RefillLog[] = [];
  /** 1 while remote frees do not lower the counter. */
  uncounted = 1;
  costs: Costs;
  /** Of the costs, what the hot loop charges, by CHARGE_. */
  readonly charges = new Float64Array(6);
  /** The order in which threads reach each other's queues and lists can change what happens. */
  ordered = false;
  /** All threads allocate from one list (option F). */
  readonly oneList: boolean;
  /** Slab of the last free when it was remote, else NONE (hazard of models.md 3.3 b). */
  lastRemote = NONE;
  protected trimPasses = 0;
  /** The trim pass under way: its event, the next row to look at and where it ends, what it came to. */
  protected passEvent = NO_CAUSE;
  protected passRow = 0;
  protected passRows = 0;
  protected passExamined = 0;
  protected passFreed = 0;
  /** Empties that the pass may still keep of each class. */
  protected readonly reserve = new Int32Array(MAX_CLASSES);
  /** Event of the last refused SuperSlab mapping. */
  protected lastRefusal = NO_CAUSE;

  constructor(
    readonly machine: Machine,
    slots: number,
  ) {
    const { chains } = machine.threads;
    const { settings: knobs } = machine;
    this.knobs = knobs;
    this.oneList = knobs.ownership === 'central';
    this.regs = machine.regs;
    this.counters = machine.counters;
    this.events = machine.events;
    this.space = machine.space;
    this.other = new LibcHeap(machine.space);
    this.mixed = knobs.guessFree ? new Mixed(machine, slots) : undefined;
    this.refusals = knobs.oomRate === 0 ? undefined : new Refusals(knobs);
    this.lookup =
      knobs.lookup === 'hash' || knobs.lookup === 'registry' ? new Lookup(knobs.lookup) : undefined;
    this.threads = machine.threads;
    this.blocks = new Int32Array(slots * BLOCK_WORDS).fill(BLOCK_NONE);
    this.current = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.ownHead = new Int32Array(chains).fill(NONE);
    this.ownTail = new Int32Array(chains).fill(NONE);
    this.roomyHead = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.fullHead = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.blockBytes = classSizes(knobs.classTable);
    this.classes = this.blockBytes.length;
    this.costs = costsOf(knobs);
    this.applyKnobs();
  }

  isAlive(life: number): boolean {
    return life === CENTRAL_LIFE || this.machine.isAlive(life);
  }

  /** Applies changed knobs from now on. */
  applyKnobs(): void {
    const { knobs } = this;
    this.ordered =
      knobs.ownership !== 'owner' ||
      knobs.orphanPolicy !== 'abandon' ||
      (knobs.trimIntervalMs > 0 && knobs.trimSS);
    this.uncounted = knobs.decOnRemote ? 0 : 1;
    this.costs = costsOf(knobs);
    this.charges[CHARGE_OP] = this.costs.perOp;
    const { malloc, free, inlined, lookup } = this.costs;
    // With a Region-ID free does without the SuperSlab's header.
    const header = knobs.lookup === 'header' && knobs.headerByte ? lookup : 0;
    this.charges[CHARGE_MALLOC] = Math.max(0, malloc - inlined);
    this.charges[CHARGE_FREE] = Math.max(0, free - inlined - header);
    const remote = Math.max(0, this.costs.remoteFree + this.costs.decrement - inlined - header);
    this.charges[CHARGE_REMOTE] = remote - this.charges[CHARGE_FREE];
    this.charges[CHARGE_CENTRAL] = this.costs.central;
    this.charges[CHARGE_CONTENDED] = this.costs.contended;
    const byte = knobs.headerByte ? 1 : 0;
    this.topRequest = this.blockBytes[this.classes - 1] - byte;
    this.classOf = new Uint8Array(this.topRequest + 1);
    let c = 0;
    for (let size = 0; size <= this.topRequest; size++) {
      while (size + byte > this.blockBytes[c]) c++;
      this.classOf[size] = c;
    }
  }

  /** Turns the program block just made in `slot` into a thread table: its bytes are the runtime's. */
  markRuntime(slot: number): void {
    const r = this.blocks[slot * BLOCK_WORDS];
    if (r < 0) return;
    const c = this.slabs[r + SLAB_CLASS];
    this.k[c * K_WORDS + K_RUNTIME]++;
    this.runtimeBytes += this.blockBytes[c];
    this.requestedBytes -= this.blocks[slot * BLOCK_WORDS + BLOCK_SIZE];
  }

  /** Undoes markRuntime, just before the block is freed. */
  unmarkRuntime(slot: number): void {
    const r = this.blocks[slot * BLOCK_WORDS];
    if (r < 0) return;
    const c = this.slabs[r + SLAB_CLASS];
    this.k[c * K_WORDS + K_RUNTIME]--;
    this.runtimeBytes -= this.blockBytes[c];
    this.requestedBytes += this.blocks[slot * BLOCK_WORDS + BLOCK_SIZE];
  }

  /** Makes room in the block table for `slots` slots. */
  reserveSlots(slots: number): void {
    this.mixed?.libc.heap.slots.reserve(slots);
    if (slots * BLOCK_WORDS <= this.blocks.length) return;
    const wider = new Int32Array(
      Math.max(slots, (this.blocks.length / BLOCK_WORDS) * 2) * BLOCK_WORDS,
    ).fill(BLOCK_NONE);
    wider.set(this.blocks);
    this.blocks = wider;
  }

  /** Class of a request, or `classes` when it is above the top class. */
  classIndex(size: number): number {
    return size > this.topRequest ? this.classes : this.classOf[size];
  }

  /** Class of a slab's blocks. */
  slabClass(r: number): number {
    return this.slabs[r + SLAB_CLASS];
  }

  emit(kind: number, life: number, subject: number, a: number, b: number, cause: number): number {
    return this.machine.emit(kind, this.regs[REG_NOW], life, subject, a, b, cause);
  }

  /** True when a block can be taken from the slab by carving; raises CARVE_LIMIT to allow it. */
  protected canCarve(r: number): boolean {
    const { slabs } = this;
    const carved = slabs[r + CARVED];
    const capacity = slabs[r + CAPACITY];
    if (carved >= capacity) return false;
    if (carved < slabs[r + CARVE_LIMIT]) return true;
    let size = slabs[r + LIST_SIZE];
    if (carved >= size) {
      slabs[r + LIST_BASE] = this.lists.double(slabs[r + LIST_BASE], size, carved);
      size *= 2;
      slabs[r + LIST_SIZE] = size;
    }
    const bytes = this.blockBytes[slabs[r + SLAB_CLASS]];
    const header = slabHeader(slabs[r + SLAB_INDEX]);
    this.touch(r, Math.floor((header + (carved + 1) * bytes - 1) / 4096) + 1);
    const touched = Math.floor((slabs[r + TOUCHED] * 4096 - header) / bytes);
    slabs[r + CARVE_LIMIT] = Math.min(size, capacity, touched);
    return true;
  }

  /** Makes the first `pages` pages of a slab resident. */
  protected touch(r: number, pages: number): void {
    const { slabs, space } = this;
    const before = slabs[r + TOUCHED];
    const more = pages - before;
    if (more <= 0) return;
    const { faults } = space.pages;
    const added = space.touch(this.slabPage(r) + before, more);
    this.noteTouched(r, pages);
    // A huge page reaches into the slabs around it.
    if (added !== more) this.findTouched(slabs[r + SLAB_SS]);
    this.regs[REG_EXTRA] += (space.pages.faults - faults) * this.costs.fault;
    this.machine.memoryGrew();
  }

  /** First page of a slab. */
  slabPage(r: number): number {
    return this.pageOf(this.slabs[r + SLAB_SS]) + this.slabs[r + SLAB_INDEX] * SLAB_PAGES;
  }
  /** First page of a SuperSlab. */
  pageOf(row: number): number {
    return this.space.pageOf(this.superslabs[row * SS_WORDS + SS_PIECE]);
  }

  /** First 64 KiB region of a SuperSlab, by its address. */
  readonly regionOf = (row: number): number => Math.floor(this.pageOf(row) / SLAB_PAGES);

  /** Free looks for the SuperSlab of slab `r` in a table. @returns what that costs, ns */
  lookUp(r: number): number {
    const { lookup, counters } = this;
    if (lookup === undefined || r < 0) return 0;
    const row = this.slabs[r + SLAB_SS];
    const lines = lookup.linesTo(row, this.regionOf(row));
    counters[C.lookups]++;
    counters[C.lookupLines] += lines;
    return lines * this.costs.lookup;
  }

  /** Notes that a layer could not serve, where that is traced (S-22). */
  protected aceFailed(why: number, life: number, c: number, size: number, cause: number): void {
    if (!this.knobs.aceTrace) return;
    this.counters[ACE_COUNTERS[why]]++;
    this.emit(EV.aceFailed, life, c, why, size, cause);
  }

  /** Resident pages of a SuperSlab. */
  residentOf(row: number): number {
    const page = this.pageOf(row);
    const pages = this.superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES;
    return this.space.pages.residentIn(page, page + pages);
  }

  /** Resident pages of all SuperSlabs. */
  get superslabResident(): number {
    return this.space.pages.residentBy[KIND.superslab];
  }
  /** Resident pages of SuperSlabs that are kept empty or cached: few, whatever the size of the heap. */
  get keptResident(): number {
    let pages = 0;
    for (let c = 0; c < this.classes; c++) pages += this.residentOfList(this.keptHead[c]);
    return pages + this.residentOfList(this.cacheHead);
  }
  private residentOfList(head: number): number {
    let pages = 0;
    for (let row = head; row !== NONE; row = this.superslabs[row * SS_WORDS + SS_EMPTY_NEXT])
      pages += this.residentOf(row);
    return pages;
  }

  private noteTouched(r: number, pages: number): void {
    const { slabs } = this;
    const row = slabs[r + SLAB_SS] * SS_WORDS;
    const inUse =
      slabs[r + SLAB_INDEX] < this.superslabs[row + SS_ACQUIRED] &&
      (this.superslabs[row + SS_FLAGS] & (SS_FLAG.kept | SS_FLAG.cached)) === 0;
    if (inUse && this.isSpare(r)) this.spareResident += (pages - slabs[r + TOUCHED]) * 4096;
    else if (inUse && pages === SLAB_PAGES && slabs[r + TOUCHED] < SLAB_PAGES)
      this.tailResident += this.tailOf(r);
    slabs[r + TOUCHED] = pages;
  }

  /** An EMPTY slot of the shared pool: its bytes are kept, not in use. */
  protected isSpare(_r: number): boolean {
    return false;
  }

  /** Brings the slabs of a SuperSlab into line with what is resident of them. */
  private findTouched(row: number): void {
    let r = this.superslabs[row * SS_WORDS + SS_FIRST_SLAB];
    for (; r !== NONE; r = this.slabs[r + NEXT_SLAB]) this.noteTouched(r, this.residentOfSlab(r));
  }
  /** Resident pages of a slab: they begin at its start. */
  residentOfSlab(r: number): number {
    const page = this.slabPage(r);
    return this.space.pages.residentIn(page, page + SLAB_PAGES);
  }

  /** Bytes at the end of a slab that are too few for a block. */
  protected tailOf(r: number): number {
    const bytes = this.blockBytes[this.slabs[r + SLAB_CLASS]];
    return SLAB_BYTES - slabHeader(this.slabs[r + SLAB_INDEX]) - this.slabs[r + CAPACITY] * bytes;
  }

  /** True when a SuperSlab could serve a block after draining: looks only. */
  protected hasRoom(row: number): boolean {
    const at = row * SS_WORDS;
    if (this.superslabs[at + SS_ACQUIRED] < this.superslabs[at + SS_SLABS]) return true;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (this.slabs[r + LIVE] < this.slabs[r + CAPACITY]) return true;
      r = this.slabs[r + NEXT_SLAB];
    }
    return false;
  }

  /** The first SuperSlab of a list, from `row` on, that no intervention has pinned. */
  protected unpinned(row: number, next: number): number {
    let found = row;
    while (found !== NONE && (this.superslabs[found * SS_WORDS + SS_FLAGS] & SS_FLAG.pinned) !== 0)
      found = this.superslabs[found * SS_WORDS + next];
    return found;
  }

  setPinned(row: number, pinned: boolean): void {
    const at = row * SS_WORDS + SS_FLAGS;
    if (pinned) this.superslabs[at] |= SS_FLAG.pinned;
    else this.superslabs[at] &= ~SS_FLAG.pinned;
  }

  /** Live blocks of a SuperSlab. */
  liveIn(row: number): number {
    let live = 0;
    let r = this.superslabs[row * SS_WORDS + SS_FIRST_SLAB];
    for (let i = this.superslabs[row * SS_WORDS + SS_ACQUIRED]; i > 0; i--) {
      live += this.slabs[r + LIVE];
      r = this.slabs[r + NEXT_SLAB];
    }
    return live;
  }

  /** Resident pages of a SuperSlab. */
  protected touchedIn(row: number): number {
    let pages = 0;
    for (
      let r = this.superslabs[row * SS_WORDS + SS_FIRST_SLAB];
      r !== NONE;
      r = this.slabs[r + NEXT_SLAB]
    )
      pages += this.slabs[r + TOUCHED];
    return pages;
  }

  /** Gives a mapped row its class and counts its bytes as in use. */
  protected initRow(row: number, c: number, life: number): void {
    const { superslabs, counters } = this;
    const at = row * SS_WORDS;
    superslabs[at + SS_CLASS] = c;
    superslabs[at + SS_OWNER] = life;
    superslabs[at + SS_ACQUIRED] = 0;
    superslabs[at + SS_ORPHAN_EVENT] = NO_CAUSE;
    superslabs[at + SS_ADOPTED_FROM] = NO_LIFE;
    superslabs[at + SS_BORN_OP] = this.regs[REG_OP];
    superslabs[at + SS_ORPHANED_AT] = -1;
    this.bornNs[row] = this.regs[REG_NOW];
    this.acquiredSuperslabs++;
    this.unacquiredSlabs += superslabs[at + SS_SLABS];
    counters[C.superslabsNow]++;
    if (counters[C.superslabsNow] > counters[C.superslabsPeak]) {
      counters[C.superslabsPeak] = counters[C.superslabsNow];
    }
    this.reclassify(row);
  }

  /** Takes the next slab of a SuperSlab into use for its owner. */
  protected acquireSlab(row: number, life: number): number {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    const c = superslabs[at + SS_CLASS];
    const r = this.nextSlab(row);
    this.openSlab(r, c, life);
    this.counters[C.slabsAcquired]++;
    const index = this.slabs[r + SLAB_INDEX];
    const event = this.emit(EV.slabAcquired, life, row, index, c, superslabs[at + SS_BORN_EVENT]);
    if (this.mixed?.table !== undefined) this.markOwned(r, event);
    return r;
  }

  /** The record of a SuperSlab's next slab, which counts as acquired from now on. */
  protected nextSlab(row: number): number {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    const index = superslabs[at + SS_ACQUIRED]++;
    this.unacquiredSlabs--;
    this.marks.mark(row);
    // Records outlive a stay in the SuperSlab cache: they remember which pages are resident.
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = index; i > 0 && r !== NONE; i--) r = this.slabs[r + NEXT_SLAB];
    if (r !== NONE) return r;
    r = this.newSlab();
    this.slabs[r + NEXT_SLAB] = NONE;
    this.slabs[r + SLAB_INDEX] = index;
    this.slabs[r + SLAB_SS] = row;
    this.slabs[r + TOUCHED] = this.residentOfSlab(r);
    const last = superslabs[at + SS_LAST_SLAB];
    if (last === NONE) superslabs[at + SS_FIRST_SLAB] = r;
    else this.slabs[last + NEXT_SLAB] = r;
    superslabs[at + SS_LAST_SLAB] = r;
    return r;
  }

  /** Cuts an acquired slab for blocks of a class, none of which is made yet. */
  protected openSlab(r: number, c: number, life: number): void {
    const { slabs } = this;
    slabs[r + OWNER] = life;
    slabs[r + FREE_HEAD] = NO_BLOCK;
    slabs[r + REMOTE_HEAD] = NO_BLOCK;
    slabs[r + LIVE] = 0;
    slabs[r + EXCESS] = 0;
    slabs[r + REMOTE_COUNT] = 0;
    slabs[r + CARVED] = 0;
    slabs[r + SLAB_CLASS] = c;
    slabs[r + CAPACITY] = slabCapacity(this.blockBytes[c], slabs[r + SLAB_INDEX]);
    slabs[r + LIST_SIZE] = LIST_START;
    slabs[r + LIST_BASE] = this.lists.take(LIST_START);
    slabs[r + CARVE_LIMIT] = 0;
    this.countSlab(r, 1);
    if (this.knobs.prelink) {
      this.touch(r, SLAB_PAGES);
      this.regs[REG_EXTRA] += slabs[r + CAPACITY] * this.costs.linkBlock;
    }
    this.canCarve(r);
  }

  /** Moves a slab's blocks into (+1) or out of (-1) the totals of memory in use. */
  protected countSlab(r: number, sign: 1 | -1): void {
    const { slabs, k } = this;
    const c = slabs[r + SLAB_CLASS] * K_WORDS;
    k[c + K_LIVE] += sign * slabs[r + LIVE];
    k[c + K_QUEUED] += sign * slabs[r + REMOTE_COUNT];
    k[c + K_CARVED] += sign * slabs[r + CARVED];
    k[c + K_CAPACITY] += sign * slabs[r + CAPACITY];
    this.tailBytes += sign * this.tailOf(r);
    if (slabs[r + TOUCHED] === SLAB_PAGES) this.tailResident += sign * this.tailOf(r);
  }

  /** Marks a slab's region in the ownership bitmap: its first block is about to be handed out. */
  protected markOwned(r: number, cause: number): void {
    const { mixed, slabs, counters } = this;
    if (mixed?.table === undefined || mixed.table.mark(this.slabPage(r))) return;
    counters[C.ownerOverflows]++;
    this.careful = true;
    const life = slabs[r + OWNER];
    mixed.overflow = this.emit(
      EV.ownerOverflow,
      life,
      slabs[r + SLAB_SS],
      slabs[r + SLAB_INDEX],
      0,
      cause,
    );
  }

  /** A SuperSlab is mapped (-1) or unmapped (+1): regions of it that are marked are no longer stale, or are. */
  protected countStale(row: number, sign: 1 | -1): void {
    const { mixed } = this;
    if (mixed?.table === undefined) return;
    const pages = this.superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES;
    mixed.stale += sign * mixed.table.markedIn(this.pageOf(row), pages);
    this.counters[C.staleMarks] = mixed.stale;
  }

  /** Brings flags, gauges and the list of empties of one SuperSlab into line with its slabs. */
  protected reclassify(row: number): void {
    this.marks.mark(row);
    const { superslabs, counters } = this;
    const at = row * SS_WORDS;
    let live = 0;
    let active = 0;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      live += this.slabs[r + LIVE];
      active += this.slabs[r + LIVE] + this.slabs[r + EXCESS];
      r = this.slabs[r + NEXT_SLAB];
    }
    let flags = superslabs[at + SS_FLAGS];
    const inflated = live === 0 && active > 0;
    const vacant = live === 0 && active === 0;
    if (inflated !== ((flags & SS_FLAG.inflated) !== 0)) {
      flags ^= SS_FLAG.inflated;
      counters[C.inflatedSuperslabs] += inflated ? 1 : -1;
    }
    if (vacant !== ((flags & SS_FLAG.vacant) !== 0)) {
      flags ^= SS_FLAG.vacant;
      counters[C.emptySuperslabs] += vacant ? 1 : -1;
    }
    superslabs[at + SS_FLAGS] = flags;
    if ((flags & (SS_FLAG.kept | SS_FLAG.cached | SS_FLAG.pooled)) !== 0) return;
    const takeable = vacant && (flags & SS_FLAG.current) === 0 && superslabs[at + SS_ACQUIRED] > 0;
    if (takeable === ((flags & SS_FLAG.empty) !== 0)) return;
    if (takeable) {
      superslabs[at + SS_FLAGS] |= SS_FLAG.empty;
      this.pushFront(this.emptyHead, superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    } else this.leaveEmpty(row);
  }

  sumActive(row: number): number {
    const at = row * SS_WORDS;
    let sum = 0;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      sum += this.slabs[r + LIVE] + this.slabs[r + EXCESS];
      r = this.slabs[r + NEXT_SLAB];
    }
    return sum;
  }

  /** Moves a SuperSlab's blocks and pages out of (-1) or back into (+1) the totals of memory in use. */
  protected countRow(row: number, sign: 1 | -1): void {
    this.marks.mark(row);
    const { superslabs, slabs } = this;
    const at = row * SS_WORDS;
    const acquired = superslabs[at + SS_ACQUIRED];
    this.acquiredSuperslabs += sign;
    this.unacquiredSlabs += sign * (superslabs[at + SS_SLABS] - acquired);
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = acquired; i > 0; i--) {
      this.countSlab(r, sign);
      r = slabs[r + NEXT_SLAB];
    }
    this.keptBytes -= sign * superslabs[at + SS_SLABS] * SLAB_BYTES;
  }

  /** Takes the newest cached SuperSlab of this size. Its pages stay resident. */
  protected takeCached(pages: number): number {
    const { superslabs } = this;
    let before = NONE;
    for (let row = this.cacheHead; row !== NONE; row = superslabs[row * SS_WORDS + SS_EMPTY_NEXT]) {
      if (superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES === pages) {
        const next = superslabs[row * SS_WORDS + SS_EMPTY_NEXT];
        if (before === NONE) this.cacheHead = next;
        else superslabs[before * SS_WORDS + SS_EMPTY_NEXT] = next;
        this.cached--;
        superslabs[row * SS_WORDS + SS_FLAGS] = SS_FLAG.mapped;
        this.keptBytes -= pages * 4096;
        return row;
      }
      before = row;
    }
    return NONE;
  }

  /**
   * SuperSlabs to be shown anew. The hot loop marks slabs, and only where it frees: mallocs come from
   * current slabs, which therefore always count as changed.
   */
  changedRows(): RowMarks {
    const { slabs, marks, slabMarks, current } = this;
    const count = this.slabTop >>> SLAB_SHIFT;
    for (let i = slabMarks.nextMarked(0, count); i < count; i = slabMarks.nextMarked(i + 1, count))
      marks.mark(slabs[(i << SLAB_SHIFT) + SLAB_SS]);
    slabMarks.clear();
    for (const r of current) if (r >= 0) marks.mark(slabs[r + SLAB_SS]);
    return marks;
  }

  protected newSlab(): number {
    const recycled = this.freeSlab;
    if (recycled !== NONE) {
      this.freeSlab = this.slabs[recycled + NEXT_SLAB];
      return recycled;
    }
    const r = this.slabTop;
    this.slabTop += SLAB_WORDS;
    this.slabMarks.reserve(this.slabTop >>> SLAB_SHIFT);
    if (this.slabTop > this.slabs.length) this.slabs = grown(this.slabs, this.slabs.length * 2);
    return r;
  }

  protected newRow(): number {
    const recycled = this.freeRow;
    if (recycled !== NONE) {
      this.freeRow = this.superslabs[recycled * SS_WORDS + SS_OWN_NEXT];
      return recycled;
    }
    const row = this.rows++;
    this.marks.reserve(this.rows);
    if (this.rows * SS_WORDS > this.superslabs.length) {
      this.superslabs = grown(this.superslabs, this.superslabs.length * 2);
      const wider = new Float64Array(this.bornNs.length * 2);
      wider.set(this.bornNs);
      this.bornNs = wider;
    }
    return row;
  }

  /** Forgets the slab records of a SuperSlab. */
  protected dropSlabs(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    for (let r = superslabs[at + SS_FIRST_SLAB]; r !== NONE; ) {
      const next = this.slabs[r + NEXT_SLAB];
      this.slabs[r + NEXT_SLAB] = this.freeSlab;
      this.freeSlab = r;
      r = next;
    }
    superslabs[at + SS_FIRST_SLAB] = NONE;
  }

  /** Forgets an unmapped SuperSlab and its slab records. */
  protected dropRow(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    this.dropSlabs(row);
    this.keptBytes -= superslabs[at + SS_SLABS] * SLAB_BYTES;
    superslabs[at + SS_FLAGS] = 0;
    superslabs[at + SS_OWN_NEXT] = this.freeRow;
    this.freeRow = row;
  }

  protected leaveEmpty(row: number): void {
    const at = row * SS_WORDS;
    this.unlink(this.emptyHead, this.superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.empty;
  }

  protected pushFront(heads: Int32Array, c: number, row: number, next: number, prev: number): void {
    const { superslabs } = this;
    const first = heads[c];
    superslabs[row * SS_WORDS + next] = first;
    superslabs[row * SS_WORDS + prev] = NONE;
    if (first !== NONE) superslabs[first * SS_WORDS + prev] = row;
    heads[c] = row;
  }

  protected unlink(heads: Int32Array, c: number, row: number, next: number, prev: number): void {
    const { superslabs } = this;
    const before = superslabs[row * SS_WORDS + prev];
    const after = superslabs[row * SS_WORDS + next];
    if (before === NONE) heads[c] = after;
    else superslabs[before * SS_WORDS + next] = after;
    if (after !== NONE) superslabs[after * SS_WORDS + prev] = before;
  }

  /** Words of slab records in use, recycled ones included. */
  get slabWords(): number {
    return this.slabTop;
  }

  get stateBytes(): number {
    return (
      this.slabs.byteLength +
      this.superslabs.byteLength +
      this.bornNs.byteLength +
      this.lists.bytes +
      this.blocks.byteLength +
      (this.mixed?.libc.stateBytes ?? 0) +
      (this.mixed?.table?.words.byteLength ?? 0) +
      (this.lookup?.bytes ?? 0)
    );
  }

  snapshot(): unknown {
    return {
      lists: this.lists.snapshot(),
      slabs: this.slabs.slice(0, this.slabTop),
      superslabs: this.superslabs.slice(0, this.rows * SS_WORDS),
      bornNs: this.bornNs.slice(0, this.rows),
      blocks: this.blocks.slice(),
      current: this.current.slice(),
      k: this.k.slice(),
      heads: this.heads().map((head) => head.slice()),
      scalars: SCALARS.map((name) => this[name]),
      other: [this.other.live, this.other.pages],
      mixed: this.mixed?.snapshot(),
      careful: this.careful,
      refused: this.refusals?.done ?? 0,
      refillLogs: this.refillLogs,
      lookup: this.lookup?.snapshot(),
    } satisfies SavedHeap;
  }

  restore(saved: unknown): void {
    const from = saved as SavedHeap;
    this.lists.restore(from.lists);
    this.slabs = grown(from.slabs, Math.max(from.slabs.length, this.slabs.length));
    this.superslabs = grown(
      from.superslabs,
      Math.max(from.superslabs.length, this.superslabs.length),
    );
    const born = new Float64Array(Math.max(from.bornNs.length, this.bornNs.length));
    born.set(from.bornNs);
    this.bornNs = born;
    this.blocks = from.blocks.slice();
    this.current.set(from.current);
    this.k.set(from.k);
    this.heads().forEach((head, i) => {
      head.set(from.heads[i]);
    });
    SCALARS.forEach((name, i) => {
      this[name] = from.scalars[i];
    });
    this.marks.reserve(this.rows);
    this.slabMarks.reserve(this.slabTop >>> SLAB_SHIFT);
    [this.other.live, this.other.pages] = from.other;
    if (from.mixed !== undefined) this.mixed?.restore(from.mixed);
    this.careful = from.careful;
    if (this.refusals !== undefined) this.refusals.done = from.refused;
    this.refillLogs = from.refillLogs;
    if (from.lookup !== undefined) this.lookup?.restore(from.lookup);
  }

  private heads(): Int32Array[] {
    const { ownHead, ownTail, orphanHead, emptyHead, keptHead, roomyHead, fullHead, reserve } =
      this;
    return [ownHead, ownTail, orphanHead, emptyHead, keptHead, roomyHead, fullHead, reserve];
  }
}

/** By ACE. */
const ACE_COUNTERS = [C.aceThreshold, C.aceExhaustion, C.aceMapFail] as const;

/** Plain-number fields of TinyRecords that are state. */
const SCALARS = [
  'slabTop',
  'freeSlab',
  'rows',
  'freeRow',
  'serial',
  'cacheHead',
  'cached',
  'acquiredSuperslabs',
  'unacquiredSlabs',
  'tailBytes',
  'tailResident',
  'keptBytes',
  'spareResident',
  'runtimeBytes',
  'requestedBytes',
  'excess',
  'lastRemote',
  'trimPasses',
  'passEvent',
  'passRow',
  'passRows',
  'passExamined',
  'passFreed',
  'lastRefusal',
] as const;

interface SavedHeap {
  lists: ReturnType<ListPool['snapshot']>;
  slabs: Int32Array;
  superslabs: Int32Array;
  bornNs: Float64Array;
  blocks: Int32Array<ArrayBuffer>;
  current: Int32Array;
  k: Int32Array;
  heads: Int32Array[];
  scalars: number[];
  other: number[];
  mixed: SavedMixed | undefined;
  careful: boolean;
  refused: number;
  refillLogs: readonly RefillLog[];
  lookup: SavedLookup | undefined;
}

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(old);
  return wider;
}
