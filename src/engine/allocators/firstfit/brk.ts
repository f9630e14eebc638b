/** The heap segment that `brk` grows and shrinks, and which of its pages are resident. */
export interface Brk {
  /** Pages of the segment now. */
  readonly pages: number;
  readonly residentPages: number;
  /** Moves the break up. @returns false: ENOMEM */
  grow(pages: number): boolean;
  /** Moves the break down; what lies above is gone. */
  shrink(pages: number): void;
  isResident(page: number): boolean;
  /** First write to a page that is not resident: a page fault. */
  touch(page: number): void;
  snapshot(): unknown;
  restore(saved: unknown): void;
}

/** A segment on its own. */
export class PlainBrk implements Brk {
  pages = 0;
  residentPages = 0;
  private resident = new Uint8Array(64);

  /** @param limit pages that the segment may have */
  constructor(private readonly limit = Infinity) {}

  grow(pages: number): boolean {
    if (this.pages + pages > this.limit) return false;
    this.pages += pages;
    if (this.pages > this.resident.length) {
      const wider = new Uint8Array(Math.max(this.pages, this.resident.length * 2));
      wider.set(this.resident);
      this.resident = wider;
    }
    return true;
  }

  shrink(pages: number): void {
    const left = this.pages - pages;
    for (let page = left; page < this.pages; page++) this.residentPages -= this.resident[page];
    this.resident.fill(0, left, this.pages);
    this.pages = left;
  }

  isResident(page: number): boolean {
    return this.resident[page] !== 0;
  }

  touch(page: number): void {
    this.residentPages += 1 - this.resident[page];
    this.resident[page] = 1;
  }

  snapshot(): unknown {
    return this.resident.slice(0, this.pages);
  }

  restore(saved: unknown): void {
    const from = saved as Uint8Array;
    this.resident.fill(0);
    if (from.length > this.resident.length) this.resident = new Uint8Array(from.length);
    this.resident.set(from);
    this.pages = from.length;
    this.residentPages = from.reduce((sum, bit) => sum + bit, 0);
  }
}
