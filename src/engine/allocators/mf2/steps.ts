import type { KnobValues } from '../../knobs/index.ts';
import type { Threads } from '../../machine/threads.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, RACE } from '../../telemetry/events.ts';
import type { Program } from '../../workloads/program.ts';
import { orphan, pendingOfOthers } from './candidates.ts';
import { freshPage } from './fresh.ts';
import type { Mf2Heap } from './heap.ts';
import {
  classOfRequest,
  MF2_CLASSES,
  NONE,
  P_DRAIN,
  P_ENQ_EVENT,
  P_FLAGS,
  P_FREE,
  P_HOLDER,
  P_OWNER,
  P_OWNER_EVENT,
  P_REMOTE,
  P_WORDS,
  PF,
  PH,
  popcount,
  STAGE,
  T_ACTIVE,
  T_PARTIAL,
  X_ADOPTS,
  X_BG_CLS,
  X_BUDGET,
  X_BURST,
  X_CLS,
  X_FREE_SLOT,
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
} from './layout.ts';
import { Mf2Ownership, type OwnershipHost } from './ownership.ts';

/** What a step led to. */
export const STEP = { more: 0, done: 1, waits: 2, stopped: 3 } as const;
/** Blocks outside the pages: requests above 32 KiB, or what the C library served. */
export const OTHER = -2;
const CLASS_COUNT = MF2_CLASSES.length;

export interface StepHost extends OwnershipHost {
  readonly op: number;
  /** The kernel refused a page. @returns true when the operation is served after all */
  refused(chain: number, size: number, slot: number): boolean;
  mapPage(): number;
  memoryGrew(): void;
}

/**
 * Operations as steps of virtual time (engine.md 4): between the push of a remote free, the
 * enqueueing, the claim, the drain and the activation other threads run, so races between owner and
 * adopter happen as they do in the real allocator, and are counted.
 */
export class Mf2Steps extends Mf2Ownership<StepHost> {
  readonly x: Int32Array;
  /** Hash of what each chain's operations came to: page, block and way. */
  readonly outcome: Int32Array;
  /** Row, block and way of each chain's allocation, until its operation is done. */
  readonly pending: Int32Array;
  private order: readonly number[] = [];
  private adopts = false;
  private clearFirst = false;
  /** Chain, result and way of the latest operation. */
  readonly last = { chain: 0, row: NONE, block: 0, via: 0, slot: NONE, freed: NONE };
  /** While main warms up, its work is not counted as operations. */
  warming = false;

  constructor(
    knobs: KnobValues,
    heap: Mf2Heap,
    threads: Threads,
    readonly program: Program,
    host: StepHost,
  ) {
    super(knobs, heap, threads, host);
    this.x = new Int32Array(threads.chains * X_WORDS);
    this.outcome = new Int32Array(threads.chains);
    this.pending = new Int32Array(threads.chains * 3);
    this.applyKnobs();
  }

  override applyKnobs(): void {
    super.applyKnobs();
    const { knobs } = this;
    const { route } = knobs;
    this.adopts = route === 'cda' || route === 'p';
    this.clearFirst = route !== 'cda';
    const own = route === 'cda' ? [STAGE.active, STAGE.own] : [STAGE.own];
    const rest = route === 'cda' ? [] : [STAGE.active];
    const partial = this.partialOn ? [STAGE.partial] : [];
    const adopt = this.adopts ? [STAGE.adopt] : [];
    const orphan = knobs.orphanPolicy === 'abandon' ? [] : [STAGE.orphan];
    this.order = knobs.adoptFirst
      ? [...adopt, ...own, ...partial, ...rest, ...orphan, STAGE.fresh]
      : [...own, ...partial, ...rest, ...adopt, ...orphan, STAGE.fresh];
  }

  /** Runs one step of a chain; its clock moves by what the step costs. */
  step(chain: number): number {
    const { x } = this;
    const at = chain * X_WORDS;
    switch (x[at + X_PHASE]) {
      case PH.fetch:
      case PH.blocked:
        return this.fetch(chain, at);
      case PH.enqueue:
        this.enqueueStep(chain, at);
        x[at + X_PHASE] = PH.malloc;
        return STEP.more;
      case PH.malloc:
        return this.malloc(chain, at);
      case PH.slow:
        return this.slow(chain, at);
      case PH.drainTake:
        this.drainTake(chain, at);
        return STEP.more;
      case PH.drainLink:
        return this.drainLink(chain, at);
      case PH.freeAfter:
        x[at + X_PHASE] = this.free(chain, at, x[at + X_FREE_SLOT]) ? PH.enqueueAfter : PH.fetch;
        return x[at + X_PHASE] === PH.fetch ? this.operationDone(chain, at) : STEP.more;
      case PH.enqueueAfter:
        this.enqueueStep(chain, at);
        x[at + X_PHASE] = PH.fetch;
        return this.operationDone(chain, at);
      case PH.background:
        return this.background(chain, at);
      default:
        return STEP.waits;
    }
  }

  private fetch(chain: number, at: number): number {
    const { x, program } = this;
    if (program.mustWait(chain)) {
      x[at + X_PHASE] = PH.blocked;
      return STEP.waits;
    }
    program.fetch(chain);
    this.heap.reserveSlots(program.slots);
    x[at + X_SLOT] = program.slot;
    x[at + X_SIZE] = program.size;
    if (program.freeSlot < 0) {
      x[at + X_PHASE] = PH.malloc;
      return this.malloc(chain, at);
    }
    x[at + X_FREE_SLOT] = program.freeSlot;
    x[at + X_PHASE] = this.free(chain, at, program.freeSlot) ? PH.enqueue : PH.malloc;
    return STEP.more;
  }

  /** An allocation of main's while it warms up, run to its end. */
  mallocNow(chain: number, size: number, slot: number): boolean {
    const at = chain * X_WORDS;
    this.heap.reserveSlots(slot + 1);
    this.x[at + X_SLOT] = slot;
    this.x[at + X_SIZE] = size;
    let result: number = this.malloc(chain, at);
    while (result === STEP.more) result = this.step(chain);
    return result === STEP.done;
  }
  freeNow(chain: number, slot: number): void {
    const at = chain * X_WORDS;
    if (this.free(chain, at, slot)) this.enqueueStep(chain, at);
  }

  /** @returns true when the page must be enqueued: the count reached the threshold */
  private free(chain: number, at: number, slot: number): boolean {
    const { heap, threads, costs, x, warming } = this;
    const { pages, counters } = heap;
    const where = heap.where[slot];
    heap.where[slot] = NONE;
    if (where === NONE) return false;
    this.program.freed(slot);
    if (where === OTHER) {
      heap.otherBlocks--;
      heap.otherBytes -= heap.requested[slot];
      counters[warming ? C.runtimeLocalFrees : C.localFrees]++;
      threads.clock[chain] += costs.free;
      return false;
    }
    heap.requestedBytes -= heap.requested[slot];
    const p = (where >>> 5) * P_WORDS;
    const bit = 1 << (where & 31);
    const life = threads.life[chain];
    const flags = pages[p + P_FLAGS];
    heap.leave(p);
    if (pages[p + P_OWNER] === life) {
      const hadFree = pages[p + P_FREE] !== 0;
      pages[p + P_FREE] |= bit;
      const aside =
        (flags & (PF.active | PF.partial | PF.pending)) === 0 && pages[p + P_HOLDER] === NONE;
      if (aside && this.partialOn) heap.pushPartial(p);
      heap.enter(p);
      if (aside && !this.partialOn && !hadFree)
        heap.noteHidden(p, threads.clock[chain], pages[p + P_OWNER_EVENT]);
      counters[warming ? C.runtimeLocalFrees : C.localFrees]++;
      threads.clock[chain] += costs.free;
      return false;
    }
    pages[p + P_REMOTE] |= bit;
    heap.enter(p);
    counters[warming ? C.runtimeRemoteFrees : C.remoteFrees]++;
    threads.clock[chain] += costs.remoteFree;
    const waiting = popcount(pages[p + P_REMOTE]);
    if (waiting === 1) counters[C.remoteEdges]++;
    if (waiting === this.knobs.pendingThreshold && (flags & PF.pending) === 0) {
      x[at + X_PAGE] = p;
      x[at + X_SEEN] = pages[p + P_OWNER];
      return true;
    }
    if (waiting === 1 && (flags & PF.pending) === 0)
      heap.noteHidden(p, threads.clock[chain], pages[p + P_OWNER_EVENT]);
    return false;
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
    const { heap, threads, costs, x } = this;
    const size = x[at + X_SIZE];
    if (size > MF2_CLASSES[CLASS_COUNT - 1]) {
      threads.clock[chain] += costs.refill;
      heap.counters[C.otherMallocs]++;
      return this.serveOther(chain, at);
    }
    const cls = classOfRequest(size);
    const life = threads.life[chain];
    const t = heap.table(life, cls);
    x[at + X_CLS] = cls;
    if (x[at + X_UNNEEDED] === 1) {
      x[at + X_UNNEEDED] = 2;
      if (this.adopts) {
        threads.clock[chain] += costs.refill;
        x[at + X_ADOPTS] = Math.max(1, this.knobs.adoptBudget);
        x[at + X_PHASE] = PH.slow;
        return STEP.more;
      }
    }
    const active = heap.tables[t + T_ACTIVE];
    if (active !== NONE && heap.pages[active + P_FREE] !== 0)
      return this.take(chain, at, active, STAGE.active);
    x[at + X_PHASE] = PH.slow;
    x[at + X_STAGE] = 0;
    x[at + X_BUDGET] = this.knobs.gateBudget;
    x[at + X_ADOPTS] = this.knobs.adoptBudget;
    x[at + X_UNNEEDED] = 0;
    threads.clock[chain] += costs.refill;
    heap.counters[C.refills]++;
    return STEP.more;
  }

  /** A request that no page serves. */
  serveOther(chain: number, at: number): number {
    const { heap, x } = this;
    const slot = x[at + X_SLOT];
    heap.where[slot] = OTHER;
    heap.requested[slot] = x[at + X_SIZE];
    heap.otherBlocks++;
    heap.otherBytes += x[at + X_SIZE];
    return this.finish(chain, at, NONE, 0, STAGE.fresh);
  }

  private take(chain: number, at: number, p: number, via: number): number {
    const { heap, threads, costs, x } = this;
    const block = heap.takeBlock(p);
    threads.clock[chain] += costs.malloc + heap.touchedNow * costs.fault;
    if (heap.touchedNow > 0) {
      heap.counters[C.pageFaults] += heap.touchedNow;
      this.host.memoryGrew();
    }
    const slot = x[at + X_SLOT];
    const row = p / P_WORDS;
    heap.where[slot] = (row << 5) | block;
    heap.requested[slot] = x[at + X_SIZE];
    heap.requestedBytes += x[at + X_SIZE];
    return this.finish(chain, at, row, block, via);
  }

  private finish(chain: number, at: number, row: number, block: number, via: number): number {
    const { heap, threads, x, outcome } = this;
    const result = ((row << 5) | block) ^ (via << 29);
    outcome[chain] = (Math.imul(outcome[chain] ^ result, 0x9e3779b1) + 0x7f4a7c15) | 0;
    this.pending[chain * 3] = row;
    this.pending[chain * 3 + 1] = block;
    this.pending[chain * 3 + 2] = via;
    heap.lastAllocNs[threads.life[chain]] = threads.clock[chain];
    heap.counters[this.warming ? C.runtimeMallocs : C.mallocs]++;
    x[at + X_UNNEEDED] = 0;
    if (this.warming) {
      x[at + X_PHASE] = PH.fetch;
      return STEP.done;
    }
    const next = this.program.after(chain, x[at + X_SLOT]);
    if (next >= 0) {
      x[at + X_FREE_SLOT] = next;
      x[at + X_PHASE] = PH.freeAfter;
      return STEP.more;
    }
    x[at + X_PHASE] = PH.fetch;
    return this.operationDone(chain, at);
  }

  private operationDone(chain: number, at: number): number {
    const { x, threads, costs, last, pending } = this;
    last.chain = chain;
    last.row = pending[chain * 3];
    last.block = pending[chain * 3 + 1];
    last.via = pending[chain * 3 + 2];
    last.slot = x[at + X_SLOT];
    last.freed = x[at + X_FREE_SLOT];
    x[at + X_FREE_SLOT] = NONE;
    threads.clock[chain] += costs.perOp;
    if (x[at + X_BURST] > 0 && --x[at + X_BURST] === 0) x[at + X_PHASE] = PH.asleep;
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
      x[at + X_PHASE] = PH.slow;
      return;
    }
    if (pages[p + P_OWNER] !== life)
      this.takeOver(chain, p, x[at + X_UNNEEDED] === 2, x[at + X_WAKE_EVENT]);
    heap.leave(p);
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

  private drainLink(chain: number, at: number): number {
    const { heap, threads, costs, x, knobs } = this;
    const { pages, counters } = heap;
    const p = x[at + X_PAGE];
    const life = threads.life[chain];
    threads.clock[chain] += popcount(pages[p + P_DRAIN]) * costs.drainBlock;
    if (pages[p + P_HOLDER] !== life) {
      x[at + X_PHASE] = PH.slow;
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
    const { heap, threads, costs, x, host } = this;
    const life = threads.life[chain];
    threads.clock[chain] += costs.mmap;
    heap.counters[C.mmapCalls]++;
    const piece = host.mapPage();
    if (piece < 0) {
      x[at + X_PHASE] = PH.fetch;
      if (host.refused(chain, x[at + X_SIZE], x[at + X_SLOT])) return this.serveOther(chain, at);
      return STEP.stopped;
    }
    const p = freshPage(heap, life, x[at + X_CLS], piece, threads.clock[chain]);
    const faults = heap.prelinkFaults(x[at + X_CLS]);
    heap.counters[C.pageFaults] += faults;
    threads.clock[chain] += faults * costs.fault;
    return this.activate(chain, at, p, STAGE.fresh);
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
    x[at + X_PHASE] = PH.asleep;
    return STEP.waits;
  }

  /** True between two operations of a chain: nothing of it is half done. */
  isBetween(chain: number): boolean {
    const phase = this.x[chain * X_WORDS + X_PHASE];
    return phase === PH.fetch || phase === PH.blocked || phase === PH.asleep;
  }
}
