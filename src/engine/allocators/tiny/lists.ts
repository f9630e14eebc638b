import { LIST_START } from './layout.ts';

/**
 * The pool behind free lists and remote queues: spans of Uint16 block indices, a power of two long,
 * reused by size. `next[span + block]` is the block after `block` in whichever list it is on.
 */
export class ListPool {
  next: Uint16Array<ArrayBuffer> = new Uint16Array(1 << 14);
  private top = 0;
  /** Free spans by log2 of their length. */
  private free: number[][] = Array.from({ length: 17 }, () => []);

  /** @returns the start of a span of `size` entries, a power of two of at least LIST_START */
  take(size: number): number {
    const spans = this.free[log2(size)];
    const recycled = spans.pop();
    if (recycled !== undefined) return recycled;
    const start = this.top;
    this.top += size;
    if (this.top > this.next.length) {
      let length = this.next.length;
      while (length < this.top) length += length < 1 << 22 ? length : 1 << 22;
      const wider = new Uint16Array(length);
      wider.set(this.next);
      this.next = wider;
    }
    return start;
  }

  give(start: number, size: number): void {
    this.free[log2(size)].push(start);
  }

  /** Moves the first `used` entries of a span into one twice as long. */
  double(start: number, size: number, used: number): number {
    const wider = this.take(size * 2);
    this.next.copyWithin(wider, start, start + used);
    this.give(start, size);
    return wider;
  }

  get bytes(): number {
    return this.next.byteLength;
  }

  /** Entries handed out so far, free spans included. */
  get used(): number {
    return this.top;
  }

  snapshot(): { next: Uint16Array<ArrayBuffer>; free: number[][] } {
    return { next: this.next.slice(0, this.top), free: this.free.map((spans) => spans.slice()) };
  }

  restore(saved: { next: Uint16Array<ArrayBuffer>; free: number[][] }): void {
    this.top = saved.next.length;
    if (this.next.length < this.top) this.next = new Uint16Array(this.top);
    this.next.set(saved.next);
    // What a future that is given up wrote beyond the saved part must not show through.
    this.next.fill(0, this.top);
    this.free = saved.free.map((spans) => spans.slice());
  }
}

const log2 = (size: number): number => 31 - Math.clz32(size);

/** The first span size that holds `blocks`. */
export function spanFor(blocks: number): number {
  let size = LIST_START;
  while (size < blocks) size *= 2;
  return size;
}
