import { LOCK } from '../../machine/locks.ts';
import { REG_EXTRA } from '../../machine/registers.ts';
import {
  OP,
  OP_ARG,
  OP_FREE,
  OP_KIND_MASK,
  OP_MALLOC,
  OP_SLOT,
  sizeOfOp,
} from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, RACE } from '../../telemetry/events.ts';
import { type Machine, STEP } from '../contract.ts';
import { orphan, pendingOfOthers } from './candidates.ts';
import { freshPage } from './fresh.ts';
import type { Mf2Heap } from './heap.ts';
import {
  classOfRequest,
  MF2_CLASSES,
  NONE,
  OS_PAGES,
  P_CLS,
  P_DRAIN,
  P_ENQ_EVENT,
  P_FLAGS,
  P_FREE,
  P_HOLDER,
  P_OWNER,
  P_OWNER_EVENT,
  P_REMOTE,
  P_WORDS,
  PAGE_BYTES,
  PF,
  PH,
  popcount,
  STAGE,
  T_ACTIVE,
  T_PARTIAL,
  X_ADOPTS,
  X_BG_CLS,
  X_BUDGET,
  X_CLS,
  X_OLD,
  X_OLD_SIZE,
  X_PAGE,
  X_PHASE,
  X_SEEN,
  X_SIZE,
  X_SLOT,
  X_STAGE,
  X_UNNEEDED,
  X_VIA,
  X_WAKE_EVENT,
  X_WORDS,
  X_WRITTEN,
} from './layout.ts';
import { Mf2Ownership } from './ownership.ts';

/** Blocks outside the pages: requests above 32 KiB, or what the C library served. */
export const OTHER = -2;
const CLASS_COUNT = MF2_CLASSES.length;
/** Largest request that a page serves. */
const TOP_REQUEST = MF2_CLASSES[CLASS_COUNT - 1];

/**
 * Operations as steps of virtual time (engine.md 4): between the push of a remote free, the
 * enqueueing, the claim, the drain and the activation other threads run, so races between owner and
 * adopter happen as they do in the real allocator, and are counted.
 */
export class Mf2Steps extends Mf2Ownership {
  readonly x: Int32Array;
  /** Hash of what each chain's operations came to: page, block and way. */
  readonly outcome: Int32Array;
  /** Way of each chain's latest allocation: a STAGE. */
  readonly via: Int32Array;
  private order: readonly number[] = [];
  private adopts = false;
  private clearFirst = false;
  /** Remote blocks at which a page is enqueued. */
  private threshold = 1;
  /** Leading bytes of each new block that the program writes; no block is larger than a page. */
  private readonly touchBytes: number;
  /** A page that is drained as the active one leaves the queue that it lies in. */
  private leaves = false;

  constructor(machine: Machine, heap: Mf2Heap) {
    super(machine, heap);
    this.touchBytes = Math.min(machine.touchBytes, PAGE_BYTES);
    const { chains } = machine.threads;
    this.x = new Int32Array(chains * X_WORDS);
    for (let at = 0; at < this.x.length; at += X_WORDS) this.x[at + X_OLD] = NONE;
    this.outcome = new Int32Array(chains);
    this.via = new Int32Array(chains);
    this.applyKnobs();
  }

  protected override wake(chain: number, now: number, cause: number): void {
    const { x, machine } = this;
    const at = chain * X_WORDS;
    if (x[at + X_PHASE] !== PH.idle || !machine.wake(chain, now, cause)) return;
    x[at + X_PHASE] = PH.background;
    x[at + X_BG_CLS] = 1;
    this.woken(chain);
  }
  /** The chain has work of the allocator's own to do. */
  protected woken(_chain: number): void {}

  override applyKnobs(): void {
    super.applyKnobs();
    const { knobs } = this;
    const { route } = knobs;
    this.adopts = route === 'cda' || route === 'p';
    this.clearFirst = route !== 'cda';
    this.leaves = knobs.pendingLeave;
    this.threshold = knobs.pendingThreshold;
    const own = route === 'cda' ? [STAGE.active, STAGE.own] : [STAGE.own];
    const rest = route === 'cda' ? [] : [STAGE.active];
    const partial = this.partialOn ? [STAGE.partial] : [];
    const adopt = this.adopts ? [STAGE.adopt] : [];
    const orphan = knobs.orphanPolicy === 'abandon' ? [] : [STAGE.orphan];
    this.order = knobs.adoptFirst
      ? [...adopt, ...own, ...partial, ...rest, ...orphan, STAGE.fresh]
      : [...own, ...partial, ...rest, ...adopt, ...orphan, STAGE.fresh];
  }

  /** Begins a record. @returns STEP.done when it is over at once */
  begin(chain: number, ops: Int32Array, record: number): number {
    const at = chain * X_WORDS;
    const slot = ops[record + OP_SLOT];
    const kind = ops[record] & OP_KIND_MASK;
    if (kind === OP_FREE) return this.beginFree(chain, at, slot);
    const size = sizeOfOp(ops, record);
    if (kind === OP_MALLOC) return this.beginMalloc(chain, at, slot, size, 0);
    return this.beginOther(chain, at, kind, slot, size, ops[record + OP_ARG]);
  }

  /** Begins a record of a kind that is rare in most programs. */
  private beginOther(
    chain: number,
    at: number,
    kind: number,
    slot: number,
    size: number,
    arg: number,
  ): number {
    const { x, heap } = this;
    switch (kind) {
      case OP.calloc:
        return this.beginMalloc(chain, at, slot, size, size);
      case OP.memalign:
        x[at + X_SLOT] = slot;
        x[at + X_SIZE] = size;
        // Blocks lie behind a page header: that is all the alignment they have.
        return 2 ** arg > Math.max(16, heap.header)
          ? this.beyond(chain, at)
          : this.beginMalloc(chain, at, slot, size, 0);
      case OP.realloc:
        return this.beginRealloc(chain, at, slot, size);
      case OP.touch:
        this.write(chain, slot, arg, size);
        return STEP.done;
      default:
        return STEP.done;
    }
  }

  private beginFree(chain: number, at: number, slot: number): number {
    const where = this.heap.where[slot];
    this.heap.where[slot] = NONE;
    if (where === NONE) return STEP.done;
    if (!this.free(chain, at, where, this.heap.requested[slot])) return STEP.done;
    this.x[at + X_PHASE] = PH.enqueue;
    return STEP.more;
  }

  /** The program writes part of a block. */
  private write(chain: number, slot: number, from: number, size: number): void {
    const { heap } = this;
    const where = heap.where[slot];
    if (where < 0) return;
    const to = Math.min(from + size, heap.requested[slot]);
    if (to <= from) return;
    heap.touchBlock((where >>> 5) * P_WORDS, where & 31, from, to);
    this.faulted(chain);
  }
  /** Charges the page faults of the latest touch. */
  private faulted(chain: number): void {
    const { faultsNow } = this.heap;
    if (faultsNow === 0) return;
    this.threads.clock[chain] += faultsNow * this.costs.fault;
    this.grew(chain);
  }
  /** More pages are resident: tells the machine, and charges what it takes to find frames for them. */
  private grew(chain: number): void {
    const { machine } = this;
    machine.regs[REG_EXTRA] = 0;
    machine.memoryGrew();
    this.threads.clock[chain] += machine.regs[REG_EXTRA];
    machine.regs[REG_EXTRA] = 0;
  }

  /** @param cleared leading bytes that the allocator writes; the program writes its own in any case */
  private beginMalloc(
    chain: number,
    at: number,
    slot: number,
    size: number,
    cleared: number,
  ): number {
    const { x, touchBytes } = this;
    const written = cleared > touchBytes ? Math.min(cleared, PAGE_BYTES) : touchBytes;
    x[at + X_WRITTEN] = size < written ? size : written;
    x[at + X_SLOT] = slot;
    x[at + X_SIZE] = size;
    x[at + X_PHASE] = PH.malloc;
    return this.malloc(chain, at);
  }

  private beginRealloc(chain: number, at: number, slot: number, size: number): number {
    const { heap, x } = this;
    const where = heap.where[slot];
    if (where === NONE) return this.beginMalloc(chain, at, slot, size, 0);
    if (size === 0) return this.beginFree(chain, at, slot);
    const old = heap.requested[slot];
    const stays =
      where === OTHER
        ? size > TOP_REQUEST
        : size <= TOP_REQUEST && classOfRequest(size) === this.classAt(where);
    if (stays) {
      if (where === OTHER) {
        heap.libc.free(old);
        if (heap.libc.malloc(size)) this.grew(chain);
      } else heap.requestedBytes += size - old;
      heap.requested[slot] = size;
      return STEP.done;
    }
    x[at + X_OLD] = where;
    x[at + X_OLD_SIZE] = old;
    heap.where[slot] = NONE;
    // What the old block holds is copied.
    return this.beginMalloc(chain, at, slot, size, Math.min(size, old));
  }
  private classAt(where: number): number {
    return this.heap.pages[(where >>> 5) * P_WORDS + P_CLS];
  }

  /** Runs one step of a chain that is in the middle of a record; its clock moves by what it costs. */
  step(chain: number): number {
    const { x } = this;
    const at = chain * X_WORDS;
    switch (x[at + X_PHASE]) {
      case PH.enqueue:
        this.enqueueStep(chain, at);
        x[at + X_PHASE] = PH.idle;
        return STEP.done;
      case PH.malloc:
        return this.malloc(chain, at);
      case PH.slow:
        return this.slow(chain, at);
      case PH.drainTake:
        this.drainTake(chain, at);
        return STEP.more;
      case PH.drainLink:
        return this.drainLink(chain, at);
      case PH.freeOld:
        return this.freeOld(chain, at);
      case PH.background:
        return this.background(chain, at);
      default:
        throw new Error('a chain between two records has no step');
    }
  }

  private freeOld(chain: number, at: number): number {
    const { x } = this;
    const where = x[at + X_OLD];
    x[at + X_OLD] = NONE;
    x[at + X_PHASE] = PH.idle;
    if (!this.free(chain, at, where, x[at + X_OLD_SIZE])) return STEP.done;
    x[at + X_PHASE] = PH.enqueue;
    return STEP.more;
  }

  /** An allocation of main's while it warms up, run to its end. */
  mallocNow(chain: number, size: number, slot: number): boolean {
    let result: number = this.beginMalloc(chain, chain * X_WORDS, slot, size, 0);
    while (result === STEP.more) result = this.step(chain);
    return result === STEP.done;
  }
  freeNow(chain: number, slot: number): void {
    const at = chain * X_WORDS;
    let result: number = this.beginFree(chain, at, slot);
    while (result === STEP.more) result = this.step(chain);
  }

  /** @returns true when the page must be enqueued: the count reached the threshold */
  private free(chain: number, at: number, where: number, size: number): boolean {
    const { heap, clock, x } = this;
    if (where === OTHER) {
      this.freeOther(chain, size);
      return false;
    }
    heap.requestedBytes -= size;
    const { pages, counters } = heap;
    const p = (where >>> 5) * P_WORDS;
    const bit = 1 << (where & 31);
    if (pages[p + P_OWNER] === this.lifeOf[chain]) {
      this.freeLocal(chain, p, bit);
      return false;
    }
    heap.leave(p);
    const remote = pages[p + P_REMOTE] | bit;
    pages[p + P_REMOTE] = remote;
    heap.enter(p);
    counters[this.machine.warming ? C.runtimeRemoteFrees : C.remoteFrees]++;
    clock[chain] += this.costs.remoteFree;
    const alone = remote === bit;
    if (alone) counters[C.remoteEdges]++;
    if ((pages[p + P_FLAGS] & PF.pending) !== 0) return false;
    const { threshold } = this;
    if (threshold === 1 ? alone : popcount(remote) === threshold) {
      x[at + X_PAGE] = p;
      x[at + X_SEEN] = pages[p + P_OWNER];
      return true;
    }
    if (alone) heap.noteHidden(p, clock[chain], pages[p + P_OWNER_EVENT]);
    return false;
  }

  private freeLocal(chain: number, p: number, bit: number): void {
    const { heap, clock } = this;
    const { pages } = heap;
    const flags = pages[p + P_FLAGS];
    heap.leave(p);
    const hadFree = pages[p + P_FREE] !== 0;
    pages[p + P_FREE] |= bit;
    const aside =
      (flags & (PF.active | PF.partial | PF.pending)) === 0 && pages[p + P_HOLDER] === NONE;
    if (aside && this.partialOn) heap.pushPartial(p);
    heap.enter(p);
    if (aside && !this.partialOn && !hadFree)
      heap.noteHidden(p, clock[chain], pages[p + P_OWNER_EVENT]);
    this.freedHere(chain);
  }
  private freeOther(chain: number, size: number): void {
    const { heap } = this;
    heap.otherBlocks--;
    heap.libc.free(size);
    this.freedHere(chain);
  }
  private freedHere(chain: number): void {
    this.heap.counters[this.machine.warming ? C.runtimeLocalFrees : C.localFrees]++;
    this.clock[chain] += this.costs.free;
  }

  private enqueueStep(chain: number, at: number): void {
    const { heap, threads, costs, x } = this;
    const p = x[at + X_PAGE];
    const seen = x[at + X_SEEN];
    threads.clock[chain] += costs.pop;
    const { pages } = heap;
    if ((pages[p + P_FLAGS] & PF.pending) !== 0) return;
    this.enqueue(chain, p, seen);
    if (pages[p + P_OWNER] !== seen) this.race(chain, p, RACE.staleEnqueue, C.staleEnqueues);
  }

  private malloc(chain: number, at: number): number {
    const { heap, x } = this;
    const size = x[at + X_SIZE];
    if (size > TOP_REQUEST) return this.beyond(chain, at);
    const cls = classOfRequest(size);
    x[at + X_CLS] = cls;
    if (x[at + X_UNNEEDED] === 1 && this.looksFirst(chain, at)) return STEP.more;
    const active = heap.tables[heap.table(this.lifeOf[chain], cls) + T_ACTIVE];
    if (active !== NONE && heap.pages[active + P_FREE] !== 0)
      return this.take(chain, at, active, STAGE.active);
    this.beginSlow(chain, at);
    return STEP.more;
  }

  /** A thread that has just woken adopts although it need not, where its route adopts at all. */
  private looksFirst(chain: number, at: number): boolean {
    const { x } = this;
    x[at + X_UNNEEDED] = 2;
    if (!this.adopts) return false;
    this.clock[chain] += this.costs.refill;
    x[at + X_ADOPTS] = Math.max(1, this.knobs.adoptBudget);
    x[at + X_PHASE] = PH.slow;
    return true;
  }

  private beginSlow(chain: number, at: number): void {
    const { x } = this;
    x[at + X_PHASE] = PH.slow;
    x[at + X_STAGE] = 0;
    x[at + X_BUDGET] = this.knobs.gateBudget;
    x[at + X_ADOPTS] = this.knobs.adoptBudget;
    x[at + X_UNNEEDED] = 0;
    this.clock[chain] += this.costs.refill;
    this.heap.counters[C.refills]++;
  }

  /** A request that is not for pages: too large, or aligned beyond them. */
  private beyond(chain: number, at: number): number {
    this.threads.clock[chain] += this.costs.refill;
    this.heap.counters[C.otherMallocs]++;
    return this.serveOther(chain, at);
  }

  /** A request that no page serves. */
  serveOther(chain: number, at: number): number {
    const { heap, x } = this;
    const slot = x[at + X_SLOT];
    heap.where[slot] = OTHER;
    heap.requested[slot] = x[at + X_SIZE];
    heap.otherBlocks++;
    if (heap.libc.malloc(x[at + X_SIZE])) this.grew(chain);
    return this.finish(chain, at, NONE << 5, STAGE.fresh);
  }

  private take(chain: number, at: number, p: number, via: number): number {
    const { heap, x } = this;
    const block = heap.takeBlock(p, x[at + X_WRITTEN]);
    this.clock[chain] += this.costs.malloc;
    if (heap.faultsNow !== 0) this.faulted(chain);
    const slot = x[at + X_SLOT];
    const size = x[at + X_SIZE];
    const where = ((p / P_WORDS) << 5) | block;
    heap.where[slot] = where;
    heap.requested[slot] = size;
    heap.requestedBytes += size;
    return this.finish(chain, at, where, via);
  }

  /** @param where page × 32 + block, NONE outside */
  private finish(chain: number, at: number, where: number, via: number): number {
    const { heap, x, outcome } = this;
    outcome[chain] = (Math.imul(outcome[chain] ^ where ^ (via << 29), 0x9e3779b1) + 0x7f4a7c15) | 0;
    this.via[chain] = via;
    heap.lastAllocNs[this.lifeOf[chain]] = this.machine.commonNs(chain);
    heap.counters[this.machine.warming ? C.runtimeMallocs : C.mallocs]++;
    x[at + X_UNNEEDED] = 0;
    if (x[at + X_OLD] !== NONE) {
      // What the old block held has been copied.
      const copied = Math.min(x[at + X_SIZE], x[at + X_OLD_SIZE]);
      this.clock[chain] += this.costs.copyByte * copied;
      x[at + X_PHASE] = PH.freeOld;
      return STEP.more;
    }
    x[at + X_PHASE] = PH.idle;
    return STEP.done;
  }

  /** One look at the others' queues; a page found is drained next. */
  private adopt(chain: number, at: number): boolean {
    const p = pendingOfOthers(this, chain, this.x[at + X_CLS]);
    if (p === NONE) return false;
    this.beginDrain(chain, at, p, STAGE.adopt);
    return true;
  }

  /** One look at pages without a living or busy owner. */
  private adoptOrphan(chain: number, at: number): boolean {
    const p = orphan(this, chain, this.x[at + X_CLS]);
    if (p === NONE) return false;
    this.beginDrain(chain, at, p, STAGE.orphan);
    return true;
  }

  /** One attempt of the slow path. */
  private slow(chain: number, at: number): number {
    const { x } = this;
    if (x[at + X_UNNEEDED] === 2) {
      // Adoption without need: one look at the others, then on as if nothing had been.
      if (x[at + X_ADOPTS]-- > 0 && this.adopt(chain, at)) return STEP.more;
      x[at + X_UNNEEDED] = 0;
      x[at + X_PHASE] = PH.malloc;
      return STEP.more;
    }
    switch (this.order[x[at + X_STAGE]]) {
      case STAGE.own:
        return this.tryOwn(chain, at);
      case STAGE.active:
        return this.tryActive(chain, at);
      case STAGE.partial:
        return this.tryPartial(chain, at);
      case STAGE.adopt:
        if (x[at + X_ADOPTS]-- > 0 && this.adopt(chain, at)) return STEP.more;
        break;
      case STAGE.orphan:
        if (this.adoptOrphan(chain, at)) return STEP.more;
        break;
      default:
        return this.fresh(chain, at);
    }
    x[at + X_STAGE]++;
    return STEP.more;
  }

  private tryOwn(chain: number, at: number): number {
    const { heap, threads, costs, x, knobs } = this;
    const life = threads.life[chain];
    const { pages } = heap;
    if (x[at + X_BUDGET] <= 0) {
      x[at + X_STAGE]++;
      return STEP.more;
    }
    threads.clock[chain] += costs.pop;
    const p = heap.dequeue(life, x[at + X_CLS]);
    if (p === NONE) {
      x[at + X_STAGE]++;
      return STEP.more;
    }
    x[at + X_BUDGET]--;
    heap.counters[C.pendingDrained]++;
    const held = pages[p + P_HOLDER];
    if (held !== NONE && knobs.pendingClaim) {
      // Whoever drains it will see what came in.
      heap.counters[C.blockedClaim]++;
      return STEP.more;
    }
    const owner = pages[p + P_OWNER];
    const free = (pages[p + P_FLAGS] & PF.pinned) === 0;
    if (owner === life || (this.adopts && free)) {
      this.beginDrain(chain, at, p, owner === life ? STAGE.own : STAGE.adopt);
      return STEP.more;
    }
    // It came here by a stale look at its owner: hand it on.
    this.enqueue(chain, p, owner);
    return STEP.more;
  }

  private tryActive(chain: number, at: number): number {
    const { heap, threads, x } = this;
    const active = heap.tables[heap.table(threads.life[chain], x[at + X_CLS]) + T_ACTIVE];
    if (
      active === NONE ||
      heap.pages[active + P_REMOTE] === 0 ||
      heap.pages[active + P_HOLDER] !== NONE
    ) {
      x[at + X_STAGE]++;
      return STEP.more;
    }
    this.beginDrain(chain, at, active, STAGE.active);
    return STEP.more;
  }

  private tryPartial(chain: number, at: number): number {
    const { heap, threads, costs, x } = this;
    const p = heap.tables[heap.table(threads.life[chain], x[at + X_CLS]) + T_PARTIAL];
    threads.clock[chain] += costs.malloc;
    if (p === NONE) {
      x[at + X_STAGE]++;
      return STEP.more;
    }
    heap.counters[C.partialHits]++;
    heap.counters[C.pageReuses]++;
    return this.activate(chain, at, p, STAGE.partial);
  }

  private beginDrain(chain: number, at: number, p: number, via: number): void {
    const { x, heap, threads, costs } = this;
    const held = heap.pages[p + P_HOLDER];
    heap.leave(p);
    heap.pages[p + P_HOLDER] = threads.life[chain];
    heap.enter(p);
    if (held !== NONE) this.race(chain, p, RACE.pingPong, C.pingPongs);
    if (via === STAGE.adopt || via === STAGE.orphan) threads.clock[chain] += costs.adopt;
    x[at + X_PAGE] = p;
    x[at + X_VIA] = via;
    x[at + X_PHASE] = PH.drainTake;
  }

  /** Exchange of the remote stack; a page from elsewhere changes owner here. */
  private drainTake(chain: number, at: number): void {
    const { heap, threads, costs, x } = this;
    const { pages, counters } = heap;
    const p = x[at + X_PAGE];
    const life = threads.life[chain];
    threads.clock[chain] += costs.pop;
    if (pages[p + P_HOLDER] !== life) {
      this.goOn(at);
      return;
    }
    if (pages[p + P_OWNER] !== life)
      this.takeOver(chain, p, x[at + X_UNNEEDED] === 2, x[at + X_WAKE_EVENT]);
    const left = this.leaves && (pages[p + P_FLAGS] & PF.queued) !== 0;
    if (left) {
      threads.clock[chain] += costs.pop;
      heap.unlink(p);
    }
    heap.leave(p);
    if (left) pages[p + P_FLAGS] &= ~PF.pending;
    // A page drained as the active one may still be queued; then its mark stays.
    if (this.clearFirst && (pages[p + P_FLAGS] & PF.queued) === 0)
      pages[p + P_FLAGS] &= ~PF.pending;
    const blocks = popcount(pages[p + P_REMOTE]);
    pages[p + P_DRAIN] |= pages[p + P_REMOTE];
    pages[p + P_REMOTE] = 0;
    heap.enter(p);
    counters[C.drainAttempts]++;
    if (blocks > 0) {
      counters[C.drainSuccesses]++;
      counters[C.drainedBlocks] += blocks;
      heap.emit(
        EV.drained,
        threads.clock[chain],
        life,
        p / P_WORDS,
        0,
        blocks,
        pages[p + P_ENQ_EVENT],
      );
    }
    x[at + X_PHASE] = PH.drainLink;
  }

  /** What the chain does when another has taken the page that it was draining. */
  private goOn(at: number): void {
    const { x } = this;
    x[at + X_PHASE] = x[at + X_BG_CLS] > 0 ? PH.background : PH.slow;
  }

  private drainLink(chain: number, at: number): number {
    const { heap, threads, costs, x, knobs } = this;
    const { pages, counters } = heap;
    const p = x[at + X_PAGE];
    const life = threads.life[chain];
    threads.clock[chain] += popcount(pages[p + P_DRAIN]) * costs.drainBlock;
    if (pages[p + P_HOLDER] !== life) {
      this.goOn(at);
      return STEP.more;
    }
    heap.leave(p);
    pages[p + P_FREE] |= pages[p + P_DRAIN];
    pages[p + P_DRAIN] = 0;
    pages[p + P_HOLDER] = NONE;
    const late = popcount(pages[p + P_REMOTE]) >= knobs.pendingThreshold;
    const queued = (pages[p + P_FLAGS] & PF.queued) !== 0;
    if (!queued) pages[p + P_FLAGS] &= ~PF.pending;
    heap.enter(p);
    if (late && !queued && !this.clearFirst) {
      // Blocks came in while the flag said "pending": nobody enqueued the page for them.
      if (knobs.reEnqueue) this.enqueue(chain, p, life);
      else this.race(chain, p, RACE.lostEdge, C.lostEdges);
    }
    if (x[at + X_BG_CLS] > 0) {
      x[at + X_PHASE] = PH.background;
      this.setAside(p, chain);
      return STEP.more;
    }
    if (pages[p + P_FREE] === 0) {
      this.setAside(p, chain);
      x[at + X_PHASE] = PH.slow;
      return STEP.more;
    }
    const via = x[at + X_VIA];
    if (via === STAGE.own) counters[C.mustReuseHits]++;
    if (via === STAGE.active) counters[C.activeDrainHits]++;
    else counters[C.pageReuses]++;
    return this.activate(chain, at, p, via);
  }

  private activate(chain: number, at: number, p: number, via: number): number {
    this.makeActive(chain, this.x[at + X_CLS], p);
    return this.take(chain, at, p, via);
  }

  private fresh(chain: number, at: number): number {
    const { heap, threads, costs, x, machine } = this;
    const { knobs } = this;
    const life = threads.life[chain];
    if (costs.mmap > 0) {
      const wait = machine.locks.acquire(LOCK.map, threads.clock[chain], costs.mmap);
      threads.clock[chain] += wait + costs.mmap;
    }
    heap.counters[C.mmapCalls]++;
    const direct = knobs.mapMode === 'direct';
    const piece = machine.space.mapAligned(OS_PAGES, direct, knobs.maxMapCount);
    if (piece < 0) return this.refusedPage(chain, at);
    const p = freshPage(heap, life, x[at + X_CLS], piece, threads.clock[chain]);
    this.faulted(chain);
    return this.activate(chain, at, p, STAGE.fresh);
  }

  /** The kernel refused a page: the C library serves the request, or the run is over. */
  private refusedPage(chain: number, at: number): number {
    const { heap, threads, x, machine } = this;
    const life = threads.life[chain];
    const size = x[at + X_SIZE];
    heap.counters[C.mapRefusals]++;
    heap.counters[C.nullReturns]++;
    machine.refused(life, size, size, threads.clock[chain]);
    x[at + X_PHASE] = PH.idle;
    if (!machine.nullReturned(chain, size)) return STEP.stopped;
    heap.counters[C.libcFallbacks]++;
    return this.serveOther(chain, at);
  }

  /** A woken sleeper empties its queues, class by class, and sleeps again. */
  private background(chain: number, at: number): number {
    const { heap, threads, costs, x } = this;
    const life = threads.life[chain];
    threads.clock[chain] += costs.pop;
    for (let cls = x[at + X_BG_CLS] - 1; cls < CLASS_COUNT; cls++) {
      x[at + X_BG_CLS] = cls + 1;
      const p = heap.dequeue(life, cls);
      if (p === NONE) continue;
      heap.counters[C.pendingDrained]++;
      heap.counters[C.backgroundDrains]++;
      if (heap.pages[p + P_OWNER] !== life || heap.pages[p + P_HOLDER] !== NONE) {
        if (heap.pages[p + P_OWNER] !== life) this.enqueue(chain, p, heap.pages[p + P_OWNER]);
        return STEP.more;
      }
      this.beginDrain(chain, at, p, STAGE.own);
      return STEP.more;
    }
    x[at + X_BG_CLS] = 0;
    x[at + X_PHASE] = PH.idle;
    return STEP.waits;
  }
}
