import type { KnobValues } from '../../knobs/index.ts';
import { packWords, unpackWords } from '../packing.ts';
import { XOSHIRO_STATE, xoshiroBelow } from '../xoshiro.ts';
import { AgeList } from './age-list.ts';

/** How a thread chooses the block that goes. */
type Choice = Pick<KnobValues, 'lifetime' | 'longShare'>;

/**
 * What each thread keeps: its blocks in two lists, those that are to live long (all of them, unless lifetimes
 * are mixed) and the short-lived; and how much that is, in blocks or in bytes.
 */
export class LiveSets {
  private readonly long: AgeList[];
  private readonly short: AgeList[];
  private readonly amount: Float64Array;
  /** Bytes of each slot's block; empty where blocks are counted. */
  private readonly bytes: Int32Array;

  /** @param slots of which bytes are counted; 0: blocks are counted */
  constructor(chains: number, slots: number) {
    this.long = Array.from({ length: chains }, () => new AgeList());
    this.short = Array.from({ length: chains }, () => new AgeList());
    this.amount = new Float64Array(chains);
    this.bytes = new Int32Array(slots);
  }

  /** Blocks that the chain keeps, and the short-lived of them. */
  count(chain: number): number {
    return this.long[chain].count + this.short[chain].count;
  }
  shortOf(chain: number): number {
    return this.short[chain].count;
  }
  /** What it keeps, in blocks or bytes. */
  held(chain: number): number {
    return this.amount[chain];
  }

  add(chain: number, slot: number, size: number, short: boolean): void {
    if (this.bytes.length > 0) this.bytes[slot] = size;
    (short ? this.short : this.long)[chain].push(slot);
    this.amount[chain] += this.amountOf(slot);
  }
  /** A block that had left comes back, as the newest. */
  putBack(chain: number, slot: number): void {
    this.long[chain].push(slot);
    this.amount[chain] += this.amountOf(slot);
  }
  private amountOf(slot: number): number {
    return this.bytes.length > 0 ? this.bytes[slot] : 1;
  }

  /** Takes out the block that goes; there is one. */
  takeVictim(chain: number, { lifetime, longShare }: Choice, generators: Int32Array): number {
    const { count: short } = this.short[chain];
    switch (lifetime) {
      case 'random':
        return this.take(chain, 'random', generators);
      case 'fifo':
        return this.take(chain, 'oldest', generators);
      case 'lifo': {
        const list = this.long[chain].count > 0 ? this.long[chain] : this.short[chain];
        return this.taken(chain, list.takeNewest());
      }
      case 'mixed': {
        // The short-lived make up as much of the set as the long-lived of the allocations.
        const young = short > (longShare / 100) * this.count(chain) || short === this.count(chain);
        return this.taken(chain, (young ? this.short : this.long)[chain].takeOldest());
      }
    }
  }

  /** Takes out the oldest (of the long-lived first) or a random block; there is one. */
  take(chain: number, order: 'oldest' | 'random', generators: Int32Array): number {
    const [long, short] = [this.long[chain], this.short[chain]];
    if (order === 'oldest') return this.taken(chain, (long.count > 0 ? long : short).takeOldest());
    for (;;) {
      const place = xoshiroBelow(generators, chain * XOSHIRO_STATE, long.span + short.span);
      const slot = place < long.span ? long.takeAt(place) : short.takeAt(place - long.span);
      if (slot >= 0) return this.taken(chain, slot);
    }
  }

  private taken(chain: number, slot: number): number {
    this.amount[chain] -= this.amountOf(slot);
    return slot;
  }

  words(): Int32Array {
    return packWords([
      new Int32Array(this.amount.buffer),
      this.bytes,
      ...[...this.long, ...this.short].map((list) => list.words()),
    ]);
  }
  restore(words: Int32Array): void {
    const [amount, bytes, ...lists] = unpackWords(words);
    new Int32Array(this.amount.buffer).set(amount);
    this.bytes.set(bytes);
    for (const [i, list] of [...this.long, ...this.short].entries()) list.restore(lists[i]);
  }
}
