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
import type { Machine } from '../contract.ts';
import { Brk } from './brk.ts';
import type { HeapHost } from './chunks.ts';
import { FirstFitHeap } from './heap.ts';
import { BLOCK, GRANULE, NONE, OTHER, PAGE, payloadOf, ROW_BYTES } from './layout.ts';
import { MappedBlocks } from './mapped.ts';
import { type Births, rowsOf } from './view.ts';

/** Rows to have room for at first. */
export const ROW_START = 64;
/** Event arguments are words. */
const MOST = 0x7fffffff;

/** First fit on a machine: carries out the records of a stream, and takes the one lock for every call. */
export class FirstFitCalls implements HeapHost {
  readonly counters: Float64Array;
  readonly heap: FirstFitHeap;
  /** Rows ever in use: stretches of the heap of 64 KiB. */
  rows = 0;
  protected births: Births = newBirths(ROW_START);
  protected serial = 0;
  /** Slots below this may have a block. */
  protected slots: number;
  protected readonly mapped: MappedBlocks;
  /** Whose call is under way. */
  protected life = 0;
  protected lastRefusal = NO_CAUSE;
  /** The intervention under way, the cause of what it brings about. */
  protected actEvent = NO_CAUSE;

  /** @param Heap a heap with a deliberate fault, to prove that the audit can fail */
  constructor(
    protected readonly machine: Machine,
    slots: number,
    Heap: typeof FirstFitHeap = FirstFitHeap,
  ) {
    this.counters = machine.counters;
    const brk = new Brk(machine.space, () => machine.settings.maxMapCount);
    this.heap = new Heap(machine.settings, brk, this, slots);
    this.mapped = new MappedBlocks(machine.space);
    this.slots = slots;
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
    this.resizeOther(slot, size);
    this.counters[C.libcFallbacks]++;
    this.emit(EV.libcFallback, 0, Math.min(size, MOST), 0, event);
    return true;
  }

  /** The C library's block of a slot gets this size; below 0: it is freed. */
  private resizeOther(slot: number, size: number): void {
    const { heap, mapped } = this;
    mapped.remove(slot);
    if (size >= 0) mapped.add(slot, size);
    heap.slotSize[slot] = Math.max(size, 0);
    heap.slotChunk[slot] = size < 0 ? NONE : OTHER;
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
    } else if (chunk === OTHER) {
      this.mapped.touch(slot, from, Math.min(bytes, heap.slotSize[slot] - from));
      machine.memoryGrew();
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

  protected settleFaults(): void {
    const { heap } = this;
    if (heap.faults === 0) return;
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

export const newBirths = (rows: number): Births => ({
  op: new Float64Array(rows),
  ns: new Float64Array(rows),
  serial: new Float64Array(rows),
});
