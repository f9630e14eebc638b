import type { Allocator, Machine } from '../allocators/contract.ts';
import type { Costs } from '../machine/costs.ts';
import { MAIN, NO_SLOT, NO_STACK, STACK_PAGES, STACK_RESIDENT_PAGES } from '../machine/threads.ts';
import { C } from '../telemetry/counters.ts';
import { EV } from '../telemetry/events.ts';

/** What threads' beginnings and ends need of the run. */
export interface LivesHost extends Machine {
  readonly allocator: Allocator;
  readonly costs: Costs;
  /** First slot of what the runtime allocates beside the program. */
  readonly firstTableSlot: number;
  readonly running: boolean;
  /** Map entries that stacks may still use. */
  readonly stackLimit: number;
  refusedStack(chain: number, life: number, ns: number): number;
  notePeaks(): void;
  endChains(): void;
  /** The chain's thread goes on from its clock, or no longer. */
  chainStarts(chain: number): void;
  chainStops(chain: number): void;
  /** A thread table was allocated by the thread of a chain. */
  tableMade(by: number, slot: number, bytes: number): void;
  /** The thread of a chain frees a thread table. */
  freeTable(chain: number, slot: number): void;
}

/**
 * pthread_create, pthread_exit and pthread_join as glibc does them: a stack of two map entries, a thread
 * table (dtv) that the *parent* allocates, a cache of 40 MiB for stacks of threads that were joined or
 * detached. Alike for every allocator.
 */
export class Lives {
  private tableSlots = 0;
  private readonly freeTableSlots: number[] = [];

  constructor(private readonly host: LivesHost) {}

  /** Slots of thread tables ever used. */
  get tables(): number {
    return this.tableSlots;
  }

  /** A life has done its work: it starts its successor, then exits (definitions.md, "Larson exactly"). */
  succeed(chain: number): void {
    const { host } = this;
    const { threads } = host;
    const life = threads.life[chain];
    const stack = threads.stack[chain];
    const table = threads.table[chain];
    const now = threads.clock[chain];
    const succeeded = this.create(chain, chain);
    if (!host.running) return;
    this.exit(chain, life, stack, table, succeeded, threads.startEvent(life), now);
  }

  /** The thread of a chain ends without a successor. */
  end(chain: number, cause: number): void {
    const { life, stack, table, clock } = this.host.threads;
    this.exit(chain, life[chain], stack[chain], table[chain], false, cause, clock[chain]);
  }

  private exit(
    chain: number,
    life: number,
    stack: number,
    table: number,
    succeeded: boolean,
    cause: number,
    now: number,
  ): void {
    const { host } = this;
    const { threads } = host;
    const { threadEnd } = host.settings;
    threads.end(life);
    const exit = host.emit(EV.threadExit, now, life, life, chain, 0, cause);
    if (threadEnd === 'detach' || (threadEnd === 'join' && !succeeded)) {
      // Nobody is left to join the last thread of a chain; main does.
      this.cacheStack(stack, table, chain);
    } else if (threadEnd === 'join') {
      threads.joinStack[chain] = stack;
      threads.joinTable[chain] = table;
    }
    host.allocator.threadExited(chain, life, exit);
    if (succeeded) return;
    threads.stopChain(chain);
    host.chainStops(chain);
    host.emit(EV.chainEnded, now, life, chain, 0, 0, exit);
    if (threads.runningCount === 0) host.endChains();
  }

  /** pthread_create by the thread that runs in `by`: a stack, then a thread table from malloc. */
  create(chain: number, by: number): boolean {
    const { host } = this;
    const { threads, counters, costs, allocator } = host;
    const parent = threads.life[by];
    let cost = 0;
    let { stack, table } = threads.reuse() ?? { stack: NO_STACK, table: NO_SLOT };
    if (stack !== NO_STACK) {
      cost += costs.threadCached;
      counters[C.stacksReused]++;
    } else {
      counters[C.mmapCalls]++;
      stack = host.space.mapStack(STACK_PAGES, host.stackLimit);
      if (stack < 0) {
        counters[C.mapRefusals]++;
        const refusal = host.refusedStack(chain, parent, threads.clock[by]);
        return this.failed(chain, parent, threads.clock[by], 0, refusal);
      }
      // A stack grows down: its thread writes the last pages.
      const top = host.space.pageOf(stack) + STACK_PAGES;
      host.space.touch(top - STACK_RESIDENT_PAGES, STACK_RESIDENT_PAGES);
      host.memoryGrew();
      if (!host.running) {
        host.space.unmapStack(stack);
        return false;
      }
      cost += costs.threadCreate;
      counters[C.stacksMapped]++;
      const before = threads.clock[by];
      table = this.makeTable(by);
      if (!host.running) {
        host.space.unmapStack(stack);
        return false;
      }
      if (table === NULL_TABLE) {
        host.space.unmapStack(stack);
        counters[C.munmapCalls]++;
        return this.failed(chain, parent, before, 1, host.events.next - 1);
      }
    }
    const clock = threads.clock[by] + cost;
    // Main waits for each creation in turn; a parent exits right after its own.
    if (by === MAIN) threads.clock[MAIN] = clock;
    const start = host.emit(
      EV.threadStart,
      clock,
      parent,
      threads.lives + 1,
      chain,
      parent,
      threads.startEvent(parent),
    );
    const life = threads.begin(chain, clock, stack, table, start);
    counters[C.threadLives]++;
    allocator.threadStarted(chain, life, start);
    host.chainStarts(chain);
    host.notePeaks();
    return true;
  }

  private failed(chain: number, life: number, ns: number, why: number, cause: number): false {
    const { host } = this;
    host.counters[C.threadCreateFailures]++;
    host.emit(EV.threadCreateFailed, ns, life, chain, why, 0, cause);
    return false;
  }

  /** The table that pthread_create allocates. @returns its slot, NO_SLOT when there is none, NULL_TABLE */
  private makeTable(by: number): number {
    const { host } = this;
    const { dtvBytes } = host.settings;
    if (dtvBytes === 0) return NO_SLOT;
    const slot = this.freeTableSlots.pop() ?? host.firstTableSlot + this.tableSlots++;
    host.allocator.reserveSlots(slot + 1);
    if (host.allocator.mallocNow(by, dtvBytes, slot, true)) {
      host.tableMade(by, slot, dtvBytes);
      return slot;
    }
    this.freeTableSlots.push(slot);
    return NULL_TABLE;
  }

  /** An ended thread's stack and table go into the cache; what falls out of it is released. */
  private cacheStack(stack: number, table: number, chain: number): void {
    const { host } = this;
    const { threads } = host;
    if (!threads.cache(stack, table)) return;
    const out = threads.evict();
    host.space.unmapStack(out.stack);
    host.counters[C.munmapCalls]++;
    if (out.table < 0) return;
    host.freeTable(chain, out.table);
    this.freeTableSlots.push(out.table);
  }

  /** The successor joins its predecessor before its first operation. */
  join(chain: number): void {
    const { threads } = this.host;
    const stack = threads.joinStack[chain];
    const table = threads.joinTable[chain];
    threads.joinStack[chain] = NO_STACK;
    threads.joinTable[chain] = NO_SLOT;
    this.cacheStack(stack, table, chain);
  }

  snapshot() {
    return { tableSlots: this.tableSlots, freeTableSlots: this.freeTableSlots.slice() };
  }
  restore(saved: ReturnType<Lives['snapshot']>): void {
    this.tableSlots = saved.tableSlots;
    this.freeTableSlots.splice(0, this.freeTableSlots.length, ...saved.freeTableSlots);
  }
}

const NULL_TABLE = -2;
