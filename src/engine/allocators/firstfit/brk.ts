import { assert } from '../../../base/assert.ts';
import type { AddressSpace } from '../../machine/address-space.ts';
import { REGION_PAGES } from '../../machine/page-set.ts';

/**
 * The part of the process's heap segment that lies above what the program had at its start; `brk` grows
 * and shrinks it. Pages are counted from there. It keeps a note of those that are resident, because every
 * write of the allocator asks.
 */
export class Brk {
  /** Page at which the heap begins. */
  readonly basePage: number;
  private noted: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  /** @param entryLimit map entries that the process may have */
  constructor(
    private readonly space: AddressSpace,
    private readonly entryLimit: () => number,
  ) {
    this.basePage = space.breakPage;
  }

  /** Pages of the heap now. */
  get pages(): number {
    return this.space.breakPage - this.basePage;
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

  /** Moves the break down; what lies above is gone. */
  shrink(pages: number): void {
    const at = this.space.brk(-pages, this.entryLimit());
    assert(at >= this.basePage, 'the end of a segment can always be given back');
    this.noted.fill(0, this.pages);
  }

  isResident(page: number): boolean {
    return this.noted[page] !== 0;
  }

  /**
   * First write to a page that is not resident. With huge pages others come with it.
   * @param arrived called for each page that is resident from now on, before it counts as such
   */
  touch(page: number, arrived: (page: number) => void): void {
    const added = this.space.touch(this.basePage + page, 1);
    if (added === 1) {
      arrived(page);
      this.noted[page] = 1;
      return;
    }
    const first = Math.floor((this.basePage + page) / REGION_PAGES) * REGION_PAGES - this.basePage;
    for (let at = Math.max(0, first); at < Math.min(this.pages, first + REGION_PAGES); at++) {
      if (this.noted[at] !== 0 || !this.reallyResident(at)) continue;
      arrived(at);
      this.noted[at] = 1;
    }
  }

  /** Whether the address space has the page resident: what the notes must agree with. */
  reallyResident(page: number): boolean {
    const at = this.basePage + page;
    return this.space.pages.residentIn(at, at + 1) !== 0;
  }

  /** The address space has been restored: notes its pages again. */
  restored(): void {
    this.noted = new Uint8Array(Math.max(64, this.pages));
    for (let page = 0; page < this.pages; page++) {
      if (this.reallyResident(page)) this.noted[page] = 1;
    }
  }
}
