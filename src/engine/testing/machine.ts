import type { Machine } from '../allocators/contract.ts';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { AddressSpace } from '../machine/address-space.ts';
import { Locks } from '../machine/locks.ts';
import { REG_COUNT, REG_HORIZON, REG_NOW, REG_OP, REG_UNTIL } from '../machine/registers.ts';
import { Threads } from '../machine/threads.ts';
import { COUNTER_COUNT } from '../telemetry/counters.ts';
import { EventLog, NO_CAUSE } from '../telemetry/events.ts';

/** A machine without a program, for heaps drawn as pictures: chain n runs life n, and nobody waits. */
export class BareMachine implements Machine {
  readonly settings: KnobValues;
  readonly space = new AddressSpace(1, 10);
  readonly threads: Threads;
  readonly events = new EventLog(1024);
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly regs = new Float64Array(REG_COUNT);
  readonly locks = new Locks(this.regs, true);
  readonly touchBytes = Infinity;
  readonly warming = false;
  readonly nowNs = 0;

  constructor(knobs: Partial<KnobValues>, lives: number) {
    this.settings = resolveKnobs(knobs);
    this.threads = new Threads(lives + 1);
    for (let chain = 1; chain <= lives; chain++) this.threads.begin(chain, 0, 0, -1, NO_CAUSE);
    this.regs[REG_HORIZON] = Infinity;
    this.regs[REG_UNTIL] = Infinity;
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
    return NO_CAUSE;
  }
  nullReturned(): boolean {
    return false;
  }
  memoryGrew(): void {}
  crashed(reason: number, span: number, life: number): void {
    throw new Error(`crashed: ${reason}, span ${span}, life ${life}, at ${this.regs[REG_NOW]}`);
  }
  commonNs(chain: number): number {
    return this.threads.clock[chain];
  }
  isAlive(life: number): boolean {
    return life >= 0 && this.threads.isAlive(life);
  }
  isAsleep(): boolean {
    return false;
  }
  background(): void {}
  wake(): boolean {
    return false;
  }
}
