const HOLE = -1;

/**
 * Slots in the order in which they came, from which the oldest, the newest or a random one is taken. One taken
 * from within leaves a hole; holes are closed when they are more than half.
 */
export class AgeList {
  private data = new Int32Array(16);
  private head = 0;
  private tail = 0;
  count = 0;

  push(slot: number): void {
    if (this.tail === this.data.length) this.makeRoom();
    this.data[this.tail++] = slot;
    this.count++;
  }

  /** Takes the oldest out; there is one. */
  takeOldest(): number {
    while (this.data[this.head] === HOLE) this.head++;
    this.count--;
    return this.data[this.head++];
  }

  /** Takes the newest out; there is one. */
  takeNewest(): number {
    while (this.data[this.tail - 1] === HOLE) this.tail--;
    this.count--;
    return this.data[--this.tail];
  }

  /** Places, holes included, among which a random one is chosen. */
  get span(): number {
    return this.tail - this.head;
  }

  /** Takes out what stands at a place below `span`. @returns its slot; below 0: a hole */
  takeAt(place: number): number {
    const at = this.head + place;
    const slot = this.data[at];
    if (slot === HOLE) return HOLE;
    this.data[at] = HOLE;
    this.count--;
    if (this.span > 2 * this.count + 16) this.close();
    return slot;
  }

  private close(): void {
    const { data } = this;
    let to = 0;
    for (let at = this.head; at < this.tail; at++) if (data[at] !== HOLE) data[to++] = data[at];
    this.head = 0;
    this.tail = to;
  }

  /** Moves everything to the front, holes as they are, or doubles the room. */
  private makeRoom(): void {
    const { head, tail } = this;
    if (head > this.data.length / 2) this.data.copyWithin(0, head, tail);
    else {
      const grown = new Int32Array(this.data.length * 2);
      grown.set(this.data.subarray(head, tail));
      this.data = grown;
    }
    this.head = 0;
    this.tail = tail - head;
  }

  words(): Int32Array {
    return this.data.slice(this.head, this.tail);
  }
  restore(words: Int32Array): void {
    if (this.data.length < words.length) this.data = new Int32Array(words.length);
    this.data.set(words);
    this.head = 0;
    this.tail = words.length;
    this.count = 0;
    for (const slot of words) if (slot !== HOLE) this.count++;
  }
}
