import { WordHash } from '../../../../base/hash.ts';
import type { KnobId, KnobValues } from '../../../knobs/index.ts';
import { AddressSpace } from '../../../machine/address-space.ts';
import { Locks } from '../../../machine/locks.ts';
import {
  REG_BUDGET,
  REG_COUNT,
  REG_ENDED,
  REG_HORIZON,
  REG_OP,
  REG_STOP,
  REG_TIE,
  REG_UNTIL,
  REG_WAITED,
  STOP_ENDED,
} from '../../../machine/registers.ts';
import { Threads } from '../../../machine/threads.ts';
import { OP, OP_END, OP_WORDS, writeOp } from '../../../programs/program.ts';
import { COUNTER_COUNT } from '../../../telemetry/counters.ts';
import { EVENT_KINDS, EventLog } from '../../../telemetry/events.ts';
import { BAND_COUNT, BANDS } from '../../../telemetry/ledger.ts';
import type { Machine } from '../../contract.ts';
import { FirstFitAllocator } from '../allocator.ts';
import type { FirstFitHeap } from '../heap.ts';
import { settingsWith } from './settings.ts';

/** A machine without a run: two threads that do what a test says, in the order that it says. */
export class PlainMachine implements Machine {
  readonly settings: KnobValues;
  readonly space = new AddressSpace(1, 10);
  readonly threads = new Threads(3);
  readonly events = new EventLog(1024);
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly regs = new Float64Array(REG_COUNT);
  readonly locks = new Locks(this.regs, true);
  readonly touchBytes = 2;
  readonly warming = false;
  readonly allocator: FirstFitAllocator;
  /** Whether the C library serves what malloc refuses. */
  fallback = false;
  grew = 0;
  operations = 0;

  constructor(knobs: Partial<KnobValues> = {}, Heap?: typeof FirstFitHeap) {
    this.settings = settingsWith(knobs);
    this.regs[REG_HORIZON] = Infinity;
    this.regs[REG_UNTIL] = Infinity;
    this.allocator = new FirstFitAllocator(this, 64, Heap);
    for (const chain of [1, 2]) this.threads.begin(chain, 0, -1, -1, -1);
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
    return this.events.add(kind, this.regs[REG_OP], ns, life, subject, a, b, cause);
  }
  refused(): number {
    return this.events.next - 1;
  }
  nullReturned(): boolean {
    if (!this.fallback) this.regs[REG_STOP] = STOP_ENDED;
    return this.fallback;
  }
  memoryGrew(): void {
    this.grew++;
  }
  crashed(): void {}
  commonNs(): number {
    return 0;
  }
  isAlive(): boolean {
    return true;
  }
  isAsleep(): boolean {
    return false;
  }
  background(): void {}
  wake(): boolean {
    return false;
  }
  get nowNs(): number {
    return this.threads.clock[1];
  }

  /**
   * Lets a chain do operations, each of one record.
   * @param horizon the other chain's clock; the chain stops before it touches the lock later than that
   * @returns records done
   */
  run(
    chain: number,
    ops: readonly (readonly [keyof typeof OP, number, number?, number?])[],
    horizon = Infinity,
    tie = 0,
  ): number {
    const words = new Int32Array(ops.length * OP_WORDS);
    ops.forEach(([kind, slot, size = 0, arg = 0], i) => {
      writeOp(words, i * OP_WORDS, OP[kind] | OP_END, slot, size, arg);
    });
    this.regs[REG_ENDED] = 0;
    this.regs[REG_WAITED] = 0;
    this.regs[REG_BUDGET] = Infinity;
    this.regs[REG_OP] = this.operations;
    this.regs[REG_HORIZON] = horizon;
    this.regs[REG_TIE] = tie;
    const done = this.allocator.run(chain, words, 0, ops.length);
    this.operations += this.regs[REG_ENDED];
    return done;
  }

  turn<Id extends KnobId>(id: Id, value: KnobValues[Id]): void {
    Object.assign(this.settings, { [id]: value });
    this.allocator.applyKnobs(id);
  }

  get resident(): number {
    return this.space.pages.residentPages;
  }

  get ledger(): { readonly mapped: Float64Array; readonly resident: Float64Array } {
    const mapped = new Float64Array(BAND_COUNT);
    const resident = new Float64Array(BAND_COUNT);
    this.allocator.readLedger(mapped, resident);
    return { mapped, resident };
  }
  /** The audit, and its sums against the ledger and the bytes mapped. */
  problems(): string[] {
    const problems: string[] = [];
    const { allocator, ledger } = this;
    const found = allocator.audit(problems);
    BANDS.forEach((band, i) => {
      if (found.mapped[i] !== ledger.mapped[i]) problems.push(`${band}: mapped`);
      if (found.resident[i] !== ledger.resident[i]) problems.push(`${band}: resident`);
    });
    const sum = (column: Float64Array): number => column.reduce((total, bytes) => total + bytes, 0);
    if (sum(ledger.mapped) !== found.mappedPages * 4096) problems.push('sum of bands');
    problems.push(...this.space.check());
    const { residentPages } = this.space.pages;
    if (sum(ledger.resident) !== residentPages * 4096) problems.push('sum of resident bands');
    return problems;
  }
  digest(): string {
    const hash = new WordHash();
    this.allocator.hashInto(hash);
    for (const value of this.counters) hash.double(value);
    return hash.double(this.threads.clock[1]).double(this.threads.clock[2]).digest();
  }
  /** Kinds of the events so far. */
  get kinds(): string[] {
    return Array.from(this.events.kind.subarray(0, this.events.next), (kind) => EVENT_KINDS[kind]);
  }
}
