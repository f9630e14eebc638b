import type { KnobValues } from '../knobs/index.ts';
import { Larson, type WarmupTarget } from './larson.ts';
import { LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

/**
 * What threads do, operation by operation, without knowing the allocator: the k-th operation of a
 * chain is the same whatever the allocator does.
 */
export interface Program {
  /** Slots in use so far; a slot names a block of the program. */
  readonly slots: number;
  /** Operations of a life, Infinity when lives do not end. */
  readonly lifeOps: number;
  /** Set by fetch: block to free before the allocation (or -1), size and slot of the allocation. */
  freeSlot: number;
  size: number;
  slot: number;
  /** Makes the chain's next operation. */
  fetch(chain: number): void;
  /** Called when the allocation is done. @returns a slot to free then, or -1 */
  after(chain: number, slot: number): number;
  /** The program is done with a freed slot. */
  freed(slot: number): void;
  /** True when the chain must wait for its partner. */
  mustWait(chain: number): boolean;
  /** The program's own state, for digests and snapshots. */
  words(): Int32Array;
  restore(words: Int32Array): void;
}

/** Larson, W1 and W2: see larson.ts. */
export class LarsonProgram implements Program {
  readonly larson: Larson;
  freeSlot = -1;
  size = 0;
  slot = -1;

  constructor(private readonly knobs: KnobValues) {
    this.larson = new Larson(knobs);
  }
  get slots(): number {
    return this.larson.slots;
  }
  get lifeOps(): number {
    return this.larson.lifeOps;
  }
  warmUp(target: WarmupTarget): void {
    this.larson.warmUp(target);
  }
  fetch(chain: number): void {
    const { generators } = this.larson;
    const at = chain * LRAN2_STATE;
    const range = this.knobs.maxSize - this.knobs.minSize;
    this.slot = (chain - 1) * this.knobs.chunks + (lran2(generators, at) % this.knobs.chunks);
    this.freeSlot = this.slot;
    this.size =
      range === 0 ? this.knobs.minSize : this.knobs.minSize + (lran2(generators, at) % range);
  }
  after(): number {
    return -1;
  }
  freed(): void {}
  mustWait(): boolean {
    return false;
  }
  words(): Int32Array {
    return this.larson.generators.slice();
  }
  restore(words: Int32Array): void {
    this.larson.generators.set(words);
  }
}

/** A queue of slots that grows; `words` and `restore` copy it. */
class Ring {
  private data = new Int32Array(16);
  private head = 0;
  count = 0;

  push(slot: number): void {
    const { data } = this;
    if (this.count === data.length) {
      const grown = new Int32Array(data.length * 2);
      for (let i = 0; i < this.count; i++) grown[i] = data[(this.head + i) & (data.length - 1)];
      this.data = grown;
      this.head = 0;
    }
    this.data[(this.head + this.count++) & (this.data.length - 1)] = slot;
  }
  shift(): number {
    const slot = this.data[this.head];
    this.head = (this.head + 1) & (this.data.length - 1);
    this.count--;
    return slot;
  }
  list(): number[] {
    return Array.from(
      { length: this.count },
      (_, i) => this.data[(this.head + i) & (this.data.length - 1)],
    );
  }
  fill(slots: readonly number[]): void {
    this.head = 0;
    this.count = 0;
    for (const slot of slots) this.push(slot);
  }
}

/** Mail that may wait beyond the window before the sender has to wait, so that memory is bounded. */
const SLACK = 64;

/**
 * W3 and W4 (definitions.md). Chains 1 and 2 are the pair: each allocates a block and hands it to the
 * other, which frees the oldest when more than `window` wait. Further chains are wakers: they keep
 * what they allocate and free their oldest when they hold more than `hold`.
 * Generators are lran2 seeded with seed + 0, 1, … in chain order.
 */
export class PairProgram implements Program {
  readonly chains: number;
  readonly lifeOps = Infinity;
  slots = 0;
  freeSlot = -1;
  size = 0;
  slot = -1;
  private readonly generators: Int32Array;
  private readonly rings: Ring[];
  private readonly spare: number[] = [];

  constructor(private readonly knobs: KnobValues) {
    this.chains = 3 + (knobs.workload === 'wakers' ? knobs.wakers : 0);
    this.generators = new Int32Array(this.chains * LRAN2_STATE);
    this.rings = Array.from({ length: this.chains }, () => new Ring());
    for (let chain = 1; chain < this.chains; chain++) {
      lran2Init(this.generators, chain * LRAN2_STATE, knobs.seed + chain - 1);
    }
  }
  fetch(chain: number): void {
    const { minSize, maxSize } = this.knobs;
    const range = maxSize - minSize;
    this.freeSlot = -1;
    this.size =
      range === 0 ? minSize : minSize + (lran2(this.generators, chain * LRAN2_STATE) % range);
    this.slot = this.spare.pop() ?? this.slots++;
  }
  after(chain: number, slot: number): number {
    if (chain > 2) {
      const held = this.rings[chain];
      held.push(slot);
      return held.count > this.knobs.hold ? held.shift() : -1;
    }
    this.rings[3 - chain].push(slot);
    const mail = this.rings[chain];
    return mail.count > this.knobs.window ? mail.shift() : -1;
  }
  freed(slot: number): void {
    this.spare.push(slot);
  }
  mustWait(chain: number): boolean {
    return chain <= 2 && this.rings[3 - chain].count > 2 * this.knobs.window + SLACK;
  }
  words(): Int32Array {
    const words = [...this.generators, this.slots, this.spare.length, ...this.spare];
    for (const ring of this.rings) words.push(ring.count, ...ring.list());
    return Int32Array.from(words);
  }
  restore(words: Int32Array): void {
    let at = this.generators.length;
    this.generators.set(words.subarray(0, at));
    this.slots = words[at++];
    const spare = words[at++];
    this.spare.splice(0, this.spare.length, ...words.subarray(at, at + spare));
    at += spare;
    for (const ring of this.rings) {
      const count = words[at++];
      ring.fill([...words.subarray(at, at + count)]);
      at += count;
    }
  }
}

/** The program of these knobs. */
export function programOf(knobs: KnobValues): LarsonProgram | PairProgram {
  return knobs.workload === 'pair' || knobs.workload === 'wakers'
    ? new PairProgram(knobs)
    : new LarsonProgram(knobs);
}

/** Chains of these knobs, main included. */
export function chainsOf(knobs: KnobValues): number {
  if (knobs.workload === 'pair') return 3;
  if (knobs.workload === 'wakers') return 3 + knobs.wakers;
  return knobs.threads + 1;
}
