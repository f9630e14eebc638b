import type { KnobValues } from '../../knobs.ts';
import type { AddressSpace } from '../../machine/address-space.ts';
import type { Costs } from '../../machine/costs.ts';
import { costsOf } from '../../machine/costs.ts';
import { C, COUNTER_COUNT } from '../../telemetry/counters.ts';
import { CRASH, EV, type EventLog, NEED, NO_CAUSE } from '../../telemetry/events.ts';
import {
  BLOCK_INDEX,
  BLOCK_NONE,
  BLOCK_OTHER,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CAPACITY,
  CARVE_LIMIT,
  CARVED,
  CENTRAL_LIFE,
  classSizes,
  DANGLING,
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
  SS_ORPHAN_NEXT,
  SS_ORPHAN_PREV,
  SS_ORPHANED_AT,
  SS_OWN_NEXT,
  SS_OWN_PREV,
  SS_OWNER,
  SS_PIECE,
  SS_SERIAL,
  SS_SLABS,
  SS_WORDS,
  slabCapacity,
  slabHeader,
  TOUCHED,
} from './layout.ts';
import { ListPool } from './lists.ts';

/** Shared scratch of workload and heap, so that slow paths know when they run. Indices into `regs`. */
export const REG_OP = 0;
/** Clock of the running thread at the start of the operation, ns. */
export const REG_NOW = 1;
/** Nanoseconds that slow paths charged to the running operation. */
export const REG_EXTRA = 2;
/** Set when the run must stop right after this operation. */
export const REG_STOP = 3;

/** Per-class totals over SuperSlabs whose bytes are in use (kept and cached ones excluded). */
export const K_WORDS = 8;
export const K_LIVE = 0;
export const K_QUEUED = 1;
export const K_CARVED = 2;
export const K_CAPACITY = 3;
/** Of K_LIVE, thread tables. */
export const K_RUNTIME = 4;

/** What a heap needs to know of the threads; the machine implements it. */
export interface HeapHost {
  /** Chain slot of a life. */
  chainOf(life: number): number;
  isAlive(life: number): boolean;
  /** Lives started so far. */
  readonly lives: number;
  /** Event that started the life. */
  startEvent(life: number): number;
  /** A mapping was refused: what 0 SuperSlab, 1 stack. */
  refused(what: 0 | 1, life: number, classIndex: number): number;
  /** More pages are resident: the host checks the physical limit. */
  memoryGrew(): void;
  crashed(reason: number, row: number, life: number): void;
}

/**
 * The tiny model: SuperSlabs of one size class, slabs with owners, remote queues that only the owner
 * drains (S-01 to S-14). malloc and free touch one slab record and one list entry; everything else is
 * a slow path. The heap keeps both counters at once, the true one and the one the documents' bug
 * inflates, so that the bug can be switched without a second run.
 */
export class TinyHeap {
  readonly regs = new Float64Array(8);
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly lists = new ListPool();
  slabs = new Int32Array(256 * SLAB_WORDS);
  superslabs = new Int32Array(64 * SS_WORDS);
  bornNs = new Float64Array(64);
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

  private slabTop = 0;
  private freeSlab = NONE;
  rows = 0;
  private freeRow = NONE;
  private serial = 0;
  private readonly ownHead: Int32Array;
  private readonly ownTail: Int32Array;
  private readonly orphanHead = new Int32Array(MAX_CLASSES).fill(NONE);
  private readonly emptyHead = new Int32Array(MAX_CLASSES).fill(NONE);
  private readonly keptHead = new Int32Array(MAX_CLASSES).fill(NONE);
  private cacheHead = NONE;
  private cached = 0;

  /** Ledger scalars over the same SuperSlabs as `k`, except where named. */
  acquiredSuperslabs = 0;
  unacquiredSlabs = 0;
  tailBytes = 0;
  tailResident = 0;
  touchedPages = 0;
  keptBytes = 0;
  keptTouchedPages = 0;
  runtimeBytes = 0;
  /** Requested bytes of live program blocks in SuperSlabs. */
  requestedBytes = 0;
  otherLive = 0;
  otherPeak = 0;
  /** Entries of the other heap: one, unless it began at the limit and grew the program's own heap. */
  otherEntries = 0;

  /** 1 while remote frees do not lower the counter. */
  uncounted = 1;
  costs: Costs;
  /** When the lock that serialises mmap and munmap is free again, ns. */
  mapLockFreeAt = 0;
  /** With a central list: when it is free again, ns. */
  centralFreeAt = 0;
  /** Slab of the last free when it was remote, else NONE (hazard of models.md 3.3 b). */
  lastRemote = NONE;
  private trimPasses = 0;
  /** Event of the last refused SuperSlab mapping. */
  private lastRefusal = NO_CAUSE;

  constructor(
    protected knobs: KnobValues,
    protected readonly space: AddressSpace,
    protected readonly events: EventLog,
    protected readonly host: HeapHost,
    readonly chains: number,
    slots: number,
  ) {
    this.blocks = new Int32Array(slots * BLOCK_WORDS).fill(BLOCK_NONE);
    this.current = new Int32Array(chains * MAX_CLASSES).fill(NONE);
    this.ownHead = new Int32Array(chains).fill(NONE);
    this.ownTail = new Int32Array(chains).fill(NONE);
    this.blockBytes = classSizes(knobs.classTable);
    this.classes = this.blockBytes.length;
    this.costs = costsOf(knobs);
    this.applyKnobs(knobs);
    for (let c = 0; c < this.classes; c++) {
      for (let i = 0; i < knobs.prewarmPerClass; i++) this.prewarm(c);
    }
  }

  /** Applies changed knobs from now on. */
  applyKnobs(knobs: KnobValues): void {
    this.knobs = knobs;
    this.uncounted = knobs.decOnRemote ? 0 : 1;
    this.costs = costsOf(knobs);
    const header = knobs.headerByte ? 1 : 0;
    this.topRequest = this.blockBytes[this.classes - 1] - header;
    this.classOf = new Uint8Array(this.topRequest + 1);
    let c = 0;
    for (let size = 0; size <= this.topRequest; size++) {
      while (size + header > this.blockBytes[c]) c++;
      this.classOf[size] = c;
    }
  }

  /**
   * Allocates `size` bytes for the thread of chain slot `heap` and notes the block in `slot`.
   * @returns false when the heap returns NULL
   */
  malloc(heap: number, life: number, size: number, slot: number): boolean {
    if (size > this.topRequest) return this.mallocOther(size, slot);
    const c = this.classOf[size];
    let r = this.current[heap * MAX_CLASSES + c];
    const { slabs } = this;
    let block = NO_BLOCK;
    if (r >= 0) {
      block = slabs[r + FREE_HEAD];
      if (block !== NO_BLOCK) {
        slabs[r + FREE_HEAD] = this.lists.next[slabs[r + LIST_BASE] + block];
      } else {
        const carved = slabs[r + CARVED];
        if (carved < slabs[r + CARVE_LIMIT]) {
          block = carved;
          slabs[r + CARVED] = carved + 1;
          this.k[c * K_WORDS + K_CARVED]++;
        }
      }
    }
    if (block === NO_BLOCK) {
      r = this.refill(heap, life, c, size);
      if (r < 0) return false;
      block = this.popSlow(r, c);
    }
    const blocks = this.blocks;
    const at = slot * BLOCK_WORDS;
    blocks[at] = r;
    blocks[at + BLOCK_INDEX] = block;
    blocks[at + BLOCK_SIZE] = size;
    this.requestedBytes += size;
    this.k[c * K_WORDS]++;
    if (++this.slabs[r + LIVE] === 1) this.revived(r);
    return true;
  }

  /**
   * Frees the block of `slot` on behalf of `life`.
   * @returns 1 when another life owns the slab (a remote free), else 0
   */
  free(life: number, slot: number): number {
    const blocks = this.blocks;
    const at = slot * BLOCK_WORDS;
    const r = blocks[at];
    if (r < 0) return this.freeOther(slot);
    const block = blocks[at + BLOCK_INDEX];
    blocks[at] = BLOCK_NONE;
    const { slabs } = this;
    const remote = slabs[r + OWNER] === life ? 0 : 1;
    // REMOTE_HEAD follows FREE_HEAD: which list gets the block is an addition, not a branch.
    const head = r + FREE_HEAD + remote;
    const first = slabs[head];
    this.lists.next[slabs[r + LIST_BASE] + block] = first;
    slabs[head] = block;
    slabs[r + REMOTE_COUNT] += remote;
    slabs[r + EXCESS] += remote & this.uncounted;
    const k = slabs[r + SLAB_CLASS] * K_WORDS;
    this.k[k]--;
    this.k[k + K_QUEUED] += remote;
    this.requestedBytes -= blocks[at + BLOCK_SIZE];
    this.lastRemote = remote === 0 ? NONE : r;
    if (remote === 1 && first === NO_BLOCK) this.remoteEdge(r, life);
    if (--slabs[r + LIVE] === 0) this.emptied(r);
    return remote;
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
    if (slots * BLOCK_WORDS <= this.blocks.length) return;
    const wider = new Int32Array(
      Math.max(slots, (this.blocks.length / BLOCK_WORDS) * 2) * BLOCK_WORDS,
    ).fill(BLOCK_NONE);
    wider.set(this.blocks);
    this.blocks = wider;
  }

  /** The C library serves a request that the heap refused (D1). */
  mallocFallback(size: number, slot: number, life: number, nullEvent: number): void {
    this.mallocOther(size, slot);
    this.counters[C.otherMallocs]--;
    this.counters[C.libcFallbacks]++;
    this.emit(EV.libcFallback, life, this.classIndex(size), size, 0, nullEvent);
  }

  /** Class of a request, or `classes` when it is above the top class. */
  classIndex(size: number): number {
    return size > this.topRequest ? this.classes : this.classOf[size];
  }

  /** A thread exits: everything it owns becomes an orphan at this instant (S-63). */
  orphanAll(chain: number, exitEvent: number): void {
    this.current.fill(NONE, chain * MAX_CLASSES, (chain + 1) * MAX_CLASSES);
    const { superslabs } = this;
    let row = this.ownHead[chain];
    this.ownHead[chain] = NONE;
    this.ownTail[chain] = NONE;
    while (row !== NONE) {
      const at = row * SS_WORDS;
      const next = superslabs[at + SS_OWN_NEXT];
      const c = superslabs[at + SS_CLASS];
      superslabs[at + SS_FLAGS] = (superslabs[at + SS_FLAGS] & ~SS_FLAG.current) | SS_FLAG.orphan;
      superslabs[at + SS_ORPHANED_AT] = this.host.lives;
      superslabs[at + SS_ORPHAN_EVENT] = this.emit(
        EV.superslabOrphaned,
        superslabs[at + SS_OWNER],
        row,
        c,
        0,
        exitEvent,
      );
      this.pushFront(this.orphanHead, c, row, SS_ORPHAN_NEXT, SS_ORPHAN_PREV);
      this.counters[C.orphanSuperslabs]++;
      this.reclassify(row);
      row = next;
    }
  }

  /** One pass of `hak_tiny_trim` (S-10), at virtual time `now`. */
  trim(now: number, inFlight: Int32Array): void {
    const { knobs, counters, superslabs, costs } = this;
    this.regs[REG_NOW] = now;
    const pass = ++this.trimPasses;
    counters[C.trimCalls]++;
    // The pass is announced before what it frees, so that its event can be their cause.
    const event = this.emit(EV.trim, 0, pass, 0, 0, NO_CAUSE);
    if (!knobs.trimSS && knobs.ownership !== 'hybridG') return;
    let spent = 0;
    let examined = 0;
    let freed = 0;
    const reserve = new Int32Array(MAX_CLASSES).fill(knobs.emptyReserve);
    for (let row = 0; row < this.rows; row++) {
      const flags = superslabs[row * SS_WORDS + SS_FLAGS];
      if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_FLAG.cached) !== 0) continue;
      examined++;
      spent += costs.trimVisit;
      const c = superslabs[row * SS_WORDS + SS_CLASS];
      if (this.sumActive(row) !== 0) {
        counters[C.trimSkipActive]++;
      } else if ((flags & SS_FLAG.pinned) !== 0) {
        counters[C.trimSkipReserve]++;
      } else if ((flags & SS_FLAG.current) !== 0 && !knobs.hazardTls) {
        counters[C.trimSkipTls]++;
      } else if ((flags & SS_FLAG.persistent) !== 0 || reserve[c] > 0) {
        if ((flags & SS_FLAG.persistent) === 0) reserve[c]--;
        counters[C.trimSkipReserve]++;
        this.keep(row);
      } else if (this.release(row, event, inFlight)) {
        freed++;
        spent += costs.munmap + costs.munmapPage * SLAB_PAGES;
        if ((this.regs[REG_STOP] & 2) !== 0) break;
      }
    }
    counters[C.trimExamined] += examined;
    counters[C.trimFreed] += freed;
    this.events.amend(event, examined, freed);
    this.mapLockFreeAt = Math.max(this.mapLockFreeAt, now) + spent;
  }

  /** Hybrid G (S-29): drains every queue, dead owners' too, and corrects the counters. */
  drainAllQueues(now: number): void {
    this.regs[REG_NOW] = now;
    let queues = 0;
    let moved = 0;
    const pass = this.trimPasses + 1;
    for (let row = 0; row < this.rows; row++) {
      const at = row * SS_WORDS;
      const flags = this.superslabs[at + SS_FLAGS];
      if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_FLAG.cached) !== 0) continue;
      let r = this.superslabs[at + SS_FIRST_SLAB];
      for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
        if (this.slabs[r + REMOTE_HEAD] !== NO_BLOCK) {
          queues++;
          moved += this.drain(r, -1);
        }
        this.slabs[r + EXCESS] = 0;
        r = this.slabs[r + NEXT_SLAB];
      }
      this.reclassify(row);
    }
    this.counters[C.backgroundDrains] += queues;
    this.emit(EV.backgroundDrain, 0, pass, queues, moved, NO_CAUSE);
  }

  /** Adds the cost and the time spent waiting for the map lock to the running operation. */
  protected chargeMap(cost: number): void {
    const { regs } = this;
    const now = regs[REG_NOW] + regs[REG_EXTRA];
    const wait = cost > 0 ? Math.max(0, this.mapLockFreeAt - now) : 0;
    regs[REG_EXTRA] += wait + cost;
    this.mapLockFreeAt = now + wait + cost;
  }

  emit(kind: number, life: number, subject: number, a: number, b: number, cause: number): number {
    const seq = this.events.add(
      kind,
      this.regs[REG_OP],
      this.regs[REG_NOW],
      life,
      subject,
      a,
      b,
      cause,
    );
    if (this.events.hit) this.regs[REG_STOP] |= 1;
    return seq;
  }

  /**
   * The slow path of malloc (S-12): current slab, its remote queue, the other slabs of the current
   * SuperSlab, a fresh slab, a kept empty SuperSlab, an orphan, a new mapping.
   * @returns a slab with a block to take, or -1 (NULL)
   */
  refill(heap: number, life: number, c: number, size: number): number {
    const { counters, knobs, costs } = this;
    const index = heap * MAX_CLASSES + c;
    const r = this.current[index];
    if (r === DANGLING) {
      this.host.crashed(CRASH.useAfterUnmap, NONE, life);
      return NONE;
    }
    if (r >= 0 && this.canCarve(r)) return r;
    counters[C.refills]++;
    this.regs[REG_EXTRA] += costs.refill;
    if (r >= 0) {
      if (this.drainOwn(r)) return r;
      const found = this.findRoom(this.slabs[r + SLAB_SS], life);
      if (found >= 0) return this.setCurrent(index, found);
      if (!knobs.dynamicExpand) return this.nullReturn(life, c, size, NO_CAUSE);
    }
    if (knobs.ownership === 'central') {
      const found = this.findCentral(c, life);
      if (found >= 0) return this.setCurrent(index, found);
    }
    const empty = this.takeEmpty(heap, life, c);
    if (empty >= 0) return this.setCurrent(index, empty);
    let need: number = r >= 0 ? NEED.exhausted : NEED.firstUse;
    let cause = r >= 0 ? NO_CAUSE : this.host.startEvent(life);
    if (knobs.orphanPolicy === 'adopt') {
      const adopted = this.adoptOrphan(heap, life, c);
      if (adopted >= 0) return this.setCurrent(index, adopted);
    } else {
      const orphan = this.unpinned(this.orphanHead[c], SS_ORPHAN_NEXT);
      if (orphan !== NONE && this.hasRoom(orphan)) {
        // The orphan that adoption would have used: had it been usable, nothing need be mapped.
        need = NEED.ownerDied;
        cause = this.superslabs[orphan * SS_WORDS + SS_ORPHAN_EVENT];
      }
    }
    const row = this.mapSuperslab(c, life, need, cause);
    if (row < 0) return this.nullReturn(life, c, size, this.lastRefusal);
    this.appendOwn(heap, row);
    const slab = this.acquireSlab(row, life);
    return this.setCurrent(index, slab);
  }

  /** Moves a slab's remote queue onto its free list (S-08). @returns blocks moved */
  protected drain(r: number, life: number): number {
    const { slabs, counters } = this;
    const { next } = this.lists;
    counters[C.drainAttempts]++;
    const head = slabs[r + REMOTE_HEAD];
    if (head === NO_BLOCK) return 0;
    const base = slabs[r + LIST_BASE];
    let tail = head;
    let moved = 1;
    while (next[base + tail] !== NO_BLOCK) {
      tail = next[base + tail];
      moved++;
    }
    next[base + tail] = slabs[r + FREE_HEAD];
    slabs[r + FREE_HEAD] = head;
    slabs[r + REMOTE_HEAD] = NO_BLOCK;
    slabs[r + REMOTE_COUNT] = 0;
    const row = slabs[r + SLAB_SS];
    if ((this.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.kept) === 0) {
      this.k[slabs[r + SLAB_CLASS] * K_WORDS + K_QUEUED] -= moved;
    }
    counters[C.drainSuccesses]++;
    counters[C.drainedBlocks] += moved;
    this.regs[REG_EXTRA] += moved * this.costs.drainBlock;
    this.emit(EV.drained, life, row, slabs[r + SLAB_INDEX], moved, NO_CAUSE);
    return moved;
  }

  popSlow(r: number, c: number): number {
    const { slabs } = this;
    const block = slabs[r + FREE_HEAD];
    if (block !== NO_BLOCK) {
      slabs[r + FREE_HEAD] = this.lists.next[slabs[r + LIST_BASE] + block];
      return block;
    }
    this.k[c * K_WORDS + K_CARVED]++;
    return slabs[r + CARVED]++;
  }

  private nullReturn(life: number, c: number, size: number, cause: number): number {
    this.counters[C.nullReturns]++;
    this.emit(EV.nullReturned, life, c, size, 0, cause);
    return NONE;
  }

  mallocOther(size: number, slot: number): boolean {
    const at = slot * BLOCK_WORDS;
    this.blocks[at] = BLOCK_OTHER;
    this.blocks[at + BLOCK_INDEX] = 0;
    this.blocks[at + BLOCK_SIZE] = size;
    if (this.otherPeak === 0 && this.space.entries < this.knobs.maxMapCount) this.otherEntries = 1;
    this.otherLive += otherBytes(size);
    if (this.otherLive > this.otherPeak) this.otherPeak = this.otherLive;
    this.counters[C.otherMallocs]++;
    this.host.memoryGrew();
    return true;
  }

  freeOther(slot: number): number {
    const at = slot * BLOCK_WORDS;
    this.lastRemote = NONE;
    if (this.blocks[at] === BLOCK_NONE) return 0;
    this.otherLive -= otherBytes(this.blocks[at + BLOCK_SIZE]);
    this.blocks[at] = BLOCK_NONE;
    return 0;
  }

  /** True when a block can be taken from the slab by carving; raises CARVE_LIMIT to allow it. */
  private canCarve(r: number): boolean {
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
  private touch(r: number, pages: number): void {
    const { slabs } = this;
    const more = pages - slabs[r + TOUCHED];
    if (more <= 0) return;
    slabs[r + TOUCHED] = pages;
    this.touchedPages += more;
    if (pages === SLAB_PAGES) this.tailResident += this.tailOf(r);
    this.counters[C.pageFaults] += more;
    this.regs[REG_EXTRA] += more * this.costs.fault;
    this.host.memoryGrew();
  }

  /** Bytes at the end of a slab that are too few for a block. */
  private tailOf(r: number): number {
    const bytes = this.blockBytes[this.slabs[r + SLAB_CLASS]];
    return SLAB_BYTES - slabHeader(this.slabs[r + SLAB_INDEX]) - this.slabs[r + CAPACITY] * bytes;
  }

  /** Resident bytes of SuperSlabs and of the other heap. */
  get residentBytes(): number {
    return (this.touchedPages + this.keptTouchedPages) * 4096 + this.otherMapped;
  }

  /** The other heap grows like brk: up to its high-water mark, in pages. */
  get otherMapped(): number {
    return Math.ceil(this.otherPeak / 4096) * 4096;
  }

  /** Drains the slab's own queue if that is on; true when a block is free afterwards. */
  private drainOwn(r: number): boolean {
    if (this.knobs.drainOnRefill) this.drain(r, this.slabs[r + OWNER]);
    return this.slabs[r + FREE_HEAD] !== NO_BLOCK;
  }

  /** First slab of a SuperSlab that has or can make a block; acquires a fresh one if there is room. */
  private findRoom(row: number, life: number): number {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (this.slabs[r + FREE_HEAD] !== NO_BLOCK || this.drainOwn(r) || this.canCarve(r)) return r;
      r = this.slabs[r + NEXT_SLAB];
    }
    return superslabs[at + SS_ACQUIRED] < superslabs[at + SS_SLABS]
      ? this.acquireSlab(row, life)
      : NONE;
  }

  /** True when a SuperSlab could serve a block after draining: looks only. */
  private hasRoom(row: number): boolean {
    const at = row * SS_WORDS;
    if (this.superslabs[at + SS_ACQUIRED] < this.superslabs[at + SS_SLABS]) return true;
    let r = this.superslabs[at + SS_FIRST_SLAB];
    for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (this.slabs[r + LIVE] < this.slabs[r + CAPACITY]) return true;
      r = this.slabs[r + NEXT_SLAB];
    }
    return false;
  }

  /** With a central list every SuperSlab of the class is looked through before one is mapped. */
  private findCentral(c: number, life: number): number {
    for (
      let row = this.ownHead[0];
      row !== NONE;
      row = this.superslabs[row * SS_WORDS + SS_OWN_NEXT]
    ) {
      if (this.superslabs[row * SS_WORDS + SS_CLASS] !== c) continue;
      const found = this.findRoom(row, life);
      if (found >= 0) return found;
    }
    return NONE;
  }

  /** A kept empty SuperSlab of the class or, under reuse-empty, any whose counter is zero. */
  private takeEmpty(heap: number, life: number, c: number): number {
    let row = this.unpinned(this.keptHead[c], SS_EMPTY_NEXT);
    let from = 0;
    if (row === NONE && this.knobs.orphanPolicy === 'reuse-empty') {
      row = this.unpinned(this.emptyHead[c], SS_EMPTY_NEXT);
      from = 2;
    }
    if (row === NONE) return NONE;
    const cause = this.superslabs[row * SS_WORDS + SS_ORPHAN_EVENT];
    this.takeOver(row, heap, life);
    this.counters[C.emptyReuses]++;
    this.emit(EV.superslabReused, life, row, from, c, cause);
    return this.findRoom(row, life);
  }

  /** Adopts orphans of the class, newest first, until one has room (S-63). */
  private adoptOrphan(heap: number, life: number, c: number): number {
    for (;;) {
      const row = this.unpinned(this.orphanHead[c], SS_ORPHAN_NEXT);
      if (row === NONE) return NONE;
      this.counters[C.orphanAdoptions]++;
      this.adopt(row, heap, life, this.superslabs[row * SS_WORDS + SS_ORPHAN_EVENT]);
      const found = this.findRoom(row, life);
      if (found >= 0) return found;
    }
  }

  /** Makes `life` the owner of a SuperSlab and counts that as an adoption. */
  private adopt(row: number, heap: number, life: number, cause: number): void {
    const at = row * SS_WORDS;
    const from = this.superslabs[at + SS_OWNER];
    this.takeOver(row, heap, life);
    this.superslabs[at + SS_FLAGS] |= SS_FLAG.adopted;
    this.superslabs[at + SS_ADOPTED_FROM] = from;
    this.counters[C.adoptions]++;
    this.regs[REG_EXTRA] += this.costs.adopt;
    this.emit(EV.superslabAdopted, life, row, from, life, cause);
  }

  /** The first SuperSlab of a list, from `row` on, that no intervention has pinned. */
  private unpinned(row: number, next: number): number {
    let found = row;
    while (found !== NONE && (this.superslabs[found * SS_WORDS + SS_FLAGS] & SS_FLAG.pinned) !== 0)
      found = this.superslabs[found * SS_WORDS + next];
    return found;
  }

  /** An intervention: `life` of chain slot `heap` adopts a SuperSlab and allocates from it. */
  forceAdopt(row: number, heap: number, life: number, cause: number): void {
    this.leaveCurrent(row);
    if ((this.superslabs[row * SS_WORDS + SS_FLAGS] & SS_FLAG.orphan) !== 0)
      this.counters[C.orphanAdoptions]++;
    this.adopt(row, heap, life, cause);
    this.reclassify(row);
    const found = this.findRoom(row, life);
    const c = this.superslabs[row * SS_WORDS + SS_CLASS];
    if (found >= 0) this.setCurrent(heap * MAX_CLASSES + c, found);
  }

  /** An intervention: releases a SuperSlab without live blocks, whatever its counter says. */
  forceTrim(row: number, cause: number): void {
    this.leaveCurrent(row);
    let r = this.superslabs[row * SS_WORDS + SS_FIRST_SLAB];
    for (let i = this.superslabs[row * SS_WORDS + SS_ACQUIRED]; i > 0; i--) {
      this.slabs[r + EXCESS] = 0;
      r = this.slabs[r + NEXT_SLAB];
    }
    this.reclassify(row);
    this.release(row, cause, NOTHING_IN_FLIGHT);
  }

  setPinned(row: number, pinned: boolean): void {
    const at = row * SS_WORDS + SS_FLAGS;
    if (pinned) this.superslabs[at] |= SS_FLAG.pinned;
    else this.superslabs[at] &= ~SS_FLAG.pinned;
  }

  /** Its owner no longer allocates from this SuperSlab. */
  private leaveCurrent(row: number): void {
    const at = row * SS_WORDS;
    if ((this.superslabs[at + SS_FLAGS] & SS_FLAG.current) === 0) return;
    const owner = this.superslabs[at + SS_OWNER];
    const heap = owner === CENTRAL_LIFE ? 0 : this.host.chainOf(owner);
    this.current[heap * MAX_CLASSES + this.superslabs[at + SS_CLASS]] = NONE;
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.current;
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

  /** Drains all queues of a SuperSlab and makes `life` its owner. */
  private takeOver(row: number, heap: number, life: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    const owner = superslabs[at + SS_OWNER];
    if ((flags & SS_FLAG.kept) !== 0) this.unkeep(row);
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.empty) !== 0) this.leaveEmpty(row);
    if ((flags & SS_FLAG.orphan) !== 0) this.leaveOrphans(row);
    else if (owner !== NO_LIFE) this.leaveOwner(row);
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      this.drain(r, life);
      this.slabs[r + OWNER] = life;
      r = this.slabs[r + NEXT_SLAB];
    }
    superslabs[at + SS_OWNER] = life;
    this.appendOwn(heap, row);
  }

  /** Maps a SuperSlab for a class, or takes one out of the SuperSlab caches. @returns its row or -1 */
  private mapSuperslab(c: number, life: number, need: number, cause: number): number {
    const { counters, knobs } = this;
    const lg =
      knobs.ssLg + (knobs.hotClassSlabs === 'double' && (c === 1 || c === 4 || c === 6) ? 1 : 0);
    const pages = 2 ** (lg - 12);
    const cachedRow = this.takeCached(pages);
    if (cachedRow !== NONE) {
      this.initRow(cachedRow, c, life);
      counters[C.cacheReuses]++;
      this.superslabs[cachedRow * SS_WORDS + SS_BORN_EVENT] = this.emit(
        EV.superslabReused,
        life,
        cachedRow,
        1,
        c,
        cause,
      );
      return cachedRow;
    }
    this.chargeMap(this.costs.mmap);
    counters[C.mmapCalls]++;
    const direct = knobs.mapMode === 'direct';
    const piece = this.space.mapAligned(pages, direct, knobs.maxMapCount - this.otherEntries);
    if (piece < 0) {
      counters[C.mapRefusals]++;
      this.lastRefusal = this.host.refused(0, life, c);
      return NONE;
    }
    // Over-allocating costs two more calls, one for each end that is given back.
    if (!direct) counters[C.munmapCalls] += 2;
    const row = this.newRow();
    const at = row * SS_WORDS;
    this.superslabs[at + SS_PIECE] = piece;
    this.superslabs[at + SS_SLABS] = 2 ** (lg - 16);
    this.superslabs[at + SS_FIRST_SLAB] = NONE;
    this.superslabs[at + SS_LAST_SLAB] = NONE;
    this.superslabs[at + SS_FLAGS] = SS_FLAG.mapped;
    this.superslabs[at + SS_SERIAL] = this.serial++;
    this.initRow(row, c, life);
    counters[C.superslabsAllocated]++;
    this.superslabs[at + SS_BORN_EVENT] = this.emit(EV.superslabMapped, life, row, c, need, cause);
    return row;
  }

  /** Gives a mapped row its class and counts its bytes as in use. */
  private initRow(row: number, c: number, life: number): void {
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
  private acquireSlab(row: number, life: number): number {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    const index = superslabs[at + SS_ACQUIRED]++;
    const c = superslabs[at + SS_CLASS];
    // Records outlive a stay in the SuperSlab cache: they remember which pages are resident.
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = index; i > 0 && r !== NONE; i--) r = this.slabs[r + NEXT_SLAB];
    if (r === NONE) {
      r = this.newSlab();
      this.slabs[r + TOUCHED] = 0;
      this.slabs[r + NEXT_SLAB] = NONE;
      this.slabs[r + SLAB_INDEX] = index;
      this.slabs[r + SLAB_SS] = row;
      const last = superslabs[at + SS_LAST_SLAB];
      if (last === NONE) superslabs[at + SS_FIRST_SLAB] = r;
      else this.slabs[last + NEXT_SLAB] = r;
      superslabs[at + SS_LAST_SLAB] = r;
    }
    const { slabs } = this;
    slabs[r + OWNER] = life;
    slabs[r + FREE_HEAD] = NO_BLOCK;
    slabs[r + REMOTE_HEAD] = NO_BLOCK;
    slabs[r + LIVE] = 0;
    slabs[r + EXCESS] = 0;
    slabs[r + REMOTE_COUNT] = 0;
    slabs[r + CARVED] = 0;
    slabs[r + SLAB_CLASS] = c;
    slabs[r + CAPACITY] = slabCapacity(this.blockBytes[c], index);
    slabs[r + LIST_SIZE] = LIST_START;
    slabs[r + LIST_BASE] = this.lists.take(LIST_START);
    slabs[r + CARVE_LIMIT] = 0;
    this.unacquiredSlabs--;
    this.k[c * K_WORDS + K_CAPACITY] += slabs[r + CAPACITY];
    this.tailBytes += this.tailOf(r);
    if (slabs[r + TOUCHED] === SLAB_PAGES) this.tailResident += this.tailOf(r);
    if (this.knobs.prelink) this.touch(r, SLAB_PAGES);
    this.canCarve(r);
    this.counters[C.slabsAcquired]++;
    this.emit(EV.slabAcquired, life, row, index, c, superslabs[at + SS_BORN_EVENT]);
    return r;
  }

  private setCurrent(index: number, r: number): number {
    const { superslabs } = this;
    const before = this.current[index];
    const row = this.slabs[r + SLAB_SS];
    this.current[index] = r;
    if (before >= 0) {
      const old = this.slabs[before + SLAB_SS];
      if (old === row) return r;
      superslabs[old * SS_WORDS + SS_FLAGS] &= ~SS_FLAG.current;
      this.reclassify(old);
    }
    superslabs[row * SS_WORDS + SS_FLAGS] |= SS_FLAG.current;
    this.reclassify(row);
    return r;
  }

  remoteEdge(r: number, life: number): void {
    this.counters[C.remoteEdges]++;
    this.emit(
      EV.remoteEdge,
      life,
      this.slabs[r + SLAB_SS],
      this.slabs[r + SLAB_INDEX],
      this.slabs[r + OWNER],
      NO_CAUSE,
    );
  }

  revived(r: number): void {
    this.reclassify(this.slabs[r + SLAB_SS]);
  }

  /** A slab's last live block went. */
  emptied(r: number): void {
    const row = this.slabs[r + SLAB_SS];
    const at = row * SS_WORDS;
    const before = this.superslabs[at + SS_FLAGS];
    this.reclassify(row);
    const after = this.superslabs[at + SS_FLAGS];
    const gone = after & ~before & (SS_FLAG.inflated | SS_FLAG.vacant);
    if (gone === 0) return;
    if ((after & SS_FLAG.orphan) !== 0) {
      this.counters[C.emptiedTotal]++;
      this.counters[C.emptiedLives] += this.host.lives - this.superslabs[at + SS_ORPHANED_AT];
    }
    if (gone === SS_FLAG.inflated) {
      const cause = this.superslabs[at + SS_ORPHAN_EVENT];
      this.emit(EV.inflated, this.superslabs[at + SS_OWNER], row, this.sumActive(row), 0, cause);
    }
  }

  /** Brings flags, gauges and the list of empties of one SuperSlab into line with its slabs. */
  private reclassify(row: number): void {
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
    if ((flags & (SS_FLAG.kept | SS_FLAG.cached)) !== 0) return;
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

  /** Keeps an empty SuperSlab in reserve: it may be taken again, its bytes move to keptEmpty. */
  private keep(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    // Under the hazard a current SuperSlab may be in the reserve; it is in use all the same.
    if ((superslabs[at + SS_FLAGS] & (SS_FLAG.kept | SS_FLAG.current)) !== 0) return;
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.empty) !== 0) this.leaveEmpty(row);
    superslabs[at + SS_FLAGS] |= SS_FLAG.kept;
    this.pushFront(this.keptHead, superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.countRow(row, -1);
  }

  private unkeep(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    superslabs[at + SS_FLAGS] &= ~SS_FLAG.kept;
    this.unlink(this.keptHead, superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.countRow(row, 1);
  }

  /** Moves a SuperSlab's blocks and pages out of (-1) or back into (+1) the totals of memory in use. */
  private countRow(row: number, sign: 1 | -1): void {
    const { superslabs, slabs } = this;
    const at = row * SS_WORDS;
    const c = superslabs[at + SS_CLASS] * K_WORDS;
    const acquired = superslabs[at + SS_ACQUIRED];
    this.acquiredSuperslabs += sign;
    this.unacquiredSlabs += sign * (superslabs[at + SS_SLABS] - acquired);
    let pages = 0;
    let index = 0;
    for (let r = superslabs[at + SS_FIRST_SLAB]; r !== NONE; r = slabs[r + NEXT_SLAB]) {
      pages += slabs[r + TOUCHED];
      if (index++ >= acquired) continue;
      this.k[c + K_LIVE] += sign * slabs[r + LIVE];
      this.k[c + K_QUEUED] += sign * slabs[r + REMOTE_COUNT];
      this.k[c + K_CARVED] += sign * slabs[r + CARVED];
      this.k[c + K_CAPACITY] += sign * slabs[r + CAPACITY];
      this.tailBytes += sign * this.tailOf(r);
      if (slabs[r + TOUCHED] === SLAB_PAGES) this.tailResident += sign * this.tailOf(r);
    }
    this.touchedPages += sign * pages;
    this.keptTouchedPages -= sign * pages;
    this.keptBytes -= sign * superslabs[at + SS_SLABS] * SLAB_BYTES;
  }

  /** Releases an empty SuperSlab: into a cache while there is room, else to the OS. */
  private release(row: number, cause: number, inFlight: Int32Array): boolean {
    const { superslabs, counters, knobs } = this;
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    const c = superslabs[at + SS_CLASS];
    const toCache = this.cached < 2 * knobs.superslabCacheSlots;
    const piece = superslabs[at + SS_PIECE];
    const life = superslabs[at + SS_OWNER];
    if (!toCache) {
      if (knobs.hazardDecOrder && knobs.decOnRemote && this.isInFlight(row, inFlight)) {
        this.host.crashed(CRASH.touchAfterDecrement, row, life);
        return false;
      }
      counters[C.munmapCalls]++;
      if (!this.space.unmap(piece, knobs.maxMapCount - this.otherEntries)) return false;
    }
    if ((flags & SS_FLAG.current) !== 0) {
      const index = this.host.chainOf(life) * MAX_CLASSES + c;
      this.current[index] = DANGLING;
      superslabs[at + SS_FLAGS] &= ~SS_FLAG.current;
    }
    if ((flags & SS_FLAG.kept) !== 0) this.unkeep(row);
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.empty) !== 0) this.leaveEmpty(row);
    if ((flags & SS_FLAG.orphan) !== 0) this.leaveOrphans(row);
    else if (life !== NO_LIFE) this.leaveOwner(row);
    for (let r = superslabs[at + SS_FIRST_SLAB], i = 0; i < superslabs[at + SS_ACQUIRED]; i++) {
      this.lists.give(this.slabs[r + LIST_BASE], this.slabs[r + LIST_SIZE]);
      r = this.slabs[r + NEXT_SLAB];
    }
    this.countRow(row, -1);
    counters[C.superslabsNow]--;
    if ((superslabs[at + SS_FLAGS] & SS_FLAG.vacant) !== 0) counters[C.emptySuperslabs]--;
    superslabs[at + SS_ACQUIRED] = 0;
    superslabs[at + SS_OWNER] = NO_LIFE;
    if (toCache) {
      superslabs[at + SS_FLAGS] = SS_FLAG.mapped | SS_FLAG.cached;
      superslabs[at + SS_EMPTY_NEXT] = this.cacheHead;
      this.cacheHead = row;
      this.cached++;
      this.emit(EV.superslabCached, life, row, c, 0, cause);
    } else {
      this.dropRow(row);
      counters[C.superslabsFreed]++;
      this.emit(EV.superslabFreed, life, row, c, 0, cause);
    }
    return true;
  }

  private isInFlight(row: number, inFlight: Int32Array): boolean {
    for (let chain = 0; chain < inFlight.length; chain++) {
      const r = inFlight[chain];
      if (r >= 0 && this.slabs[r + SLAB_SS] === row) return true;
    }
    return false;
  }

  /** Takes the newest cached SuperSlab of this size. Its pages stay resident. */
  private takeCached(pages: number): number {
    const { superslabs } = this;
    let before = NONE;
    for (let row = this.cacheHead; row !== NONE; row = superslabs[row * SS_WORDS + SS_EMPTY_NEXT]) {
      if (superslabs[row * SS_WORDS + SS_SLABS] * SLAB_PAGES === pages) {
        const next = superslabs[row * SS_WORDS + SS_EMPTY_NEXT];
        if (before === NONE) this.cacheHead = next;
        else superslabs[before * SS_WORDS + SS_EMPTY_NEXT] = next;
        this.cached--;
        superslabs[row * SS_WORDS + SS_FLAGS] = SS_FLAG.mapped;
        let resident = 0;
        for (
          let r = superslabs[row * SS_WORDS + SS_FIRST_SLAB];
          r !== NONE;
          r = this.slabs[r + NEXT_SLAB]
        ) {
          resident += this.slabs[r + TOUCHED];
        }
        this.touchedPages += resident;
        this.keptTouchedPages -= resident;
        this.keptBytes -= pages * 4096;
        return row;
      }
      before = row;
    }
    return NONE;
  }

  /** Maps a persistent SuperSlab without an owner (S-18); its header is touched. */
  private prewarm(c: number): void {
    const row = this.mapSuperslab(c, NO_LIFE, NEED.prewarm, NO_CAUSE);
    if (row < 0) return;
    this.superslabs[row * SS_WORDS + SS_FLAGS] |= SS_FLAG.persistent;
    const r = this.newSlab();
    this.slabs.fill(0, r, r + SLAB_WORDS);
    this.slabs[r + OWNER] = NO_LIFE;
    this.slabs[r + SLAB_SS] = row;
    this.slabs[r + NEXT_SLAB] = NONE;
    this.slabs[r + SLAB_CLASS] = c;
    this.superslabs[row * SS_WORDS + SS_FIRST_SLAB] = r;
    this.superslabs[row * SS_WORDS + SS_LAST_SLAB] = r;
    this.touchedPages += 1;
    this.slabs[r + TOUCHED] = 1;
    this.counters[C.pageFaults]++;
    this.keep(row);
  }

  private newSlab(): number {
    const recycled = this.freeSlab;
    if (recycled !== NONE) {
      this.freeSlab = this.slabs[recycled + NEXT_SLAB];
      return recycled;
    }
    const r = this.slabTop;
    this.slabTop += SLAB_WORDS;
    if (this.slabTop > this.slabs.length) this.slabs = grown(this.slabs, this.slabs.length * 2);
    return r;
  }

  private newRow(): number {
    const recycled = this.freeRow;
    if (recycled !== NONE) {
      this.freeRow = this.superslabs[recycled * SS_WORDS + SS_OWN_NEXT];
      return recycled;
    }
    const row = this.rows++;
    if (this.rows * SS_WORDS > this.superslabs.length) {
      this.superslabs = grown(this.superslabs, this.superslabs.length * 2);
      const wider = new Float64Array(this.bornNs.length * 2);
      wider.set(this.bornNs);
      this.bornNs = wider;
    }
    return row;
  }

  /** Forgets an unmapped SuperSlab and its slab records. */
  private dropRow(row: number): void {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    let pages = 0;
    for (let r = superslabs[at + SS_FIRST_SLAB]; r !== NONE; ) {
      const next = this.slabs[r + NEXT_SLAB];
      pages += this.slabs[r + TOUCHED];
      this.slabs[r + NEXT_SLAB] = this.freeSlab;
      this.freeSlab = r;
      r = next;
    }
    this.keptTouchedPages -= pages;
    this.keptBytes -= superslabs[at + SS_SLABS] * SLAB_BYTES;
    superslabs[at + SS_FLAGS] = 0;
    superslabs[at + SS_FIRST_SLAB] = NONE;
    superslabs[at + SS_OWN_NEXT] = this.freeRow;
    this.freeRow = row;
  }

  private appendOwn(heap: number, row: number): void {
    const { superslabs } = this;
    const tail = this.ownTail[heap];
    superslabs[row * SS_WORDS + SS_OWN_PREV] = tail;
    superslabs[row * SS_WORDS + SS_OWN_NEXT] = NONE;
    if (tail === NONE) this.ownHead[heap] = row;
    else superslabs[tail * SS_WORDS + SS_OWN_NEXT] = row;
    this.ownTail[heap] = row;
  }

  private leaveOwner(row: number): void {
    const { superslabs } = this;
    const owner = superslabs[row * SS_WORDS + SS_OWNER];
    const heap = owner === CENTRAL_LIFE ? 0 : this.host.chainOf(owner);
    const prev = superslabs[row * SS_WORDS + SS_OWN_PREV];
    const next = superslabs[row * SS_WORDS + SS_OWN_NEXT];
    if (prev === NONE) this.ownHead[heap] = next;
    else superslabs[prev * SS_WORDS + SS_OWN_NEXT] = next;
    if (next === NONE) this.ownTail[heap] = prev;
    else superslabs[next * SS_WORDS + SS_OWN_PREV] = prev;
  }

  private leaveOrphans(row: number): void {
    const at = row * SS_WORDS;
    this.unlink(
      this.orphanHead,
      this.superslabs[at + SS_CLASS],
      row,
      SS_ORPHAN_NEXT,
      SS_ORPHAN_PREV,
    );
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.orphan;
    this.counters[C.orphanSuperslabs]--;
  }

  private leaveEmpty(row: number): void {
    const at = row * SS_WORDS;
    this.unlink(this.emptyHead, this.superslabs[at + SS_CLASS], row, SS_EMPTY_NEXT, SS_EMPTY_PREV);
    this.superslabs[at + SS_FLAGS] &= ~SS_FLAG.empty;
  }

  private pushFront(heads: Int32Array, c: number, row: number, next: number, prev: number): void {
    const { superslabs } = this;
    const first = heads[c];
    superslabs[row * SS_WORDS + next] = first;
    superslabs[row * SS_WORDS + prev] = NONE;
    if (first !== NONE) superslabs[first * SS_WORDS + prev] = row;
    heads[c] = row;
  }

  private unlink(heads: Int32Array, c: number, row: number, next: number, prev: number): void {
    const { superslabs } = this;
    const before = superslabs[row * SS_WORDS + prev];
    const after = superslabs[row * SS_WORDS + next];
    if (before === NONE) heads[c] = after;
    else superslabs[before * SS_WORDS + next] = after;
    if (after !== NONE) superslabs[after * SS_WORDS + prev] = before;
  }

  /** SuperSlabs that a living thread, or the central list, owns, oldest first. */
  ownedBy(chain: number): number {
    return this.ownHead[chain];
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
      this.blocks.byteLength
    );
  }

  snapshot(): unknown {
    return {
      regs: this.regs.slice(),
      counters: this.counters.slice(),
      lists: this.lists.snapshot(),
      slabs: this.slabs.slice(0, this.slabTop),
      superslabs: this.superslabs.slice(0, this.rows * SS_WORDS),
      bornNs: this.bornNs.slice(0, this.rows),
      blocks: this.blocks.slice(),
      current: this.current.slice(),
      k: this.k.slice(),
      heads: [this.ownHead, this.ownTail, this.orphanHead, this.emptyHead, this.keptHead].map(
        (head) => head.slice(),
      ),
      scalars: SCALARS.map((name) => this[name]),
    } satisfies SavedHeap;
  }

  restore(saved: unknown): void {
    const from = saved as SavedHeap;
    this.regs.set(from.regs);
    this.counters.set(from.counters);
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
    [this.ownHead, this.ownTail, this.orphanHead, this.emptyHead, this.keptHead].forEach(
      (head, i) => {
        head.set(from.heads[i]);
      },
    );
    SCALARS.forEach((name, i) => {
      this[name] = from.scalars[i];
    });
  }
}

const NOTHING_IN_FLIGHT = new Int32Array(0);

/** Plain-number fields of TinyHeap that are state. */
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
  'touchedPages',
  'keptBytes',
  'keptTouchedPages',
  'runtimeBytes',
  'requestedBytes',
  'otherLive',
  'otherPeak',
  'otherEntries',
  'mapLockFreeAt',
  'centralFreeAt',
  'lastRemote',
  'trimPasses',
  'lastRefusal',
] as const;

interface SavedHeap {
  regs: Float64Array;
  counters: Float64Array;
  lists: ReturnType<ListPool['snapshot']>;
  slabs: Int32Array;
  superslabs: Int32Array;
  bornNs: Float64Array;
  blocks: Int32Array<ArrayBuffer>;
  current: Int32Array;
  k: Int32Array;
  heads: Int32Array[];
  scalars: number[];
}

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length);
  wider.set(old);
  return wider;
}

/** Bytes a request takes in the other heap: a 16-byte header, rounded to 16. */
const otherBytes = (size: number): number => Math.ceil((size + 16) / 16) * 16;
