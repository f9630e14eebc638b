import { WordHash } from '../../../base/hash.ts';
import { asBytes, asNs, asOp, NS_PER_S, type Ns } from '../../../base/units.ts';
import type { Intervention } from '../../interventions.ts';
import { KNOB_IDS, type KnobId, type KnobValue, type KnobValues } from '../../knobs/index.ts';
import { MAIN, NO_STACK, STACK_PAGES } from '../../machine/threads.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, NO_CAUSE } from '../../telemetry/events.ts';
import { S } from '../../telemetry/series.ts';
import type {
  AdvanceResult,
  Autopsy,
  BlocksDetail,
  MapEntries,
  Outcome,
  Simulation,
  Snapshot,
  SpanColumns,
  SpanDetail,
  ThreadDetail,
} from '../../types.ts';
import { chainsOf, LarsonProgram, type PairProgram, programOf } from '../../workloads/program.ts';
import { type Progress, Run } from '../run.ts';
import { announce, listThreads, whyNot } from './acts.ts';
import { audit } from './audit.ts';
import { Mf2Heap, type Mf2Host, SUM } from './heap.ts';
import {
  CLASSES,
  MF2_CLASSES,
  NONE,
  OS_PAGES,
  P_FLAGS,
  P_WORDS,
  PF,
  PH,
  T_WORDS,
  X_BG_CLS,
  X_BURST,
  X_PHASE,
  X_UNNEEDED,
  X_WAKE_EVENT,
  X_WORDS,
} from './layout.ts';
import { Mf2Steps, OTHER, STEP, type StepHost } from './steps.ts';
import {
  autopsyOf,
  fillColumns,
  fillQueues,
  inspectBlocks,
  inspectPage,
  readLedger,
} from './view.ts';

export interface Mf2Options {
  /** Events kept, a power of two. */
  readonly eventCapacity?: number;
  /** A heap with a deliberate fault, to prove that the audit can fail. */
  readonly mf2Heap?: typeof Mf2Heap;
}

const EVENT_CAPACITY = 1 << 17;
const PAIR = [1, 2] as const;

/** One run of the MF2 model. See engine/types.ts for the contract. */
export class Mf2Simulation extends Run implements Simulation, Mf2Host, StepHost {
  readonly model = 'mf2';
  override readonly heap: Mf2Heap;
  readonly steps: Mf2Steps;
  readonly program: LarsonProgram | PairProgram;
  readonly classBytes: readonly number[] = MF2_CLASSES;
  /** Life that did the latest operation. */
  private actor = 0;
  /** Wakers wake when the pair has done this many rounds. */
  private readonly nextWake: Float64Array;
  /** Clock of each chain when its present operation began, for the shared schedule. */
  private readonly began: Float64Array;
  /** Chains to be killed once their operation is done, and how many they are. */
  private readonly doomed: Uint8Array;
  private doomedCount = 0;
  /** Event that doomed each chain. */
  private readonly doomEvent: Int32Array;

  constructor(knobs: KnobValues, options: Mf2Options = {}) {
    super(knobs, chainsOf(knobs), options.eventCapacity ?? EVENT_CAPACITY);
    this.program = programOf(this.settings);
    const Heap = options.mf2Heap ?? Mf2Heap;
    this.heap = new Heap(this.settings, this.space, this.events, this);
    this.steps = new Mf2Steps(this.settings, this.heap, this.threads, this.program, this);
    this.nextWake = new Float64Array(this.chains).fill(Infinity);
    this.began = new Float64Array(this.chains);
    this.doomed = new Uint8Array(this.chains);
    this.doomEvent = new Int32Array(this.chains).fill(NO_CAUSE);
    this.begin();
    this.takeSample();
  }

  get rows(): number {
    return this.heap.count;
  }
  override get virtualNs(): Ns {
    if (this.outcome !== 'running') return asNs(this.endNs);
    const first = this.runnable();
    return asNs(first === NONE ? this.threads.latestClock() : this.threads.clock[first]);
  }

  // What heap and steps ask

  isAlive(life: number): boolean {
    return life >= 0 && this.threads.isAlive(life);
  }
  mapPage(): number {
    const { settings, space } = this;
    return space.mapAligned(OS_PAGES, settings.mapMode === 'direct', settings.maxMapCount);
  }
  refused(chain: number, size: number): boolean {
    const life = this.threads.life[chain];
    this.heap.counters[C.mapRefusals]++;
    this.heap.counters[C.nullReturns]++;
    this.refuse('superslab', life, size);
    if (this.settings.onNull === 'libcFallback') {
      this.heap.counters[C.libcFallbacks]++;
      return true;
    }
    this.end('oom', 'assertion');
    return false;
  }
  private refuse(what: 'superslab' | 'stack', life: number, subject: number): number {
    const now = this.threads.clock[this.threads.chainOf(life)];
    const kind = what === 'superslab' ? 0 : 1;
    const seq = this.heap.emit(
      EV.mapRefused,
      now,
      life,
      subject,
      kind,
      this.space.entries,
      NO_CAUSE,
    );
    if (this.refusedAny) return seq;
    this.refusedAny = true;
    this.refusal = {
      what,
      life,
      chain: this.threads.chainOf(life),
      op: asOp(this.operations),
      ns: asNs(now),
      entries: this.space.entries,
      classBytes: asBytes(what === 'superslab' ? subject : 0),
    };
    this.heap.emit(EV.oom, now, life, life, kind, 0, seq);
    return seq;
  }
  wake(chain: number, now: number, cause: number): void {
    const { x } = this.steps;
    const at = chain * X_WORDS;
    if (x[at + X_PHASE] !== PH.asleep || this.threads.running[chain] === 0) return;
    const { clock } = this.threads;
    clock[chain] = Math.max(clock[chain], now + this.steps.costs.wake);
    x[at + X_PHASE] = PH.background;
    x[at + X_BG_CLS] = 1;
    this.heap.counters[C.wakes]++;
    const life = this.threads.life[chain];
    this.heap.emit(EV.wake, clock[chain], life, life, 1, 0, cause);
    this.began[chain] = clock[chain];
  }

  // Running

  advance(maxOps: number, watch = 0): AdvanceResult {
    const { events, steps, threads, history } = this;
    const first = this.operations;
    const limit = Math.min(first + maxOps, this.settings.opLimit || Infinity);
    events.watch = watch;
    events.hit = false;
    while (this.operations < limit && this.outcome === 'running') {
      if (this.doomedCount > 0) {
        this.reap();
        if (this.outcome !== 'running') break;
      }
      const chain = this.burstLeft > 0 ? this.bursting() : this.runnable();
      if (chain === NONE) {
        this.endChains();
        break;
      }
      if (threads.clock[chain] >= this.settings.seconds * NS_PER_S) {
        this.end(this.refusedAny ? 'oom' : 'finished', 'time');
        break;
      }
      const life = threads.life[chain];
      const result = steps.step(chain);
      if (result === STEP.stopped) break;
      if (result !== STEP.done) continue;
      this.actor = life;
      threads.ops[chain]++;
      threads.done[chain]++;
      this.operations++;
      this.began[chain] = threads.clock[chain];
      if (chain === PAIR[0] || chain === PAIR[1]) this.wakeByPeriod(threads.clock[chain]);
      if (threads.done[chain] >= this.program.lifeOps) this.succeed(chain);
      if (this.burstLeft > 0 && chain === this.burstChain && --this.burstLeft === 0)
        this.endBurst();
      if (this.operations === history.nextOp) this.takeSample();
      if (events.hit) break;
    }
    events.watch = 0;
    if (this.outcome === 'running' && this.settings.opLimit > 0) {
      if (this.operations >= this.settings.opLimit) this.stopAtLimit();
    }
    return { ops: this.operations - first, hit: events.hit };
  }

  /** The chain whose next step is first, or NONE. */
  private runnable(): number {
    const { threads, steps } = this;
    const { x } = steps;
    const { running, clock, ops } = threads;
    const shared = this.settings.schedule === 'shared';
    let best = NONE;
    let leastOps = Infinity;
    let least = Infinity;
    for (let chain = 0; chain < this.chains; chain++) {
      if (running[chain] === 0 && chain !== MAIN) continue;
      const phase = x[chain * X_WORDS + X_PHASE];
      if (phase === PH.asleep) continue;
      if (phase === PH.blocked && this.program.mustWait(chain)) continue;
      if (shared) {
        // Rounds: nobody begins its next operation before all have begun this one.
        const key = clock[chain] - this.began[chain];
        const rank = chain === MAIN || chain > PAIR[1] ? 0 : ops[chain];
        const round = this.program.lifeOps === Infinity && this.isPair ? rank : ops[chain];
        if (round < leastOps || (round === leastOps && key < least)) {
          leastOps = round;
          least = key;
          best = chain;
        }
      } else if (clock[chain] < least) {
        least = clock[chain];
        best = chain;
      }
    }
    return best;
  }

  /** Who runs next during a burst: its chain, while it can. */
  private bursting(): number {
    const { threads, steps, burstChain: chain } = this;
    const phase = steps.x[chain * X_WORDS + X_PHASE];
    const stuck = phase === PH.blocked && this.program.mustWait(chain);
    if (threads.running[chain] !== 0 && !stuck) {
      // A sleeper that was draining its queues when the burst began.
      if (phase === PH.asleep) this.beginBurst(chain, this.burstLeft);
      return chain;
    }
    this.endBurst();
    return this.runnable();
  }

  /** The others stood still meanwhile: none goes on at an earlier time than the burst's end. */
  protected override endBurst(): void {
    const { threads, began, burstChain } = this;
    for (let chain = 1; chain < this.chains; chain++)
      began[chain] += Math.max(0, threads.clock[burstChain] - threads.clock[chain]);
    super.endBurst();
  }

  /** Ends the chains that an intervention has killed and whose operation is done. */
  private reap(): void {
    const { threads, steps } = this;
    for (let chain = 1; chain < this.chains; chain++) {
      if (this.doomed[chain] === 0 || !steps.isBetween(chain)) continue;
      this.forgive(chain);
      if (threads.running[chain] === 0) continue;
      steps.x[chain * X_WORDS + X_PHASE] = PH.asleep;
      this.exitLife(chain, threads.life[chain], threads.stack[chain], false, this.doomEvent[chain]);
    }
  }
  private forgive(chain: number): void {
    if (this.doomed[chain] !== 0) this.doomedCount--;
    this.doomed[chain] = 0;
  }

  private get isPair(): boolean {
    return this.settings.workload === 'pair' || this.settings.workload === 'wakers';
  }

  /** Wakers whose period is over wake, at the moment the pair got there. */
  private wakeByPeriod(now: number): void {
    const { threads, steps, settings } = this;
    const rounds = Math.min(threads.ops[PAIR[0]], threads.ops[PAIR[1]]);
    for (let chain = PAIR[1] + 1; chain < this.chains && this.isPair; chain++) {
      if (rounds < this.nextWake[chain] || threads.running[chain] === 0) continue;
      const at = chain * X_WORDS;
      if (steps.x[at + X_PHASE] !== PH.asleep) continue;
      this.nextWake[chain] = rounds + settings.wakePeriod;
      threads.clock[chain] = Math.max(threads.clock[chain], now + steps.costs.wake);
      this.began[chain] = threads.clock[chain];
      steps.x[at + X_PHASE] = PH.fetch;
      steps.x[at + X_BURST] = settings.burst;
      steps.x[at + X_UNNEEDED] = settings.adoptOnWake ? 1 : 0;
      this.heap.counters[C.wakes]++;
      const life = threads.life[chain];
      steps.x[at + X_WAKE_EVENT] = this.heap.emit(
        EV.wake,
        threads.clock[chain],
        life,
        life,
        0,
        0,
        NO_CAUSE,
      );
    }
  }

  lastOutcome(): Outcome {
    const { chain, row, block, via, slot, freed } = this.steps.last;
    return {
      chain,
      k: this.threads.ops[chain] - 1,
      row,
      block,
      path: via,
      slot,
      freed,
      life: this.actor,
    };
  }

  setKnob(id: KnobId, value: KnobValue): void {
    Object.assign(this.settings, { [id]: value });
    this.steps.applyKnobs();
    this.heap.emit(
      EV.knobChanged,
      this.virtualNs,
      MAIN,
      KNOB_IDS.indexOf(id),
      typeof value === 'string' ? -1 : Number(value),
      0,
      NO_CAUSE,
    );
    if (id === 'physLimitGiB' || id === 'memPressure') this.memoryGrew();
    if (id === 'wakePeriod') {
      const rounds = Math.min(this.threads.ops[PAIR[0]], this.threads.ops[PAIR[1]]);
      for (let chain = PAIR[1] + 1; chain < this.chains; chain++) {
        if (this.nextWake[chain] > rounds + Number(value))
          this.nextWake[chain] = rounds + Number(value);
      }
    }
  }

  whyNot(act: Intervention): string | undefined {
    return whyNot(this, act);
  }
  listThreads(): ThreadDetail[] {
    return listThreads(this);
  }

  act(intervention: Intervention): void {
    const { act, subject, amount } = intervention;
    const { heap, threads, steps } = this;
    const reason = this.whyNot(intervention);
    const event = announce(this, intervention, reason !== undefined);
    if (reason !== undefined) return;
    switch (act) {
      case 'stall':
        threads.clock[subject] += amount * 1000;
        this.began[subject] += amount * 1000;
        break;
      case 'burst':
        this.beginBurst(subject, amount);
        break;
      case 'kill':
        if (this.doomed[subject] === 0) this.doomedCount++;
        this.doomed[subject] = 1;
        this.doomEvent[subject] = event;
        this.reap();
        break;
      case 'adopt':
        steps.forceAdopt(amount, subject * P_WORDS, event);
        break;
      case 'pin':
        heap.pages[subject * P_WORDS + P_FLAGS] |= PF.pinned;
        break;
      case 'unpin':
        heap.pages[subject * P_WORDS + P_FLAGS] &= ~PF.pinned;
        break;
      case 'trim':
        heap.decommit(subject * P_WORDS);
        heap.counters[C.madviseCalls]++;
        break;
    }
    this.notePeaks();
  }

  /** A sleeper is woken for its burst and sleeps again after it. */
  private beginBurst(chain: number, ops: number): void {
    const { threads, steps } = this;
    const at = chain * X_WORDS;
    if (steps.x[at + X_PHASE] === PH.asleep) {
      const now = this.virtualNs;
      threads.clock[chain] = Math.max(threads.clock[chain], now + steps.costs.wake);
      this.began[chain] = threads.clock[chain];
      steps.x[at + X_PHASE] = PH.fetch;
      steps.x[at + X_BURST] = ops;
    } else if (steps.x[at + X_BURST] > 0) {
      // Awake by its period: it sleeps when both bursts are done.
      steps.x[at + X_BURST] = Math.max(steps.x[at + X_BURST], ops);
    }
    this.burstChain = chain;
    this.burstLeft = ops;
  }

  /** Warm-up and the first threads: outside the operation count. */
  private begin(): void {
    const { program, steps } = this;
    const larson = program instanceof LarsonProgram ? program : undefined;
    const shared = larson !== undefined && this.settings.workload === 'larson';
    steps.warming = true;
    if (shared) larson.warmUp(this.warmupTarget(MAIN));
    for (let chain = 1; chain < this.chains && this.outcome === 'running'; chain++) {
      larson?.larson.seedChain(chain);
      this.createThread(chain, MAIN);
    }
    if (larson && !shared) {
      for (let chain = 1; chain < this.chains && this.outcome === 'running'; chain++) {
        if (this.threads.running[chain] !== 0)
          larson.larson.warmOwn(chain, this.warmupTarget(chain));
      }
    }
    steps.warming = false;
    steps.x[X_PHASE] = PH.asleep;
    for (let chain = 1; chain < this.chains; chain++) {
      this.began[chain] = this.threads.clock[chain];
      if (!this.isPair || chain <= PAIR[1]) continue;
      steps.x[chain * X_WORDS + X_PHASE] = PH.asleep;
      this.nextWake[chain] = this.settings.wakePeriod;
    }
    if (this.outcome === 'running' && this.threads.runningCount === 0) this.endChains();
  }

  private warmupTarget(chain: number) {
    const { steps, heap } = this;
    return {
      malloc: (size: number, slot: number): void => {
        if (this.outcome === 'running') steps.mallocNow(chain, size, slot);
      },
      free: (slot: number): void => {
        if (this.outcome === 'running') steps.freeNow(chain, slot);
      },
      exchange: (a: number, b: number): void => {
        for (const column of [heap.where, heap.requested]) {
          const kept = column[a];
          column[a] = column[b];
          column[b] = kept;
        }
      },
    };
  }

  /** A life has done its operations: it starts its successor, then exits; its pages are orphans. */
  private succeed(chain: number): void {
    const { threads } = this;
    const life = threads.life[chain];
    const stack = threads.stack[chain];
    const killed = this.doomed[chain] !== 0;
    this.forgive(chain);
    const succeeded = !killed && this.createThread(chain, chain);
    if (this.outcome !== 'running') return;
    this.exitLife(
      chain,
      life,
      stack,
      succeeded,
      killed ? this.doomEvent[chain] : threads.startEvent(life),
    );
  }

  /** A life exits, with or without a successor: its stack is dealt with, its pages are orphans. */
  private exitLife(
    chain: number,
    life: number,
    stack: number,
    succeeded: boolean,
    cause: number,
  ): void {
    const { threads, heap, settings } = this;
    const now = threads.clock[chain];
    threads.end(life);
    const exit = heap.emit(EV.threadExit, now, life, life, chain, 0, cause);
    if (settings.threadEnd !== 'leak' && threads.cache(stack, -1)) {
      this.space.unmapStack(threads.evict().stack);
      heap.counters[C.munmapCalls]++;
    }
    heap.orphanAll(life, exit);
    if (succeeded) return;
    threads.stopChain(chain);
    heap.emit(EV.chainEnded, now, life, chain, 0, 0, exit);
    if (threads.runningCount === 0) this.endChains();
  }

  /** pthread_create: a stack; the thread table is too small for this allocator and is left out. */
  private createThread(chain: number, by: number): boolean {
    const { threads, heap, settings, steps } = this;
    const parent = threads.life[by];
    let stack = threads.reuse()?.stack ?? NO_STACK;
    let cost = steps.costs.threadCached;
    if (stack !== NO_STACK) heap.counters[C.stacksReused]++;
    else {
      heap.counters[C.mmapCalls]++;
      stack = this.space.mapStack(STACK_PAGES, settings.maxMapCount);
      if (stack < 0) {
        heap.counters[C.mapRefusals]++;
        heap.counters[C.threadCreateFailures]++;
        const cause = this.refuse('stack', parent, chain);
        heap.emit(EV.threadCreateFailed, threads.clock[by], parent, chain, 0, 0, cause);
        return false;
      }
      cost = steps.costs.threadCreate;
      heap.counters[C.stacksMapped]++;
    }
    const clock = threads.clock[by] + cost;
    if (by === MAIN) threads.clock[MAIN] = clock;
    const start = heap.emit(
      EV.threadStart,
      clock,
      parent,
      threads.lives + 1,
      chain,
      parent,
      threads.startEvent(parent),
    );
    const life = threads.begin(chain, clock, stack, -1, start);
    heap.addLife(life);
    heap.lastAllocNs[life] = clock;
    heap.counters[C.threadLives]++;
    this.began[chain] = clock;
    this.notePeaks();
    return true;
  }

  protected override emitEnd(endedBy: number): void {
    const cause = this.events.next - 1;
    this.heap.emit(EV.runEnded, this.endNs, MAIN, 0, endedBy, 0, cause);
  }

  // Reading

  override readCounters(): Float64Array {
    const { heap, threads, steps } = this;
    const { counters, sums } = heap;
    counters[C.superslabsNow] = heap.count;
    counters[C.superslabsPeak] = heap.count;
    counters[C.superslabsAllocated] = heap.count;
    counters[C.liveBlocks] = sums[SUM.liveBlocks];
    counters[C.activeBlocks] = sums[SUM.liveBlocks];
    counters[C.queuedBlocks] = sums[SUM.queuedBlocks];
    counters[C.queuedDead] = sums[SUM.queuedDead];
    counters[C.strandedGraveyard] = sums[SUM.graveBlocks];
    counters[C.strandedBelow] = sums[SUM.belowBlocks];
    counters[C.strandedOrphan] = sums[SUM.orphanBlocks];
    counters[C.pendingPages] = sums[SUM.pendingPages];
    counters[C.pendingAgeUs] =
      sums[SUM.pendingPages] === 0
        ? 0
        : Math.max(0, this.virtualNs - sums[SUM.pendingSince] / sums[SUM.pendingPages]) / 1000;
    counters[C.orphanSuperslabs] = heap.pagesBy[7] + heap.pagesBy[8];
    let idle = 0;
    for (let chain = 0; chain < this.chains; chain++) {
      if (steps.x[chain * X_WORDS + X_PHASE] === PH.asleep)
        idle += heap.adoptedFree[threads.life[chain]];
    }
    counters[C.strandedIdle] = idle;
    return counters;
  }

  override readLedger(mapped: Float64Array, resident: Float64Array): void {
    readLedger(this, mapped, resident);
  }
  readEntries(): MapEntries {
    const { space } = this;
    return {
      superslabs: space.superslabEntries,
      stacks: space.stackEntries,
      base: space.baseEntries,
      other: 0,
    };
  }
  fillColumns(columns: SpanColumns): void {
    fillColumns(this, columns);
  }
  fillQueues(matrix: Float64Array): void {
    fillQueues(this, matrix);
  }
  inspectSpan(index: number): SpanDetail | undefined {
    return inspectPage(this, index);
  }
  inspectBlocks(span: number, slab: number): BlocksDetail | undefined {
    return inspectBlocks(this, span, slab);
  }
  autopsy(): Autopsy {
    this.readLedger(this.bands, this.bandsResident);
    return autopsyOf(this, this.refusal, this.bands, this.bandsResident);
  }
  audit(): string[] {
    return audit(this);
  }
  /** Slots that hold a block, and where; for views and audit. */
  slotWhere(slot: number): number {
    const where = this.heap.where[slot];
    return where === OTHER ? NONE : where;
  }

  private takeSample(): void {
    const sample = this.beginSample();
    const { counters, heap } = this;
    sample[S.superslabs] = heap.count;
    sample[S.superslabsMin] = heap.count;
    sample[S.superslabsMax] = heap.count;
    sample[S.entriesMax] = this.space.entries;
    for (let c = 0; c < CLASSES; c++) sample[S['queued.0'] + c] = heap.queuedBy[c];
    sample[S.allocated] = heap.count;
    sample[S.reuses] = counters[C.pageReuses];
    sample[S.adoptions] = counters[C.adoptions];
    sample[S.starved] = counters[C.newStarved];
    sample[S.stranded] =
      counters[C.strandedGraveyard] + counters[C.strandedBelow] + counters[C.strandedOrphan];
    sample[S.pending] = counters[C.pendingPages];
    this.history.push(sample);
  }

  digest(): string {
    const { heap, threads, steps } = this;
    const hash = new WordHash();
    hash.double(this.operations).text(this.outcome).text(this.reason);
    const counters = this.readCounters();
    for (let i = 0; i < counters.length; i++) hash.double(counters[i]);
    hash.words(heap.pages, heap.count * P_WORDS);
    hash.words(heap.tables, (threads.lives + 1) * CLASSES * T_WORDS);
    hash.words(heap.where, this.program.slots).words(steps.x, steps.x.length);
    hash.words(steps.outcome, this.chains);
    const words = this.program.words();
    hash.words(words, words.length);
    for (let chain = 0; chain < this.chains; chain++) {
      hash.double(threads.clock[chain]).double(threads.ops[chain]).word(threads.life[chain]);
    }
    if (this.doomedCount > 0) hash.text(this.doomed.join(''));
    if (this.burstLeft > 0) hash.word(this.burstChain).double(this.burstLeft);
    this.space.hashInto((word) => hash.word(word));
    hash.double(this.events.next).double(this.peakMappedBytes).double(this.peakResidentBytes);
    return hash.digest();
  }

  snapshot(): Snapshot {
    const parts = {
      progress: this.progress(),
      heap: this.heap.snapshot(),
      x: this.steps.x.slice(),
      outcomes: this.steps.outcome.slice(),
      pending: this.steps.pending.slice(),
      program: this.program.words(),
      nextWake: this.nextWake.slice(),
      began: this.began.slice(),
      doomed: this.doomed.slice(),
      doomEvent: this.doomEvent.slice(),
      doomedCount: this.doomedCount,
    } satisfies Parts;
    return { op: this.operations, bytes: this.stateBytes, parts };
  }

  restore(snapshot: Snapshot): void {
    const parts = snapshot.parts as unknown as Parts;
    this.restoreProgress(parts.progress);
    this.heap.restore(parts.heap);
    this.steps.x.set(parts.x);
    this.steps.outcome.set(parts.outcomes);
    this.steps.pending.set(parts.pending);
    this.program.restore(parts.program);
    this.nextWake.set(parts.nextWake);
    this.began.set(parts.began);
    this.doomed.set(parts.doomed);
    this.doomEvent.set(parts.doomEvent);
    this.doomedCount = parts.doomedCount;
    this.steps.applyKnobs();
  }
}

interface Parts {
  progress: Progress;
  heap: ReturnType<Mf2Heap['snapshot']>;
  x: Int32Array;
  outcomes: Int32Array;
  pending: Int32Array;
  program: Int32Array;
  nextWake: Float64Array;
  began: Float64Array;
  doomed: Uint8Array;
  doomEvent: Int32Array;
  doomedCount: number;
}
