import type { KnobValues } from '../../knobs/index.ts';
import { type Costs, costsOf } from '../../machine/costs.ts';
import type { Threads } from '../../machine/threads.ts';
import { C } from '../../telemetry/counters.ts';
import { ADOPTION, EV, NO_CAUSE, RACE } from '../../telemetry/events.ts';
import type { Machine } from '../contract.ts';
import type { Mf2Heap } from './heap.ts';
import {
  NONE,
  P_ADOPTED_FROM,
  P_CLS,
  P_ENQ_EVENT,
  P_FLAGS,
  P_FREE,
  P_OWNER,
  P_OWNER_EVENT,
  P_REMOTE,
  P_WORDS,
  PF,
  popcount,
  T_ACTIVE,
} from './layout.ts';

/** What chains do with whole pages: queue them, take them over, allocate from them, set them aside. */
export class Mf2Ownership {
  costs: Costs;
  /** Owners keep a list of pages with room (S-46). */
  partialOn = false;
  private wakeOn = false;
  /** A page that joins a queue goes behind the others. */
  private oldestFirst = false;

  readonly knobs: Readonly<KnobValues>;
  readonly threads: Threads;
  // Columns that steps are at all the time.
  protected readonly clock: Float64Array;
  protected readonly lifeOf: Int32Array;

  constructor(
    readonly machine: Machine,
    readonly heap: Mf2Heap,
  ) {
    this.knobs = machine.settings;
    this.threads = machine.threads;
    this.clock = machine.threads.clock;
    this.lifeOf = machine.threads.life;
    this.costs = costsOf(machine.settings);
  }

  applyKnobs(): void {
    const { knobs } = this;
    this.costs = costsOf(knobs);
    const { route } = knobs;
    const listed = route === 's2' || route === 's3' || route === 'p';
    this.partialOn = knobs.partialList === 'byRoute' ? listed : knobs.partialList === 'on';
    this.oldestFirst = knobs.pendingOrder === 'oldest';
    this.wakeOn = knobs.wakeup === 'byRoute' ? route === 's3' : knobs.wakeup === 'on';
  }

  protected enqueue(chain: number, p: number, life: number): void {
    const { heap, threads, machine } = this;
    const now = threads.clock[chain];
    const seq = heap.emit(
      EV.pageEnqueued,
      now,
      threads.life[chain],
      p / P_WORDS,
      life,
      popcount(heap.pages[p + P_REMOTE]),
      heap.pages[p + P_OWNER_EVENT],
    );
    heap.enqueue(p, life, this.oldestFirst, machine.commonNs(chain), seq);
    heap.counters[C.pendingEnqueued]++;
    if (this.wakeOn && machine.isAlive(life)) this.wake(threads.chainOf(life), now, seq);
  }

  /** A sleeper is to drain its queues. */
  protected wake(_chain: number, _now: number, _cause: number): void {}

  protected race(chain: number, p: number, kind: number, counter: number): void {
    const { heap, threads } = this;
    heap.counters[counter]++;
    heap.emit(
      EV.race,
      threads.clock[chain],
      threads.life[chain],
      p / P_WORDS,
      kind,
      0,
      heap.pages[p + P_OWNER_EVENT],
    );
  }

  /** Makes the chain's life the owner of a page that it found, and notes what made it look. */
  protected takeOver(chain: number, p: number, unneeded: boolean, wakeEvent: number): void {
    const { heap, threads, machine } = this;
    const { pages, counters } = heap;
    const life = threads.life[chain];
    const old = pages[p + P_OWNER];
    const alive = machine.isAlive(old);
    const mine = heap.table(life, pages[p + P_CLS]);
    // Why this thread looked elsewhere: its waking, the page it lost itself, or plain need.
    let cause = unneeded ? wakeEvent : NO_CAUSE;
    let depth = 1;
    if (!unneeded) {
      const loss = heap.payLoss(mine);
      if (loss !== NONE) {
        cause = heap.lossEvent[loss];
        depth = heap.lossDepth[loss] + 1;
      } else cause = alive ? pages[p + P_ENQ_EVENT] : heap.exitEvent[old];
    }
    const how = unneeded ? ADOPTION.unneeded : alive ? ADOPTION.needed : ADOPTION.orphan;
    if (unneeded) counters[C.adoptionsUnneeded]++;
    const wasActive = this.transfer(chain, p, how, cause, depth);
    if (alive && wasActive) this.race(chain, p, RACE.activeLost, C.activeLost);
  }

  /** Changes the owner of a page. @returns true when the old owner allocated from it */
  private transfer(chain: number, p: number, how: number, cause: number, depth: number): boolean {
    const { heap, threads, machine } = this;
    const { pages, counters, tables } = heap;
    const life = threads.life[chain];
    const old = pages[p + P_OWNER];
    const alive = machine.isAlive(old);
    heap.leave(p);
    const tOld = heap.table(old, pages[p + P_CLS]);
    const wasActive = tables[tOld + T_ACTIVE] === p;
    if (wasActive) tables[tOld + T_ACTIVE] = NONE;
    heap.dropPartial(p);
    heap.disown(p);
    pages[p + P_FLAGS] = (pages[p + P_FLAGS] & ~(PF.orphan | PF.active)) | PF.adopted;
    pages[p + P_ADOPTED_FROM] = old;
    heap.own(p, life);
    heap.enter(p);
    const seq = heap.emit(EV.pageAdopted, threads.clock[chain], life, p / P_WORDS, old, how, cause);
    pages[p + P_OWNER_EVENT] = seq;
    counters[C.adoptions]++;
    counters[C.ownershipTransfers]++;
    if (!alive) counters[C.orphanAdoptions]++;
    if (alive) heap.addLoss(tOld, seq, depth);
    return wasActive;
  }

  /** An intervention: the chain's thread adopts a page that nobody drains, and allocates from it. */
  forceAdopt(chain: number, p: number, cause: number): void {
    const { heap } = this;
    const { pages, counters } = heap;
    this.transfer(chain, p, ADOPTION.forced, cause, 1);
    counters[C.adoptionsUnneeded]++;
    const blocks = popcount(pages[p + P_REMOTE]);
    heap.leave(p);
    pages[p + P_FREE] |= pages[p + P_REMOTE];
    pages[p + P_REMOTE] = 0;
    // It may lie in its old owner's queue; there it is handed on when its turn comes.
    if ((pages[p + P_FLAGS] & PF.queued) === 0) pages[p + P_FLAGS] &= ~PF.pending;
    heap.enter(p);
    counters[C.drainAttempts]++;
    if (blocks > 0) {
      counters[C.drainSuccesses]++;
      counters[C.drainedBlocks] += blocks;
    }
    this.makeActive(chain, pages[p + P_CLS], p);
  }

  /** A page that its owner holds but does not allocate from: listed, or out of sight. */
  protected setAside(p: number, chain: number): void {
    const { heap, threads } = this;
    const { pages } = heap;
    if ((pages[p + P_FLAGS] & (PF.active | PF.partial | PF.pending)) !== 0) return;
    if (pages[p + P_FREE] !== 0 && this.partialOn) {
      heap.leave(p);
      heap.pushPartial(p);
      heap.enter(p);
    } else heap.noteHidden(p, threads.clock[chain], pages[p + P_OWNER_EVENT]);
  }

  /** The chain allocates from this page now; the one before is set aside. */
  protected makeActive(chain: number, cls: number, p: number): void {
    const { heap, threads } = this;
    const { pages, tables } = heap;
    const t = heap.table(threads.life[chain], cls);
    const old = tables[t + T_ACTIVE];
    heap.leave(p);
    heap.dropPartial(p);
    pages[p + P_FLAGS] |= PF.active;
    heap.enter(p);
    tables[t + T_ACTIVE] = p;
    if (old !== NONE && old !== p) {
      heap.leave(old);
      pages[old + P_FLAGS] &= ~PF.active;
      heap.enter(old);
      this.setAside(old, chain);
    }
  }
}
