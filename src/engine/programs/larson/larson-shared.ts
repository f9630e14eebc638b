import type { KnobValues } from '../../knobs/index.ts';
import { packWords, unpackWords } from '../packing.ts';
import { OP, OP_END, OP_KIND_MASK, type Program, type SetUp, type Setup } from '../program.ts';
import { RecordQueue } from '../record-queue.ts';
import { LarsonArray } from './array.ts';
import { LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

const NONE = -1;

/**
 * Larson on one array for all: main warms it up as in Larson, then every thread swaps blocks of the whole
 * array and lives for ever. Of T threads the one that frees a block has allocated it once in T times.
 *
 * A thread takes the block out of its place with an atomic exchange, so that no two free the same one: a
 * place that another thread has in hand is passed over for the next one. Every thread has at most one, and there
 * are at least as many places as threads.
 */
export class LarsonShared implements Program {
  readonly chains: number;
  readonly slots: number;
  readonly maxSlots: number;
  readonly independent = false;
  /** The benchmark writes two bytes of each new block. */
  readonly touchBytes = 2;
  readonly news = 0;
  private readonly array: LarsonArray;
  /** LRAN2_STATE words a chain. */
  private readonly generators: Int32Array;
  /** By chain: the slot that it has in hand, or NONE. */
  private readonly hand: Int32Array;
  /** By slot: 1 while some chain has it in hand. */
  private readonly taken: Uint8Array;
  private readonly planned: RecordQueue[];

  constructor(knobs: Readonly<KnobValues>) {
    this.array = new LarsonArray(knobs);
    this.chains = knobs.threads + 1;
    this.slots = this.array.slots;
    this.maxSlots = this.slots;
    this.generators = new Int32Array(this.chains * LRAN2_STATE);
    this.hand = new Int32Array(this.chains).fill(NONE);
    this.taken = new Uint8Array(this.slots);
    this.planned = Array.from({ length: this.chains }, () => new RecordQueue());
  }

  *setup(on: Setup): SetUp {
    yield* this.array.warmUp(on);
    const started: number[] = [];
    for (let chain = 1; chain < this.chains; chain++) {
      lran2Init(this.generators, chain * LRAN2_STATE, this.array.nextSeed());
      if (on.start(chain)) started.push(chain);
      yield;
    }
    for (const chain of started) this.plan(chain);
  }

  /** Decides on the chain's next swap. */
  private plan(chain: number): void {
    const { generators, array, taken } = this;
    const base = chain * LRAN2_STATE;
    let place = lran2(generators, base) % this.slots;
    while (taken[array.places[place]] !== 0) place = (place + 1) % this.slots;
    const slot = array.places[place];
    const { minSize, range } = array;
    const size = range === 0 ? minSize : minSize + (lran2(generators, base) % range);
    taken[slot] = 1;
    this.hand[chain] = slot;
    this.planned[chain].push(OP.free, slot, 0, 0);
    this.planned[chain].push(OP.malloc | OP_END, slot, size, 0);
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    return this.planned[chain].copy(into, at, most);
  }

  settle(chain: number, used: number): void {
    const queue = this.planned[chain];
    for (let i = 0; i < used; i++) {
      const swapped = (queue.headAt(0) & OP_KIND_MASK) === OP.malloc;
      queue.shift();
      if (!swapped) continue;
      this.putBack(chain);
      this.plan(chain);
    }
  }

  private putBack(chain: number): void {
    this.taken[this.hand[chain]] = 0;
    this.hand[chain] = NONE;
  }

  /** No chain ever waits. */
  sleeps(): boolean {
    return false;
  }
  wake(): boolean {
    return false;
  }

  /** A slot that the dead one had freed stays empty until somebody swaps there: a free of NULL. */
  ended(chain: number): void {
    if (this.hand[chain] !== NONE) this.putBack(chain);
    this.planned[chain].clear();
  }

  /** All knobs of this program start the run again. */
  knobChanged(): void {}

  words(): Int32Array {
    return packWords([this.generators, this.hand, ...this.planned.map((queue) => queue.words())]);
  }

  restore(words: Int32Array): void {
    const [generators, hand, ...planned] = unpackWords(words);
    this.generators.set(generators);
    this.hand.set(hand);
    this.taken.fill(0);
    for (const slot of hand) if (slot !== NONE) this.taken[slot] = 1;
    for (const [chain, queue] of this.planned.entries()) queue.restore(planned[chain]);
  }
}
