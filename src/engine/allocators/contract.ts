import type { Intervention } from '../interventions.ts';
import type { KnobId, KnobValues } from '../knobs/index.ts';
import type { AddressSpace } from '../machine/address-space.ts';
import type { Locks } from '../machine/locks.ts';
import type { Threads } from '../machine/threads.ts';
import type { EventLog } from '../telemetry/events.ts';
import type { Autopsy, BlocksDetail, SpanColumns, SpanDetail } from '../types.ts';
import type { RowMarks } from './row-marks.ts';

/** What an allocator is handed: the machine it runs on and the run's telemetry. */
export interface Machine {
  readonly settings: Readonly<KnobValues>;
  readonly space: AddressSpace;
  readonly threads: Threads;
  readonly locks: Locks;
  readonly events: EventLog;
  readonly counters: Float64Array;
  readonly regs: Float64Array;
  /** Leading bytes of a new block that the program writes at once; Infinity: all of it. */
  readonly touchBytes: number;
  /** Virtual time of the run: the smallest clock of the threads that run. */
  readonly nowNs: number;
  /**
   * Time by a clock that all threads share, as a chain that may go on sees it, ns. Where clocks run in time order
   * that is the chain's own; in rounds of equal operations the threads' own clocks drift apart, and it is the
   * run's: times of different threads are compared by this one.
   */
  commonNs(chain: number): number;
  /** Main's warm-up and the first threads are under way: mallocs and frees count as the runtime's. */
  readonly warming: boolean;

  /** Appends an event at REG_OP, at time `ns`. @returns its sequence number */
  emit(
    kind: number,
    ns: number,
    life: number,
    subject: number,
    a: number,
    b: number,
    cause: number,
  ): number;
  /**
   * A mapping was refused; notes it, and the run's first refusal.
   * @param cause what asked for it, NO_CAUSE unless said
   * @returns the event
   */
  refused(life: number, subject: number, bytes: number, ns: number, cause?: number): number;
  /** malloc is about to return NULL. @returns true: the C library serves it; false: the run is over */
  nullReturned(chain: number, size: number): boolean;
  /**
   * More pages are resident: the machine checks the physical limit. It may take lazily freed pages, and it
   * may end the run.
   */
  memoryGrew(): void;
  /** The program crashes: the run is over. @param cause NO_CAUSE unless said */
  crashed(reason: number, span: number, life: number, cause?: number): void;
  isAlive(life: number): boolean;
  /** True while a chain's living thread waits for others, or is main, which waits for all. */
  isAsleep(chain: number): boolean;
  /**
   * Wakes the sleeping thread of a chain at time `ns` to do the allocator's own work.
   * @returns false when it does not sleep; true: the allocator must mark the chain as `busy`
   */
  wake(chain: number, ns: number, cause: number): boolean;
  /**
   * Starts a thread of the allocator's own, in main's slot, not before `ns`: it competes for cores and
   * locks like any other, and `run` is called for chain 0 with `count` 0. The allocator must mark chain
   * 0 as `busy` until the work is done.
   */
  background(ns: number): void;
}

/** What the latest operation came to, as the allocator sees it. */
export interface Served {
  /** Row of the span that served it; -1: something else did. */
  readonly row: number;
  /** Block in its span (slab × 65,536 + block where a span has slabs). */
  readonly block: number;
  /** 0 fast, else the stage of the slow path. */
  readonly path: number;
}

/** What one step of a record led to: there is more of it, it is over, its chain waits, or the run is over. */
export const STEP = { more: 0, done: 1, waits: 2, stopped: 3 } as const;
export type StepResult = (typeof STEP)[keyof typeof STEP];
/** See Allocator.step. */
export type SingleStep = (chain: number, ops: Int32Array, at: number) => number;

/** The allocator's part of an autopsy; the run adds the rest. */
export type AutopsyPart = Pick<
  Autopsy,
  | 'superslabs'
  | 'superslabsPerLife'
  | 'liveBlocks'
  | 'workloadBlocks'
  | 'threadTables'
  | 'inflated'
  | 'inflatedCurrent'
  | 'freeable'
  | 'kept'
  | 'orphansHolding'
  | 'livingOwned'
  | 'refill'
  | 'refills'
>;

/**
 * One allocator on one machine. It answers the records of a stream, keeps its own memory, and knows
 * nothing of programs or other allocators. The run owns threads, stacks, time, sampling and how it ends.
 */
export interface Allocator {
  /** Block size of each class, in bytes; empty where blocks have no classes. */
  readonly classBytes: readonly number[];
  /** Rows of the span columns in use, given-back ones included; only a restore makes them fewer. */
  readonly rows: number;
  /** Bytes of its typed arrays. */
  readonly stateBytes: number;
  /** Chains in which the allocator has work of its own under way, mid-operation or in the background: 1. */
  readonly busy: Uint8Array;
  /** When its next timer is due, ns; Infinity: none. */
  readonly nextTimerNs: number;

  /**
   * Carries out records for a chain: `malloc` to `touch`, and OP.none; it stops before any other.
   * Stops early before a record that must not begin (REG_UNTIL), before or within one that would touch a shared resource
   * out of time order (the rest of that record is done by the next call, and the chain is `busy` until
   * then), after REG_BUDGET operations, and when REG_STOP is raised. Moves the chain's clock, and counts
   * completed operations into REG_ENDED and what it did into the counters.
   * With `count` 0 it does background work of the chain.
   * @param from word at which the first record stands
   * @returns records carried out to their end
   */
  run(chain: number, ops: Int32Array, from: number, count: number): number;
  /**
   * Of an allocator that does records in steps and is first asked for each: one step of the plain record at
   * word `at`, which it begins if the chain is not `busy`. Moves the chain's clock, but counts no operation and
   * leaves what the program itself takes for one to the run.
   * @returns a STEP
   */
  readonly step?: SingleStep;
  /** Makes room for slots below this. */
  reserveSlots(slots: number): void;

  /** An allocation outside the stream, done at once: warm-up, thread tables. @returns false: NULL */
  mallocNow(chain: number, size: number, slot: number, runtime: boolean): boolean;
  /** A free outside the stream. `runtime`: of what mallocNow allocated as the runtime's. */
  freeNow(chain: number, slot: number, runtime: boolean): void;

  /** A life has begun in a chain. @param event its threadStart */
  threadStarted(chain: number, life: number, event: number): void;
  /** A life has ended; called before its successor, if any, runs. @param event its threadExit */
  threadExited(chain: number, life: number, event: number): void;
  /** The program's thread woke up by itself. @param event the wake */
  woke(chain: number, event: number): void;
  /** The timer that was due at `at` ns; all chains have reached it. */
  timer(at: number): void;
  /** The run's time is up. */
  finish(at: number): void;
  /** Knobs have changed; `settings` holds them. undefined: all, after a restore. */
  applyKnobs(id: KnobId | undefined, now: number): void;

  /** Why an act on memory cannot be done now, in one sentence; undefined: it can. */
  whyNot(act: Intervention): string | undefined;
  /** Does an act on memory. @param event the intervention's, to be the cause of what follows */
  act(act: Intervention, event: number): void;
  /** Spans that the chain's living thread owns. */
  owned(chain: number): number;

  /** What the chain's latest operation came to. @param slot that it allocated into, -1: none */
  served(chain: number, slot: number): Served;
  /** Brings its gauges up to date in the counters. */
  readGauges(): void;
  /**
   * Adds its bands; the run has cleared both columns and adds stacks, base.
   * @param resident undefined when only what is mapped is asked for, as for every sample of the history
   */
  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void;
  /** Adds its series to a sample. */
  sample(row: Float64Array): void;
  /** Fills the columns' rows `from` to `to` - 1. What it says must follow from state alone, not from the time. */
  fillColumns(columns: SpanColumns, from: number, to: number): void;
  /**
   * Rows that may say something else than when the marks were last cleared, new ones among them. A model
   * that leaves it out is read in full for every frame: right for any, dear for many rows.
   */
  changedRows?(): RowMarks;
  /**
   * Of a row's `queued` blocks, those that count as waiting for its owner; asked for rows that have any. A
   * model without remote queues leaves it out.
   */
  waitingIn?(row: number): number;
  inspectSpan(row: number): SpanDetail | undefined;
  inspectBlocks(row: number, part: number): BlocksDetail | undefined;
  autopsy(): AutopsyPart;
  /**
   * Recounts its state by walking it, and adds one sentence per violation. It also adds up what it finds
   * by band, block and entry, which the run compares with ledger, counters and address space.
   */
  audit(problems: string[]): AuditFound;

  hashInto(hash: StateHash): void;
  snapshot(): unknown;
  restore(saved: unknown): void;
}

/** What an allocator's audit found by walking. */
export interface AuditFound {
  readonly mapped: Float64Array;
  readonly resident: Float64Array;
  /** Blocks live, the program's and the runtime's, those outside its own memory included. */
  readonly live: number;
  /** Pages it has mapped through the address space. */
  readonly mappedPages: number;
}

/** The digest's hash, as allocators see it. */
export interface StateHash {
  word(value: number): StateHash;
  double(value: number): StateHash;
  text(value: string): StateHash;
  words(column: ArrayLike<number>, length: number): StateHash;
}

/**
 * Makes the allocator of a run.
 * @param slots that the program has at the start
 */
export type CreateAllocator = (machine: Machine, slots: number) => Allocator;
