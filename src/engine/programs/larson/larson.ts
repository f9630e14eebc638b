import type { KnobValues } from '../../knobs/index.ts';
import {
  OP,
  OP_END,
  OP_SIZE,
  OP_SLOT,
  OP_WORDS,
  type Program,
  type SetUp,
  type Setup,
  writeOp,
} from '../program.ts';
import { LarsonArray } from './array.ts';
import {
  LRAN2_INCREMENT,
  LRAN2_MODULUS,
  LRAN2_MULTIPLIER,
  LRAN2_STATE,
  LRAN2_TABLE,
  lran2Init,
} from './lran2.ts';

/**
 * State of one chain: its generator lran2 as [x, y, v0 .. v96], then how far it is. Every number of the
 * generator is packed with its remainder by the table's length above it, so that the place of the next
 * draw is one load away from the last one.
 */
const X = 0;
const Y = 1;
const TABLE = 2;
/** Swaps that the running life has done. */
const DONE = LRAN2_STATE;
/** What comes next: a STAGE. */
const NEXT = DONE + 1;
/** Slot that a begun swap has freed. */
const HELD = DONE + 2;
const CHAIN_WORDS = DONE + 3;

const STAGE = { swap: 0, malloc: 1, succeed: 2 } as const;

const REMAINDER_SHIFT = 20;
const NUMBER_MASK = 2 ** REMAINDER_SHIFT - 1;
const pack = (number: number): number => number | ((number % LRAN2_TABLE) << REMAINDER_SHIFT);

/** Who fills the slots before operation 0, and whether lives end. */
export interface LarsonShape {
  /** `main` fills, permutes and swaps the whole array; `owner`: each thread fills its own slots. */
  readonly warmUpBy: 'main' | 'owner';
  readonly succession: boolean;
}

/**
 * The Larson benchmark (larson.cpp of mimalloc-bench). Main warms the array up (see LarsonArray), then seeds
 * each chain's generator with its next draw and creates the thread. A thread swaps within its own part of the
 * array: free the block of a random place, allocate a new size into it. After rounds × chunks swaps the life
 * creates its successor, which goes on with the same generator and places, and exits.
 */
export class Larson implements Program {
  readonly chains: number;
  readonly slots: number;
  readonly maxSlots: number;
  readonly independent = true;
  /** The benchmark writes two bytes of each new block. */
  readonly touchBytes = 2;
  readonly news = 0;
  private readonly minSize: number;
  private readonly range: number;
  private readonly chunks: number;
  /** Swaps of a life, Infinity when lives do not end. */
  private readonly lifeSwaps: number;
  private readonly shape: LarsonShape;
  private readonly array: LarsonArray;
  /** Place of the array to slot. */
  private readonly places: Int32Array;
  /** CHAIN_WORDS a chain; behind them the same again as it was before the chain's latest fill. */
  private readonly state: Int32Array;
  /** Records of the chain's latest fill that are not settled. */
  private readonly drawn: Int32Array;
  /** Where records that were taken back are drawn again. */
  private scratch = new Int32Array(256 * OP_WORDS);

  constructor(knobs: Readonly<KnobValues>, shape: LarsonShape) {
    this.shape = shape;
    this.chains = knobs.threads + 1;
    this.chunks = knobs.chunks;
    this.array = new LarsonArray(knobs);
    this.slots = this.array.slots;
    this.maxSlots = this.slots;
    this.minSize = this.array.minSize;
    this.range = this.array.range;
    this.places = this.array.places;
    this.lifeSwaps = shape.succession ? knobs.rounds * knobs.chunks : Infinity;
    this.state = new Int32Array(2 * this.chains * CHAIN_WORDS);
    this.drawn = new Int32Array(this.chains);
  }

  *setup(on: Setup): SetUp {
    const { array, chunks, shape } = this;
    if (shape.warmUpBy === 'main') yield* array.warmUp(on);
    const started: number[] = [];
    for (let chain = 1; chain < this.chains; chain++) {
      this.seed(chain, array.nextSeed());
      if (on.start(chain)) started.push(chain);
      yield;
    }
    if (shape.warmUpBy === 'main') return;
    for (const chain of started) {
      const first = (chain - 1) * chunks;
      for (let slot = first; slot < first + chunks; slot++) {
        on.malloc(chain, this.sizeOf(chain), slot);
        yield;
      }
    }
  }

  private seed(chain: number, seed: number): void {
    const { state } = this;
    const base = chain * CHAIN_WORDS;
    lran2Init(state, base, seed);
    for (let word = Y; word < LRAN2_STATE; word++) state[base + word] = pack(state[base + word]);
    state[base + HELD] = -1;
  }

  /** The chain's next draw, 0 to 714,024. */
  private draw(chain: number): number {
    const { state } = this;
    const base = chain * CHAIN_WORDS;
    const entry = base + TABLE + (state[base + Y] >> REMAINDER_SHIFT);
    const y = state[entry];
    const x = (LRAN2_MULTIPLIER * state[base + X] + LRAN2_INCREMENT) % LRAN2_MODULUS;
    state[entry] = pack(x);
    state[base + X] = x;
    state[base + Y] = y;
    return y & NUMBER_MASK;
  }
  private sizeOf(chain: number): number {
    return this.range === 0 ? this.minSize : this.minSize + (this.draw(chain) % this.range);
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    const base = chain * CHAIN_WORDS;
    this.state.copyWithin(this.chains * CHAIN_WORDS + base, base, base + CHAIN_WORDS);
    const count = (this.write(chain, into, at, at + most * OP_WORDS) - at) / OP_WORDS;
    this.drawn[chain] = count;
    return count;
  }

  settle(chain: number, used: number): void {
    const { drawn } = this;
    if (used < drawn[chain]) {
      const base = chain * CHAIN_WORDS;
      const saved = this.chains * CHAIN_WORDS + base;
      this.state.copyWithin(base, saved, saved + CHAIN_WORDS);
      if (this.scratch.length < used * OP_WORDS) this.scratch = new Int32Array(used * OP_WORDS * 2);
      this.write(chain, this.scratch, 0, used * OP_WORDS);
    }
    drawn[chain] = 0;
  }

  /**
   * Writes records from word `at` up to word `end`, or to the end of a life: a life begins with a turn of
   * its own, and so turns and fills go on beginning together. @returns word behind the last one
   */
  private write(chain: number, into: Int32Array, at: number, end: number): number {
    const { state, lifeSwaps } = this;
    const base = chain * CHAIN_WORDS;
    let to = at;
    while (to < end) {
      switch (state[base + NEXT]) {
        case STAGE.swap: {
          const fits = (end - to) >> 3;
          const swaps = Math.min(fits, lifeSwaps - state[base + DONE]);
          if (swaps > 0) {
            this.swaps(chain, into, to, swaps);
            to += 2 * OP_WORDS * swaps;
            this.swapped(base, swaps);
          } else {
            const slot = this.places[(chain - 1) * this.chunks + (this.draw(chain) % this.chunks)];
            state[base + HELD] = slot;
            state[base + NEXT] = STAGE.malloc;
            writeOp(into, to, OP.free, slot, 0, 0);
            to += OP_WORDS;
          }
          break;
        }
        case STAGE.malloc:
          writeOp(into, to, OP.malloc | OP_END, state[base + HELD], this.sizeOf(chain), 0);
          state[base + HELD] = -1;
          state[base + NEXT] = STAGE.swap;
          to += OP_WORDS;
          this.swapped(base, 1);
          break;
        default:
          writeOp(into, to, OP.succeed, 0, 0, 0);
          state[base + DONE] = 0;
          state[base + NEXT] = STAGE.swap;
          return to + OP_WORDS;
      }
    }
    return to;
  }

  private swapped(base: number, swaps: number): void {
    const { state, lifeSwaps } = this;
    if (lifeSwaps === Infinity) return;
    state[base + DONE] += swaps;
    if (state[base + DONE] === lifeSwaps) state[base + NEXT] = STAGE.succeed;
  }

  /**
   * The hot loop: whole swaps, two records each, with the generator inlined and its state hoisted. Words
   * that a kind of record does not use are left as they are.
   *
   * Constants are literals here (those of lran2.ts, and the packing above): constants of a module may
   * reach the JavaScript engine as variables, and dividing by a variable costs half as much again. The
   * generator's remainder is what each draw waits for, so its quotient is estimated from x itself while
   * the product is still being made: floor((4012 x + 443172) / 2^21) is the quotient of
   * (1366 x + 150889) / 714025 or, for one x in a hundred, one less; never more (larson.test.ts tries all).
   */
  private swaps(chain: number, into: Int32Array, at: number, count: number): void {
    const { state, places } = this;
    // Masked, they are known to be neither negative nor too large, which
    // spares checks in every round.
    const index = 0x3fffffff;
    const chunks = this.chunks & index;
    const minSize = this.minSize & index;
    const range = this.range & index;
    const multiplier = 1366;
    const increment = 150889;
    const modulus = 714025;
    const quotientScale = 4012;
    const quotientStart = 443172;
    const quotientShift = 21;
    const tableLength = 97;
    const shift = 20;
    const mask = 0xfffff;
    const remainderMask = 0x7f;
    const free = OP.free;
    const malloc = OP.malloc | OP_END;
    const base = chain * CHAIN_WORDS;
    const table = (base + TABLE) & index;
    const first = ((chain - 1) * chunks) & index;
    const start = at & index;
    const end = (start + count * 2 * OP_WORDS) & index;
    let x = state[base + X];
    let y = state[base + Y];
    // Once before the loop, so that what these arrays are is not looked up in every round.
    let slot = places[first];
    into[start] = free;
    for (let to = start; to < end; to = (to + 2 * OP_WORDS) & index) {
      let entry = table + ((y >>> shift) & remainderMask);
      y = state[entry];
      let quotient = (Math.imul(quotientScale, x) + quotientStart) >>> quotientShift;
      x = (Math.imul(multiplier, x) + increment - Math.imul(quotient, modulus)) | 0;
      if (x >= modulus) x = (x - modulus) | 0;
      state[entry] = x | ((x % tableLength) << shift);
      slot = places[first + ((y & mask) % chunks)];
      let size = minSize;
      if (range !== 0) {
        entry = table + ((y >>> shift) & remainderMask);
        y = state[entry];
        quotient = (Math.imul(quotientScale, x) + quotientStart) >>> quotientShift;
        x = (Math.imul(multiplier, x) + increment - Math.imul(quotient, modulus)) | 0;
        if (x >= modulus) x = (x - modulus) | 0;
        state[entry] = x | ((x % tableLength) << shift);
        size = minSize + ((y & mask) % range);
      }
      into[to] = free;
      into[to + OP_SLOT] = slot;
      into[to + OP_WORDS] = malloc;
      into[to + OP_WORDS + OP_SLOT] = slot;
      into[to + OP_WORDS + OP_SIZE] = size;
    }
    state[base + X] = x;
    state[base + Y] = y;
  }

  /** No chain ever waits. */
  sleeps(): boolean {
    return false;
  }
  wake(): boolean {
    return false;
  }
  /** Nobody else knows a chain's places, so nothing is to be done; a slot freed last stays empty. */
  ended(): void {}
  /** All knobs of this program start the run again. */
  knobChanged(): void {}

  words(): Int32Array {
    return this.state.slice(0, this.chains * CHAIN_WORDS);
  }
  restore(words: Int32Array): void {
    this.state.set(words);
    this.drawn.fill(0);
  }
}
