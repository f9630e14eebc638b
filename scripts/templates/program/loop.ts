import type { KnobValues } from '../../knobs/index.ts';
import { OP, OP_END, OP_WORDS, type Program, type SetUp, type Setup, writeOp } from '../program.ts';
import { XOSHIRO_STATE, xoshiroBelow, xoshiroInit } from '../xoshiro.ts';
import { MOST_KEPT } from './knobs.ts';

/** State of a chain: its generator, then the number of its oldest live block, and of its next one. */
const OLDEST = XOSHIRO_STATE;
const NEXT = XOSHIRO_STATE + 1;
const CHAIN_WORDS = XOSHIRO_STATE + 2;

/**
 * Every thread numbers its blocks and keeps the newest `__knob__Keep` of them: it frees the oldest while it has
 * that many, then allocates one, of a size from min up to, not including, max (as C's remainder has it,
 * min > max is legal).
 *
 * Nothing crosses threads, so that everything may be drawn ahead; what was drawn in vain is drawn again
 * from the state before.
 */
export class Loop implements Program {
  readonly chains: number;
  readonly slots: number;
  readonly maxSlots: number;
  readonly independent = true;
  /** A block is written whole. */
  readonly touchBytes = Infinity;
  readonly news = 0;
  private readonly knobs: Readonly<KnobValues>;
  private readonly range: number;
  /** CHAIN_WORDS a chain; behind them the same again as it was before the chain's latest fill. */
  private readonly state: Int32Array;
  /** Records of each chain's latest fill. */
  private readonly drawn: Int32Array;
  private scratch = new Int32Array(64 * OP_WORDS);

  constructor(knobs: Readonly<KnobValues>) {
    this.knobs = knobs;
    this.chains = knobs.threads + 1;
    this.slots = knobs.threads * MOST_KEPT;
    this.maxSlots = this.slots;
    this.range = Math.abs(knobs.maxSize - knobs.minSize);
    this.state = new Int32Array(2 * this.chains * CHAIN_WORDS);
    this.drawn = new Int32Array(this.chains);
  }

  *setup(on: Setup): SetUp {
    for (let chain = 1; chain < this.chains; chain++) {
      xoshiroInit(this.state, chain * CHAIN_WORDS, this.knobs.seed, chain);
      on.start(chain);
      yield;
    }
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    const base = chain * CHAIN_WORDS;
    this.state.copyWithin(this.chains * CHAIN_WORDS + base, base, base + CHAIN_WORDS);
    this.write(chain, into, at, most);
    this.drawn[chain] = most;
    return most;
  }

  settle(chain: number, used: number): void {
    const count = this.drawn[chain];
    this.drawn[chain] = 0;
    if (used >= count) return;
    const base = chain * CHAIN_WORDS;
    const saved = this.chains * CHAIN_WORDS + base;
    this.state.copyWithin(base, saved, saved + CHAIN_WORDS);
    if (this.scratch.length < used * OP_WORDS) this.scratch = new Int32Array(2 * used * OP_WORDS);
    this.write(chain, this.scratch, 0, used);
  }

  /** Writes the chain's next records from word `at` on. */
  private write(chain: number, into: Int32Array, at: number, records: number): void {
    const { state, range, knobs } = this;
    const base = chain * CHAIN_WORDS;
    const first = (chain - 1) * MOST_KEPT;
    for (let to = at; to < at + records * OP_WORDS; to += OP_WORDS) {
      const oldest = state[base + OLDEST];
      const next = state[base + NEXT];
      // Numbers of blocks wrap around a word; their difference does not.
      if (((next - oldest) | 0) >= knobs.__knob__Keep) {
        writeOp(into, to, OP.free, first + placeOf(oldest), 0, 0);
        state[base + OLDEST] = oldest + 1;
      } else {
        const size = knobs.minSize + (range === 0 ? 0 : xoshiroBelow(state, base, range));
        writeOp(into, to, OP.malloc | OP_END, first + placeOf(next), size, 0);
        state[base + NEXT] = next + 1;
      }
    }
  }

  /** No chain ever waits for another. */
  sleeps(): boolean {
    return false;
  }
  wake(): boolean {
    return false;
  }
  /** Nobody else knows a chain's slots: what it holds stays live. */
  ended(): void {}
  /** Every knob is read when it matters next. */
  knobChanged(): void {}

  words(): Int32Array {
    return this.state.slice(0, this.chains * CHAIN_WORDS);
  }
  restore(words: Int32Array): void {
    this.state.set(words);
    this.drawn.fill(0);
  }
}

/** Place of a block among its thread's slots; MOST_KEPT is a power of two. */
const placeOf = (number: number): number => number & (MOST_KEPT - 1);
