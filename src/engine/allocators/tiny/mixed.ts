import type { KnobValues } from '../../knobs/index.ts';
import { XOSHIRO_STATE, xoshiroInit, xoshiroUnit } from '../../programs/xoshiro.ts';
import { NO_CAUSE } from '../../telemetry/events.ts';
import type { Machine, StateHash } from '../contract.ts';
import { LibcBlocks, type SavedLibc } from './libc-blocks.ts';
import { OwnerTable } from './owner-table.ts';

/** Streams of chance. */
const LOOKS = 1;
const MOMENTS = 2;

/** Mappings that are refused for no reason of the address space (K-27), at moments drawn evenly over the run. */
export class Refusals {
  /** ns, in order. */
  readonly moments: readonly number[];
  /** Of these, how many have refused their mapping. */
  done = 0;

  constructor({ oomRate, mixedSeed, seconds }: Readonly<KnobValues>) {
    const random = new Int32Array(XOSHIRO_STATE);
    xoshiroInit(random, 0, mixedSeed, MOMENTS);
    this.moments = Array.from(
      { length: oomRate },
      () => xoshiroUnit(random, 0) * seconds * 1e9,
    ).sort((a, b) => a - b);
  }

  /** A mapping is asked for. @returns true: it is to be refused */
  refuses(now: number): boolean {
    if (this.done >= this.moments.length || now < this.moments[this.done]) return false;
    this.done++;
    return true;
  }
}

/**
 * Mixed allocation (S-31 to S-35): blocks of the C library among those of the heap, and the guess of whoever frees
 * them. A block's byte that looks like a header, or does not, is drawn when the C library serves it and is its own
 * from then on.
 */
export class Mixed {
  readonly libc: LibcBlocks;
  readonly table: OwnerTable | undefined;
  /** Regions that are marked and in no SuperSlab. */
  stale = 0;
  /** The latest slab that the table could not mark, as an event. */
  overflow = NO_CAUSE;
  /** Looks drawn so far: with the seed they say where the generator stands. */
  private draws = 0;
  private readonly random = new Int32Array(XOSHIRO_STATE);

  constructor(machine: Machine, slots: number) {
    const { ownerBitmap, bitmapBase, mixedSeed } = machine.settings;
    this.libc = new LibcBlocks(machine, slots);
    if (ownerBitmap) this.table = new OwnerTable(bitmapBase);
    xoshiroInit(this.random, 0, mixedSeed, LOOKS);
  }

  /** Draws whether the block that the C library is about to serve looks like one of the heap's. @param share % */
  looksAlike(share: number): number {
    this.draws++;
    return xoshiroUnit(this.random, 0) * 100 < share ? 1 : 0;
  }

  hashInto(hash: StateHash, slots: number): void {
    this.libc.hashInto(hash, slots);
    hash.word(this.draws).word(this.stale);
    if (this.table !== undefined) hash.words(this.table.words, this.table.words.length);
  }

  snapshot(): SavedMixed {
    const { libc, table, stale, overflow, draws, random } = this;
    return {
      libc: libc.snapshot(),
      words: table?.words.slice(),
      stale,
      overflow,
      draws,
      random: random.slice(),
    };
  }
  restore(from: SavedMixed): void {
    this.libc.restore(from.libc);
    if (from.words !== undefined) this.table?.words.set(from.words);
    this.stale = from.stale;
    this.overflow = from.overflow;
    this.draws = from.draws;
    this.random.set(from.random);
  }
}

export interface SavedMixed {
  readonly libc: SavedLibc;
  readonly words: Int32Array | undefined;
  readonly stale: number;
  readonly overflow: number;
  readonly draws: number;
  readonly random: Int32Array;
}
