/**
 * Which slots of a program are in use. The lowest one that is not is given out, so that what is given out
 * depends on the set alone, never on the order in which slots came back.
 *
 * One bit a slot, and one bit for each word of those that is full.
 */
export class SlotSet {
  /** All slots ever given out are below it. */
  limit = 0;
  /** Slots in use. */
  count = 0;
  private used = new Int32Array(32);
  private full = new Int32Array(1);

  /** The lowest slot that is not in use, which now is. */
  take(): number {
    let group = 0;
    while (group < this.full.length && this.full[group] === -1) group++;
    if (group === this.full.length) this.grow();
    const word = group * 32 + lowestClear(this.full[group]);
    const bit = lowestClear(this.used[word]);
    this.used[word] |= 1 << bit;
    if (this.used[word] === -1) this.full[group] |= 1 << (word & 31);
    const slot = word * 32 + bit;
    if (slot >= this.limit) this.limit = slot + 1;
    this.count++;
    return slot;
  }

  /** The slot is in use no more. */
  give(slot: number): void {
    const word = slot >> 5;
    this.used[word] &= ~(1 << (slot & 31));
    this.full[word >> 5] &= ~(1 << (word & 31));
    this.count--;
  }

  has(slot: number): boolean {
    return slot < this.limit && (this.used[slot >> 5] & (1 << (slot & 31))) !== 0;
  }

  private grow(): void {
    const used = new Int32Array(this.used.length * 2);
    used.set(this.used);
    this.used = used;
    const full = new Int32Array(this.full.length * 2);
    full.set(this.full);
    this.full = full;
  }

  words(): Int32Array {
    const words = new Int32Array(1 + ((this.limit + 31) >> 5));
    words[0] = this.limit;
    words.set(this.used.subarray(0, words.length - 1), 1);
    return words;
  }

  restore(words: Int32Array): void {
    while (this.used.length < words.length - 1) this.grow();
    this.limit = words[0];
    this.used.fill(0);
    this.used.set(words.subarray(1));
    this.full.fill(0);
    this.count = 0;
    for (let word = 0; word < words.length - 1; word++) {
      if (this.used[word] === -1) this.full[word >> 5] |= 1 << (word & 31);
      for (let bits = this.used[word]; bits !== 0; bits &= bits - 1) this.count++;
    }
  }
}

/** Index of the lowest bit that is 0; the word is not full. */
const lowestClear = (word: number): number => 31 - Math.clz32(~word & (word + 1));
