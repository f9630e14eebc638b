import { widerDoubles } from './columns.ts';

const NONE = -1;

export interface SavedPieces {
  readonly page: Float64Array;
  readonly pages: Float64Array;
  readonly free: number;
}

/**
 * Handles for what a caller mapped in one call: small integers that fit into any record and stay valid
 * while map entries merge and split around them.
 */
export class Pieces {
  private page = new Float64Array(64);
  /** Pages of the piece; of a free handle, the next free one. */
  private pages = new Float64Array(64);
  private top = 0;
  private free = NONE;

  add(page: number, pages: number): number {
    let piece = this.free;
    if (piece !== NONE) this.free = this.pages[piece];
    else {
      if (this.top === this.page.length) {
        this.page = widerDoubles(this.page, this.top * 2);
        this.pages = widerDoubles(this.pages, this.top * 2);
      }
      piece = this.top++;
    }
    this.page[piece] = page;
    this.pages[piece] = pages;
    return piece;
  }

  remove(piece: number): void {
    this.pages[piece] = this.free;
    this.free = piece;
  }

  /** First page of a piece. */
  pageOf(piece: number): number {
    return this.page[piece];
  }

  pagesOf(piece: number): number {
    return this.pages[piece];
  }

  get stateBytes(): number {
    return this.page.byteLength + this.pages.byteLength;
  }

  snapshot(): SavedPieces {
    const { top, free } = this;
    return { page: this.page.slice(0, top), pages: this.pages.slice(0, top), free };
  }

  restore(saved: SavedPieces): void {
    const length = Math.max(this.page.length, saved.page.length);
    this.page = widerDoubles(saved.page, length);
    this.pages = widerDoubles(saved.pages, length);
    this.top = saved.page.length;
    this.free = saved.free;
  }
}
