import { assert } from '../../base/assert.ts';
import { NO_CAUSE } from '../telemetry/events.ts';

/**
 * Threads by chain and by life. A *life* is one thread from creation to exit, with an id that is
 * never used again; a *chain* (slot) is a life and its successors. Slot 0 is main, life 0: it warms
 * up, then sleeps, and never exits during the run.
 */
export const MAIN = 0;
export const NO_STACK = -1;
export const NO_SLOT = -1;
/** glibc keeps stacks of ended threads for reuse up to 40 MiB (nptl/nptl-stack.c): four of 8 MiB + 4 KiB. */
export const STACK_CACHE_SLOTS = 4;
export const STACK_PAGES = 2048;
export const GUARD_PAGES = 1;
/** Resident pages that a thread leaves in its stack (8.3 KiB measured, models.md section 2). */
export const STACK_RESIDENT_PAGES = 2;

/** The bit of a `lifeChain` entry that says that the life is alive. */
export const ALIVE_SHIFT = 7;
const ALIVE = 1 << ALIVE_SHIFT;

export class Threads {
  /** Life now running in each chain; of an ended chain, its last life. */
  readonly life: Int32Array;
  readonly running: Uint8Array;
  /** Virtual clock, ns. */
  readonly clock: Float64Array;
  /** Operations the chain has done. */
  readonly ops: Float64Array;
  /** Operations the running life has done. */
  readonly done: Float64Array;
  readonly stack: Int32Array;
  /** Block-table slot of the running life's thread table. */
  readonly table: Int32Array;
  /** With join: the predecessor's stack and table, until the successor first runs. */
  readonly joinStack: Int32Array;
  readonly joinTable: Int32Array;
  /** Slab of each chain's last operation when its free was remote, else -1. */
  readonly inFlight: Int32Array;
  /** Lives started; main is not counted. The next life's id is lives + 1. */
  lives = 0;
  runningCount = 0;
  livingStacks = 0;
  deadStacks = 0;
  /** Chain of each life, with a mark while it is alive; see ALIVE_SHIFT. Renewed as it grows. */
  lifeChain = new Uint8Array(1024);
  private lifeStart = new Int32Array(1024).fill(NO_CAUSE);
  private cacheStack: number[] = [];
  private cacheTable: number[] = [];

  /** @param chains main included, at most 128 */
  constructor(readonly chains: number) {
    assert(chains <= ALIVE, 'a life has its chain in seven bits');
    this.life = new Int32Array(chains).fill(-1);
    this.running = new Uint8Array(chains);
    this.clock = new Float64Array(chains);
    this.ops = new Float64Array(chains);
    this.done = new Float64Array(chains);
    this.stack = new Int32Array(chains).fill(NO_STACK);
    this.table = new Int32Array(chains).fill(NO_SLOT);
    this.joinStack = new Int32Array(chains).fill(NO_STACK);
    this.joinTable = new Int32Array(chains).fill(NO_SLOT);
    this.inFlight = new Int32Array(chains).fill(-1);
    this.life[MAIN] = 0;
    this.lifeChain[0] = MAIN | ALIVE;
  }

  chainOf(life: number): number {
    return this.lifeChain[life] & ~ALIVE;
  }

  isAlive(life: number): boolean {
    return (this.lifeChain[life] & ALIVE) !== 0;
  }

  startEvent(life: number): number {
    return life > 0 ? this.lifeStart[life] : NO_CAUSE;
  }

  /** Starts the next life in a chain. */
  begin(chain: number, clock: number, stack: number, table: number, startEvent: number): number {
    const life = ++this.lives;
    if (life >= this.lifeChain.length) {
      const chains = new Uint8Array(life * 2);
      chains.set(this.lifeChain);
      this.lifeChain = chains;
      const starts = new Int32Array(life * 2);
      starts.set(this.lifeStart);
      this.lifeStart = starts;
    }
    this.lifeChain[life] = chain | ALIVE;
    this.lifeStart[life] = startEvent;
    this.life[chain] = life;
    if (this.running[chain] === 0) this.runningCount++;
    this.running[chain] = 1;
    this.clock[chain] = clock;
    this.done[chain] = 0;
    this.stack[chain] = stack;
    this.table[chain] = table;
    this.livingStacks++;
    return life;
  }

  /** The life is over; its stack and table are the caller's business. */
  end(life: number): void {
    this.lifeChain[life] &= ~ALIVE;
    this.livingStacks--;
    this.deadStacks++;
  }

  /** No successor: the chain ends. */
  stopChain(chain: number): void {
    if (this.running[chain] !== 0) this.runningCount--;
    this.running[chain] = 0;
  }

  /** Puts an ended thread's stack and table into the cache. True when the cache overflows: evict one. */
  cache(stack: number, table: number): boolean {
    this.cacheStack.push(stack);
    this.cacheTable.push(table);
    return this.cacheStack.length > STACK_CACHE_SLOTS;
  }

  /** Oldest cached pair, to be released. */
  evict(): { stack: number; table: number } {
    this.deadStacks--;
    return { stack: this.cacheStack.shift() as number, table: this.cacheTable.shift() as number };
  }

  /** Newest cached pair for a new thread, or undefined. */
  reuse(): { stack: number; table: number } | undefined {
    const stack = this.cacheStack.pop();
    const table = this.cacheTable.pop();
    if (stack === undefined || table === undefined) return undefined;
    this.deadStacks--;
    return { stack, table };
  }

  /** The running chain with the smallest clock (ties: lowest slot), or 0 when none runs. */
  earliest(): number {
    let best = 0;
    let least = Infinity;
    for (let chain = 1; chain < this.chains; chain++) {
      if (this.running[chain] !== 0 && this.clock[chain] < least) {
        least = this.clock[chain];
        best = chain;
      }
    }
    return best;
  }

  /** The running chain with the fewest operations (ties: lowest slot), or 0 when none runs. */
  fewestOps(): number {
    let best = 0;
    let least = Infinity;
    for (let chain = 1; chain < this.chains; chain++) {
      if (this.running[chain] !== 0 && this.ops[chain] < least) {
        least = this.ops[chain];
        best = chain;
      }
    }
    return best;
  }

  /** No running chain goes on at an earlier time than `chain` has reached. */
  catchUp(chain: number): void {
    const now = this.clock[chain];
    for (let other = 1; other < this.chains; other++)
      if (this.running[other] !== 0 && this.clock[other] < now) this.clock[other] = now;
  }

  /** Latest clock of any chain. */
  latestClock(): number {
    let latest = 0;
    for (let chain = 0; chain < this.chains; chain++) latest = Math.max(latest, this.clock[chain]);
    return latest;
  }

  snapshot(): unknown {
    return {
      columns: this.columns().map((column) => column.slice()),
      lifeChain: this.lifeChain.slice(0, this.lives + 1),
      lifeStart: this.lifeStart.slice(0, this.lives + 1),
      cacheStack: this.cacheStack.slice(),
      cacheTable: this.cacheTable.slice(),
      scalars: [this.lives, this.runningCount, this.livingStacks, this.deadStacks],
    } satisfies SavedThreads;
  }

  restore(saved: unknown): void {
    const from = saved as SavedThreads;
    this.columns().forEach((column, i) => {
      column.set(from.columns[i]);
    });
    if (this.lifeChain.length < from.lifeChain.length) {
      this.lifeChain = new Uint8Array(from.lifeChain.length * 2);
      this.lifeStart = new Int32Array(from.lifeChain.length * 2);
    }
    this.lifeChain.set(from.lifeChain);
    this.lifeStart.set(from.lifeStart);
    this.cacheStack = from.cacheStack.slice();
    this.cacheTable = from.cacheTable.slice();
    [this.lives, this.runningCount, this.livingStacks, this.deadStacks] = from.scalars as [
      number,
      number,
      number,
      number,
    ];
  }

  private columns(): (Int32Array | Uint8Array | Float64Array)[] {
    return [
      this.life,
      this.running,
      this.clock,
      this.ops,
      this.done,
      this.stack,
      this.table,
      this.joinStack,
      this.joinTable,
      this.inFlight,
    ];
  }
}

interface SavedThreads {
  columns: (Int32Array | Uint8Array | Float64Array)[];
  lifeChain: Uint8Array;
  lifeStart: Int32Array;
  cacheStack: number[];
  cacheTable: number[];
  scalars: number[];
}
