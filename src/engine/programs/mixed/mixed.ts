import type { KnobValues } from '../../knobs/index.ts';
import { packWords, unpackWords } from '../packing.ts';
import {
  OP,
  OP_END,
  OP_KIND_MASK,
  OP_SLOT,
  OP_WORDS,
  type Program,
  type SetUp,
  type Setup,
  writeOp,
} from '../program.ts';
import { XOSHIRO_STATE, xoshiroBelow, xoshiroInit, xoshiroUnit } from '../xoshiro.ts';

/** State of one chain: its generator, then where it is. */
const STAGE_AT = XOSHIRO_STATE;
/** Allocations left of the burst. */
const LEFT = STAGE_AT + 1;
/** Place that is looked at next while blocks are freed before a quiet spell. */
const CURSOR = STAGE_AT + 2;
const CHAIN_WORDS = STAGE_AT + 3;

const STAGE = { burst: 0, quiet: 1, drop: 2, sleep: 3, wake: 4 } as const;

/** Numbers of the soak's phases, as OP.mark tells them. */
export const SPELL = { burst: 0, quiet: 1 } as const;

const US_PER_MS = 1000;

/**
 * W5 and W6. Every thread has its part of the working set. It draws a place of it: a block that is there is
 * freed, else one is allocated there, of a size from min up to, not including, max (as C's remainder has it,
 * min > max is legal). In a soak the thread pauses after `spellOps` allocations, more or less: it frees each
 * of its blocks with the chance `quietFree`, then sleeps for `quietMs`, more or less.
 *
 * Nothing crosses threads, so that everything may be drawn ahead. What was drawn in vain is drawn again from
 * the state before: `filled` is turned back record by record.
 */
export class Mixed implements Program {
  readonly chains: number;
  readonly slots: number;
  readonly maxSlots: number;
  readonly independent = true;
  readonly touchBytes: number;
  readonly news = 0;
  private readonly knobs: Readonly<KnobValues>;
  private readonly minSize: number;
  private readonly range: number;
  /** Slots of each chain. */
  private readonly places: number;
  private readonly soak: boolean;
  /** CHAIN_WORDS a chain; behind them the same again as it was before the chain's latest fill. */
  private readonly state: Int32Array;
  /** One bit a slot: it has a block. */
  private readonly filled: Int32Array;
  /** By chain: what its latest fill wrote and is not settled. */
  private readonly drawn: Int32Array[];
  private readonly drawnCount: Int32Array;
  private scratch = new Int32Array(64 * OP_WORDS);

  constructor(knobs: Readonly<KnobValues>, soak: boolean) {
    this.knobs = knobs;
    this.soak = soak;
    // The benchmark writes the first byte; what is to lie idle for minutes was in use before.
    this.touchBytes = soak ? Infinity : 1;
    this.chains = knobs.threads + 1;
    this.places = Math.max(1, Math.floor(knobs.workingSet / knobs.threads));
    this.slots = this.places * knobs.threads;
    this.maxSlots = this.slots;
    this.minSize = knobs.minSize;
    this.range = Math.abs(knobs.maxSize - knobs.minSize);
    this.state = new Int32Array(2 * this.chains * CHAIN_WORDS);
    this.filled = new Int32Array((this.slots + 31) >> 5);
    this.drawn = Array.from({ length: this.chains }, () => new Int32Array(64 * OP_WORDS));
    this.drawnCount = new Int32Array(this.chains);
  }

  *setup(on: Setup): SetUp {
    for (let chain = 1; chain < this.chains; chain++) {
      xoshiroInit(this.state, chain * CHAIN_WORDS, this.knobs.seed, chain);
      if (this.soak) this.beginBurst(chain * CHAIN_WORDS);
      on.start(chain);
      yield;
    }
  }

  private beginBurst(base: number): void {
    const { state, knobs } = this;
    state[base + STAGE_AT] = STAGE.burst;
    state[base + LEFT] = Math.max(1, Math.round(knobs.spellOps * (0.5 + xoshiroUnit(state, base))));
  }

  fill(chain: number, into: Int32Array, at: number, most: number): number {
    const base = chain * CHAIN_WORDS;
    this.state.copyWithin(this.chains * CHAIN_WORDS + base, base, base + CHAIN_WORDS);
    this.write(chain, into, at, at + most * OP_WORDS);
    let kept = this.drawn[chain];
    if (kept.length < most * OP_WORDS) {
      kept = new Int32Array(most * OP_WORDS);
      this.drawn[chain] = kept;
    }
    kept.set(into.subarray(at, at + most * OP_WORDS));
    this.drawnCount[chain] = most;
    return most;
  }

  settle(chain: number, used: number): void {
    const count = this.drawnCount[chain];
    this.drawnCount[chain] = 0;
    if (used >= count) return;
    const { state } = this;
    const ops = this.drawn[chain];
    for (let i = count - 1; i >= 0; i--) {
      const kind = ops[i * OP_WORDS] & OP_KIND_MASK;
      if (kind === OP.malloc || kind === OP.free) this.flip(ops[i * OP_WORDS + OP_SLOT]);
    }
    const base = chain * CHAIN_WORDS;
    const saved = this.chains * CHAIN_WORDS + base;
    state.copyWithin(base, saved, saved + CHAIN_WORDS);
    if (this.scratch.length < used * OP_WORDS) this.scratch = new Int32Array(2 * used * OP_WORDS);
    this.write(chain, this.scratch, 0, used * OP_WORDS);
  }

  private flip(slot: number): void {
    this.filled[slot >> 5] ^= 1 << (slot & 31);
  }
  private has(slot: number): boolean {
    return (this.filled[slot >> 5] & (1 << (slot & 31))) !== 0;
  }

  /** Writes records from word `at` up to word `end`. */
  private write(chain: number, into: Int32Array, at: number, end: number): void {
    const { state, knobs } = this;
    const base = chain * CHAIN_WORDS;
    const first = (chain - 1) * this.places;
    let to = at;
    while (to < end) {
      switch (state[base + STAGE_AT]) {
        case STAGE.burst:
          this.look(base, first + xoshiroBelow(state, base, this.places), into, to);
          break;
        case STAGE.quiet:
          writeOp(into, to, OP.mark, 0, 0, SPELL.quiet);
          state[base + CURSOR] = 0;
          state[base + STAGE_AT] = STAGE.drop;
          break;
        case STAGE.drop: {
          const slot = this.nextToFree(base, first);
          if (slot < 0) {
            state[base + STAGE_AT] = STAGE.sleep;
            continue;
          }
          this.flip(slot);
          writeOp(into, to, OP.free, slot, 0, 0);
          break;
        }
        case STAGE.sleep: {
          const us = Math.ceil(knobs.quietMs * US_PER_MS * (0.5 + xoshiroUnit(state, base)));
          writeOp(into, to, OP.sleep, 0, us, 0);
          state[base + STAGE_AT] = STAGE.wake;
          break;
        }
        default:
          writeOp(into, to, OP.mark, 0, 0, SPELL.burst);
          this.beginBurst(base);
      }
      to += OP_WORDS;
    }
  }

  /** Frees the block of a slot, or allocates one there. */
  private look(base: number, slot: number, into: Int32Array, to: number): void {
    const { state, range } = this;
    if (this.has(slot)) writeOp(into, to, OP.free, slot, 0, 0);
    else {
      const size = range === 0 ? this.minSize : this.minSize + xoshiroBelow(state, base, range);
      writeOp(into, to, OP.malloc | OP_END, slot, size, 0);
      if (this.soak && --state[base + LEFT] === 0) state[base + STAGE_AT] = STAGE.quiet;
    }
    this.flip(slot);
  }

  /** The next slot whose block is to be freed before the quiet, or -1. */
  private nextToFree(base: number, first: number): number {
    const { state } = this;
    const share = this.knobs.quietFree / 100;
    while (state[base + CURSOR] < this.places) {
      const slot = first + state[base + CURSOR]++;
      if (this.has(slot) && xoshiroUnit(state, base) < share) return slot;
    }
    return -1;
  }

  /** No chain ever waits: a pause is a record. */
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
    return packWords([this.state.slice(0, this.chains * CHAIN_WORDS), this.filled]);
  }
  restore(words: Int32Array): void {
    const [state, filled] = unpackWords(words);
    this.state.set(state);
    this.filled.set(filled);
    this.drawnCount.fill(0);
  }
}
