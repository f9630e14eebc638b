import { LOCK } from '../../machine/locks.ts';
import { REG_EXTRA, REG_NOW, REG_STOP, STOP_ENDED } from '../../machine/registers.ts';
import { MAIN } from '../../machine/threads.ts';
import { C } from '../../telemetry/counters.ts';
import { ACE, CRASH, EV, NEED, NO_CAUSE } from '../../telemetry/events.ts';
import type { Machine, StateHash } from '../contract.ts';
import { LEAST_SLOTS, ThreadCaches } from './caches.ts';
import {
  BLOCK_INDEX,
  BLOCK_NONE,
  BLOCK_SIZE,
  BLOCK_WORDS,
  CARVE_LIMIT,
  CARVED,
  CENTRAL_LIFE,
  EXCESS,
  FREE_HEAD,
  LIST_BASE,
  LIST_SIZE,
  LIVE,
  MAX_CLASSES,
  NEXT_SLAB,
  NO_BLOCK,
  NO_LIFE,
  NONE,
  OWNER,
  REMOTE_COUNT,
  REMOTE_HEAD,
  SHUT,
  SLAB_CLASS,
  SLAB_INDEX,
  SLAB_SHIFT,
  SLAB_SS,
  SLAB_WORDS,
  SS_ACQUIRED,
  SS_ADOPTED_FROM,
  SS_BORN_EVENT,
  SS_CLASS,
  SS_EMPTY_NEXT,
  SS_FIRST_SLAB,
  SS_FLAG,
  SS_FLAGS,
  SS_LAST_SLAB,
  SS_ORPHAN_EVENT,
  SS_ORPHAN_NEXT,
  SS_ORPHANED_AT,
  SS_OUT,
  SS_OWN_NEXT,
  SS_OWNER,
  SS_PIECE,
  SS_SERIAL,
  SS_SLABS,
  SS_WORDS,
} from './layout.ts';
import {
  CHARGE_CONTENDED,
  CHARGE_FREE,
  CHARGE_MALLOC,
  CHARGE_REMOTE,
  K_CARVED,
  K_QUEUED,
  K_WORDS,
} from './records.ts';
import { TinySlots } from './slots.ts';

/**
 * The tiny model: SuperSlabs of one size class, slabs with owners, remote queues that only the owner
 * drains (S-01 to S-14). malloc and free touch one slab record and one list entry; everything else is
 * a slow path. The heap keeps both counters at once, the true one and the one the documents' bug
 * inflates, so that the bug can be switched without a second run.
 */
export class TinyHeap extends TinySlots {
  /** Threads keep caches of free blocks in front of their slabs (S-15). */
  readonly caches: ThreadCaches | undefined;
  /** Chain whose thread is at work: with a central list its cache is not that of whoever owns the slabs. */
  actor = 0;
  /** The free that was just done ended in one. */
  private freedToCache = false;
  /** A refill that no malloc asked for is under way. */
  private prewarming = false;

  constructor(machine: Machine, slots: number) {
    super(machine, slots);
    const { tlsCacheSlots, tlsCacheSizing } = this.knobs;
    if (tlsCacheSlots > 0 && (!this.oneList || this.knobs.centralCaches))
      this.caches = new ThreadCaches(
        machine.threads.chains,
        Math.max(LEAST_SLOTS, tlsCacheSlots),
        tlsCacheSizing === 'adaptive',
      );
    // `box_ss_hot_prewarm_all` returns at once in lean mode (S-55).
    const prewarmed = this.lean === undefined ? this.knobs.prewarmPerClass : 0;
    for (let c = 0; c < this.classes; c++) {
      for (let i = 0; i < prewarmed; i++) this.prewarm(c);
    }
  }

  /**
   * Allocates `size` bytes for the thread of chain slot `heap` and notes the block in `slot`.
   * @returns false when the heap returns NULL
   */
  malloc(heap: number, life: number, size: number, slot: number): boolean {
    if (size > this.topRequest) return this.mallocAbove(life, size, slot);
    return this.mallocClass(heap, life, this.classOf[size], size, slot);
  }

  /** A request that no class is large enough for. */
  mallocAbove(life: number, size: number, slot: number): boolean {
    this.aceFailed(ACE.threshold, life, this.classes, size, NO_CAUSE);
    return this.mallocOther(size, slot);
  }

  /** The same from a given class, whose blocks are large enough. */
  mallocClass(heap: number, life: number, c: number, size: number, slot: number): boolean {
    if (this.caches !== undefined && this.mallocCached(heap, life, c, size, slot)) return true;
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
    this.marks.mark(this.slabs[r + SLAB_SS]);
    if (++this.slabs[r + LIVE] === 1) this.revived(r);
    if (this.caches !== undefined) this.fillCache(this.cachePlace(heap) + c, r, c);
    return true;
  }

  /** Where the caches of a thread begin. @param chain that its life is of, whatever it is with a central list */
  private cachePlace(chain: number): number {
    return (this.oneList ? this.actor : chain) * MAX_CLASSES;
  }

  /** With a central list (Hybrid of D3, S-60): whether the cache of a chain's thread serves a call, so that it takes no lock. */
  servedByCache(chain: number, malloc: boolean, r: number, size: number): boolean {
    const { caches, slabs } = this;
    if (caches === undefined) return false;
    if (malloc)
      return size <= this.topRequest && caches.serves(chain * MAX_CLASSES + this.classOf[size]);
    return (
      r >= 0 &&
      this.lookup === undefined &&
      slabs[r + OWNER] === CENTRAL_LIFE &&
      caches.takes(chain * MAX_CLASSES + slabs[r + SLAB_CLASS])
    );
  }

  /** The same out of the thread's cache. @returns false: it is empty */
  private mallocCached(heap: number, life: number, c: number, size: number, slot: number): boolean {
    const { caches, blocks } = this;
    const i = this.cachePlace(heap) + c;
    if (caches === undefined) return false;
    if (caches.called(i)) this.resizeCache(i, life, c);
    if (caches.count[i] === 0) return false;
    const from = caches.pop(i, c);
    const at = slot * BLOCK_WORDS;
    const r = caches.slabAt(i, from);
    blocks[at] = r;
    blocks[at + BLOCK_INDEX] = caches.blockAt(i, from);
    blocks[at + BLOCK_SIZE] = size;
    this.requestedBytes += size;
    this.counters[C.cacheHits]++;
    this.regs[REG_EXTRA] += this.costs.cacheHit - this.charges[CHARGE_MALLOC];
    this.marks.mark(this.slabs[r + SLAB_SS]);
    return true;
  }

  /** Takes blocks of the current slab into its thread's cache, up to half of its slots. */
  private fillCache(i: number, r: number, c: number): void {
    const { caches, slabs } = this;
    if (caches === undefined) return;
    this.counters[C.cacheRefills]++;
    for (
      let left = caches.slots[i] >> 1;
      left > 0 && (this.hasBlock(r) || this.canCarve(r));
      left--
    ) {
      caches.push(i, r, this.popSlow(r, c), c);
      slabs[r + LIVE]++;
      this.k[c * K_WORDS]++;
      this.regs[REG_EXTRA] += this.costs.drainBlock;
    }
  }

  /** A block of the thread's own slab goes into its cache. */
  private freeToCache(life: number, r: number, block: number): void {
    const { caches } = this;
    if (caches === undefined) return;
    const c = this.slabs[r + SLAB_CLASS];
    const i = this.cachePlace(this.oneList ? MAIN : this.threads.chainOf(life)) + c;
    if (caches.called(i)) this.resizeCache(i, life, c);
    if (caches.count[i] >= caches.slots[i]) this.flushCache(i, life, c, (caches.count[i] + 1) >> 1);
    caches.push(i, r, block, c);
    this.lastRemote = NONE;
    this.freedToCache = true;
    this.marks.mark(this.slabs[r + SLAB_SS]);
  }

  /** The oldest blocks of a cache go back to their slabs, one free each. */
  private flushCache(i: number, life: number, c: number, n: number): void {
    const { caches } = this;
    if (caches === undefined || n === 0) return;
    this.counters[C.cacheFlushes]++;
    for (let at = 0; at < n; at++) {
      this.freeBlock(life, caches.slabAt(i, at), caches.blockAt(i, at), 0);
      this.regs[REG_EXTRA] += this.costOfFree();
    }
    caches.dropOldest(i, n, c);
  }

  /** By its high-water mark a cache doubles, halves, or stays as it is. */
  private resizeCache(i: number, life: number, c: number): void {
    const { caches } = this;
    if (caches === undefined) return;
    const before = caches.slots[i];
    const slots = caches.look(i);
    if (slots === before) return;
    caches.slots[i] = slots;
    this.counters[slots > before ? C.cacheGrown : C.cacheShrunk]++;
    this.emit(EV.cacheResized, life, c, before, slots, NO_CAUSE);
    this.flushCache(i, life, c, Math.max(0, caches.count[i] - slots));
  }

  /** A thread gives its cached blocks back, at no cost to anybody. */
  private flushCaches(chain: number): void {
    const { caches, regs } = this;
    if (caches === undefined) return;
    const extra = regs[REG_EXTRA];
    for (let c = 0; c < this.classes; c++) {
      const i = chain * MAX_CLASSES + c;
      this.flushCache(
        i,
        this.oneList ? CENTRAL_LIFE : this.threads.life[chain],
        c,
        caches.count[i],
      );
    }
    regs[REG_EXTRA] = extra;
  }

  /** A thread that exits leaves nothing in its caches; the next one's begin anew. */
  override orphanAll(chain: number, exitEvent: number): void {
    this.exitCaches(chain);
    super.orphanAll(chain, exitEvent);
  }
  exitCaches(chain: number): void {
    this.flushCaches(chain);
    for (let c = 0; c < this.classes; c++) this.caches?.reset(chain * MAX_CLASSES + c);
  }

  /**
   * An intervention (S-11 c, `hak_tiny_magazine_flush_all`): the thread of a chain gives its caches back and trims, with
   * no reserve, whatever the knobs say of passes.
   */
  flush(chain: number, cause: number): void {
    this.flushCaches(chain);
    this.beginPass(cause);
    this.reserve.fill(0);
    while (this.trimNext(this.threads.inFlight)) this.regs[REG_EXTRA] = 0;
  }

  /** Whether others can see a malloc of class `c` by the thread of a chain: it touches a slab. */
  seesMalloc(heap: number, c: number): boolean {
    const { caches } = this;
    const i = heap * MAX_CLASSES + c;
    return caches === undefined ? !this.hasBlock(this.current[i]) : !caches.serves(i);
  }

  /**
   * Frees the block of `slot` on behalf of `life`.
   * @returns 1 when another life owns the slab (a remote free), else 0; CRASHED: it went to the wrong heap
   */
  free(life: number, slot: number): number {
    if (this.mixed !== undefined && this.misrouted(life, slot)) return CRASHED;
    const blocks = this.blocks;
    const at = slot * BLOCK_WORDS;
    const r = blocks[at];
    if (r < 0) return this.freeOther(slot);
    blocks[at] = BLOCK_NONE;
    if (this.caches !== undefined && this.slabs[r + OWNER] === life) {
      this.requestedBytes -= blocks[at + BLOCK_SIZE];
      this.freeToCache(life, r, blocks[at + BLOCK_INDEX]);
      return 0;
    }
    return this.freeBlock(life, r, blocks[at + BLOCK_INDEX], blocks[at + BLOCK_SIZE]);
  }

  /** Frees one block of a slab, `size` bytes of which were asked for. @returns 1: a remote free */
  freeBlock(life: number, r: number, block: number, size: number): number {
    const { slabs } = this;
    const remote = slabs[r + OWNER] === life ? 0 : 1;
    // REMOTE_HEAD follows FREE_HEAD: which list gets the block is an addition, not a branch.
    const head = r + FREE_HEAD + remote;
    if (slabs[head] === SHUT) this.makesRoom(r);
    const first = slabs[head];
    this.lists.next[slabs[r + LIST_BASE] + block] = first;
    slabs[head] = block;
    slabs[r + REMOTE_COUNT] += remote;
    slabs[r + EXCESS] += remote & this.uncounted;
    this.excess += remote & this.uncounted;
    const k = slabs[r + SLAB_CLASS] * K_WORDS;
    this.k[k]--;
    this.k[k + K_QUEUED] += remote;
    this.requestedBytes -= size;
    this.marks.mark(slabs[r + SLAB_SS]);
    this.lastRemote = remote === 0 ? NONE : r;
    this.freedToCache = false;
    if (remote === 1 && first === NO_BLOCK) this.remoteEdge(r, life);
    if (--slabs[r + LIVE] === 0) this.emptied(r);
    return remote;
  }

  /**
   * Whether others can see that `life` frees a block of slab `r`: where the policy lets them look, when it
   * is remote or the slab's last; else only an owner that runs, of a remote one. Main never drains.
   */
  seesFree(r: number, life: number): boolean {
    const { slabs, caches } = this;
    const owner = slabs[r + OWNER];
    if (caches !== undefined && owner === life)
      return !caches.takes(this.threads.chainOf(life) * MAX_CLASSES + slabs[r + SLAB_CLASS]);
    if (this.ordered) return owner !== life || slabs[r + LIVE] === 1;
    return owner !== life && owner > 0 && this.threads.isAlive(owner);
  }

  /**
   * What the free costs that was just done, ns. A remote one is dearer when the slab's owner runs: it writes
   * the same cache line with every malloc and free, and has to fetch it back.
   */
  costOfFree(): number {
    const { charges, lastRemote } = this;
    if (this.freedToCache) return this.costs.cacheHit;
    if (lastRemote < 0) return charges[CHARGE_FREE];
    const owner = this.slabs[lastRemote + OWNER];
    const runs = owner > 0 && this.threads.isAlive(owner) ? 1 : 0;
    return charges[CHARGE_FREE] + charges[CHARGE_REMOTE] + runs * charges[CHARGE_CONTENDED];
  }

  /** Whether malloc finds a block in slab `r` without its slow path. */
  hasBlock(r: number): boolean {
    const { slabs } = this;
    return (
      r >= 0 && (slabs[r + FREE_HEAD] !== NO_BLOCK || slabs[r + CARVED] < slabs[r + CARVE_LIMIT])
    );
  }

  /** One pass of `hak_tiny_trim` (S-10) at virtual time `now`, all at once and for nothing. */
  trim(now: number, inFlight: Int32Array): void {
    this.regs[REG_NOW] = now;
    if (this.beginTrim()) while (this.trimNext(inFlight)) this.regs[REG_EXTRA] = 0;
  }

  /** Begins a pass at REG_NOW. @returns false when trimming is off: the pass is over */
  beginTrim(): boolean {
    const { knobs } = this;
    this.beginPass(NO_CAUSE);
    this.reserve.fill(this.emptiesKept);
    return knobs.trimSS || knobs.ownership === 'hybridG';
  }

  private beginPass(cause: number): void {
    this.counters[C.trimCalls]++;
    // The pass is announced before what it frees, so that its event can be their cause.
    this.passEvent = this.emit(EV.trim, 0, ++this.trimPasses, 0, 0, cause);
    this.passRow = 0;
    this.passRows = this.rows;
    this.passExamined = 0;
    this.passFreed = 0;
  }

  /**
   * Looks at the pass's next SuperSlab at REG_NOW and releases it if it may. Each release is a munmap of
   * its own under the map lock: others map in between.
   * @returns false when the pass is over
   */
  trimNext(inFlight: Int32Array): boolean {
    const { knobs, counters, superslabs, costs, passEvent } = this;
    let row = this.passRow;
    let flags = 0;
    for (; row < this.passRows; row++) {
      flags = superslabs[row * SS_WORDS + SS_FLAGS];
      if ((flags & SS_FLAG.mapped) !== 0 && (flags & SS_OUT) === 0) break;
    }
    this.passRow = row + 1;
    if (row >= this.passRows) {
      this.events.amend(passEvent, this.passExamined, this.passFreed);
      return false;
    }
    this.passExamined++;
    counters[C.trimExamined]++;
    this.regs[REG_EXTRA] += costs.trimVisit;
    const c = superslabs[row * SS_WORDS + SS_CLASS];
    if (this.sumActive(row) !== 0) {
      counters[C.trimSkipActive]++;
    } else if ((flags & SS_FLAG.pinned) !== 0) {
      counters[C.trimSkipReserve]++;
    } else if ((flags & SS_FLAG.current) !== 0 && !knobs.hazardTls) {
      counters[C.trimSkipTls]++;
    } else if ((flags & SS_FLAG.pooled) !== 0) {
      if (this.vacate(row, passEvent, false)) {
        this.passFreed++;
        counters[C.trimFreed]++;
      } else counters[C.trimSkipReserve]++;
    } else if ((flags & SS_FLAG.persistent) !== 0 || this.reserve[c] > 0) {
      if ((flags & SS_FLAG.persistent) === 0) this.reserve[c]--;
      counters[C.trimSkipReserve]++;
      this.keep(row);
    } else {
      const calls = counters[C.munmapCalls];
      const pages = this.touchedIn(row);
      if (this.release(row, passEvent, inFlight)) {
        this.passFreed++;
        counters[C.trimFreed]++;
        if ((this.regs[REG_STOP] & STOP_ENDED) !== 0) {
          this.events.amend(passEvent, this.passExamined, this.passFreed);
          return false;
        }
        if (counters[C.munmapCalls] > calls)
          this.chargeMap(costs.munmap + costs.munmapPage * pages);
      }
    }
    return true;
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
      if ((flags & SS_FLAG.mapped) === 0 || (flags & SS_OUT) !== 0) continue;
      let r = this.superslabs[at + SS_FIRST_SLAB];
      for (let i = this.superslabs[at + SS_ACQUIRED]; i > 0; i--) {
        if (this.slabs[r + REMOTE_HEAD] !== NO_BLOCK) {
          queues++;
          moved += this.drain(r, -1);
        }
        this.correct(r);
        r = this.slabs[r + NEXT_SLAB];
      }
      this.reclassify(row);
    }
    this.counters[C.backgroundDrains] += queues;
    this.emit(EV.backgroundDrain, 0, pass, queues, moved, NO_CAUSE);
  }

  /** Sets the counter of a slab to what it truly holds. */
  private correct(r: number): void {
    this.excess -= this.slabs[r + EXCESS];
    this.slabs[r + EXCESS] = 0;
  }

  /** Adds the cost and the time spent waiting for the map lock to the running operation. */
  protected chargeMap(cost: number): void {
    const { regs } = this;
    if (cost === 0) return;
    const wait = this.machine.locks.acquire(LOCK.map, regs[REG_NOW] + regs[REG_EXTRA], cost);
    regs[REG_EXTRA] += wait + cost;
  }

  /**
   * The slow path of malloc (S-12): current slab, its remote queue, the other slabs of the current
   * SuperSlab, others of its own that have room, a fresh slab, full ones of its own whose blocks others
   * have freed, a kept empty SuperSlab, an orphan, a new mapping.
   * @returns a slab with a block to take, or -1 (NULL)
   */
  refill(heap: number, life: number, c: number, size: number): number {
    const { counters, knobs, costs } = this;
    const index = heap * MAX_CLASSES + c;
    const r = this.current[index];
    if (r < NONE) {
      this.usedAfterRelease(r, life);
      return NONE;
    }
    if (r >= 0 && this.canCarve(r)) return r;
    counters[C.refills]++;
    this.regs[REG_EXTRA] += costs.refill;
    if (knobs.prewarmTls && !this.prewarming && this.isBare(heap))
      this.prewarmThread(heap, life, c);
    if (r >= 0 && this.drainOwn(r)) return r;
    let need: number = r >= 0 ? NEED.exhausted : NEED.firstUse;
    let cause = r >= 0 ? NO_CAUSE : this.threads.startEvent(life);
    const mine = r < 0 || this.isSlot(r) ? NONE : this.slabs[r + SLAB_SS];
    if (this.pool === undefined) {
      const own = this.findOwn(mine, index, life);
      if (own >= 0) return this.setCurrent(index, own);
    } else {
      let found = this.findOwnBlock(mine, index);
      if (found < 0) found = this.takeSlot(heap, life, c, need, cause);
      // shared_fail: the legacy backend serves, SuperSlabs of one class and owner (S-17).
      if (found < 0) found = this.findFresh(mine, index, life);
      if (found >= 0) return this.setCurrent(index, found);
      need = NEED.poolFull;
      cause = this.poolFailure;
    }
    if (r >= 0 && !knobs.dynamicExpand) {
      this.aceFailed(ACE.exhaustion, life, c, size, NO_CAUSE);
      return this.nullReturn(life, c, size, NO_CAUSE, r);
    }
    if (knobs.ownership === 'central') {
      const found = this.findCentral(c, life);
      if (found >= 0) return this.setCurrent(index, found);
    }
    const empty = this.takeEmpty(heap, life, c);
    if (empty >= 0) return this.setCurrent(index, empty);
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
    const row = this.mapSuperslab(c, life, need, cause, r);
    if (row < 0) return this.nullReturn(life, c, size, this.lastRefusal, r);
    this.appendOwn(heap, row);
    const slab = this.acquireSlab(row, life);
    return this.setCurrent(index, slab);
  }

  /** A thread that allocates from nothing yet, as at its first malloc. */
  private isBare(heap: number): boolean {
    if (this.oneList) return false;
    for (let c = 0; c < this.classes; c++)
      if (this.current[heap * MAX_CLASSES + c] !== NONE) return false;
    return true;
  }
  /**
   * The thread takes a slab of every class but `first`, whose refill is under way, and fills its caches from them, if it
   * has any (S-20). What it cannot get it does without.
   */
  private prewarmThread(heap: number, life: number, first: number): void {
    this.prewarming = true;
    for (let c = 0; c < this.classes; c++)
      if (c !== first) {
        const r = this.refill(heap, life, c, this.blockBytes[c]);
        if (r < 0 || this.caches === undefined) continue;
        const before = this.slabs[r + LIVE];
        this.fillCache(heap * MAX_CLASSES + c, r, c);
        if (before === 0 && this.slabs[r + LIVE] > 0) this.revived(r);
      }
    this.prewarming = false;
  }

  /** Moves a slab's remote queue onto its free list (S-08). @returns blocks moved */
  protected drain(r: number, life: number): number {
    const { slabs, counters } = this;
    const { next } = this.lists;
    counters[C.drainAttempts]++;
    const head = slabs[r + REMOTE_HEAD];
    if (head === NO_BLOCK) return 0;
    if (slabs[r + FREE_HEAD] === SHUT) this.makesRoom(r);
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
    this.marks.mark(row);
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

  /** malloc returns NULL. @param r current slab of the thread's that had no block, NONE: it has none */
  private nullReturn(life: number, c: number, size: number, cause: number, r: number): number {
    if (this.prewarming) return NONE;
    this.counters[C.nullReturns]++;
    this.emit(EV.nullReturned, life, c, size, 0, cause);
    if (this.refillLogs.length < MOST_REFILL_LOGS)
      this.refillLogs = [...this.refillLogs, this.refillRecord(life, c, r)];
    return NONE;
  }

  override otherFreed(size: number): void {
    this.freedToCache = false;
    super.otherFreed(size);
  }
  protected override libcFreed(slot: number): void {
    this.freedToCache = false;
    super.libcFreed(slot);
  }

  /** Drains the slab's own queue if that is on; true when a block is free afterwards. */
  protected drainOwn(r: number): boolean {
    if (this.knobs.drainOnRefill) this.drain(r, this.slabs[r + OWNER]);
    return this.slabs[r + FREE_HEAD] < NO_BLOCK;
  }

  /**
   * A slab with a block, or that can make one, in SuperSlabs that `life` owns: `row`, its current one (NONE:
   * it has none), and those of the list `index` that it has set aside, if it remembers them. Blocks that
   * exist come before a fresh slab; full SuperSlabs are looked through before it takes another one.
   */
  private findOwn(row: number, index: number, life: number): number {
    if (!this.looksBack) return row === NONE ? NONE : this.findRoom(row, life);
    let found = row === NONE ? NONE : this.findBlock(row);
    if (found < 0) found = this.findAside(this.roomyHead[index]);
    if (found < 0 && row !== NONE) found = this.freshSlab(row, life);
    for (
      let aside = this.roomyHead[index];
      found < 0 && aside !== NONE;
      aside = this.nextAside(aside)
    )
      found = this.freshSlab(aside, life);
    if (found < 0 && this.knobs.drainOnRefill) found = this.findAside(this.fullHead[index]);
    return found;
  }

  /**
   * With a pool, what needs no fresh slab: slots and SuperSlabs of its own with room, and after these full ones
   * whose blocks others have freed.
   */
  private findOwnBlock(row: number, index: number): number {
    const { pool, looksBack } = this;
    if (pool === undefined || !looksBack) return row === NONE ? NONE : this.findBlock(row);
    let found = this.lookThrough(pool.roomy[index]);
    if (found < 0 && row !== NONE) found = this.findBlock(row);
    if (found < 0) found = this.findAside(this.roomyHead[index]);
    if (found >= 0 || !this.knobs.drainOnRefill) return found;
    found = this.lookThrough(pool.full[index]);
    return found < 0 ? this.findAside(this.fullHead[index]) : found;
  }
  /** Of findOwn, fresh slabs alone. */
  private findFresh(row: number, index: number, life: number): number {
    let found = row === NONE ? NONE : this.freshSlab(row, life);
    if (!this.looksBack) return found;
    for (
      let aside = this.roomyHead[index];
      found < 0 && aside !== NONE;
      aside = this.nextAside(aside)
    )
      found = this.freshSlab(aside, life);
    return found;
  }

  /** The first slab with a block in a list of SuperSlabs set aside, from `first` on. */
  private findAside(first: number): number {
    const { superslabs, counters } = this;
    for (let row = first; row !== NONE; ) {
      const next = this.nextAside(row);
      counters[C.ownLooks]++;
      this.regs[REG_EXTRA] += this.costs.look;
      const found = this.findBlock(row);
      if (found >= 0) {
        counters[C.ownReuses]++;
        return found;
      }
      // Blocks that it may not drain are no room.
      const at = row * SS_WORDS;
      if (
        (superslabs[at + SS_FLAGS] & SS_FLAG.roomy) !== 0 &&
        superslabs[at + SS_ACQUIRED] === superslabs[at + SS_SLABS]
      ) {
        this.leaveAside(row);
        this.shut(row);
      }
      row = next;
    }
    return NONE;
  }

  /** First slab of a SuperSlab that has or can make a block; acquires a fresh one if there is room. */
  private findRoom(row: number, life: number): number {
    const found = this.findBlock(row);
    return found >= 0 ? found : this.freshSlab(row, life);
  }
  private findBlock(row: number): number {
    const { superslabs } = this;
    const at = row * SS_WORDS;
    let r = superslabs[at + SS_FIRST_SLAB];
    for (let i = superslabs[at + SS_ACQUIRED]; i > 0; i--) {
      if (this.slabs[r + FREE_HEAD] < NO_BLOCK || this.drainOwn(r) || this.canCarve(r)) return r;
      r = this.slabs[r + NEXT_SLAB];
    }
    return NONE;
  }
  private freshSlab(row: number, life: number): number {
    const at = row * SS_WORDS;
    return this.superslabs[at + SS_ACQUIRED] < this.superslabs[at + SS_SLABS]
      ? this.acquireSlab(row, life)
      : NONE;
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
      this.setAside(row);
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
    else this.setAside(row);
  }

  /** An intervention: releases a SuperSlab without live blocks, whatever its counter says. */
  forceTrim(row: number, cause: number): void {
    // Of the pool's SuperSlabs each slot may be somebody's; `vacate` asks them.
    if (!this.isPooled(row)) this.leaveCurrent(row);
    let r = this.superslabs[row * SS_WORDS + SS_FIRST_SLAB];
    for (let i = this.superslabs[row * SS_WORDS + SS_ACQUIRED]; i > 0; i--) {
      this.correct(r);
      r = this.slabs[r + NEXT_SLAB];
    }
    this.reclassify(row);
    if (this.isPooled(row)) this.vacate(row, cause, true);
    else this.release(row, cause, NOTHING_IN_FLIGHT);
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
    this.marks.mark(row);
    this.appendOwn(heap, row);
  }

  /**
   * Maps a SuperSlab for a class, or takes one out of the SuperSlab caches.
   * @param from slab in which the thread's refill found no block, NONE: it has none
   * @param pooled for the shared pool: it gets no owner
   * @returns its row or -1
   */
  protected mapSuperslab(
    c: number,
    life: number,
    need: number,
    cause: number,
    from: number,
    pooled = false,
  ): number {
    const { counters, knobs } = this;
    const owner = pooled ? NO_LIFE : life;
    const hot = knobs.hotClassSlabs === 'double' && (c === 1 || c === 4 || c === 6);
    // Without SuperSlabs every slab is mapped for itself (K-19).
    const lg = knobs.superslabOn ? knobs.ssLg + (hot && !pooled ? 1 : 0) : SLAB_LG;
    const pages = 2 ** (lg - 12);
    const cachedRow = this.takeCached(pages);
    if (cachedRow !== NONE) {
      this.initRow(cachedRow, c, owner);
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
    const injected = this.refusals?.refuses(this.regs[REG_NOW]) ?? false;
    const piece = injected ? NONE : this.space.mapAligned(pages, direct, knobs.maxMapCount);
    if (piece < 0) {
      this.refusedMapping(c, life, from, injected);
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
    this.initRow(row, c, owner);
    counters[C.superslabsAllocated]++;
    this.superslabs[at + SS_BORN_EVENT] = this.emit(EV.superslabMapped, life, row, c, need, cause);
    this.countStale(row, -1);
    this.lookup?.add(row, this.regionOf);
    return row;
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
    if (gone !== 0) this.noteEmptied(row, gone);
    if (this.pool !== undefined) this.slotEmptied(r);
  }
  private noteEmptied(row: number, gone: number): void {
    const at = row * SS_WORDS;
    if ((this.superslabs[at + SS_FLAGS] & SS_FLAG.orphan) !== 0) {
      this.counters[C.emptiedTotal]++;
      this.counters[C.emptiedLives] += this.threads.lives - this.superslabs[at + SS_ORPHANED_AT];
    }
    if (gone === SS_FLAG.inflated) {
      const cause = this.superslabs[at + SS_ORPHAN_EVENT];
      this.emit(EV.inflated, this.superslabs[at + SS_OWNER], row, this.sumActive(row), 0, cause);
    }
  }

  /**
   * Releases an empty SuperSlab (`superslab_free`): into a cache while there is room; in lean mode its pages are given
   * up and it is retired; else, and where that fails, it is unmapped.
   */
  protected release(row: number, cause: number, inFlight: Int32Array): boolean {
    const { superslabs, counters, knobs } = this;
    const at = row * SS_WORDS;
    const flags = superslabs[at + SS_FLAGS];
    const c = superslabs[at + SS_CLASS];
    const toCache = this.cached < 2 * knobs.superslabCacheSlots;
    const piece = superslabs[at + SS_PIECE];
    const life = superslabs[at + SS_OWNER];
    const retires = !toCache && this.decommits(row, cause);
    const touchedAfter =
      !toCache && knobs.hazardDecOrder && knobs.decOnRemote && this.isInFlight(row, inFlight);
    if (!toCache && !retires) {
      if (touchedAfter) {
        this.machine.crashed(CRASH.touchAfterDecrement, row, life);
        return false;
      }
      counters[C.munmapCalls]++;
      this.countStale(row, 1);
      const region = this.regionOf(row);
      if (!this.space.unmapPiece(piece, knobs.maxMapCount)) {
        this.countStale(row, -1);
        return false;
      }
      this.lookup?.remove(row, region);
    }
    if ((flags & SS_FLAG.pooled) !== 0) this.leavePool(row);
    if ((flags & SS_FLAG.current) !== 0) {
      const index = this.threads.chainOf(life) * MAX_CLASSES + c;
      this.current[index] = this.dangling(row, retires);
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
    } else if (retires) {
      this.retire(row, life, c, cause);
      if (touchedAfter) this.metNoMagic(row, life);
    } else {
      this.dropRow(row);
      counters[C.superslabsFreed]++;
      this.emit(EV.superslabFreed, life, row, c, 0, this.unmapCause(cause));
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

  protected override newSlab(): number {
    const r = super.newSlab();
    this.caches?.reserve(this.slabWords >>> SLAB_SHIFT);
    return r;
  }
  /** Blocks of a slab that are in threads' caches: it counts them as live, and the program does not. */
  cachedIn(r: number): number {
    return this.caches === undefined ? 0 : this.caches.ofSlab[r >>> SLAB_SHIFT];
  }

  /** What the heap has beyond its records: pool, caches, and what lean mode keeps. */
  hashPolicies(hash: StateHash): void {
    this.hashSlots(hash);
    this.lookup?.hashInto(hash);
    this.hashLean(hash);
    this.caches?.hashInto(hash);
  }
  override get stateBytes(): number {
    return super.stateBytes + (this.caches?.bytes ?? 0);
  }
  override snapshot(): unknown {
    return { heap: super.snapshot(), caches: this.caches?.snapshot() } satisfies SavedTinyHeap;
  }
  override restore(saved: unknown): void {
    const from = saved as SavedTinyHeap;
    super.restore(from.heap);
    if (from.caches !== undefined) this.caches?.restore(from.caches);
  }

  /** Maps a persistent SuperSlab without an owner (S-18); its header is touched. */
  private prewarm(c: number): void {
    const row = this.mapSuperslab(c, NO_LIFE, NEED.prewarm, NO_CAUSE, NONE);
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
    this.touch(r, 1);
    this.keep(row);
  }
}

const NOTHING_IN_FLIGHT = new Int32Array(0);
const SLAB_LG = 16;
/** Lines of failed refills that are kept, the first ones. */
export const MOST_REFILL_LOGS = 32;
/** What free says when the block went to the wrong heap: it is not done, and the run is over. */
export const CRASHED = -1;

interface SavedTinyHeap {
  heap: unknown;
  caches: ReturnType<ThreadCaches['snapshot']> | undefined;
}
