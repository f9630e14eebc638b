import type { Intervention } from '../../interventions.ts';
import type { KnobId } from '../../knobs/index.ts';
import { LOCK } from '../../machine/locks.ts';
import {
  REG_BUDGET,
  REG_BY_OPS,
  REG_CHAIN_OPS,
  REG_ENDED,
  REG_EXTRA,
  REG_HORIZON,
  REG_NOW,
  REG_OP,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
} from '../../machine/registers.ts';
import {
  OP,
  OP_ARG,
  OP_END,
  OP_HEAD,
  OP_KIND_MASK,
  OP_SLOT,
  OP_WORDS,
  sizeOfOp,
} from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, NEED, NO_CAUSE } from '../../telemetry/events.ts';
import { B } from '../../telemetry/ledger.ts';
import { S } from '../../telemetry/series.ts';
import { HP } from '../../telemetry/states.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type {
  Allocator,
  AuditFound,
  AutopsyPart,
  Machine,
  Served,
  StateHash,
} from '../contract.ts';
import { auditHeap } from './audit.ts';
import { Brk } from './brk.ts';
import type { HeapHost, SavedChunks } from './chunks.ts';
import { FirstFitHeap } from './heap.ts';
import { BLOCK, GRANULE, NONE, OTHER, PAGE, payloadOf, ROW_BYTES, ROW_GRANULES } from './layout.ts';
import { addLedger } from './ledger.ts';
import { type Births, fillColumns, inspectChunks, inspectRow, rowsOf, stateOf } from './view.ts';

const ROW_START = 64;
/** Event arguments are words. */
const MOST = 0x7fffffff;

/**
 * First fit on a machine: carries out the records of a stream, takes the one lock for every call, and
 * tells the run what it has.
 */
export class FirstFitAllocator implements Allocator, HeapHost {
  readonly classBytes: readonly number[] = [];
  readonly busy: Uint8Array;
  readonly nextTimerNs = Infinity;
  readonly counters: Float64Array;
  readonly heap: FirstFitHeap;
  /** Rows ever in use: stretches of the heap of 64 KiB. */
  rows = 0;
  private births: Births = newBirths(ROW_START);
  private serial = 0;
  /** Slots below this may have a block. */
  private slots: number;
  /** The C library's heap beside this one: bytes live, the most they ever were. */
  private otherLive = 0;
  private otherPeak = 0;
  /** Whose call is under way. */
  private life = 0;
  private lastRefusal = NO_CAUSE;
  /** The intervention under way, the cause of what it brings about. */
  private actEvent = NO_CAUSE;

  /** @param Heap a heap with a deliberate fault, to prove that the audit can fail */
  constructor(
    private readonly machine: Machine,
    slots: number,
    Heap: typeof FirstFitHeap = FirstFitHeap,
  ) {
    this.busy = new Uint8Array(machine.threads.chains);
    this.counters = machine.counters;
    const limit = (): number => machine.settings.maxMapCount - this.otherEntries;
    this.heap = new Heap(machine.settings, new Brk(machine.space, limit), this, slots);
    this.slots = slots;
  }

  get stateBytes(): number {
    return this.heap.stateBytes + this.births.op.byteLength * 3;
  }
  get residentBytes(): number {
    return this.heap.brk.residentPages * PAGE + this.otherPeak;
  }
  get otherMapped(): number {
    return this.otherPeak;
  }
  get otherEntries(): number {
    return this.otherPeak > 0 ? 1 : 0;
  }

  // The heap's host

  grown(
    pages: number,
    request: number,
    reason: number,
    freeBytes: number,
    freeChunks: number,
  ): void {
    const { counters, heap } = this;
    const before = Math.ceil((heap.end - pages * PAGE) / ROW_BYTES);
    const after = rowsOf(heap);
    let cause = NO_CAUSE;
    if (reason !== NEED.firstUse) {
      const granules = Math.floor(freeBytes / GRANULE);
      cause = this.emit(EV.noFit, Math.min(request, MOST), granules, freeChunks, NO_CAUSE);
    }
    for (let row = before; row < after; row++) this.born(row);
    counters[C.superslabsAllocated] += after - before;
    this.countRows(after);
    this.emit(EV.superslabMapped, Math.min(before, after - 1), pages, reason, cause);
  }

  trimmed(pages: number): void {
    const { counters, heap } = this;
    const before = Math.ceil((heap.end + pages * PAGE) / ROW_BYTES);
    const after = rowsOf(heap);
    counters[C.superslabsFreed] += before - after;
    this.countRows(after);
    this.emit(EV.superslabFreed, Math.min(after, before - 1), pages, 0, this.actEvent);
  }

  brkTime(spent: number): number {
    const { brk } = this.heap.costs;
    if (!this.timed) return 0;
    return this.machine.locks.acquire(LOCK.map, this.now + spent, brk) + brk;
  }

  refused(bytes: number): void {
    this.counters[C.mapRefusals]++;
    this.lastRefusal = this.machine.refused(this.life, 0, bytes, this.now);
  }

  // Running

  /**
   * Carries out records for a chain: see Allocator. Every call but a touch takes the lock, so a chain
   * stops before one when another is earlier.
   */
  run(chain: number, ops: Int32Array, from: number, count: number): number {
    const { regs, threads } = this.machine;
    const firstOp = regs[REG_OP];
    const budget = regs[REG_BUDGET];
    this.life = threads.life[chain];
    let ended = 0;
    let done = 0;
    for (let at = from; done < count; at += OP_WORDS) {
      const clock = threads.clock[chain];
      if (clock >= regs[REG_UNTIL]) break;
      const head = ops[at + OP_HEAD];
      const kind = head & OP_KIND_MASK;
      const quiet = kind === OP.touch || kind === OP.none;
      if (kind > OP.touch && kind !== OP.none) break;
      if (!quiet && !this.mayTouch(clock, ended)) break;
      regs[REG_OP] = firstOp + ended;
      regs[REG_NOW] = clock;
      regs[REG_EXTRA] = 0;
      const served = this.perform(chain, kind, ops, at);
      threads.clock[chain] = clock + regs[REG_EXTRA];
      regs[REG_EXTRA] = 0;
      if (!served) break;
      done++;
      if ((head & OP_END) !== 0) {
        threads.clock[chain] += this.heap.costs.perOp;
        if (++ended === budget) break;
      }
      // Who slept through a wait for the lock lets another have the core.
      if (regs[REG_STOP] !== 0 || regs[REG_WAITED] > 0) break;
    }
    regs[REG_ENDED] += ended;
    return done;
  }

  private mayTouch(clock: number, ended: number): boolean {
    const { regs } = this.machine;
    const key = regs[REG_BY_OPS] !== 0 ? regs[REG_CHAIN_OPS] + ended : clock;
    return key < regs[REG_HORIZON] || (key === regs[REG_HORIZON] && regs[REG_TIE] !== 0);
  }

  /** One record. @returns false: NULL, and the run is over */
  private perform(chain: number, kind: number, ops: Int32Array, at: number): boolean {
    const slot = ops[at + OP_SLOT];
    const size = sizeOfOp(ops, at);
    switch (kind) {
      case OP.malloc:
        return this.allocate(chain, slot, size, 0, this.machine.touchBytes);
      case OP.calloc:
        return this.allocate(chain, slot, size, 0, Infinity);
      case OP.memalign:
        return this.allocate(chain, slot, size, 2 ** ops[at + OP_ARG], this.machine.touchBytes);
      case OP.realloc:
        return this.reallocate(chain, slot, size);
      case OP.free:
        this.release(slot, C.localFrees);
        return true;
      case OP.touch:
        this.writeTo(slot, ops[at + OP_ARG], size);
        return true;
      default:
        return true;
    }
  }

  private allocate(
    chain: number,
    slot: number,
    size: number,
    align: number,
    touch: number,
  ): boolean {
    const { heap } = this;
    this.enter();
    const got = align > 0 ? heap.memalign(size, align, slot) : heap.malloc(size, slot);
    this.leave();
    if (!got && !this.orNull(chain, slot, size)) return false;
    this.counters[C.mallocs]++;
    this.writeTo(slot, 0, touch);
    return true;
  }

  private reallocate(chain: number, slot: number, size: number): boolean {
    const { heap, counters, machine } = this;
    const chunk = heap.slotChunk[slot];
    if (size === 0) {
      this.release(slot, C.localFrees);
      return true;
    }
    if (chunk === NONE) return this.allocate(chain, slot, size, 0, machine.touchBytes);
    if (chunk === OTHER) {
      this.resizeOther(slot, size);
      return true;
    }
    this.enter();
    const copied = heap.realloc(slot, size);
    this.leave();
    if (copied === -2) {
      if (!this.orNull(chain, slot, size)) return false;
    }
    if (copied !== -1) {
      counters[C.mallocs]++;
      counters[C.localFrees]++;
    }
    this.writeTo(slot, 0, machine.touchBytes);
    return true;
  }

  /** @param counter counts the free, unless the slot is empty */
  private release(slot: number, counter: number): void {
    const { heap } = this;
    const chunk = heap.slotChunk[slot];
    if (chunk === NONE) return;
    if (chunk === OTHER) this.resizeOther(slot, -1);
    else {
      this.enter();
      heap.free(slot);
      this.leave();
    }
    this.counters[counter]++;
  }

  /** malloc failed: the C library serves it, with what a block held that there was; or the run is over. */
  private orNull(chain: number, slot: number, size: number): boolean {
    const { heap } = this;
    this.counters[C.nullReturns]++;
    const event = this.emit(EV.nullReturned, 0, Math.min(size, MOST), 0, this.lastRefusal);
    if (!this.machine.nullReturned(chain, size)) return false;
    if (heap.slotChunk[slot] !== NONE) {
      this.enter();
      heap.free(slot);
      this.leave();
    }
    heap.slotChunk[slot] = OTHER;
    heap.slotSize[slot] = 0;
    this.resizeOther(slot, size);
    this.counters[C.libcFallbacks]++;
    this.emit(EV.libcFallback, 0, Math.min(size, MOST), 0, event);
    return true;
  }

  /** The C library's block of a slot gets this size; below 0: it is freed. */
  private resizeOther(slot: number, size: number): void {
    const { heap } = this;
    const had = heap.slotSize[slot];
    this.otherLive += otherBytes(size) - otherBytes(had > 0 ? had : -1);
    heap.slotSize[slot] = Math.max(size, 0);
    if (size < 0) heap.slotChunk[slot] = NONE;
    if (this.otherLive <= this.otherPeak) return;
    this.otherPeak = this.otherLive;
    this.machine.memoryGrew();
  }

  /** The program writes into a block: at most so many bytes, from byte `from` on. */
  private writeTo(slot: number, from: number, bytes: number): void {
    const { heap, machine } = this;
    const chunk = heap.slotChunk[slot];
    if (chunk >= 0) {
      heap.touch(payloadOf(chunk) + from, Math.min(bytes, heap.slotSize[slot] - from));
      machine.regs[REG_EXTRA] += heap.spent;
      heap.spent = 0;
    }
    this.settleFaults();
  }

  /** A call begins: it waits for the lock. */
  private enter(): void {
    if (!this.timed) return;
    const { regs, locks } = this.machine;
    regs[REG_EXTRA] += locks.acquire(LOCK.heap, this.now, 0);
  }

  /** The call is over: it held the lock for as long as it took. */
  private leave(): void {
    const { heap, machine } = this;
    if (this.timed) {
      machine.regs[REG_EXTRA] += heap.spent + heap.costs.lock;
      machine.locks.holdUntil(LOCK.heap, this.now);
    }
    heap.spent = 0;
    this.settleFaults();
  }

  /** Under the document rate nothing but an operation takes time. */
  private get timed(): boolean {
    return this.machine.settings.timeBase === 'costs';
  }

  private settleFaults(): void {
    const { heap } = this;
    if (heap.faults === 0) return;
    this.counters[C.pageFaults] += heap.faults;
    heap.faults = 0;
    this.machine.memoryGrew();
  }

  private get now(): number {
    const { regs } = this.machine;
    return regs[REG_NOW] + regs[REG_EXTRA];
  }

  private emit(kind: number, subject: number, a: number, b: number, cause: number): number {
    return this.machine.emit(kind, this.now, this.life, subject, a, b, cause);
  }

  // Outside the stream

  reserveSlots(slots: number): void {
    this.heap.reserveSlots(slots);
    this.slots = Math.max(this.slots, slots);
  }

  mallocNow(chain: number, size: number, slot: number, runtime: boolean): boolean {
    const { machine, heap } = this;
    const { regs, threads } = machine;
    this.reserveSlots(slot + 1);
    this.life = threads.life[chain];
    regs[REG_NOW] = threads.clock[chain];
    regs[REG_EXTRA] = 0;
    this.enter();
    let served = heap.malloc(size, slot, runtime ? BLOCK.runtime : BLOCK.program);
    this.leave();
    if (served) this.writeTo(slot, 0, runtime ? Infinity : machine.touchBytes);
    else if (runtime) {
      this.counters[C.nullReturns]++;
      this.emit(EV.nullReturned, 0, size, 0, this.lastRefusal);
    } else served = this.orNull(chain, slot, size);
    threads.clock[chain] += regs[REG_EXTRA];
    regs[REG_EXTRA] = 0;
    if (served) this.counters[C.runtimeMallocs]++;
    return served;
  }

  /** Takes no time of anybody's: it is part of a thread's end. */
  freeNow(chain: number, slot: number): void {
    const { regs, threads } = this.machine;
    this.life = threads.life[chain];
    const { heap } = this;
    const chunk = heap.slotChunk[slot];
    if (chunk === NONE) return;
    if (chunk === OTHER) this.resizeOther(slot, -1);
    else heap.free(slot);
    heap.spent = 0;
    regs[REG_EXTRA] = 0;
    this.settleFaults();
    this.counters[C.runtimeLocalFrees]++;
  }

  /** Nobody owns memory: threads come and go without a trace. */
  threadStarted(): void {}
  threadExited(): void {}
  woke(): void {}
  timer(): void {}
  finish(): void {}
  owned(): number {
    return 0;
  }

  applyKnobs(id: KnobId | undefined): void {
    this.heap.knobChanged(id);
    this.heap.spent = 0;
    this.settleFaults();
  }

  whyNot(act: Intervention): string | undefined {
    switch (act.act) {
      case 'trim': {
        if (act.subject >= this.rows || stateOf(this.heap, act.subject) === HP.unmapped)
          return 'There is no heap there.';
        const state = stateOf(this.heap, act.subject);
        return state === HP.top || state === HP.untouched
          ? undefined
          : 'Only the top of the heap can be given back: blocks here or above are live.';
      }
      case 'adopt':
        return 'Nobody owns memory here: there is one heap for all threads.';
      case 'pin':
      case 'unpin':
        return 'Only the top of the heap is ever given back: there is nothing to pin.';
      default:
        return 'It is done to a thread.';
    }
  }

  act(act: Intervention, event: number): void {
    this.actEvent = event;
    if (act.act === 'trim') this.heap.trimAll();
    this.actEvent = NO_CAUSE;
    this.heap.spent = 0;
  }

  // Reading

  served(_chain: number, slot: number): Served {
    const chunk = slot < 0 ? NONE : this.heap.slotChunk[slot];
    return {
      row: chunk < 0 ? -1 : Math.floor(chunk / ROW_GRANULES),
      block: chunk < 0 ? chunk : chunk % ROW_GRANULES,
      path: this.heap.path,
    };
  }

  readGauges(): void {
    this.heap.readGauges();
  }

  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void {
    addLedger(this.heap, mapped, resident);
    mapped[B.other] += this.otherPeak;
    if (resident) resident[B.other] += this.otherPeak;
  }

  sample(row: Float64Array): void {
    row[S.syscalls] += this.counters[C.heapGrowths] + this.counters[C.heapTrims];
  }

  fillColumns(columns: SpanColumns): void {
    fillColumns(this.heap, this.rows, this.births, columns);
  }
  /** There are no remote queues. */
  fillQueues(): void {}
  inspectSpan(row: number): SpanDetail | undefined {
    return inspectRow(this.heap, row, this.births);
  }
  inspectBlocks(row: number, part: number): BlocksDetail | undefined {
    return part === 0 ? inspectChunks(this.heap, row) : undefined;
  }

  autopsy(): AutopsyPart {
    const { heap, counters, machine } = this;
    let workloadBlocks = 0;
    let threadTables = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (heap.slotChunk[slot] < 0) continue;
      if (heap.slotKind[slot] === BLOCK.runtime) threadTables++;
      else workloadBlocks++;
    }
    const { lives } = machine.threads;
    let freeable = 0;
    for (let row = 0; row < this.rows; row++) {
      const state = stateOf(heap, row);
      if (state === HP.top || state === HP.untouched) freeable++;
    }
    return {
      superslabs: rowsOf(heap),
      superslabsPerLife: lives === 0 ? 0 : counters[C.superslabsAllocated] / lives,
      liveBlocks: heap.liveBlocks,
      workloadBlocks,
      threadTables,
      inflated: 0,
      inflatedCurrent: 0,
      freeable,
      orphansHolding: 0,
      livingOwned: 0,
    };
  }

  audit(problems: string[]): AuditFound {
    const { heap, machine } = this;
    const found = auditHeap(
      {
        heap,
        settings: machine.settings,
        counters: this.counters,
        touchBytes: machine.touchBytes,
        slots: this.slots,
      },
      problems,
    );
    let other = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (heap.slotChunk[slot] === OTHER) other += otherBytes(heap.slotSize[slot]);
    }
    if (other !== this.otherLive)
      problems.push(`C library: counted ${other}, kept ${this.otherLive}`);
    if (rowsOf(heap) !== this.counters[C.superslabsNow])
      problems.push(`rows: counted ${rowsOf(heap)}, kept ${this.counters[C.superslabsNow]}`);
    found.mapped[B.other] += this.otherPeak;
    found.resident[B.other] += this.otherPeak;
    return found;
  }

  // State

  hashInto(hash: StateHash): void {
    const { heap } = this;
    heap.words.hashInto((word) => hash.word(word));
    hash.words(heap.slotChunk, this.slots);
    for (let slot = 0; slot < this.slots; slot++) hash.double(heap.slotSize[slot]);
    hash.words(heap.slotKind, this.slots);
    for (const value of [heap.head, heap.rover, heap.top, heap.high, heap.freeChunks])
      hash.double(value);
    hash.double(this.rows).double(this.otherLive).double(this.otherPeak);
  }

  snapshot(): unknown {
    const { births, rows } = this;
    return {
      heap: this.heap.snapshot(),
      births: {
        op: births.op.slice(0, rows),
        ns: births.ns.slice(0, rows),
        serial: births.serial.slice(0, rows),
      },
      scalars: [rows, this.serial, this.slots, this.otherLive, this.otherPeak, this.lastRefusal],
    } satisfies SavedFirstFit;
  }

  restore(saved: unknown): void {
    const from = saved as SavedFirstFit;
    this.heap.restore(from.heap);
    this.births = newBirths(Math.max(ROW_START, from.births.op.length));
    this.births.op.set(from.births.op);
    this.births.ns.set(from.births.ns);
    this.births.serial.set(from.births.serial);
    [this.rows, this.serial, this.slots, this.otherLive, this.otherPeak, this.lastRefusal] =
      from.scalars as [number, number, number, number, number, number];
  }

  private countRows(now: number): void {
    const { counters } = this;
    counters[C.superslabsNow] = now;
    counters[C.superslabsPeak] = Math.max(counters[C.superslabsPeak], now);
  }

  private born(row: number): void {
    if (row >= this.births.op.length) {
      const wider = newBirths(Math.max(row + 1, this.births.op.length * 2));
      wider.op.set(this.births.op);
      wider.ns.set(this.births.ns);
      wider.serial.set(this.births.serial);
      this.births = wider;
    }
    this.births.op[row] = this.machine.regs[REG_OP];
    this.births.ns[row] = this.now;
    this.births.serial[row] = this.serial++;
    this.rows = Math.max(this.rows, row + 1);
  }
}

interface SavedFirstFit {
  readonly heap: SavedChunks;
  readonly births: Births;
  readonly scalars: readonly number[];
}

const newBirths = (rows: number): Births => ({
  op: new Float64Array(rows),
  ns: new Float64Array(rows),
  serial: new Float64Array(rows),
});

/** Bytes that the C library's heap takes for a block, in whole pages; none below 0. */
const otherBytes = (size: number): number =>
  size < 0 ? 0 : Math.max(1, Math.ceil((size + 16) / PAGE)) * PAGE;
