/** Chances that are the same for the same seed (mulberry32): a test that fails is made again by its seed. */
export class Dice {
  private state: number;
  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }
  /** From 0 to less than 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  /** A whole number from 0 to less than `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
  chance(share: number): boolean {
    return this.next() < share;
  }
}
