import type { Intervention } from '../../interventions.ts';
import type { KnobId } from '../../knobs/index.ts';
import {
  REG_BY_OPS,
  REG_EXTRA,
  REG_HORIZON,
  REG_NOW,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
} from '../../machine/registers.ts';
import { MAIN } from '../../machine/threads.ts';
import { OP, OP_ARG, OP_KIND_MASK, OP_SLOT, sizeOfOp } from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import { S } from '../../telemetry/series.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type {
  Allocator,
  AuditFound,
  AutopsyPart,
  Machine,
  Served,
  StateHash,
} from '../contract.ts';
import type { RowMarks } from '../row-marks.ts';
import { whyNotMemory } from './acts.ts';
import { audit } from './audit.ts';
import type { TinyHeap } from './heap.ts';
import {
  BLOCK_INDEX,
  BLOCK_KIND,
  BLOCK_NONE,
  BLOCK_SIZE,
  BLOCK_SLAB,
  BLOCK_TAG,
  BLOCK_WORDS,
  CENTRAL_LIFE,
  NONE,
  SLAB_INDEX,
  SLAB_SS,
  SS_OWN_NEXT,
  SS_WORDS,
} from './layout.ts';
import { type LivingTotals, livingTotals, readLedger } from './ledger.ts';
import { recordLoop } from './loop.ts';
import { CHARGE_MALLOC, K_LIVE, K_QUEUED, K_WORDS } from './records.ts';
import { autopsyOf, fillColumns, inspectBlocks, inspectSpan, waitingIn } from './view.ts';

/** The tiny model behind the contract: whose heap a chain uses, timers, readings. */
export class TinyAllocator implements Allocator {
  readonly busy: Uint8Array;
  nextTimerNs = Infinity;
  private slots: number;
  private refillsBefore = 0;
  private readonly living: LivingTotals = { freeBytes: 0, queuedBlocks: 0, forgotten: 0 };

  constructor(
    readonly machine: Machine,
    readonly heap: TinyHeap,
    slots: number,
  ) {
    this.busy = new Uint8Array(machine.threads.chains);
    this.slots = slots;
    this.resetTrim(0);
  }

  get classBytes(): readonly number[] {
    return this.heap.blockBytes;
  }
  get rows(): number {
    return this.heap.rows;
  }
  get stateBytes(): number {
    return this.heap.stateBytes;
  }
  /** Slots of the block table in use. */
  get usedSlots(): number {
    return this.slots;
  }

  /** Chain slot whose lists the chain uses, and the life that owns what it acquires. */
  private heapOf(chain: number): number {
    return this.heap.oneList ? MAIN : chain;
  }
  private ownerOf(chain: number): number {
    return this.heap.oneList ? CENTRAL_LIFE : this.machine.threads.life[chain];
  }

  run(chain: number, ops: Int32Array, from: number, count: number): number {
    if (count === 0) {
      this.goOnTrimming(chain);
      return 0;
    }
    this.refillsBefore = this.heap.counters[C.refills];
    return recordLoop(
      this.heap,
      this,
      chain,
      this.heapOf(chain),
      this.ownerOf(chain),
      ops,
      from,
      count,
    );
  }

  nullReturned(chain: number, size: number, slot: number): boolean {
    const { machine, heap } = this;
    if (!machine.nullReturned(chain, size)) return false;
    heap.mallocFallback(size, slot, machine.threads.life[chain], machine.events.next - 1);
    return true;
  }

  /** A record that is rare in the programs tiny was made for: calloc, realloc, memalign, touch. */
  record(chain: number, ops: Int32Array, at: number): boolean {
    const slot = ops[at + OP_SLOT];
    const size = sizeOfOp(ops, at);
    switch (ops[at] & OP_KIND_MASK) {
      case OP.malloc:
      case OP.calloc:
        return this.allocate(chain, size, slot, 1);
      case OP.memalign:
        return this.allocate(chain, size, slot, 2 ** ops[at + OP_ARG]);
      case OP.realloc:
        return this.reallocate(chain, size, slot);
      case OP.free:
        return this.release(chain, slot);
      default:
        // A block of a slab is resident from the time it was carved.
        return true;
    }
  }

  private allocate(chain: number, size: number, slot: number, alignment: number): boolean {
    const { heap, counters } = this;
    const c = this.classFor(size, alignment);
    let served = true;
    if (c < 0) heap.mallocAbove(this.ownerOf(chain), size, slot);
    else if (!heap.mallocClass(this.heapOf(chain), this.ownerOf(chain), c, size, slot))
      served = this.nullReturned(chain, size, slot);
    if (served) counters[C.mallocs]++;
    heap.regs[REG_EXTRA] += heap.charges[CHARGE_MALLOC];
    return served;
  }

  /** Smallest class whose blocks hold `size` bytes at a multiple of `alignment`; -1: none. */
  private classFor(size: number, alignment: number): number {
    const { heap } = this;
    if (size > heap.topRequest) return -1;
    for (let c = heap.classOf[size]; c < heap.classes; c++)
      if (heap.blockBytes[c] % alignment === 0) return c;
    return -1;
  }

  private reallocate(chain: number, size: number, slot: number): boolean {
    const { heap } = this;
    const at = slot * BLOCK_WORDS;
    const r = heap.blocks[at];
    if (r === BLOCK_NONE) return this.allocate(chain, size, slot, 1);
    if (size === 0) return this.release(chain, slot);
    if (heap.misrouted(this.ownerOf(chain), slot)) return false;
    if (r < 0 && heap.mixed !== undefined) {
      // What the C library has stays with it, however small it becomes.
      heap.resizeLibc(slot, size);
      return true;
    }
    heap.regs[REG_EXTRA] += heap.lookUp(r);
    const block = heap.blocks[at + BLOCK_INDEX];
    const before = heap.blocks[at + BLOCK_SIZE];
    if (r >= 0 && heap.classIndex(size) === heap.slabClass(r)) {
      heap.blocks[at + BLOCK_SIZE] = size;
      heap.requestedBytes += size - before;
      return true;
    }
    if (r < 0 && size > heap.topRequest) {
      // Both outside: the C library grows or moves it.
      heap.freeOther(slot);
      heap.mallocOther(size, slot);
      heap.counters[C.otherMallocs]--;
      return true;
    }
    heap.blocks[at] = BLOCK_NONE;
    if (!this.allocate(chain, size, slot, 1)) return false;
    heap.regs[REG_EXTRA] += heap.costs.copyByte * Math.min(before, size);
    // The new block stands in the slot; the old one is freed by what was kept of it.
    heap.lastRemote = NONE;
    const remote = r >= 0 ? heap.freeBlock(this.ownerOf(chain), r, block, before) : 0;
    if (r < 0) heap.otherFreed(before);
    heap.counters[remote === 1 ? C.remoteFrees : C.localFrees]++;
    heap.regs[REG_EXTRA] += heap.costOfFree();
    return true;
  }

  /** @returns false: it went to the wrong heap, and the run is over */
  private release(chain: number, slot: number): boolean {
    const { heap } = this;
    if (heap.blocks[slot * BLOCK_WORDS] === BLOCK_NONE) return true;
    heap.regs[REG_EXTRA] += heap.lookUp(heap.blocks[slot * BLOCK_WORDS]);
    const remote = heap.free(this.ownerOf(chain), slot);
    if (remote < 0) return false;
    heap.counters[remote === 1 ? C.remoteFrees : C.localFrees]++;
    heap.regs[REG_EXTRA] += heap.costOfFree();
    return true;
  }

  private get counters(): Float64Array {
    return this.heap.counters;
  }

  reserveSlots(slots: number): void {
    this.heap.reserveSlots(slots);
    this.slots = Math.max(this.slots, slots);
  }

  mallocNow(chain: number, size: number, slot: number, runtime: boolean): boolean {
    const { heap, machine } = this;
    heap.regs[REG_NOW] = machine.threads.clock[chain];
    heap.actor = chain;
    const served =
      heap.malloc(this.heapOf(chain), this.ownerOf(chain), size, slot) ||
      ((!runtime || heap.servesRuntime) && this.nullReturned(chain, size, slot));
    machine.threads.clock[chain] += heap.regs[REG_EXTRA];
    heap.regs[REG_EXTRA] = 0;
    if (!served) return false;
    heap.counters[C.runtimeMallocs]++;
    if (runtime) {
      heap.blocks[slot * BLOCK_WORDS + BLOCK_TAG] = BLOCK_KIND.threadTable;
      heap.markRuntime(slot);
    }
    return true;
  }

  freeNow(chain: number, slot: number, runtime: boolean): void {
    const { heap } = this;
    const at = slot * BLOCK_WORDS;
    if (heap.blocks[at] === BLOCK_NONE) return;
    heap.actor = chain;
    if (heap.mixed !== undefined) heap.regs[REG_NOW] = heap.threads.clock[chain];
    if (runtime) {
      heap.unmarkRuntime(slot);
      heap.blocks[at + BLOCK_TAG] = BLOCK_KIND.program;
    }
    const remote = heap.free(this.ownerOf(chain), slot);
    if (remote < 0) return;
    heap.counters[remote === 1 ? C.runtimeRemoteFrees : C.runtimeLocalFrees]++;
    if (runtime) heap.threads.inFlight[chain] = heap.lastRemote;
  }

  threadStarted(): void {}
  threadExited(chain: number, _life: number, event: number): void {
    if (!this.heap.oneList) this.heap.orphanAll(chain, event);
    else this.heap.exitCaches(chain);
  }
  woke(): void {}

  timer(at: number): void {
    const { heap, machine } = this;
    if (machine.settings.timeBase !== 'costs') {
      // Nothing but operations takes time: a pass is over when it begins.
      this.trimPass(at);
      this.nextTimerNs += heap.costs.trimIntervalNs;
      return;
    }
    // The trimming thread sleeps for an interval after each pass.
    this.nextTimerNs = Infinity;
    if (this.busy[MAIN] !== 0) return;
    if (heap.knobs.ownership === 'hybridG') heap.drainAllQueues(at);
    machine.background(at);
    heap.regs[REG_NOW] = machine.threads.clock[MAIN];
    heap.regs[REG_EXTRA] = 0;
    if (heap.beginTrim()) this.busy[MAIN] = 1;
    else this.trimmed();
  }
  finish(at: number): void {
    if (this.heap.knobs.flushOnExit) this.trimPass(at);
  }
  private trimPass(at: number): void {
    const { heap } = this;
    if (heap.knobs.ownership === 'hybridG') heap.drainAllQueues(at);
    heap.trim(at, heap.threads.inFlight);
    heap.regs[REG_EXTRA] = 0;
  }

  /** The trimming thread goes on with its pass: one SuperSlab at a time, while it is the earliest. */
  private goOnTrimming(chain: number): void {
    const { heap, machine } = this;
    const { regs } = heap;
    const { clock, inFlight } = machine.threads;
    const byOps = regs[REG_BY_OPS] === 1;
    const horizon = regs[REG_HORIZON];
    const tie = regs[REG_TIE] === 1;
    while (clock[chain] < regs[REG_UNTIL]) {
      if (!byOps && (clock[chain] > horizon || (clock[chain] === horizon && !tie))) return;
      regs[REG_NOW] = clock[chain];
      const more = heap.trimNext(inFlight);
      clock[chain] += regs[REG_EXTRA];
      regs[REG_EXTRA] = 0;
      if (!more) {
        this.trimmed();
        return;
      }
      if (regs[REG_STOP] !== 0 || regs[REG_WAITED] > 0) return;
    }
  }
  private trimmed(): void {
    const { heap, machine } = this;
    this.busy[MAIN] = 0;
    const interval = heap.costs.trimIntervalNs;
    this.nextTimerNs = interval > 0 ? machine.threads.clock[MAIN] + interval : Infinity;
  }
  private resetTrim(now: number): void {
    const interval = this.heap.costs.trimIntervalNs;
    this.nextTimerNs = interval > 0 ? now + interval : Infinity;
  }

  applyKnobs(id: KnobId | undefined, now: number): void {
    this.heap.applyKnobs();
    if (id === 'trimIntervalMs') this.resetTrim(now);
  }

  whyNot(act: Intervention): string | undefined {
    return whyNotMemory(this, act);
  }
  act({ act, subject, amount }: Intervention, event: number): void {
    const { heap } = this;
    switch (act) {
      case 'adopt':
        heap.forceAdopt(subject, amount, heap.threads.life[amount], event);
        break;
      case 'pin':
      case 'unpin':
        heap.setPinned(subject, act === 'pin');
        break;
      case 'trim':
        heap.forceTrim(subject, event);
        break;
      case 'flush':
        heap.flush(subject, event);
        break;
      case 'compact':
      case 'stall':
      case 'burst':
      case 'kill':
      case 'malloc':
      case 'realloc':
      case 'free':
        throw new Error(`${act} is the run's business`);
    }
  }

  owned(chain: number): number {
    const { heap } = this;
    let owned = 0;
    for (
      let row = heap.ownedBy(chain);
      row !== NONE;
      row = heap.superslabs[row * SS_WORDS + SS_OWN_NEXT]
    )
      owned++;
    heap.eachOwnSlot(chain, () => owned++);
    return owned;
  }

  served(_chain: number, slot: number): Served {
    const { heap } = this;
    const at = slot * BLOCK_WORDS;
    const r = slot < 0 ? BLOCK_NONE : heap.blocks[at + BLOCK_SLAB];
    return {
      row: r < 0 ? -1 : heap.slabs[r + SLAB_SS],
      block: r < 0 ? r : heap.slabs[r + SLAB_INDEX] * 65536 + heap.blocks[at + BLOCK_INDEX],
      path: this.refillsBefore === heap.counters[C.refills] ? 0 : 1,
    };
  }

  readGauges(): void {
    const { heap, counters } = this;
    livingTotals(heap, this.machine.threads.chains, this.living);
    let live = 0;
    let queued = 0;
    for (let c = 0; c < heap.classes; c++) {
      live += heap.k[c * K_WORDS + K_LIVE];
      queued += heap.k[c * K_WORDS + K_QUEUED];
    }
    let cached = 0;
    let slots = 0;
    if (heap.caches !== undefined) {
      for (const blocks of heap.caches.ofClass) cached += blocks;
      for (const most of heap.caches.slots) slots += most;
    }
    counters[C.cachedBlocks] = cached;
    counters[C.cacheSlots] = slots;
    counters[C.liveBlocks] = live - cached;
    counters[C.activeBlocks] = live + heap.excess;
    counters[C.queuedBlocks] = queued;
    counters[C.forgottenSuperslabs] = this.living.forgotten;
    counters[C.queuedDead] = queued - this.living.queuedBlocks;
  }
  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void {
    livingTotals(this.heap, this.machine.threads.chains, this.living);
    readLedger(this.heap, this.living, mapped, resident);
  }
  sample(row: Float64Array): void {
    const { heap, counters } = this;
    for (let c = 0; c < heap.classes; c++) row[S['queued.0'] + c] = heap.k[c * K_WORDS + K_QUEUED];
    row[S.reuses] = counters[C.emptyReuses] + counters[C.cacheReuses] + counters[C.adoptions];
  }
  fillColumns(columns: SpanColumns, from: number, to: number): void {
    fillColumns(this, columns, from, to);
  }
  changedRows(): RowMarks {
    return this.heap.changedRows();
  }
  waitingIn(row: number): number {
    return waitingIn(this, row);
  }
  inspectSpan(row: number): SpanDetail | undefined {
    return inspectSpan(this, row);
  }
  inspectBlocks(row: number, part: number): BlocksDetail | undefined {
    return inspectBlocks(this, row, part);
  }
  autopsy(): AutopsyPart {
    return autopsyOf(this);
  }
  audit(problems: string[]): AuditFound {
    return audit(this, problems);
  }

  hashInto(hash: StateHash): void {
    const { heap } = this;
    heap.mixed?.hashInto(hash, this.slots);
    if (heap.refusals !== undefined) hash.word(heap.refusals.done);
    hash.words(heap.slabs, heap.slabWords).words(heap.superslabs, heap.rows * SS_WORDS);
    hash.words(heap.lists.next, heap.lists.used);
    hash.words(heap.blocks, this.slots * BLOCK_WORDS).words(heap.current, heap.current.length);
    heap.hashPolicies(hash);
  }
  snapshot(): SavedTiny {
    return { heap: this.heap.snapshot(), nextTimerNs: this.nextTimerNs, slots: this.slots };
  }
  restore(saved: unknown): void {
    const from = saved as SavedTiny;
    this.heap.restore(from.heap);
    this.nextTimerNs = from.nextTimerNs;
    this.slots = from.slots;
  }
}

interface SavedTiny {
  heap: unknown;
  nextTimerNs: number;
  slots: number;
}
