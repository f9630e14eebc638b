import { SLAB_PAGES } from './layout.ts';

/** Bits of the table: with regions of 64 KiB it covers 64 GiB. */
export const REGIONS = 2 ** 20;
const REGIONS_A_GIB = 2 ** 30 / 65536;

/**
 * Option C's ownership bitmap (D1): one bit for each region of 64 KiB, set when a block there is handed out. A slab
 * is one region, so that the first block of a slab marks it. Nothing ever clears a bit. D1's code has no bounds:
 * beyond the table it writes and reads whatever is there, which C leaves undefined. Here a region outside is not
 * marked and reads as not marked. The table's 128 KiB are among the program's own data.
 */
export class OwnerTable {
  readonly words = new Int32Array(REGIONS / 32);
  /** Region of bit 0. */
  readonly first: number;

  /** @param baseGiB address of bit 0 */
  constructor(baseGiB: number) {
    this.first = baseGiB * REGIONS_A_GIB;
  }

  /** Marks the region of a page as the heap's. @returns false: it lies outside the table */
  mark(page: number): boolean {
    const bit = this.bitOf(page);
    if (bit < 0) return false;
    this.words[bit >>> 5] |= 1 << (bit & 31);
    return true;
  }

  /** Whether the region of a page is marked. */
  knows(page: number): boolean {
    const bit = this.bitOf(page);
    return bit >= 0 && ((this.words[bit >>> 5] >>> (bit & 31)) & 1) === 1;
  }

  /** Regions marked in a range of pages that begins at a region. */
  markedIn(page: number, pages: number): number {
    let marked = 0;
    for (let at = page; at < page + pages; at += SLAB_PAGES) if (this.knows(at)) marked++;
    return marked;
  }

  private bitOf(page: number): number {
    const bit = Math.floor(page / SLAB_PAGES) - this.first;
    return bit >= 0 && bit < REGIONS ? bit : -1;
  }
}
