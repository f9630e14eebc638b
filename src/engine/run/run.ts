import { assert } from '../../base/assert.ts';
import {
  asBytes,
  asNs,
  asOp,
  type Bytes,
  NS_PER_S,
  type Ns,
  type OpIndex,
} from '../../base/units.ts';
import type { Allocator, CreateAllocator, Machine } from '../allocators/contract.ts';
import type { Intervention } from '../interventions.ts';
import { KNOB_IDS, type KnobId, type KnobValue, type KnobValues } from '../knobs/index.ts';
import type { AddressSpace } from '../machine/address-space.ts';
import { type Costs, costsOf } from '../machine/costs.ts';
import { LOCK, Locks } from '../machine/locks.ts';
import { startProcess } from '../machine/process.ts';
import {
  REG_BUDGET,
  REG_CHAIN_OPS,
  REG_COUNT,
  REG_ENDED,
  REG_EXTRA,
  REG_FRESH,
  REG_NOW,
  REG_OP,
  REG_STOP,
  REG_WAITED,
  STOP_ENDED,
  STOP_EVENT,
} from '../machine/registers.ts';
import { MAIN, NO_STACK, Threads } from '../machine/threads.ts';
import type { Move } from '../moves.ts';
import {
  type CallSink,
  type HandCall,
  OP,
  OP_WORDS,
  type Program,
  type SetUp,
} from '../programs/program.ts';
import { C, COUNTER_COUNT } from '../telemetry/counters.ts';
import { CRASH, EV, EventLog, NO_CAUSE, REFUSAL } from '../telemetry/events.ts';
import { History } from '../telemetry/history.ts';
import { BAND_COUNT } from '../telemetry/ledger.ts';
import { SERIES_COUNT } from '../telemetry/series.ts';
import { ENDED_BY, type EndedBy, type RunStatus } from '../telemetry/states.ts';
import type {
  AdvanceResult,
  Autopsy,
  BlocksDetail,
  HandDetail,
  MapEntries,
  ModelId,
  Outcome,
  RecordOutcome,
  RowsShown,
  Simulation,
  Snapshot,
  SpanDetail,
  ThreadDetail,
} from '../types.ts';
import { doAct, listThreads, whyNot } from './acts.ts';
import { auditRun } from './audit.ts';
import { autopsyOf } from './autopsy.ts';
import { readLedger, sampleInto } from './gauges.ts';
import { HandLog } from './hand.ts';
import { Lives, type LivesHost } from './lives.ts';
import { MoveLog } from './moves.ts';
import { OutcomeNotes } from './outcome.ts';
import type { Recorder } from './recorder.ts';
import { playRounds } from './rounds.ts';
import { ShownRows } from './rows.ts';
import { MOST_IDLE_TURNS, NONE, Schedule } from './schedule.ts';
import { digestOf, restoreRun, type SavedRun, snapshotOf } from './state.ts';
import { Streams, WAIT } from './streams.ts';
import { playTurns } from './turns.ts';

/** What a run is made of beside its knobs. */
export interface RunParts {
  readonly model: ModelId;
  readonly program: Program;
  readonly create: CreateAllocator;
  readonly eventCapacity: number;
  /** Takes every call of the program down; it costs time. See recorder.ts. */
  readonly recorder?: Recorder | undefined;
}

const PAGE = 4096;
/** Why a program crashed, by its index. */
const CRASHES = Object.keys(CRASH) as readonly (keyof typeof CRASH)[];

/**
 * One run of one lane: a machine runs a program on an allocator. This is the only Simulation; see
 * engine/types.ts for what callers may rely on, and allocators/contract.ts for what allocators may.
 */
export class Run implements Simulation, Machine, LivesHost {
  readonly model: ModelId;
  readonly settings: KnobValues;
  readonly space: AddressSpace;
  readonly threads: Threads;
  readonly locks: Locks;
  readonly events: EventLog;
  readonly history = new History();
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly regs = new Float64Array(REG_COUNT);
  readonly program: Program;
  readonly allocator: Allocator;
  readonly schedule: Schedule;
  readonly streams: Streams;
  readonly lives: Lives;
  readonly notes: OutcomeNotes;
  /** Of a program whose calls are made by hand: what came of them. */
  readonly byHand: HandLog | undefined;
  readonly rowsShown: ShownRows;
  readonly chains: number;
  readonly firstTableSlot: number;
  readonly bands = new Float64Array(BAND_COUNT);
  readonly bandsResident = new Float64Array(BAND_COUNT);
  readonly series = new Float64Array(SERIES_COUNT);
  peakMappedBytes = asBytes(0);
  peakResidentBytes = asBytes(0);
  /** The most memory that was ever resident after a page fault: frames that have been used before. */
  frameBytes = 0;
  costs: Costs;
  operations = 0;
  outcome: RunStatus = 'running';
  reason: EndedBy = 'notEnded';
  refusedAny = false;
  refusal: Autopsy['refused'];
  crash: Autopsy['crash'];
  endNs = 0;
  /** Chain whose turn is under way, NONE: nobody's; operations left of it. */
  turnChain = NONE;
  turnLeft = 0;
  /** A burst under way: who has it, and the operations left of it. */
  burstChain = MAIN;
  burstLeft = 0;
  /** Chains to be killed once their record is done, and the events that doomed them. */
  readonly doomed: Uint8Array;
  readonly doomEvent: Int32Array;
  doomedCount = 0;
  warming = true;
  /** What moves, while somebody watches. */
  moves: MoveLog | undefined;
  private readonly isRecorded: boolean;
  /** Calls of the warm-up and of the first threads that are still to be made. */
  private readonly beginning: SetUp;
  /** They are gone through and not made. */
  private learning = false;
  private idleTurns = 0;
  /** Slots for which the allocator has made room. */
  private roomFor = 0;

  /** @param knobs kept and changed as knobs are turned; the program must read the same object */
  constructor(knobs: KnobValues, parts: RunParts) {
    const { program } = parts;
    this.model = parts.model;
    this.settings = knobs;
    this.program = program;
    this.chains = program.chains;
    this.events = new EventLog(parts.eventCapacity);
    this.space = startProcess(knobs.baseMaps);
    this.space.thp = knobs.thp;
    this.threads = new Threads(this.chains);
    this.costs = costsOf(this.settings);
    const byOps = knobs.schedule === 'shared';
    this.locks = new Locks(this.regs, !byOps);
    this.schedule = new Schedule(this.threads, this.regs, this.coresInForce(), byOps);
    this.streams = new Streams(program);
    const { recorder } = parts;
    this.isRecorded = recorder !== undefined;
    this.notes = recorder?.notes(this.chains) ?? new OutcomeNotes(this.chains);
    this.lives = new Lives(this);
    this.byHand = program.byHand && new HandLog(this, program.byHand);
    this.doomed = new Uint8Array(this.chains);
    this.doomEvent = new Int32Array(this.chains).fill(NO_CAUSE);
    this.firstTableSlot = program.maxSlots;
    this.allocator = parts.create(this, program.slots);
    this.rowsShown = new ShownRows(this.allocator, this.chains);
    this.roomFor = program.slots;
    this.beginning = this.begin(recorder?.sink);
  }

  // What allocator and lives ask of the machine

  get touchBytes(): number {
    return this.program.touchBytes;
  }
  get running(): boolean {
    return this.outcome === 'running';
  }
  get stackLimit(): number {
    return this.settings.maxMapCount;
  }
  isAlive(life: number): boolean {
    return life >= 0 && this.threads.isAlive(life);
  }
  isAsleep(chain: number): boolean {
    return (
      chain === MAIN ||
      (this.threads.running[chain] !== 0 && this.streams.waiting[chain] === WAIT.sleeps)
    );
  }
  emit(
    kind: number,
    ns: number,
    life: number,
    subject: number,
    a: number,
    b: number,
    cause: number,
  ): number {
    const seq = this.events.add(kind, this.regs[REG_OP], ns, life, subject, a, b, cause);
    if (this.events.hit) this.regs[REG_STOP] |= STOP_EVENT;
    return seq;
  }
  refused(life: number, subject: number, bytes: number, ns: number, cause?: number): number {
    return this.refuse('superslab', life, subject, bytes, ns, cause);
  }
  refusedStack(chain: number, life: number, ns: number): number {
    return this.refuse('stack', life, chain, 0, ns);
  }
  private refuse(
    what: 'superslab' | 'stack',
    life: number,
    subject: number,
    bytes: number,
    ns: number,
    cause: number = NO_CAUSE,
  ): number {
    const kind = what === 'superslab' ? REFUSAL.span : REFUSAL.stack;
    const entries = this.entriesNow();
    const seq = this.emit(EV.mapRefused, ns, life, subject, kind, entries, cause);
    if (this.refusedAny) return seq;
    this.refusedAny = true;
    this.refusal = {
      what,
      life,
      chain: life >= 0 ? this.threads.chainOf(life) : MAIN,
      op: asOp(this.operationNow),
      ns: asNs(ns),
      entries,
      classBytes: asBytes(bytes),
    };
    this.emit(EV.oom, ns, life, life, kind, 0, seq);
    return seq;
  }
  nullReturned(): boolean {
    if (!this.running) return false;
    if (this.settings.onNull === 'libcFallback') return true;
    this.end(this.refusedAny ? 'oom' : 'crashed', 'assertion');
    return false;
  }
  crashed(reason: number, row: number, life: number, cause: number = NO_CAUSE): void {
    if (!this.running) return;
    this.emit(EV.crash, this.regs[REG_NOW], life, row, reason, 0, cause);
    this.crash = { reason: CRASHES[reason], superslab: row, life };
    this.end('crashed', 'crash');
  }
  wake(chain: number, ns: number, cause: number): boolean {
    if (!this.isAsleep(chain) || this.allocator.busy[chain] !== 0) return false;
    this.wakeAt(chain, ns, 1, cause);
    return true;
  }
  background(ns: number): void {
    const { threads, streams, schedule } = this;
    threads.clock[MAIN] = Math.max(threads.clock[MAIN], schedule.backgroundFrom(ns));
    streams.waiting[MAIN] = WAIT.sleeps;
    schedule.start(MAIN);
  }
  /**
   * More pages are resident. Beyond what other programs leave of physical memory the kernel takes lazily
   * freed pages, and kills when they are not enough.
   */
  memoryGrew(): void {
    // During construction the heap touches pages before it is ours to ask.
    if (!this.running || this.allocator === undefined) return;
    const { residentBytes } = this;
    if (this.costs.freshFrame > 0 && residentBytes > this.frameBytes) {
      // The kernel hands out frames that were given back before it takes new ones (mm/page_alloc.c).
      this.regs[REG_EXTRA] += ((residentBytes - this.frameBytes) / PAGE) * this.costs.freshFrame;
    }
    this.frameBytes = Math.max(this.frameBytes, residentBytes);
    const left = this.physicalBytes;
    if (residentBytes <= left) return;
    const over = Math.ceil((residentBytes - left) / PAGE);
    this.counters[C.reclaimedPages] += this.space.takeLazy(over);
    if (this.residentBytes <= left) return;
    this.refusedAny = true;
    this.end('oom', 'physicalLimit');
  }
  chainStarts(chain: number): void {
    this.schedule.start(chain);
  }
  chainStops(chain: number): void {
    this.schedule.stop(chain);
    if (this.turnChain === chain) this.turnChain = NONE;
  }

  tableMade(by: number, slot: number, bytes: number): void {
    this.moves?.allocated(by, slot, bytes);
  }
  freeTable(chain: number, slot: number): void {
    const done = this.moves?.frees(chain, slot);
    this.allocator.freeNow(chain, slot, true);
    done?.();
  }
  watchMoves(tell: ((move: Move) => void) | undefined): void {
    this.moves?.rest();
    this.moves = tell && new MoveLog(this, tell);
  }

  // How far it is

  get knobs(): Readonly<KnobValues> {
    return this.settings;
  }
  get op(): OpIndex {
    return asOp(this.operations);
  }
  /** Operation under way: within a turn the register is ahead of the count. */
  get operationNow(): number {
    return Math.max(this.operations, this.regs[REG_OP]);
  }
  get nowNs(): number {
    return this.virtualNs;
  }
  commonNs(chain: number): number {
    return this.schedule.common(chain);
  }
  get virtualNs(): Ns {
    return asNs(this.running ? this.schedule.now() : this.endNs);
  }
  get status(): RunStatus {
    return this.outcome;
  }
  get endedBy(): EndedBy {
    return this.reason;
  }
  get awaitsHand(): boolean {
    return this.byHand !== undefined && this.running && this.byHand.idle;
  }
  get oomSeen(): boolean {
    return this.refusedAny;
  }
  get lastLife(): number {
    return this.threads.lives;
  }
  chainOf(life: number): number {
    return this.threads.chainOf(life);
  }
  get classBytes(): readonly number[] {
    return this.allocator.classBytes;
  }
  get rows(): number {
    return this.allocator.rows;
  }
  get mappedBytes(): Bytes {
    return asBytes(this.space.mappedPages * PAGE);
  }
  get residentBytes(): Bytes {
    return asBytes(this.space.pages.residentPages * PAGE);
  }
  /** Physical memory that other programs leave. */
  get physicalBytes(): number {
    const { physLimitGiB, memPressure } = this.settings;
    return physLimitGiB * 2 ** 30 * (1 - memPressure);
  }
  get stateBytes(): number {
    return (
      this.allocator.stateBytes +
      this.space.stateBytes +
      this.events.bytes +
      this.history.rows.byteLength +
      this.streams.ops.byteLength
    );
  }
  /** Slots ever used: the program's, then those of thread tables. */
  get usedSlots(): number {
    return this.lives.tables > 0 ? this.firstTableSlot + this.lives.tables : this.program.slots;
  }
  entriesNow(): number {
    return this.space.entries;
  }

  // Running

  /** Warm-up and the first threads: outside the operation count. */
  private begin(calls: CallSink | undefined): SetUp {
    const { allocator } = this;
    this.regs[REG_STOP] = 0;
    return this.program.setup({
      malloc: (chain, size, slot) => {
        if (!this.running || this.learning) return;
        allocator.reserveSlots(slot + 1);
        allocator.mallocNow(chain, size, slot, false);
        calls?.allocated(this.threads.life[chain], OP.malloc, slot, size, 0);
      },
      free: (chain, slot) => {
        if (!this.running || this.learning) return;
        allocator.freeNow(chain, slot, false);
        calls?.freed(this.threads.life[chain], slot);
      },
      start: (chain) => this.learning || (this.running && this.lives.create(chain, MAIN)),
    });
  }

  warmUp(enough: () => boolean = () => false): void {
    while (this.warming) {
      if (this.beginning.next().done === true) this.warmedUp();
      else if (enough()) return;
    }
  }

  private warmedUp(): void {
    this.warming = false;
    if (this.running && this.threads.runningCount === 0) this.endChains();
    this.byHand?.began();
    this.rest();
    this.regs[REG_EXTRA] = 0;
    this.notePeaks();
    this.takeSample();
  }

  /** What its warm-up does comes from elsewhere: the program goes through it without a call. */
  private learn(): void {
    this.learning = true;
    while (this.beginning.next().done !== true);
    this.learning = false;
    this.warming = false;
  }

  advance(maxOps: number, watch = 0): AdvanceResult {
    assert(!this.warming, 'a run begins when it is warm');
    const { events, regs } = this;
    const first = this.operations;
    events.watch = watch;
    events.hit = false;
    const limit = this.settings.opLimit || Infinity;
    const end = Math.min(first + maxOps, limit);
    regs[REG_STOP] = this.running ? 0 : STOP_ENDED;
    this.notes.begin(maxOps === 1);
    // One operation at a time goes by turns, which note each record for whoever asked for the step, or records.
    const stepped = this.schedule.byOps && maxOps !== 1 && !this.isRecorded;
    const step = stepped ? this.allocator.step : undefined;
    while (this.operations < end && this.running && !events.hit && !this.awaitsHand) {
      if (this.moves === undefined && this.isPlain()) {
        const before = this.operations;
        if (step !== undefined) playRounds(this, step, end);
        else if (this.schedule.byClocks) playTurns(this, end);
        // They count turns in which nothing happens themselves; what they have done ends ours.
        if (this.operations > before) this.idleTurns = 0;
        // They end where a sample is due.
        if (this.operations === this.history.nextOp) {
          this.takeSample();
          continue;
        }
      }
      if (this.operations < end && this.running && !events.hit) this.turn(end);
      this.moves?.rest();
    }
    events.watch = 0;
    if (this.operations >= limit) this.stopAtLimit();
    this.moves?.rest();
    return { ops: this.operations - first, hit: events.hit };
  }

  /** A choice is due, and nothing but the schedule decides it. */
  private isPlain(): boolean {
    const due = this.turnLeft === 0 || this.turnChain === NONE;
    const still = this.burstLeft === 0 && this.doomedCount === 0;
    return due && still && this.byHand === undefined;
  }

  /** One turn of one chain, or what is left of it. @param end operation at which the call is to stop */
  private turn(end: number): void {
    const { regs, threads, allocator, streams, schedule, history } = this;
    const chosen = this.turnLeft === 0 || this.turnChain === NONE;
    if (chosen && !this.choose()) return;
    const chain = this.turnChain;
    if (!this.prepared(chain, chosen)) return;
    const budget = Math.min(end - this.operations, this.turnLeft, history.nextOp - this.operations);
    regs[REG_OP] = this.operations;
    regs[REG_BUDGET] = budget;
    regs[REG_CHAIN_OPS] = threads.ops[chain];
    regs[REG_ENDED] = 0;
    regs[REG_WAITED] = 0;
    const before = threads.clock[chain];
    const from = streams.at[chain];
    const { moves } = this;
    const left = streams.left[chain];
    const count = moves === undefined ? left : Math.min(1, left);
    moves?.begin(chain, streams.ops, from, count);
    const done = allocator.run(chain, streams.ops, from, count);
    moves?.end(chain, done);
    const ended = regs[REG_ENDED] | 0;
    const upTo = from + done * OP_WORDS;
    this.notes.note(allocator, chain, threads.life[chain], streams.ops, upTo, done);
    const { byHand } = this;
    if (byHand !== undefined && ended > 0) byHand.done(chain, streams.ops, from);
    threads.ops[chain] += ended;
    threads.done[chain] += ended;
    this.operations += ended;
    if (ended > 0) schedule.began[chain] = threads.clock[chain];
    this.turnLeft -= ended;
    streams.used(chain, done);
    // What was handed over may reach others: who is earliest is asked again, whatever the quantum.
    if (!this.program.independent) this.turnLeft = 0;
    if (regs[REG_WAITED] > 0) {
      schedule.slept(chain, regs[REG_WAITED]);
      this.turnLeft = 0;
    } else if ((done < count || count === 0) && ended < budget) this.turnLeft = 0;
    if (count === 0) {
      // Background work stops where others are earlier: everybody is looked at again.
      this.turnLeft = 0;
      if (allocator.busy[chain] === 0) this.workDone(chain);
    }
    const still = done === 0 && threads.clock[chain] === before && count > 0;
    this.idleTurns = still ? this.idleTurns + 1 : 0;
    assert(this.idleTurns < MOST_IDLE_TURNS, 'a chain whose turn it is gets on');
    if (this.burstLeft > 0 && chain === this.burstChain) this.spendBurst(ended);
    this.afterRecords(chain);
    if (byHand !== undefined) {
      byHand.begin();
      this.rest();
    }
    if (this.operations === history.nextOp) this.takeSample();
  }

  /** The program may have news for chains that wait; who is doomed ends between two records. */
  private afterRecords(chain: number): void {
    if (!this.program.independent && this.streams.hasNews()) this.tellWaiting(chain);
    if (this.doomedCount > 0) this.reap();
  }

  /**
   * Asks the chains that wait whether what `chain` did lets them go on.
   * @param now virtual time at which they do, at the earliest
   */
  tellWaiting(chain: number, now = this.threads.clock[chain]): void {
    const { threads, streams } = this;
    for (let other = MAIN + 1; other < this.chains; other++) {
      if (streams.waiting[other] === WAIT.no || threads.running[other] === 0) continue;
      const slept = streams.waiting[other] === WAIT.sleeps;
      if (!this.drawn(other)) continue;
      this.turnLeft = 0;
      if (this.allocator.busy[other] !== 0) continue;
      if (slept) this.wakeAt(other, now, 0, NO_CAUSE);
      else {
        threads.clock[other] = Math.max(threads.clock[other], now);
        this.schedule.start(other);
      }
    }
  }

  /** While the program waits for the user's hand nobody can go on, and virtual time stands with them. */
  private rest(): void {
    if (!this.awaitsHand) return;
    for (let chain = MAIN + 1; chain < this.chains; chain++)
      if (this.schedule.runnable[chain] !== 0 && !this.drawn(chain)) this.waits(chain);
  }

  /** The user's hand gives the program a call that it can make; its thread goes on when it is its turn. */
  handOver(call: HandCall): void {
    const { byHand } = this;
    assert(byHand !== undefined, 'the program takes calls');
    byHand.hand.give(call, this.operations);
    if (this.streams.hasNews()) this.tellWaiting(call.chain, byHand.endedNs);
    byHand.begin();
  }

  /** Chooses who runs next, after the timers that are due. @returns false: nobody, or the run is over */
  private choose(): boolean {
    const { threads, schedule, allocator, settings } = this;
    const bursting = this.burstLeft > 0 && this.canBurst();
    let chain = bursting ? this.burstChain : schedule.pick();
    if (chain === NONE) {
      this.endChains();
      return false;
    }
    let now = threads.clock[chain];
    const until = settings.seconds * NS_PER_S;
    const workedBefore = schedule.runnable[MAIN];
    while (Math.min(now, until) >= allocator.nextTimerNs && this.running) {
      this.regs[REG_OP] = this.operations;
      this.sampleUpTo(allocator.nextTimerNs);
      allocator.timer(allocator.nextTimerNs);
      this.regs[REG_EXTRA] = 0;
      this.notePeaks();
    }
    if (!this.running) return false;
    if (!bursting && schedule.runnable[MAIN] > workedBefore) {
      // A timer has started work in the background, which wants a core before the chosen chain goes on.
      chain = schedule.pick();
      now = threads.clock[chain];
    }
    this.sampleUpTo(Math.min(now, until));
    if (now >= until) {
      this.regs[REG_OP] = this.operations;
      allocator.finish(now);
      if (this.running) this.end(this.refusedAny ? 'oom' : 'finished', 'time');
      return false;
    }
    const stop = Math.min(until, allocator.nextTimerNs);
    if (bursting) schedule.alone(chain, stop);
    else schedule.limit(chain, stop);
    this.regs[REG_FRESH] = 1;
    this.turnChain = chain;
    this.turnLeft = bursting ? Math.min(settings.quantum, this.burstLeft) : settings.quantum;
    return true;
  }

  /** Sees to it that the chain has plain records or the allocator's own work; else deals with what comes. */
  private prepared(chain: number, chosen: boolean): boolean {
    const { threads, streams, allocator } = this;
    if (threads.joinStack[chain] !== NO_STACK) this.lives.join(chain);
    // Work in the background of a sleeper has no records.
    if (allocator.busy[chain] !== 0 && streams.waiting[chain] !== WAIT.no) return true;
    if (threads.running[chain] === 0) return this.waits(chain);
    if (!this.drawn(chain)) return this.waits(chain);
    if (!streams.isControl(chain)) return true;
    // In the middle of a turn others may be earlier: what all share is touched in time order.
    if (chosen) this.control(chain);
    else this.turnLeft = 0;
    return false;
  }

  /** Draws the chain's next records, for which the allocator makes room. @returns false: it must wait */
  drawn(chain: number): boolean {
    const ready = this.streams.ready(chain);
    const { slots } = this.program;
    if (slots > this.roomFor) {
      this.allocator.reserveSlots(slots);
      this.roomFor = slots;
    }
    return ready;
  }

  /** After a restore: the allocator may have room for fewer slots than before. */
  forgetRoom(): void {
    this.roomFor = 0;
  }

  private waits(chain: number): false {
    this.turnChain = NONE;
    this.schedule.stop(chain);
    return false;
  }

  /** A sleeper has done the allocator's work and sleeps again. */
  private workDone(chain: number): void {
    this.turnLeft = 0;
    if (this.streams.waiting[chain] !== WAIT.no || this.threads.running[chain] === 0)
      this.schedule.stop(chain);
  }

  /** A record that is the run's business; the chain is the earliest, so it may touch what all share. */
  private control(chain: number): void {
    const { threads, streams } = this;
    const kind = streams.kind(chain);
    const arg = streams.arg(chain);
    this.regs[REG_OP] = Math.max(0, this.operations - 1);
    this.regs[REG_NOW] = threads.clock[chain];
    this.turnLeft = 0;
    switch (kind) {
      case OP.start:
        streams.usedControl(chain);
        if (arg > MAIN && arg < this.chains && threads.running[arg] === 0 && this.running)
          if (!this.lives.create(arg, chain)) this.program.ended(arg);
        break;
      case OP.succeed: {
        streams.usedControl(chain);
        const doomed = this.doomed[chain] !== 0;
        if (doomed) this.reap();
        else {
          this.lives.succeed(chain);
          if (threads.running[chain] === 0) this.gone(chain);
        }
        break;
      }
      case OP.exit:
        streams.usedControl(chain);
        this.lives.end(chain, threads.startEvent(threads.life[chain]));
        this.streams.giveBack(chain);
        break;
      case OP.join:
        // The thread waits until the other has ended: it looks again whenever that one has moved on.
        if (threads.running[arg] !== 0) {
          threads.clock[chain] = Math.max(threads.clock[chain], threads.clock[arg]) + 1;
          this.schedule.slept(chain, 1);
        } else streams.usedControl(chain);
        break;
      case OP.sleep: {
        const ns = streams.size(chain) * 1000;
        streams.usedControl(chain);
        threads.clock[chain] += ns;
        this.schedule.sleeps(chain, ns);
        break;
      }
      case OP.mark:
        streams.usedControl(chain);
        break;
      default:
        throw new Error(`record of kind ${kind} is not the run's business`);
    }
    this.regs[REG_EXTRA] = 0;
    this.afterRecords(chain);
  }

  /** The thread of a chain ended otherwise than by its own record: its program is told. */
  private gone(chain: number): void {
    this.streams.giveBack(chain);
    this.program.ended(chain);
    if (this.running) this.afterRecords(chain);
    this.byHand?.begin();
  }

  private wakeAt(chain: number, ns: number, why: 0 | 1, cause: number): void {
    const { threads, schedule, counters } = this;
    const { clock } = threads;
    const slept = Math.max(clock[chain], ns + this.costs.wake);
    clock[chain] = slept;
    schedule.wake(chain);
    counters[C.wakes]++;
    const life = threads.life[chain];
    const event = this.emit(EV.wake, slept, life, life, why, 0, cause);
    if (why === 0) this.allocator.woke(chain, event);
  }

  // Bursts and kills

  /** Whether the burst's chain can go on; else the burst is over. */
  private canBurst(): boolean {
    const { threads, allocator, burstChain: chain } = this;
    if (threads.running[chain] !== 0) {
      if (allocator.busy[chain] !== 0 || this.drawn(chain)) return true;
      // A sleeper is woken for it.
      if (this.program.wake(chain, this.burstLeft) && this.drawn(chain)) {
        this.wakeAt(chain, this.virtualNs, 0, NO_CAUSE);
        return true;
      }
    }
    this.endBurst();
    return false;
  }
  private spendBurst(ops: number): void {
    this.burstLeft -= ops;
    if (this.burstLeft === 0) this.endBurst();
  }
  /** The others stood still during a burst: none goes on at an earlier time than its end. */
  private endBurst(): void {
    this.burstLeft = 0;
    this.turnLeft = 0;
    this.schedule.catchUp(this.burstChain);
  }

  /** Ends the chains that an intervention has killed and that are not in the middle of a record. */
  reap(): void {
    for (let chain = MAIN + 1; chain < this.chains && this.running; chain++) {
      if (this.doomed[chain] === 0 || this.allocator.busy[chain] !== 0) continue;
      this.doomed[chain] = 0;
      this.doomedCount--;
      if (this.threads.running[chain] === 0) continue;
      this.lives.end(chain, this.doomEvent[chain]);
      this.gone(chain);
    }
  }

  // Ending

  abort(): void {
    if (this.running) this.end('aborted', 'user');
  }
  stopAtLimit(): void {
    if (this.running) this.end(this.refusedAny ? 'oom' : 'finished', 'opsLimit');
  }
  /** Nobody can go on; Larson idles until its time is up, then prints. */
  endChains(): void {
    if (this.running) this.end(this.refusedAny ? 'oom' : 'finished', 'chainsEnded');
  }
  private end(status: RunStatus, reason: EndedBy): void {
    // A loop writes its chain's clock back when it is done; the register has it already.
    this.endNs = Math.max(this.threads.latestClock(), this.regs[REG_NOW]);
    this.regs[REG_STOP] |= STOP_ENDED;
    this.outcome = status;
    this.reason = reason;
    this.regs[REG_OP] = this.operationNow;
    const cause = this.events.next - 1;
    this.emit(EV.runEnded, this.endNs, MAIN, 0, ENDED_BY.indexOf(reason), 0, cause);
    this.notePeaks();
  }

  // Knobs and blows

  /** Cores count where costs are charged and threads have clocks of their own. */
  private coresInForce(): number {
    const { timeBase, schedule, cores } = this.settings;
    return timeBase === 'costs' && schedule === 'own' ? cores : Infinity;
  }

  setKnob(id: KnobId, value: KnobValue): void {
    const now = this.virtualNs;
    // Nothing drawn ahead may have been drawn with the former value.
    this.streams.settleAll();
    Object.assign(this.settings, { [id]: value });
    this.costs = costsOf(this.settings);
    this.space.thp = this.settings.thp;
    this.schedule.setCores(this.coresInForce(), now);
    this.program.knobChanged();
    this.turnLeft = 0;
    this.regs[REG_OP] = this.operationNow;
    this.regs[REG_NOW] = now;
    const shown = typeof value === 'string' ? -1 : Number(value);
    this.emit(EV.knobChanged, now, MAIN, KNOB_IDS.indexOf(id), shown, 0, NO_CAUSE);
    this.allocator.applyKnobs(id, now);
    if (id === 'physLimitGiB' || id === 'memPressure') this.memoryGrew();
    this.moves?.rest();
  }
  whyNot(act: Intervention, instead = false): string | undefined {
    return whyNot(this, act, instead);
  }
  listThreads(): ThreadDetail[] {
    return listThreads(this);
  }
  act(intervention: Intervention): void {
    doAct(this, intervention);
    this.moves?.rest();
  }

  // Reading

  lastOutcome(): Outcome {
    return this.notes.last(this.threads, this.allocator);
  }
  lastRecords(): readonly RecordOutcome[] {
    return this.notes.records;
  }
  readCounters(): Float64Array {
    this.allocator.readGauges();
    const { counters, locks } = this;
    const { pages } = this.space;
    counters[C.pageFaults] = pages.faults;
    counters[C.lazyBytes] = pages.lazyPages * PAGE;
    counters[C.pageTableBytes] = pages.pageTablePages * PAGE;
    counters[C.lockWaits] =
      locks.contended[LOCK.map] + locks.contended[LOCK.central] + locks.contended[LOCK.heap];
    counters[C.lockWaitNs] =
      locks.waitedNs[LOCK.map] + locks.waitedNs[LOCK.central] + locks.waitedNs[LOCK.heap];
    counters[C.coreWaitNs] = this.schedule.waitedNs;
    return counters;
  }
  readLedger(mapped: Float64Array, resident: Float64Array): void {
    readLedger(this, mapped, resident);
  }
  readEntries(): MapEntries {
    const { space } = this;
    return {
      superslabs: space.superslabEntries,
      stacks: space.stackEntries,
      base: space.baseEntries,
      other: space.otherEntries,
    };
  }
  readRows(): RowsShown {
    this.rowsShown.update();
    return this.rowsShown;
  }
  inspectSpan(index: number): SpanDetail | undefined {
    return this.allocator.inspectSpan(index);
  }
  inspectBlocks(span: number, slab: number): BlocksDetail | undefined {
    return this.allocator.inspectBlocks(span, slab);
  }
  readHand(): HandDetail | undefined {
    return this.byHand?.read();
  }
  autopsy(): Autopsy {
    return autopsyOf(this);
  }
  audit(): string[] {
    return auditRun(this);
  }

  notePeaks(): void {
    if (this.allocator === undefined) return;
    if (this.mappedBytes > this.peakMappedBytes) this.peakMappedBytes = this.mappedBytes;
    if (this.residentBytes > this.peakResidentBytes) this.peakResidentBytes = this.residentBytes;
  }
  private takeSample(): void {
    this.notePeaks();
    sampleInto(this, this.series, this.operations, this.virtualNs);
    this.history.push(this.series);
  }
  /** While nothing runs, samples are taken by time, so that charts show the quiet spell as it was. */
  private sampleUpTo(ns: number): void {
    while (ns >= this.history.nextNs) {
      sampleInto(this, this.series, this.operations, this.history.nextNs);
      this.history.pushQuiet(this.series);
    }
  }

  digest(): string {
    return digestOf(this);
  }
  snapshot(): Snapshot {
    return snapshotOf(this);
  }
  restore(snapshot: Snapshot): void {
    if (this.warming) this.learn();
    restoreRun(this, snapshot.parts as unknown as SavedRun);
    this.moves?.forget();
  }
}
