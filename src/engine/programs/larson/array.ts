import type { KnobValues } from '../../knobs/index.ts';
import type { SetUp, Setup } from '../program.ts';
import { LRAN2_STATE, lran2, lran2Init } from './lran2.ts';

/**
 * Larson's array of blocks and main's generator. Sizes: min + draw mod (max - min) with C's remainder, so max
 * is exclusive and min > max is legal.
 *
 * Main allocates a block for every place of the array, permutes the array from the top down, and swaps four
 * times as many blocks as there are; its further draws seed the chains' generators. Which block stands at which
 * place after the permutation is kept here as place to slot: a slot's block never moves to another slot. The
 * order is decided by `warmUp` and never changes afterwards, so it is no part of a program's state.
 */
export class LarsonArray {
  readonly slots: number;
  readonly minSize: number;
  readonly range: number;
  /** Place of the array to slot. */
  readonly places: Int32Array;
  private readonly main = new Int32Array(LRAN2_STATE);

  constructor(knobs: Readonly<KnobValues>) {
    this.slots = knobs.threads * knobs.chunks;
    this.minSize = knobs.minSize;
    this.range = Math.abs(knobs.maxSize - knobs.minSize);
    this.places = Int32Array.from({ length: this.slots }, (_, place) => place);
    lran2Init(this.main, 0, knobs.seed);
  }

  /** Seed of the next chain's generator. */
  nextSeed(): number {
    return lran2(this.main, 0);
  }

  *warmUp(on: Setup): SetUp {
    const { main, places, slots, minSize, range } = this;
    const size = (): number => (range === 0 ? minSize : minSize + (lran2(main, 0) % range));
    for (let slot = 0; slot < slots; slot++) {
      on.malloc(0, size(), slot);
      yield;
    }
    for (let left = slots; left > 0; left--) {
      const place = lran2(main, 0) % left;
      const kept = places[place];
      places[place] = places[left - 1];
      places[left - 1] = kept;
    }
    for (let i = 0; i < 4 * slots; i++) {
      const slot = places[lran2(main, 0) % slots];
      on.free(0, slot);
      on.malloc(0, size(), slot);
      yield;
    }
  }
}
