import type { AddressSpace } from '../../machine/address-space.ts';
import { HEAP_BASE_PAGE } from '../../machine/address-space.ts';
import { REGION_PAGES } from '../../machine/page-set.ts';
import { KIND } from '../../machine/vma.ts';

/**
 * The heap segment of the address space, which `brk` grows and shrinks. It keeps a note of the pages that
 * are resident, by page of the heap, because every write of the allocator asks.
 */
export class Brk {
  private noted: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  /** @param entryLimit map entries that the process may have, less those that others hold */
  constructor(
    private readonly space: AddressSpace,
    private readonly entryLimit: () => number,
  ) {}

  /** Pages of the segment now. */
  get pages(): number {
    return this.space.breakPage - HEAP_BASE_PAGE;
  }
  /** Resident ones, as the address space counts them. */
  get residentPages(): number {
    return this.space.pages.residentBy[KIND.heap];
  }

  /** Moves the break up. @returns false: ENOMEM */
  grow(pages: number): boolean {
    if (this.space.brk(pages, this.entryLimit()) < 0) return false;
    if (this.pages > this.noted.length) {
      const wider = new Uint8Array(Math.max(this.pages, this.noted.length * 2));
      wider.set(this.noted);
      this.noted = wider;
    }
    return true;
  }

  /** Moves the break down; what lies above is gone. @returns false: ENOMEM */
  shrink(pages: number): boolean {
    if (this.space.brk(-pages, this.entryLimit()) < 0) return false;
    this.noted.fill(0, this.pages);
    return true;
  }

  isResident(page: number): boolean {
    return this.noted[page] !== 0;
  }

  /**
   * First write to a page that is not resident. With huge pages others come with it.
   * @param arrived called for each page that is resident from now on, before it counts as such
   */
  touch(page: number, arrived: (page: number) => void): void {
    const added = this.space.touch(HEAP_BASE_PAGE + page, 1);
    if (added === 1) {
      arrived(page);
      this.noted[page] = 1;
      return;
    }
    const first = Math.floor((HEAP_BASE_PAGE + page) / REGION_PAGES) * REGION_PAGES;
    for (let at = first; at < first + REGION_PAGES; at++) {
      const own = at - HEAP_BASE_PAGE;
      if (own < 0 || own >= this.pages || this.noted[own] !== 0) continue;
      if (this.space.pages.residentIn(at, at + 1) === 0) continue;
      arrived(own);
      this.noted[own] = 1;
    }
  }

  /** For audits: whether the address space has the page resident. */
  reallyResident(page: number): boolean {
    return this.space.pages.residentIn(HEAP_BASE_PAGE + page, HEAP_BASE_PAGE + page + 1) !== 0;
  }

  /** The address space has been restored: notes its pages again. */
  restored(): void {
    this.noted = new Uint8Array(Math.max(64, this.pages));
    for (let page = 0; page < this.pages; page++)
      if (this.reallyResident(page)) this.noted[page] = 1;
  }
}
