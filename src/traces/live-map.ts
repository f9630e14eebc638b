const FIRST = 64;
const NONE = -1;

const hashed = (hi: number, lo: number): number => {
  let hash = Math.imul(lo ^ (lo >>> 15), 0x2c1b3c6d) ^ Math.imul(hi, 0x297a2d39);
  hash = Math.imul(hash ^ (hash >>> 12), 0x5bd1e995);
  return hash ^ (hash >>> 15);
};

/**
 * Which slot the block at an address has, for as long as it is live: twelve bytes an entry, half of the entries in use. An
 * address has 64 bits, more than a number.
 */
export class LiveMap {
  count = 0;
  private hi = new Int32Array(FIRST);
  private lo = new Int32Array(FIRST);
  private value = new Int32Array(FIRST).fill(NONE);

  /** Place of an address, or of the gap where it would be. */
  private placeOf(hi: number, lo: number): number {
    const { hi: his, lo: los, value } = this;
    const mask = value.length - 1;
    let at = hashed(hi, lo) & mask;
    while (value[at] !== NONE && (los[at] !== lo || his[at] !== hi)) at = (at + 1) & mask;
    return at;
  }

  /** The slot of the block at an address; -1: none is live there. */
  get(hi: number, lo: number): number {
    return this.value[this.placeOf(hi, lo)];
  }

  /** A block is live there from now on; none was. */
  add(hi: number, lo: number, slot: number): void {
    if (2 * (this.count + 1) > this.value.length) this.grow();
    const at = this.placeOf(hi, lo);
    this.hi[at] = hi;
    this.lo[at] = lo;
    this.value[at] = slot;
    this.count++;
  }

  /** The block that is live there is no more. */
  remove(hi: number, lo: number): void {
    const { hi: his, lo: los, value } = this;
    const mask = value.length - 1;
    let gap = this.placeOf(hi, lo);
    if (value[gap] === NONE) return;
    this.count--;
    // What follows without a gap moves up, unless it would then stand before its own place.
    for (let at = (gap + 1) & mask; value[at] !== NONE; at = (at + 1) & mask) {
      const home = hashed(his[at], los[at]) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      his[gap] = his[at];
      los[gap] = los[at];
      value[gap] = value[at];
      gap = at;
    }
    value[gap] = NONE;
  }

  /** Slots of all live blocks, lowest first. */
  slots(): Int32Array {
    return this.value.filter((slot) => slot !== NONE).sort();
  }

  private grow(): void {
    const { hi, lo, value } = this;
    const room = value.length * 2;
    this.hi = new Int32Array(room);
    this.lo = new Int32Array(room);
    this.value = new Int32Array(room).fill(NONE);
    for (let at = 0; at < value.length; at++) {
      if (value[at] === NONE) continue;
      const to = this.placeOf(hi[at], lo[at]);
      this.hi[to] = hi[at];
      this.lo[to] = lo[at];
      this.value[to] = value[at];
    }
  }
}
