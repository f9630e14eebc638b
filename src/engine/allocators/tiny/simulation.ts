import { assert } from '../../../base/assert.ts';
import { WordHash } from '../../../base/hash.ts';
import { asBytes, asNs, asOp, NS_PER_S, type Ns } from '../../../base/units.ts';
import type { Intervention } from '../../interventions.ts';
import { KNOB_IDS, type KnobId, type KnobValue, type KnobValues } from '../../knobs/index.ts';
import { MAIN, NO_STACK, STACK_PAGES } from '../../machine/threads.ts';
import { C } from '../../telemetry/counters.ts';
import { CRASH, EV, NO_CAUSE } from '../../telemetry/events.ts';
import { B } from '../../telemetry/ledger.ts';
import { S } from '../../telemetry/series.ts';
import type { EndedBy, RunStatus } from '../../telemetry/states.ts';
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
import { Larson } from '../../workloads/larson.ts';
import { type Progress, Run } from '../run.ts';
import { announce, listThreads, whyNot } from './acts.ts';
import { audit } from './audit.ts';
import { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_KIND,
  BLOCK_NONE,
  BLOCK_SLAB,
  BLOCK_TAG,
  BLOCK_WORDS,
  CENTRAL_LIFE,
  SLAB_INDEX,
  SLAB_SS,
} from './layout.ts';
import { type LivingTotals, livingTotals, readLedger } from './ledger.ts';
import {
  type HeapHost,
  K_LIVE,
  K_QUEUED,
  K_WORDS,
  REG_EXTRA,
  REG_NOW,
  REG_OP,
  REG_STOP,
} from './records.ts';
import { autopsyOf, fillColumns, fillQueues, inspectBlocks, inspectSpan } from './view.ts';

/** What may be changed for tests and long headless runs. */
export interface SimulationOptions {
  /** Events kept, a power of two. */
  readonly eventCapacity?: number;
  /** A heap with a deliberate fault, to prove that the audit can fail. */
  readonly heap?: typeof TinyHeap;
}

const EVENT_CAPACITY = 1 << 16;
/** REG_STOP bit: the run is over. */
const STOP_ENDED = 2;

/** One run of the tiny model under Larson. See engine/types.ts for the contract. */
export class TinySimulation extends Run implements Simulation, HeapHost {
  readonly model = 'tiny';
  override readonly heap: TinyHeap;
  readonly larson: Larson;
  private crashInfo: Autopsy['crash'];
  /** Chain whose quantum is under way, and what is left of it. */
  private chain = MAIN;
  private quantumLeft = 0;
  /** For `lastOutcome`: who ran last, and the slow paths before that. */
  private lastChain = MAIN;
  private actor = 0;
  private refillsBefore = 0;
  private nextTrimNs = Infinity;
  private tableSlots = 0;
  private readonly freeTableSlots: number[] = [];
  private readonly living: LivingTotals = { freeBytes: 0, queuedBlocks: 0 };
  private readonly onNull = (size: number, slot: number): boolean => this.nullReturned(size, slot);

  constructor(knobs: KnobValues, options: SimulationOptions = {}) {
    super(knobs, knobs.threads + 1, options.eventCapacity ?? EVENT_CAPACITY);
    this.larson = new Larson(this.settings);
    const Heap = options.heap ?? TinyHeap;
    this.heap = new Heap(
      this.settings,
      this.space,
      this.events,
      this,
      this.chains,
      this.larson.slots + knobs.threads + 8,
    );
    this.begin();
    this.resetTrim(0);
    this.takeSample();
  }

  get classBytes(): readonly number[] {
    return this.heap.blockBytes;
  }
  get rows(): number {
    return this.heap.rows;
  }
  override get virtualNs(): Ns {
    if (this.outcome !== 'running') return asNs(this.endNs);
    const first = this.threads.earliest();
    return asNs(first === MAIN ? this.threads.latestClock() : this.threads.clock[first]);
  }

  // HeapHost

  isAlive(life: number): boolean {
    return life === CENTRAL_LIFE || (life >= 0 && this.threads.isAlive(life));
  }
  startEvent(life: number): number {
    return this.threads.startEvent(life);
  }
  refused(what: 0 | 1, life: number, subject: number): number {
    const { heap } = this;
    const seq = heap.emit(EV.mapRefused, life, subject, what, this.entriesNow(), NO_CAUSE);
    if (!this.refusedAny) {
      this.refusedAny = true;
      this.refusal = {
        what: what === 0 ? 'superslab' : 'stack',
        life,
        chain: life >= 0 ? this.threads.chainOf(life) : 0,
        op: asOp(this.operationNow),
        ns: asNs(heap.regs[REG_NOW]),
        entries: this.entriesNow(),
        classBytes: asBytes(what === 0 ? heap.blockBytes[subject] : 0),
      };
      heap.emit(EV.oom, life, life, what, 0, seq);
    }
    return seq;
  }
  crashed(reason: number, row: number, life: number): void {
    if (this.outcome !== 'running') return;
    this.heap.emit(EV.crash, life, row, reason, 0, NO_CAUSE);
    this.crashInfo = {
      reason: reason === CRASH.useAfterUnmap ? 'useAfterUnmap' : 'touchAfterDecrement',
      superslab: row,
      life,
    };
    this.end('crashed', 'crash');
  }

  // Running

  advance(maxOps: number, watch = 0): AdvanceResult {
    const { events, heap, history } = this;
    const first = this.operations;
    events.watch = watch;
    events.hit = false;
    const limit = this.settings.opLimit || Infinity;
    const wanted = Math.min(maxOps, limit - first);
    heap.regs[REG_STOP] = this.outcome === 'running' ? 0 : STOP_ENDED;
    while (this.operations - first < wanted && this.outcome === 'running') {
      if (this.quantumLeft === 0) {
        this.schedule();
        if (events.hit || this.outcome !== 'running') break;
      }
      const budget = Math.min(
        wanted - (this.operations - first),
        this.quantumLeft,
        history.nextOp - this.operations,
        this.larson.lifeOps - this.threads.done[this.chain],
      );
      this.lastChain = this.chain;
      this.actor = this.threads.life[this.chain];
      this.refillsBefore = heap.counters[C.refills];
      const done = this.larson.swap(
        heap,
        this.threads,
        this.chain,
        budget,
        this.operations,
        this.onNull,
      );
      this.operations += done;
      this.quantumLeft -= done;
      if (this.burstLeft > 0) this.spendBurst(done);
      if (this.threads.done[this.chain] >= this.larson.lifeOps && this.outcome === 'running') {
        this.succeed(this.chain);
        this.quantumLeft = 0;
      }
      if (this.operations === history.nextOp) this.takeSample();
      if (events.hit) break;
    }
    events.watch = 0;
    if (this.operations >= limit) this.stopAtLimit();
    return { ops: this.operations - first, hit: events.hit };
  }

  lastOutcome(): Outcome {
    const { heap, threads, larson } = this;
    const chain = this.lastChain;
    const at = larson.lastSlot * BLOCK_WORDS;
    const r = heap.blocks[at + BLOCK_SLAB];
    return {
      chain,
      k: threads.ops[chain] - 1,
      row: r < 0 ? -1 : heap.slabs[r + SLAB_SS],
      block: r < 0 ? r : heap.slabs[r + SLAB_INDEX] * 65536 + heap.blocks[at + BLOCK_INDEX],
      path: this.refillsBefore === heap.counters[C.refills] ? 0 : 1,
      slot: larson.lastSlot,
      freed: larson.lastSlot,
      life: this.actor,
    };
  }

  setKnob(id: KnobId, value: KnobValue): void {
    Object.assign(this.settings, { [id]: value });
    this.heap.applyKnobs(this.settings);
    this.markNow();
    const index = KNOB_IDS.indexOf(id);
    this.heap.emit(
      EV.knobChanged,
      MAIN,
      index,
      typeof value === 'string' ? -1 : Number(value),
      0,
      NO_CAUSE,
    );
    if (id === 'trimIntervalMs') this.resetTrim(this.virtualNs);
    if (id === 'physLimitGiB' || id === 'memPressure') this.memoryGrew();
  }

  whyNot(act: Intervention): string | undefined {
    return whyNot(this, act);
  }
  listThreads(): ThreadDetail[] {
    return listThreads(this);
  }

  act(intervention: Intervention): void {
    const { act, subject, amount } = intervention;
    const { heap, threads } = this;
    const reason = this.whyNot(intervention);
    this.markNow();
    const event = announce(this, intervention, reason !== undefined);
    if (reason !== undefined) return;
    switch (act) {
      case 'stall':
        threads.clock[subject] += amount * 1000;
        this.quantumLeft = 0;
        break;
      case 'burst':
        this.burstChain = subject;
        this.burstLeft = amount;
        this.quantumLeft = 0;
        break;
      case 'kill':
        this.quantumLeft = 0;
        this.exitLife(
          subject,
          threads.life[subject],
          threads.stack[subject],
          threads.table[subject],
          false,
          event,
        );
        break;
      case 'adopt':
        heap.forceAdopt(subject, amount, threads.life[amount], event);
        break;
      case 'pin':
      case 'unpin':
        heap.setPinned(subject, act === 'pin');
        break;
      case 'trim':
        heap.forceTrim(subject, event);
        break;
    }
    // A user's hand costs no thread any time.
    heap.regs[REG_EXTRA] = 0;
    this.notePeaks();
  }

  /** Warm-up and the first threads: outside the operation count. */
  private begin(): void {
    const { knobs, larson } = this;
    const life = knobs.ownership === 'central' ? CENTRAL_LIFE : 0;
    const shared = knobs.workload === 'larson';
    if (shared) larson.warmUp(this.warmupTarget(MAIN, life));
    for (let chain = 1; chain < this.chains && this.outcome === 'running'; chain++) {
      larson.seedChain(chain);
      this.createThread(chain, MAIN);
    }
    if (!shared) {
      for (let chain = 1; chain < this.chains && this.outcome === 'running'; chain++) {
        if (this.threads.running[chain] === 0) continue;
        const owner = life === CENTRAL_LIFE ? CENTRAL_LIFE : this.threads.life[chain];
        larson.warmOwn(chain, this.warmupTarget(chain, owner));
      }
    }
    if (this.outcome === 'running' && this.threads.runningCount === 0) this.endChains();
    this.heap.regs[REG_EXTRA] = 0;
  }

  private warmupTarget(chain: number, life: number) {
    const { heap } = this;
    const heapIndex = life === CENTRAL_LIFE ? MAIN : chain;
    return {
      malloc: (size: number, slot: number): void => {
        if (this.outcome !== 'running') return;
        if (heap.malloc(heapIndex, life, size, slot) || this.nullReturned(size, slot)) {
          heap.counters[C.runtimeMallocs]++;
        }
      },
      free: (slot: number): void => {
        if (this.outcome !== 'running') return;
        if (heap.free(life, slot) === 1) heap.counters[C.runtimeRemoteFrees]++;
        else heap.counters[C.runtimeLocalFrees]++;
      },
      exchange: (a: number, b: number): void => Larson.exchangeRows(heap.blocks, a, b),
    };
  }

  /** malloc returned NULL: the C library serves it, or Larson's assertion ends the run. */
  private nullReturned(size: number, slot: number): boolean {
    if (this.outcome !== 'running') return false;
    if (this.settings.onNull === 'libcFallback') {
      this.heap.mallocFallback(size, slot, this.threads.life[this.chain], this.events.next - 1);
      return true;
    }
    this.end(this.refusedAny ? 'oom' : 'crashed', 'assertion');
    return false;
  }

  /** Chooses who runs next, after the passes that are due. */
  private schedule(): void {
    const { threads } = this;
    if (this.burstLeft > 0 && threads.running[this.burstChain] === 0) this.endBurst();
    const bursting = this.burstLeft > 0;
    const earliest = bursting ? this.burstChain : threads.earliest();
    const now = threads.clock[earliest];
    if (now >= this.settings.seconds * NS_PER_S) {
      if (this.settings.flushOnExit) this.trimPass(now);
      this.end(this.refusedAny ? 'oom' : 'finished', 'time');
      return;
    }
    while (now >= this.nextTrimNs && this.outcome === 'running') {
      this.trimPass(this.nextTrimNs);
      this.nextTrimNs += this.heap.costs.trimIntervalNs;
    }
    const dealt = this.settings.schedule === 'shared' && !bursting;
    this.chain = dealt ? threads.fewestOps() : earliest;
    const { quantum } = this.settings;
    this.quantumLeft = bursting ? Math.min(quantum, this.burstLeft) : quantum;
    if (threads.joinStack[this.chain] !== NO_STACK) this.join(this.chain);
  }

  private spendBurst(ops: number): void {
    if (this.chain !== this.burstChain) return;
    this.burstLeft -= ops;
    if (this.burstLeft === 0) this.endBurst();
  }

  private trimPass(at: number): void {
    this.heap.regs[REG_OP] = this.operations;
    if (this.settings.ownership === 'hybridG') this.heap.drainAllQueues(at);
    this.heap.trim(at, this.threads.inFlight);
    this.heap.regs[REG_EXTRA] = 0;
    this.notePeaks();
  }

  private resetTrim(now: number): void {
    const interval = this.heap.costs.trimIntervalNs;
    this.nextTrimNs = interval > 0 ? now + interval : Infinity;
  }

  /** A life has done its swaps: it starts its successor, then exits (definitions.md, "Larson exactly"). */
  private succeed(chain: number): void {
    const { threads, heap } = this;
    const life = threads.life[chain];
    heap.regs[REG_OP] = Math.max(0, this.operations - 1);
    heap.regs[REG_NOW] = threads.clock[chain];
    const stack = threads.stack[chain];
    const table = threads.table[chain];
    const succeeded = this.createThread(chain, chain);
    if (this.outcome !== 'running') return;
    this.exitLife(chain, life, stack, table, succeeded, threads.startEvent(life));
  }

  /** A life exits, with or without a successor: its stack is dealt with, its memory orphaned. */
  private exitLife(
    chain: number,
    life: number,
    stack: number,
    table: number,
    succeeded: boolean,
    cause: number,
  ): void {
    const { threads, heap } = this;
    const parent = this.settings.ownership === 'central' ? CENTRAL_LIFE : life;
    threads.end(life);
    const exit = heap.emit(EV.threadExit, life, life, chain, 0, cause);
    if (
      this.settings.threadEnd === 'detach' ||
      (this.settings.threadEnd === 'join' && !succeeded)
    ) {
      // Nobody is left to join the last thread of a chain; main does.
      this.cacheStack(stack, table, parent, chain);
    } else if (this.settings.threadEnd === 'join') {
      threads.joinStack[chain] = stack;
      threads.joinTable[chain] = table;
    }
    if (parent !== CENTRAL_LIFE) heap.orphanAll(chain, exit);
    if (!succeeded) {
      threads.stopChain(chain);
      heap.emit(EV.chainEnded, life, chain, 0, 0, exit);
      if (threads.runningCount === 0) this.endChains();
    }
    heap.regs[REG_EXTRA] = 0;
  }

  /** pthread_create by the thread that runs in `by`: a stack, then a thread table from malloc. */
  private createThread(chain: number, by: number): boolean {
    const { threads, heap, settings } = this;
    const parentLife = threads.life[by];
    const owner = settings.ownership === 'central' ? CENTRAL_LIFE : parentLife;
    const heapIndex = owner === CENTRAL_LIFE ? MAIN : by;
    heap.regs[REG_EXTRA] = 0;
    let { stack, table } = threads.reuse() ?? { stack: NO_STACK, table: -1 };
    if (stack !== NO_STACK) {
      heap.regs[REG_EXTRA] += heap.costs.threadCached;
      heap.counters[C.stacksReused]++;
    } else {
      heap.counters[C.mmapCalls]++;
      stack = this.space.mapStack(STACK_PAGES, settings.maxMapCount - heap.otherEntries);
      if (stack < 0) {
        heap.counters[C.mapRefusals]++;
        const refusal = this.refused(1, parentLife, chain);
        return this.creationFailed(chain, parentLife, 0, refusal);
      }
      heap.regs[REG_EXTRA] += heap.costs.threadCreate;
      heap.counters[C.stacksMapped]++;
      table = this.makeTable(heapIndex, owner);
      if (table === -2) {
        this.space.unmapStack(stack);
        heap.counters[C.munmapCalls]++;
        return this.creationFailed(chain, parentLife, 1, this.events.next - 1);
      }
    }
    const clock = threads.clock[by] + heap.regs[REG_EXTRA];
    heap.regs[REG_EXTRA] = 0;
    // Main waits for each creation in turn; a parent exits right after its own.
    if (by === MAIN) threads.clock[MAIN] = clock;
    const start = heap.emit(
      EV.threadStart,
      parentLife,
      threads.lives + 1,
      chain,
      parentLife,
      threads.startEvent(parentLife),
    );
    threads.begin(chain, clock, stack, table, start);
    heap.counters[C.threadLives]++;
    this.notePeaks();
    return true;
  }

  private creationFailed(chain: number, life: number, why: number, cause: number): false {
    this.heap.counters[C.threadCreateFailures]++;
    this.heap.emit(EV.threadCreateFailed, life, chain, why, 0, cause);
    return false;
  }

  /** The table that pthread_create allocates. @returns its slot, -1 when there is none, -2 on NULL */
  private makeTable(heapIndex: number, owner: number): number {
    const { heap, settings } = this;
    if (settings.dtvBytes === 0) return -1;
    const slot = this.freeTableSlots.pop() ?? this.larson.slots + this.tableSlots++;
    heap.reserveSlots(slot + 1);
    if (!heap.malloc(heapIndex, owner, settings.dtvBytes, slot)) {
      this.freeTableSlots.push(slot);
      return -2;
    }
    heap.counters[C.runtimeMallocs]++;
    heap.blocks[slot * BLOCK_WORDS + BLOCK_TAG] = BLOCK_KIND.threadTable;
    heap.markRuntime(slot);
    return slot;
  }

  /** An ended thread's stack and table go into the cache; what falls out of it is released. */
  private cacheStack(stack: number, table: number, byLife: number, chain: number): void {
    const { threads, heap } = this;
    if (!threads.cache(stack, table)) return;
    const out = threads.evict();
    this.space.unmapStack(out.stack);
    heap.counters[C.munmapCalls]++;
    if (out.table < 0) return;
    heap.unmarkRuntime(out.table);
    if (heap.free(byLife, out.table) === 1) heap.counters[C.runtimeRemoteFrees]++;
    else heap.counters[C.runtimeLocalFrees]++;
    heap.blocks[out.table * BLOCK_WORDS + BLOCK_TAG] = BLOCK_KIND.program;
    threads.inFlight[chain] = heap.lastRemote;
    this.freeTableSlots.push(out.table);
  }

  /** The successor joins its predecessor before its first operation. */
  private join(chain: number): void {
    const { threads } = this;
    const stack = threads.joinStack[chain];
    const table = threads.joinTable[chain];
    threads.joinStack[chain] = NO_STACK;
    threads.joinTable[chain] = -1;
    const life = this.settings.ownership === 'central' ? CENTRAL_LIFE : threads.life[chain];
    this.cacheStack(stack, table, life, chain);
  }

  protected override end(status: RunStatus, reason: EndedBy): void {
    this.heap.regs[REG_STOP] = STOP_ENDED;
    super.end(status, reason);
  }
  protected override emitEnd(endedBy: number): void {
    this.markNow();
    this.heap.emit(EV.runEnded, MAIN, 0, endedBy, 0, this.events.next - 1);
  }

  private markNow(): void {
    this.heap.regs[REG_OP] = this.operationNow;
    this.heap.regs[REG_NOW] = this.virtualNs;
  }

  /** Operation under way: within a quantum the register is ahead of the count. */
  private get operationNow(): number {
    return Math.max(this.operations, this.heap.regs[REG_OP]);
  }

  private entriesNow(): number {
    return this.space.entries + this.heap.otherEntries;
  }

  // Reading

  override readCounters(): Float64Array {
    const { counters, heap } = this;
    livingTotals(heap, this.chains, this.living);
    let live = 0;
    let queued = 0;
    for (let c = 0; c < heap.classes; c++) {
      live += heap.k[c * K_WORDS + K_LIVE];
      queued += heap.k[c * K_WORDS + K_QUEUED];
    }
    counters[C.liveBlocks] = live;
    counters[C.queuedBlocks] = queued;
    counters[C.queuedDead] = queued - this.living.queuedBlocks;
    return counters;
  }

  override readLedger(mapped: Float64Array, resident: Float64Array): void {
    livingTotals(this.heap, this.chains, this.living);
    readLedger(this.heap, this.threads, this.living, mapped, resident);
  }

  readEntries(): MapEntries {
    const { space } = this;
    return {
      superslabs: space.superslabEntries,
      stacks: space.stackEntries,
      base: space.baseEntries,
      other: this.heap.otherEntries,
    };
  }

  fillColumns(columns: SpanColumns): void {
    fillColumns(this, columns);
  }
  fillQueues(matrix: Float64Array): void {
    fillQueues(this, matrix);
  }
  inspectSpan(index: number): SpanDetail | undefined {
    return inspectSpan(this, index);
  }
  inspectBlocks(span: number, slab: number): BlocksDetail | undefined {
    return inspectBlocks(this, span, slab);
  }

  autopsy(): Autopsy {
    this.readLedger(this.bands, this.bandsResident);
    return autopsyOf(this, this.refusal, this.crashInfo, this.bands, this.bandsResident);
  }

  audit(): string[] {
    return audit(this);
  }

  private takeSample(): void {
    const sample = this.beginSample();
    const { counters, heap } = this;
    sample[S.superslabs] = counters[C.superslabsNow];
    sample[S.superslabsMin] = counters[C.superslabsNow];
    sample[S.superslabsMax] = counters[C.superslabsNow];
    sample[S['entries.other']] = heap.otherEntries;
    sample[S.entriesMax] = this.entriesNow();
    for (let c = 0; c < heap.classes; c++)
      sample[S['queued.0'] + c] = heap.k[c * K_WORDS + K_QUEUED];
    sample[S.allocated] = counters[C.superslabsAllocated];
    sample[S.freed] = counters[C.superslabsFreed];
    sample[S.adoptions] = counters[C.adoptions];
    sample[S.reuses] = counters[C.emptyReuses] + counters[C.cacheReuses] + counters[C.adoptions];
    this.history.push(sample);
  }

  digest(): string {
    const { heap, threads, space, larson } = this;
    const hash = new WordHash();
    hash
      .double(this.operations)
      .text(this.outcome)
      .text(this.reason)
      .double(this.quantumLeft)
      .word(this.chain);
    const counters = this.readCounters();
    for (let i = 0; i < counters.length; i++) hash.double(counters[i]);
    hash.words(heap.slabs, heap.slabWords).words(heap.superslabs, heap.rows * 20);
    hash.words(heap.lists.next, heap.lists.used);
    hash.words(heap.blocks, this.usedSlots * BLOCK_WORDS).words(heap.current, heap.current.length);
    hash.words(larson.generators, larson.generators.length);
    for (let chain = 0; chain < this.chains; chain++) {
      hash
        .double(threads.clock[chain])
        .double(threads.ops[chain])
        .word(threads.life[chain])
        .word(threads.running[chain]);
    }
    if (this.burstLeft > 0) hash.word(this.burstChain).double(this.burstLeft);
    space.hashInto((word) => hash.word(word));
    hash.double(this.events.next).double(this.peakMappedBytes).double(this.peakResidentBytes);
    return hash.digest();
  }

  /** Block-table slots ever used: the workload's, then thread tables. */
  get usedSlots(): number {
    return this.larson.slots + this.tableSlots;
  }

  snapshot(): Snapshot {
    const parts = {
      progress: this.progress(),
      heap: this.heap.snapshot(),
      generators: this.larson.generators.slice(),
      run: this.runState(),
    } satisfies Parts;
    return { op: this.operations, bytes: this.stateBytes, parts };
  }

  restore(snapshot: Snapshot): void {
    const parts = snapshot.parts as unknown as Parts;
    this.restoreProgress(parts.progress);
    this.heap.applyKnobs(this.settings);
    this.heap.restore(parts.heap);
    this.larson.generators.set(parts.generators);
    const { run } = parts;
    this.crashInfo = run.crashInfo;
    this.chain = run.chain;
    this.quantumLeft = run.quantumLeft;
    this.nextTrimNs = run.nextTrimNs;
    this.tableSlots = run.tableSlots;
    this.freeTableSlots.splice(0, this.freeTableSlots.length, ...run.freeTableSlots);
  }

  private runState() {
    return {
      crashInfo: this.crashInfo,
      chain: this.chain,
      quantumLeft: this.quantumLeft,
      nextTrimNs: this.nextTrimNs,
      tableSlots: this.tableSlots,
      freeTableSlots: this.freeTableSlots.slice(),
    };
  }
}

interface Parts {
  progress: Progress;
  heap: unknown;
  generators: Int32Array;
  run: ReturnType<TinySimulation['runState']>;
}
assert(BLOCK_NONE === -1 && B.live === 0, 'bands and blocks are laid out as the samples assume');
