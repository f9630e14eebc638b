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
import { EV, NO_CAUSE } from '../../telemetry/events.ts';
import type { Machine } from '../contract.ts';
import { Births } from './births.ts';
import type { PlainHeap } from './heap.ts';
import { MappedBlocks } from './mapped.ts';
import { BLOCK, NONE, OTHER } from './slots.ts';

/** Event arguments are words. */
const MOST = 0x7fffffff;

/**
 * Plain malloc and free on a machine: carries out the records of a stream, takes the one lock for every
 * call, and lets the C library serve what the heap does not.
 */
export abstract class PlainCalls<Heap extends PlainHeap> {
  abstract readonly heap: Heap;
  readonly counters: Float64Array;
  /** Rows of the map ever in use. */
  rows = 0;
  protected readonly births = new Births();
  /** Slots below this may have a block. */
  protected slots: number;
  protected readonly mapped: MappedBlocks;
  /** Whose call is under way. */
  protected life = 0;
  /** The last refusal of the kernel: the cause of the next NULL. */
  protected lastRefusal = NO_CAUSE;

  constructor(
    protected readonly machine: Machine,
    slots: number,
  ) {
    this.counters = machine.counters;
    this.mapped = new MappedBlocks(machine.space);
    this.slots = slots;
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
    if (size + align > heap.largest) {
      this.allocateOther(slot, size);
      this.counters[C.mallocs]++;
      this.writeTo(slot, 0, touch);
      return true;
    }
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
    const block = heap.slots.block[slot];
    if (size === 0) {
      this.release(slot, C.localFrees);
      return true;
    }
    if (block === NONE) return this.allocate(chain, slot, size, 0, machine.touchBytes);
    if (block === OTHER) {
      // What the C library has stays with it, however small it becomes.
      this.resizeOther(slot, size);
      return true;
    }
    if (size > heap.largest) {
      const copied = heap.slots.size[slot];
      this.release(slot, C.localFrees);
      this.allocateOther(slot, size);
      counters[C.mallocs]++;
      if (this.timed) machine.regs[REG_EXTRA] += copied * heap.costs.copyByte;
      this.writeTo(slot, 0, Math.max(copied, machine.touchBytes));
      return true;
    }
    this.enter();
    const copied = heap.realloc(slot, size);
    // A block that moves is copied within the call.
    if (copied > 0) heap.spent += copied * heap.costs.copyByte;
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
    const block = heap.slots.block[slot];
    if (block === NONE) return;
    if (block === OTHER) this.resizeOther(slot, -1);
    else {
      this.enter();
      heap.free(slot);
      this.leave();
    }
    this.counters[counter]++;
  }

  /** A request above the heap's largest: the C library maps a block for it. */
  private allocateOther(slot: number, size: number): void {
    this.resizeOther(slot, size);
    this.counters[C.otherMallocs]++;
  }

  /** malloc failed: the C library serves it, with what a block held that there was; or the run is over. */
  private orNull(chain: number, slot: number, size: number): boolean {
    const { heap } = this;
    this.counters[C.nullReturns]++;
    const event = this.emit(EV.nullReturned, 0, Math.min(size, MOST), 0, this.lastRefusal);
    if (!this.machine.nullReturned(chain, size)) return false;
    if (heap.slots.block[slot] !== NONE) {
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
    const { heap, mapped, machine } = this;
    const { other } = heap.costs;
    const { regs } = machine;
    const had = mapped.remove(slot);
    if (had && other) regs[REG_EXTRA] += this.kernelTime(0, other.unmap);
    if (size >= 0) {
      mapped.add(slot, size);
      if (other) regs[REG_EXTRA] += this.kernelTime(0, other.map);
    }
    heap.slots.size[slot] = Math.max(size, 0);
    heap.slots.block[slot] = size < 0 ? NONE : OTHER;
    machine.memoryGrew();
  }

  /** The program writes into a block: at most so many bytes, from byte `from` on. */
  private writeTo(slot: number, from: number, bytes: number): void {
    const { heap, machine } = this;
    const block = heap.slots.block[slot];
    if (block >= 0) {
      heap.write(slot, from, Math.min(bytes, heap.slots.size[slot] - from));
      machine.regs[REG_EXTRA] += heap.spent;
      heap.spent = 0;
    } else if (block === OTHER) {
      const faults = this.mapped.touch(slot, from, Math.min(bytes, heap.slots.size[slot] - from));
      machine.regs[REG_EXTRA] += faults * (heap.costs.other?.fault ?? 0);
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
  protected get timed(): boolean {
    return this.machine.settings.timeBase === 'costs';
  }

  /**
   * What a call of the kernel takes that holds the map lock for `cost` ns, waiting included.
   * @param spent ns that the allocator's call has taken so far
   */
  kernelTime(spent: number, cost: number): number {
    if (!this.timed) return 0;
    return this.machine.locks.acquire(LOCK.map, this.now + spent, cost) + cost;
  }

  /** More pages may be resident: the machine looks at its limit. */
  protected settleFaults(): void {
    const { heap } = this;
    if (heap.faults === 0) return;
    heap.faults = 0;
    this.machine.memoryGrew();
  }

  /** Where the running thread's clock stands within the call. */
  protected get now(): number {
    const { regs } = this.machine;
    return regs[REG_NOW] + regs[REG_EXTRA];
  }

  /** An event of the call under way. @returns its sequence number */
  protected emit(kind: number, subject: number, a: number, b: number, cause: number): number {
    return this.machine.emit(kind, this.now, this.life, subject, a, b, cause);
  }

  // Outside the stream

  reserveSlots(slots: number): void {
    this.heap.slots.reserve(slots);
    this.slots = Math.max(this.slots, slots);
  }

  mallocNow(chain: number, size: number, slot: number, runtime: boolean): boolean {
    const { machine, heap } = this;
    const { regs, threads } = machine;
    this.reserveSlots(slot + 1);
    this.life = threads.life[chain];
    regs[REG_NOW] = threads.clock[chain];
    regs[REG_EXTRA] = 0;
    let served = true;
    if (size > heap.largest) this.allocateOther(slot, size);
    else {
      this.enter();
      served = heap.malloc(size, slot, runtime ? BLOCK.runtime : BLOCK.program);
      this.leave();
    }
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
    const block = heap.slots.block[slot];
    if (block === NONE) return;
    if (block === OTHER) this.resizeOther(slot, -1);
    else heap.free(slot);
    heap.spent = 0;
    regs[REG_EXTRA] = 0;
    this.settleFaults();
    this.counters[C.runtimeLocalFrees]++;
  }
}
