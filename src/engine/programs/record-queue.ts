import { OP_END, OP_HEAD, OP_SLOT, OP_WORDS, sizeOfOp, writeOp } from './program.ts';

/**
 * Records that a chain has decided on and not carried out, oldest first. What has been decided stays
 * whatever others do, so that drawing records and taking them back is nothing but copying.
 */
export class RecordQueue {
  private data = new Int32Array(8 * OP_WORDS);
  private head = 0;
  private tail = 0;

  get count(): number {
    return (this.tail - this.head) / OP_WORDS;
  }

  /** Adds a record; see writeOp. */
  push(head: number, slot: number, size: number, arg: number): void {
    if (this.tail === this.data.length) this.makeRoom();
    writeOp(this.data, this.tail, head, slot, size, arg);
    this.tail += OP_WORDS;
  }

  private makeRoom(): void {
    const { data, head, tail } = this;
    if (head > 0) data.copyWithin(0, head, tail);
    else {
      this.data = new Int32Array(data.length * 2);
      this.data.set(data);
    }
    this.tail = tail - head;
    this.head = 0;
  }

  /** The newest record completes an operation; there is one. */
  end(): void {
    this.data[this.tail - OP_WORDS + OP_HEAD] |= OP_END;
  }

  /** Copies the oldest records to word `at` of `into`. @returns how many, at most `most` */
  copy(into: Int32Array, at: number, most: number): number {
    const { data, head, tail } = this;
    const words = Math.min(tail - head, most * OP_WORDS);
    for (let i = 0; i < words; i++) into[at + i] = data[head + i];
    return words / OP_WORDS;
  }

  /** Head, slot and size of a record, 0 the oldest. */
  headAt(place: number): number {
    return this.data[this.head + place * OP_WORDS + OP_HEAD];
  }
  slotAt(place: number): number {
    return this.data[this.head + place * OP_WORDS + OP_SLOT];
  }

  sizeAt(place: number): number {
    return sizeOfOp(this.data, this.head + place * OP_WORDS);
  }

  /** Takes the oldest out; there is one. */
  shift(): void {
    this.head += OP_WORDS;
    if (this.head === this.tail) this.clear();
  }

  clear(): void {
    this.head = 0;
    this.tail = 0;
  }

  words(): Int32Array {
    return this.data.slice(this.head, this.tail);
  }
  restore(words: Int32Array): void {
    if (this.data.length < words.length) this.data = new Int32Array(words.length);
    this.data.set(words);
    this.head = 0;
    this.tail = words.length;
  }
}
