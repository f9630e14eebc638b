/** A queue of slots, oldest first, that grows. */
export class SlotQueue {
  private data = new Int32Array(16);
  private head = 0;
  count = 0;

  /** Adds the newest. */
  push(slot: number): void {
    const { data } = this;
    if (this.count === data.length) {
      const grown = new Int32Array(data.length * 2);
      for (let i = 0; i < this.count; i++) grown[i] = this.at(i);
      this.data = grown;
      this.head = 0;
    }
    this.data[(this.head + this.count++) & (this.data.length - 1)] = slot;
  }

  /** Takes the oldest out; there is one. */
  shift(): number {
    const slot = this.data[this.head];
    this.head = (this.head + 1) & (this.data.length - 1);
    this.count--;
    return slot;
  }

  /** Takes the newest out; there is one. */
  pop(): number {
    return this.data[(this.head + --this.count) & (this.data.length - 1)];
  }

  /** The slot at a place, 0 the oldest. */
  at(place: number): number {
    return this.data[(this.head + place) & (this.data.length - 1)];
  }

  /** Takes the slot at a place out; the newest takes its place. */
  takeAt(place: number): number {
    const slot = this.at(place);
    const last = this.pop();
    if (place < this.count) this.data[(this.head + place) & (this.data.length - 1)] = last;
    return slot;
  }

  words(): Int32Array {
    return Int32Array.from({ length: this.count }, (_, place) => this.at(place));
  }

  restore(words: Int32Array): void {
    this.head = 0;
    this.count = 0;
    if (this.data.length < words.length)
      this.data = new Int32Array(2 ** Math.ceil(Math.log2(words.length)));
    this.data.set(words);
    this.count = words.length;
  }
}
