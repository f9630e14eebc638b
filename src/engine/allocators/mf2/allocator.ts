import type { Intervention } from '../../interventions.ts';
import type { KnobId } from '../../knobs/index.ts';
import {
  REG_BUDGET,
  REG_BY_OPS,
  REG_ENDED,
  REG_FRESH,
  REG_HORIZON,
  REG_OP,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
  STOP_ENDED,
} from '../../machine/registers.ts';
import { isControl, OP_END, OP_HEAD, OP_WORDS } from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import { S } from '../../telemetry/series.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import {
  type Allocator,
  type AuditFound,
  type AutopsyPart,
  type Machine,
  type Served,
  STEP,
  type StateHash,
} from '../contract.ts';
import type { RowMarks } from '../row-marks.ts';
import { whyNotMemory } from './acts.ts';
import { audit } from './audit.ts';
import type { Mf2Heap } from './heap.ts';
import {
  CLASSES,
  MF2_CLASSES,
  P_FLAGS,
  P_WORDS,
  PF,
  PH,
  T_PAGES,
  T_WORDS,
  X_PHASE,
  X_UNNEEDED,
  X_WAKE_EVENT,
  X_WORDS,
} from './layout.ts';
import { readResident } from './residency.ts';
import { Mf2Steps, OTHER } from './steps.ts';
import { SUM } from './totals.ts';
import {
  autopsyOf,
  fillColumns,
  inspectBlocks,
  inspectPage,
  readLedger,
  waitingIn,
} from './view.ts';

/** Steps that mark their chain as busy, so that the run knows whose they are. */
class BusySteps extends Mf2Steps {
  readonly busy = new Uint8Array(this.threads.chains);
  protected override woken(chain: number): void {
    this.busy[chain] = 1;
  }
}

/** The MF2 model behind the contract: records as steps in time order, readings. */
export class Mf2Allocator implements Allocator {
  readonly classBytes: readonly number[] = MF2_CLASSES;
  readonly steps: BusySteps;
  readonly nextTimerNs = Infinity;
  private slots: number;

  constructor(
    readonly machine: Machine,
    readonly heap: Mf2Heap,
    slots: number,
  ) {
    this.steps = new BusySteps(machine, heap);
    this.slots = slots;
    heap.reserveSlots(slots);
  }

  get busy(): Uint8Array {
    return this.steps.busy;
  }
  get rows(): number {
    return this.heap.count;
  }
  get stateBytes(): number {
    return this.heap.stateBytes;
  }
  get usedSlots(): number {
    return this.slots;
  }

  /** Every step touches what others see, so each is done only by the chain whose turn it is. */
  run(chain: number, ops: Int32Array, from: number, count: number): number {
    const { steps, machine } = this;
    const { regs, threads } = machine;
    const { x } = steps;
    const { clock } = threads;
    const { perOp } = steps.costs;
    const phase = chain * X_WORDS + X_PHASE;
    const horizon = regs[REG_HORIZON];
    const tie = regs[REG_TIE] === 1;
    const byOps = regs[REG_BY_OPS] === 1;
    const until = regs[REG_UNTIL];
    const budget = regs[REG_BUDGET];
    let ended = 0;
    let done = 0;
    for (;;) {
      const idle = x[phase] === PH.idle;
      if (idle && (done === count || clock[chain] >= until)) break;
      if (idle && isControl(ops[from + done * OP_WORDS])) break;
      if (
        regs[REG_FRESH] === 0 &&
        (byOps || clock[chain] > horizon || (clock[chain] === horizon && !tie))
      )
        break;
      const record = from + done * OP_WORDS;
      const result = idle ? steps.begin(chain, ops, record) : steps.step(chain);
      regs[REG_FRESH] = 0;
      if (result === STEP.more) {
        if ((regs[REG_STOP] & STOP_ENDED) !== 0) break;
        continue;
      }
      if (result !== STEP.done) break;
      done++;
      if ((ops[record + OP_HEAD] & OP_END) !== 0) {
        clock[chain] += perOp;
        regs[REG_OP]++;
        if (++ended === budget) break;
      }
      if (regs[REG_STOP] !== 0 || regs[REG_WAITED] > 0) break;
    }
    steps.busy[chain] = x[phase];
    regs[REG_ENDED] += ended;
    return done;
  }

  step(chain: number, ops: Int32Array, at: number): number {
    const { steps } = this;
    const { x } = steps;
    const phase = chain * X_WORDS + X_PHASE;
    const result = x[phase] === PH.idle ? steps.begin(chain, ops, at) : steps.step(chain);
    // PH.idle is 0: between two records a chain is not busy.
    steps.busy[chain] = x[phase];
    return result;
  }

  reserveSlots(slots: number): void {
    this.heap.reserveSlots(slots);
    this.slots = Math.max(this.slots, slots);
  }
  mallocNow(chain: number, size: number, slot: number, runtime: boolean): boolean {
    const { heap, steps } = this;
    if (!runtime) return steps.mallocNow(chain, size, slot);
    // Thread tables are small: the heap for small requests, beside this one, has them.
    heap.where[slot] = OTHER;
    heap.requested[slot] = size;
    heap.otherBlocks++;
    heap.runtimeBytes += size;
    if (heap.libc.malloc(size)) this.machine.memoryGrew();
    heap.counters[C.runtimeMallocs]++;
    return true;
  }
  freeNow(chain: number, slot: number, runtime: boolean): void {
    const { heap, steps } = this;
    if (!runtime) {
      steps.freeNow(chain, slot);
      return;
    }
    heap.where[slot] = -1;
    heap.otherBlocks--;
    heap.runtimeBytes -= heap.requested[slot];
    heap.libc.free(heap.requested[slot]);
    heap.counters[C.runtimeLocalFrees]++;
  }

  threadStarted(chain: number, life: number): void {
    this.heap.addLife(life);
    this.heap.lastAllocNs[life] = this.machine.commonNs(chain);
  }
  threadExited(_chain: number, life: number, event: number): void {
    this.heap.orphanAll(life, event);
  }
  woke(chain: number, event: number): void {
    const at = chain * X_WORDS;
    const { x } = this.steps;
    x[at + X_UNNEEDED] = this.machine.settings.adoptOnWake ? 1 : 0;
    x[at + X_WAKE_EVENT] = event;
  }
  timer(): void {}
  finish(): void {}
  applyKnobs(_id: KnobId | undefined): void {
    this.steps.applyKnobs();
  }

  whyNot(act: Intervention): string | undefined {
    return whyNotMemory(this, act);
  }
  act({ act, subject, amount }: Intervention, event: number): void {
    const { heap, steps } = this;
    const p = subject * P_WORDS;
    switch (act) {
      case 'adopt':
        steps.forceAdopt(amount, p, event);
        break;
      case 'pin':
        heap.pages[p + P_FLAGS] |= PF.pinned;
        break;
      case 'unpin':
        heap.pages[p + P_FLAGS] &= ~PF.pinned;
        break;
      case 'trim':
        heap.decommit(p);
        heap.counters[C.madviseCalls]++;
        break;
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
    const { heap, machine } = this;
    const life = machine.threads.life[chain];
    if (machine.threads.running[chain] === 0 || life < 0) return 0;
    let owned = 0;
    for (let cls = 0; cls < CLASSES; cls++) owned += heap.tables[heap.table(life, cls) + T_PAGES];
    return owned;
  }

  served(chain: number, slot: number): Served {
    const where = slot < 0 ? OTHER : this.heap.where[slot];
    return {
      row: where < 0 ? -1 : where >>> 5,
      block: where < 0 ? 0 : where & 31,
      path: this.steps.via[chain],
    };
  }

  readGauges(): void {
    const { heap, machine } = this;
    const { counters, totals, pendingPages } = heap;
    const sums = totals.read();
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
    counters[C.pendingPages] = pendingPages;
    counters[C.pendingAgeUs] =
      pendingPages === 0 ? 0 : Math.max(0, machine.nowNs - heap.pendingSince / pendingPages) / 1000;
    counters[C.orphanSuperslabs] = sums[SUM.orphanPages];
    let idle = 0;
    for (let chain = 0; chain < machine.threads.chains; chain++) {
      if (machine.isAsleep(chain) && this.busy[chain] === 0)
        idle += totals.adoptedFree[machine.threads.life[chain]];
    }
    counters[C.strandedIdle] = idle;
  }
  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void {
    readLedger(this, mapped);
    if (resident !== undefined) readResident(this, mapped, resident);
  }
  sample(row: Float64Array): void {
    const { counters } = this.heap;
    const { queuedBy } = this.heap.totals;
    for (let c = 0; c < CLASSES; c++) row[S['queued.0'] + c] = queuedBy[c];
    row[S.reuses] = counters[C.pageReuses];
    row[S.starved] = counters[C.newStarved];
    row[S.stranded] =
      counters[C.strandedGraveyard] + counters[C.strandedBelow] + counters[C.strandedOrphan];
    row[S.pending] = counters[C.pendingPages];
  }
  fillColumns(columns: SpanColumns, from: number, to: number): void {
    fillColumns(this, columns, from, to);
  }
  changedRows(): RowMarks {
    this.heap.totals.settle();
    return this.heap.marks;
  }
  waitingIn(row: number): number {
    return waitingIn(this, row);
  }
  inspectSpan(row: number): SpanDetail | undefined {
    return inspectPage(this, row);
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
    const { heap, steps, machine } = this;
    const { lives, chains } = machine.threads;
    heap.totals.settle();
    hash.words(heap.pages, heap.count * P_WORDS);
    hash.words(heap.tables, (lives + 1) * CLASSES * T_WORDS);
    hash.words(heap.where, this.slots).words(steps.x, steps.x.length);
    hash.words(steps.outcome, chains);
  }
  snapshot(): SavedMf2 {
    const { heap, steps } = this;
    return {
      heap: heap.snapshot(),
      x: steps.x.slice(),
      outcomes: steps.outcome.slice(),
      via: steps.via.slice(),
      slots: this.slots,
    };
  }
  restore(saved: unknown): void {
    const from = saved as SavedMf2;
    this.heap.restore(from.heap);
    this.steps.x.set(from.x);
    this.steps.outcome.set(from.outcomes);
    this.steps.via.set(from.via);
    this.slots = from.slots;
  }
}

interface SavedMf2 {
  heap: ReturnType<Mf2Heap['snapshot']>;
  x: Int32Array;
  outcomes: Int32Array;
  via: Int32Array;
  slots: number;
}
