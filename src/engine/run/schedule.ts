import { REG_BY_OPS, REG_HORIZON, REG_TIE, REG_UNTIL } from '../machine/registers.ts';
import { MAIN, type Threads } from '../machine/threads.ts';

/**
 * How long a thread runs before it makes room for one that waits for its core, ns: Linux's CFS gives
 * 0.75 ms x (1 + log2(cores)) at least, and 6 ms x (1 + log2(cores)) divided among the runnable at most;
 * 3 ms is what two threads a core get on two cores (kernel/sched/fair.c: sysctl_sched_latency).
 */
export const SLICE_NS = 3e6;
/** A change of threads on a core: registers, address space kept, caches partly lost (about 2 us). */
export const SWITCH_NS = 2000;
export const NONE = -1;
/** Turns in a row that may change nothing before we call it a fault of ours. */
export const MOST_IDLE_TURNS = 10_000;

/**
 * Who runs next. The earliest chain by its clock (schedule `own`) or by its operations (`shared`: a
 * lockstep aid), and how far it may go alone: a chain runs ahead of the others only while it touches
 * nothing that they share, so that no result depends on the quantum. With fewer cores than runnable
 * threads, those without a core stand still until one is free.
 */
export class Schedule {
  /** Chains that can go on: their thread runs and does not wait. */
  readonly runnable: Uint8Array;
  /** 1: has a core. Only kept while cores are scarce. */
  private readonly onCore: Uint8Array;
  private readonly sliceEnd: Float64Array;
  /** When a chain without a core became ready for one. */
  private readonly readyAt: Float64Array;
  /** 1: woke from sleep and has not had a core since. Linux lets such a thread in at once (fair.c: check_preempt_wakeup). */
  private readonly urgent: Uint8Array;
  /** When each free core became free, and how many are free. */
  private coreFree: number[];
  /** Since when a core stands still under a chain that sleeps on it; Infinity: it does not. */
  private readonly idleFrom: Float64Array;
  /** Clock at which each chain's latest sleep or stall ends: while its clock is that, it has done nothing since. */
  private readonly sleptUntil: Float64Array;
  /** Clock of each chain when its present operation began, for the shared schedule. */
  readonly began: Float64Array;
  /** What `pick` has just seen beside the chain it chose, for `limit`: the earliest of the others. Not state. */
  private picked = NONE;
  second = NONE;
  secondClock = Infinity;
  /** The earliest chain when `now` last looked, and its clock then. Not state. */
  private lowest = NONE;
  private lowestClock = 0;
  /** How often a chain was started: whoever was first before need not be so after. Not state. */
  starts = 0;
  /** Thread switches on cores so far. */
  switches = 0;
  /** Thread time spent ready and without a core, ns. */
  waitedNs = 0;

  constructor(
    private readonly threads: Threads,
    private readonly regs: Float64Array,
    private cores: number,
    readonly byOps: boolean,
  ) {
    const { chains } = threads;
    this.runnable = new Uint8Array(chains);
    this.onCore = new Uint8Array(chains);
    this.sliceEnd = new Float64Array(chains);
    this.readyAt = new Float64Array(chains);
    this.idleFrom = new Float64Array(chains).fill(Infinity);
    this.urgent = new Uint8Array(chains);
    this.sleptUntil = new Float64Array(chains).fill(-1);
    this.began = new Float64Array(chains);
    this.coreFree = Array.from({ length: Math.min(cores, chains) }, () => 0);
    regs[REG_BY_OPS] = byOps ? 1 : 0;
  }

  /** True while cores decide who runs: costs are charged and there may be more threads than cores. */
  private get scarce(): boolean {
    return this.cores < this.threads.chains;
  }

  /** True while nothing but clocks decides who runs: `firstTwo` is all there is to ask. */
  get byClocks(): boolean {
    return !this.byOps && !this.scarce;
  }

  /** Changes the number of cores; Infinity: no limit. Every chain asks for a core anew. */
  setCores(cores: number, now: number): void {
    if (cores === this.cores) return;
    this.lowest = NONE;
    this.cores = cores;
    this.onCore.fill(0);
    this.coreFree = Array.from({ length: Math.min(cores, this.threads.chains) }, () => now);
    for (let chain = 0; chain < this.threads.chains; chain++)
      this.readyAt[chain] = Math.max(this.threads.clock[chain], 0);
  }

  /**
   * A chain can go on from its clock on. A successor does not inherit its parent's core: a new thread
   * queues for one like any other that became ready (kernel/sched/core.c, wake_up_new_task), so that
   * with more chains than cores lives of different chains take turns.
   */
  start(chain: number): void {
    this.picked = NONE;
    this.starts++;
    if (this.threads.clock[chain] < this.lowestClock) this.lowest = NONE;
    this.leaveCore(chain, this.threads.clock[chain]);
    this.runnable[chain] = 1;
    this.readyAt[chain] = this.threads.clock[chain];
    this.began[chain] = this.threads.clock[chain];
  }

  /** A sleeping chain woke at its clock: it takes the core of whoever has run longest. */
  wake(chain: number): void {
    this.start(chain);
    this.urgent[chain] = 1;
  }

  /** A chain cannot go on: it waits or has ended, since its clock. */
  stop(chain: number): void {
    this.runnable[chain] = 0;
    this.leaveCore(chain, this.threads.clock[chain]);
  }

  private leaveCore(chain: number, at: number): void {
    if (this.onCore[chain] === 0) return;
    this.onCore[chain] = 0;
    this.idleFrom[chain] = Infinity;
    this.coreFree.push(at);
    this.coreFree.sort(ascending);
  }

  /** The chain slept or waited for a lock until its clock, `ns` long: others may have its core meanwhile. */
  slept(chain: number, ns: number): void {
    if (this.onCore[chain] !== 0) this.idleFrom[chain] = this.threads.clock[chain] - ns;
  }

  /** The chain sleeps until its clock, `ns` long. */
  sleeps(chain: number, ns: number): void {
    this.sleptUntil[chain] = this.threads.clock[chain];
    this.slept(chain, ns);
  }

  /**
   * When work in the background that falls due at `ns` begins: at once where whoever is earliest sleeps until
   * then, else when that one's step is over.
   */
  backgroundFrom(ns: number): number {
    const { clock, chains } = this.threads;
    const now = this.now();
    for (let chain = 0; chain < chains; chain++)
      if (this.runnable[chain] !== 0 && clock[chain] === now && this.sleptUntil[chain] !== now)
        return Math.max(ns, now);
    return ns;
  }

  /**
   * A chain is descheduled for `ns`, from its clock on. One that waits for a core at `now` is not ready before
   * that time is over; without this it would be given a core as if nothing had happened.
   */
  stall(chain: number, ns: number, now: number): void {
    const { clock } = this.threads;
    const waits = this.scarce && this.runnable[chain] !== 0 && this.onCore[chain] === 0;
    const until = (waits ? Math.max(clock[chain], now) : clock[chain]) + ns;
    this.began[chain] += until - clock[chain];
    clock[chain] = until;
    if (!waits) {
      this.sleeps(chain, ns);
      return;
    }
    this.readyAt[chain] = until;
    this.urgent[chain] = 0;
  }

  /** Frees the core of a sleeper for a chain that is ready before the sleeper wakes. */
  private displaceSleeper(readyAt: number): void {
    const { clock, chains } = this.threads;
    for (let chain = 0; chain < chains; chain++) {
      if (this.onCore[chain] === 0 || this.idleFrom[chain] === Infinity) continue;
      if (clock[chain] <= readyAt) continue;
      this.leaveCore(chain, this.idleFrom[chain]);
      this.readyAt[chain] = clock[chain];
      return;
    }
  }

  /** Ready chain without a core that is to have one first: who woke, then who waited longest; or NONE. */
  private firstReady(): number {
    const { runnable, onCore, readyAt, urgent } = this;
    let first = NONE;
    for (let chain = 0; chain < this.threads.chains; chain++) {
      if (runnable[chain] === 0 || onCore[chain] !== 0) continue;
      if (first === NONE || urgent[chain] > urgent[first]) first = chain;
      else if (urgent[chain] === urgent[first] && readyAt[chain] < readyAt[first]) first = chain;
    }
    return first;
  }

  /** Takes the core from whoever has run longest, if a thread woke by `now`. @returns true when it did */
  private preempt(now: number): boolean {
    const ready = this.firstReady();
    if (ready === NONE || this.urgent[ready] === 0 || this.readyAt[ready] > now) return false;
    let victim = NONE;
    for (let chain = 0; chain < this.threads.chains; chain++)
      if (
        this.onCore[chain] !== 0 &&
        (victim === NONE || this.sliceEnd[chain] < this.sliceEnd[victim])
      )
        victim = chain;
    if (victim === NONE) return false;
    this.leaveCore(victim, this.threads.clock[victim]);
    this.readyAt[victim] = this.threads.clock[victim];
    return true;
  }

  private othersWait(chain: number): boolean {
    for (let other = 0; other < this.threads.chains; other++)
      if (other !== chain && this.runnable[other] !== 0 && this.onCore[other] === 0) return true;
    return false;
  }

  /** Gives free cores to those that are ready for one, the longest waiting first. */
  private dispatch(): void {
    const { onCore, readyAt, coreFree } = this;
    const { clock } = this.threads;
    for (;;) {
      const first = this.firstReady();
      if (first === NONE) return;
      if (coreFree.length === 0) this.displaceSleeper(readyAt[first]);
      if (coreFree.length === 0) return;
      const free = coreFree.shift() as number;
      const waited = free - readyAt[first];
      if (waited > 0) {
        clock[first] = free + SWITCH_NS;
        this.began[first] += clock[first] - readyAt[first];
        this.waitedNs += waited;
        this.switches++;
      } else if (waited < 0) {
        // Until it is ready the core is anybody's.
        this.idleFrom[first] = free;
      }
      onCore[first] = 1;
      this.urgent[first] = 0;
      this.sliceEnd[first] = clock[first] + SLICE_NS;
    }
  }

  /** Chain that is to run next, or NONE when none can. */
  pick(): number {
    if (this.byOps) return this.firstOfRound();
    if (!this.scarce) return this.firstTwo();
    for (;;) {
      this.dispatch();
      const first = this.earliest(this.onCore);
      if (first === NONE) return NONE;
      this.idleFrom[first] = Infinity;
      if (this.preempt(this.threads.clock[first])) continue;
      if (this.threads.clock[first] < this.sliceEnd[first]) return first;
      if (this.othersWait(first)) {
        this.leaveCore(first, this.threads.clock[first]);
        this.readyAt[first] = this.threads.clock[first];
      } else this.sliceEnd[first] = this.threads.clock[first] + SLICE_NS;
    }
  }

  /** Finds the earliest runnable chain, and the one after it for `limit`: both in one pass. */
  firstTwo(): number {
    const { clock, chains } = this.threads;
    const { runnable } = this;
    let best = NONE;
    let least = Infinity;
    let second = chains;
    let secondClock = Infinity;
    for (let chain = 0; chain < chains; chain++) {
      if (runnable[chain] === 0) continue;
      const at = clock[chain];
      if (at < least) {
        second = best === NONE ? chains : best;
        secondClock = least;
        best = chain;
        least = at;
      } else if (at < secondClock) {
        second = chain;
        secondClock = at;
      }
    }
    this.picked = best;
    this.second = second;
    this.secondClock = secondClock;
    return best;
  }

  /** Of the marked chains the one with the smallest clock (ties: lowest slot), or NONE. */
  private earliest(marked: Uint8Array): number {
    const { clock, chains } = this.threads;
    let best = NONE;
    let least = Infinity;
    for (let chain = 0; chain < chains; chain++) {
      if (marked[chain] !== 0 && clock[chain] < least) {
        least = clock[chain];
        best = chain;
      }
    }
    return best;
  }

  /** Rounds: nobody begins its next operation before all have begun this one. */
  private firstOfRound(): number {
    const { clock, ops } = this.threads;
    return firstOfRound(this.runnable, ops, clock, this.began);
  }

  /**
   * Says in the registers how far `chain`, which was picked, may go before it must look at the others.
   * @param until no record begins at or after this clock
   */
  limit(chain: number, until: number): void {
    const { regs, threads } = this;
    const { clock, ops, chains } = threads;
    regs[REG_UNTIL] = until;
    let horizon = Infinity;
    let second = chains;
    if (this.byOps) {
      for (let other = 0; other < chains; other++)
        if (other !== chain && this.runnable[other] !== 0 && ops[other] < horizon) {
          horizon = ops[other];
          second = other;
        }
    } else if (this.picked === chain) {
      horizon = this.secondClock;
      second = this.second;
      this.picked = NONE;
    } else {
      const scarce = this.scarce;
      const marked = scarce ? this.onCore : this.runnable;
      for (let other = 0; other < chains; other++)
        if (other !== chain && marked[other] !== 0 && clock[other] < horizon) {
          horizon = clock[other];
          second = other;
        }
      if (scarce) {
        const ready = this.firstReady();
        const woken = ready !== NONE && this.urgent[ready] !== 0 ? this.readyAt[ready] : Infinity;
        regs[REG_UNTIL] = Math.min(until, this.sliceEnd[chain], woken);
      }
    }
    regs[REG_HORIZON] = horizon;
    // Equal now: it was picked, so it is its turn. By clocks the lowest slot comes first at any time.
    regs[REG_TIE] = (this.byOps ? ops[chain] === horizon : chain < second) ? 1 : 0;
  }

  /** Smallest clock of those that run; those without a core stand still and do not count. */
  now(): number {
    const { clock } = this.threads;
    const { lowest } = this;
    // Clocks only go forward: while the earliest has not moved and nobody earlier has started, it is that.
    if (lowest !== NONE && this.runnable[lowest] !== 0 && clock[lowest] === this.lowestClock)
      return this.lowestClock;
    return this.lookForNow();
  }
  private lookForNow(): number {
    const { clock } = this.threads;
    const scarce = this.scarce && !this.byOps;
    const first = this.earliest(scarce ? this.onCore : this.runnable);
    if (first !== NONE) {
      this.lowest = scarce ? NONE : first;
      this.lowestClock = clock[first];
      return clock[first];
    }
    const ready = this.earliest(this.runnable);
    return ready === NONE ? this.threads.latestClock() : clock[ready];
  }

  /** The clock that all share, as `chain` sees it: by clocks it is the earliest, so that is its own. */
  common(chain: number): number {
    return this.byOps ? this.now() : this.threads.clock[chain];
  }

  /** During a burst the chain has the machine for itself. */
  alone(chain: number, until: number): void {
    this.limit(chain, until);
    this.regs[REG_HORIZON] = Infinity;
    this.regs[REG_TIE] = 1;
    this.regs[REG_UNTIL] = until;
  }

  /** No running chain goes on at an earlier time than `chain` has reached. */
  catchUp(chain: number): void {
    const { threads, began } = this;
    const now = threads.clock[chain];
    for (let other = MAIN; other < threads.chains; other++) {
      const lag = now - threads.clock[other];
      // Main's slot runs only while it does the allocator's work in the background.
      if (lag <= 0 || (threads.running[other] === 0 && this.runnable[other] === 0)) continue;
      threads.clock[other] = now;
      began[other] += lag;
      this.readyAt[other] = Math.max(this.readyAt[other], now);
    }
  }

  snapshot() {
    return {
      columns: this.columns().map((column) => column.slice()),
      coreFree: this.coreFree.slice(),
      cores: this.cores,
      switches: this.switches,
      waitedNs: this.waitedNs,
    };
  }
  restore(saved: ReturnType<Schedule['snapshot']>): void {
    this.lowest = NONE;
    this.columns().forEach((column, i) => {
      column.set(saved.columns[i]);
    });
    this.coreFree = saved.coreFree.slice();
    this.cores = saved.cores;
    this.switches = saved.switches;
    this.waitedNs = saved.waitedNs;
  }
  private columns(): (Uint8Array | Float64Array)[] {
    return [
      this.runnable,
      this.onCore,
      this.sliceEnd,
      this.readyAt,
      this.idleFrom,
      this.urgent,
      this.sleptUntil,
      this.began,
    ];
  }
}

/**
 * Of the runnable chains the one whose step is next under the shared schedule: with the fewest operations,
 * then with the least time spent in the present one (ties: lowest slot); or NONE.
 */
export function firstOfRound(
  runnable: Uint8Array,
  ops: Float64Array,
  clock: Float64Array,
  began: Float64Array,
): number {
  let best = NONE;
  let fewest = Infinity;
  let least = Infinity;
  for (let chain = 0; chain < runnable.length; chain++) {
    if (runnable[chain] === 0 || ops[chain] > fewest) continue;
    const spent = clock[chain] - began[chain];
    if (ops[chain] < fewest || spent < least) {
      fewest = ops[chain];
      least = spent;
      best = chain;
    }
  }
  return best;
}

const ascending = (a: number, b: number): number => a - b;
