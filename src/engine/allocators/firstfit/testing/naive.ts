import type { KnobValues } from '../../../knobs/index.ts';

interface Piece {
  start: number;
  size: number;
  slot: number;
}
const FREE = -1;

/**
 * The same allocator written the slow way: the heap is an array of pieces in address order, the free list
 * an array of their beginnings. It knows no tags, links, pages or bytes; sizes are granules.
 */
export class NaiveHeap {
  pieces: Piece[] = [];
  list: number[] = [];
  top = 0;
  private rover = -1;

  constructor(
    private readonly settings: KnobValues,
    private readonly least: number,
    private readonly rest: number,
  ) {}

  /** @returns where the slot's piece begins */
  malloc(size: number, slot: number): number {
    const piece = this.take(size);
    piece.slot = slot;
    return piece.start;
  }

  free(slot: number): void {
    const piece = this.of(slot);
    piece.slot = FREE;
    this.settle(piece);
  }

  realloc(slot: number, size: number): number {
    let piece = this.of(slot);
    const after = this.pieces[this.pieces.indexOf(piece) + 1];
    if (piece.size < size) {
      if (after === undefined) {
        this.top += size - piece.size;
        piece.size = size;
      } else if (after.slot === FREE && piece.size + after.size >= size) {
        this.unlist(after.start);
        this.pieces.splice(this.pieces.indexOf(after), 1);
        piece.size += after.size;
      } else {
        const moved = this.take(size);
        piece.slot = FREE;
        moved.slot = slot;
        this.settle(piece);
        return moved.start;
      }
    }
    if (piece.size - size >= this.rest) {
      const tail = { start: piece.start + size, size: piece.size - size, slot: FREE };
      this.pieces.splice(this.pieces.indexOf(piece) + 1, 0, tail);
      piece.size = size;
      this.settle(tail);
    }
    piece = this.of(slot);
    return piece.start;
  }

  memalign(size: number, align: number, slot: number, base: number): number {
    if (align === 1) return this.malloc(size, slot);
    const piece = this.take(size + align + this.least);
    const all = piece.size;
    let start = piece.start;
    while (
      (base + start + 1) % align !== 0 ||
      (start !== piece.start && start - piece.start < this.least)
    )
      start++;
    const lead = start - piece.start;
    const at = this.pieces.indexOf(piece);
    const rest = all - lead - size;
    const parts: Piece[] = [];
    if (lead > 0) parts.push({ start: piece.start, size: lead, slot: FREE });
    const block = { start, size: rest >= this.rest ? size : all - lead, slot };
    parts.push(block);
    if (rest >= this.rest) parts.push({ start: start + size, size: rest, slot: FREE });
    this.pieces.splice(at, 1, ...parts);
    if (lead > 0) this.settle(parts[0]);
    if (rest >= this.rest) this.settle(parts[parts.length - 1]);
    return start;
  }

  of(slot: number): Piece {
    return this.pieces.find((piece) => piece.slot === slot) as Piece;
  }

  private take(size: number): Piece {
    const at = this.choose(size);
    if (at < 0) {
      const piece = { start: this.top, size, slot: -2 };
      this.pieces.push(piece);
      this.top += size;
      return piece;
    }
    const piece = this.pieces.find(({ start }) => start === this.list[at]) as Piece;
    const next = this.settings.fit === 'next';
    if (piece.size - size >= this.rest) {
      const tail = { start: piece.start + size, size: piece.size - size, slot: FREE };
      this.pieces.splice(this.pieces.indexOf(piece) + 1, 0, tail);
      this.list[at] = tail.start;
      if (this.rover === piece.start || next) this.rover = tail.start;
      piece.size = size;
    } else {
      const after = this.list[at + 1] ?? -1;
      this.list.splice(at, 1);
      if (this.rover === piece.start || next) this.rover = after;
    }
    piece.slot = -2;
    return piece;
  }

  /** @returns index into the list, or -1 */
  private choose(size: number): number {
    const sizes = this.list.map(
      (start) => (this.pieces.find((piece) => piece.start === start) as Piece).size,
    );
    switch (this.settings.fit) {
      case 'first':
        return sizes.findIndex((have) => have >= size);
      case 'best': {
        const fitting = sizes.filter((have) => have >= size);
        return fitting.length === 0 ? -1 : sizes.indexOf(Math.min(...fitting));
      }
      case 'next': {
        const from = Math.max(0, this.list.indexOf(this.rover));
        for (let i = 0; i < sizes.length; i++) {
          const at = (from + i) % sizes.length;
          if (sizes[at] >= size) return at;
        }
        return -1;
      }
    }
  }

  /** A piece has become free: merges, and puts it into the list. */
  private settle(piece: Piece): void {
    const { pieces, list, settings } = this;
    if (settings.coalesce === 'off') {
      this.enlist(piece);
      return;
    }
    const at = pieces.indexOf(piece);
    const before = pieces[at - 1]?.slot === FREE ? pieces[at - 1] : undefined;
    const after = pieces[at + 1]?.slot === FREE ? pieces[at + 1] : undefined;
    const start = before?.start ?? piece.start;
    const size = (before?.size ?? 0) + piece.size + (after?.size ?? 0);
    const merged = { start, size, slot: FREE };
    pieces.splice(before ? at - 1 : at, 1 + (before ? 1 : 0) + (after ? 1 : 0), merged);
    const top = pieces.at(-1) === merged;
    // In address order the merged chunk takes the place of the lower one that was there.
    const keep = !top && settings.freeOrder === 'address' ? (before ?? after) : undefined;
    for (const gone of [before, after]) if (gone && gone !== keep) this.unlist(gone.start);
    if (top) {
      pieces.pop();
      this.top = start;
    } else if (keep) {
      list[list.indexOf(keep.start)] = start;
      if (this.rover === keep.start) this.rover = start;
    } else this.enlist(merged);
  }

  private enlist(piece: Piece): void {
    if (this.settings.freeOrder === 'lifo') this.list.unshift(piece.start);
    else {
      const at = this.list.findIndex((start) => start > piece.start);
      this.list.splice(at < 0 ? this.list.length : at, 0, piece.start);
    }
  }

  private unlist(start: number): void {
    const at = this.list.indexOf(start);
    if (this.rover === start) this.rover = this.list[at + 1] ?? -1;
    this.list.splice(at, 1);
  }
}
