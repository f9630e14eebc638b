import { widerDoubles } from '../../machine/columns.ts';

export const PAGE = 4096;

/** Of the slot table: the slot has no block. */
export const NONE = -1;
/** Of the slot table: the block is with the C library. */
export const OTHER = -2;

/** Whose a live block is. */
export const BLOCK = { program: 0, runtime: 1 } as const;

/** What a heap knows of the program's blocks, and of the runtime's. */
export class Slots {
  /** Where the block of each slot is: a number of the heap's own from 0 on, NONE, or OTHER. */
  block: Float64Array<ArrayBuffer>;
  /** Bytes asked for. */
  size: Float64Array<ArrayBuffer>;
  /** BLOCK. */
  kind: Uint8Array<ArrayBuffer>;

  /** @param slots slots to have room for */
  constructor(slots: number) {
    this.block = new Float64Array(slots).fill(NONE);
    this.size = new Float64Array(slots);
    this.kind = new Uint8Array(slots);
  }

  /** Makes room for slots below this. */
  reserve(slots: number): void {
    const had = this.block.length;
    if (slots <= had) return;
    const room = Math.max(slots, had * 2);
    this.block = widerDoubles(this.block, room).fill(NONE, had);
    this.size = widerDoubles(this.size, room);
    const kinds = new Uint8Array(room);
    kinds.set(this.kind);
    this.kind = kinds;
  }

  get bytes(): number {
    return this.block.byteLength + this.size.byteLength + this.kind.byteLength;
  }

  snapshot(): SavedSlots {
    return { block: this.block.slice(), size: this.size.slice(), kind: this.kind.slice() };
  }
  restore(from: SavedSlots): void {
    this.block = from.block.slice();
    this.size = from.size.slice();
    this.kind = from.kind.slice();
  }
}

export interface SavedSlots {
  readonly block: Float64Array<ArrayBuffer>;
  readonly size: Float64Array<ArrayBuffer>;
  readonly kind: Uint8Array<ArrayBuffer>;
}
