import { RowMarks } from '../row-marks.ts';
import type { Brk } from './brk.ts';
import { PAGE, PARTS, ROW_PAGES } from './layout.ts';

/**
 * What the bytes of each page of the heap are used for (PART), and the sums over all pages and over the
 * resident ones. A byte is counted when it gets its use and taken back when it loses it; a page that
 * becomes resident brings along what it holds at that moment.
 */
export class PageUse {
  /** Bytes by page and part. */
  bytes: Uint16Array<ArrayBuffer> = new Uint16Array(64 * PARTS);
  /** Chunks that begin in a page: live, free. */
  starts: Uint16Array<ArrayBuffer> = new Uint16Array(64 * 2);
  /** Rows of the map in which a byte got or lost its use; whatever a row shows changes with that. */
  readonly marks = new RowMarks();
  readonly mapped = new Float64Array(PARTS);
  readonly resident = new Float64Array(PARTS);

  constructor(private readonly brk: Brk) {}

  /** Makes room for pages below this. */
  reserve(pages: number): void {
    this.marks.reserve(Math.ceil(pages / ROW_PAGES));
    if (pages * PARTS <= this.bytes.length) return;
    const room = Math.max(pages, (this.bytes.length / PARTS) * 2);
    const bytes = new Uint16Array(room * PARTS);
    bytes.set(this.bytes);
    this.bytes = bytes;
    const starts = new Uint16Array(room * 2);
    starts.set(this.starts);
    this.starts = starts;
  }

  /** Counts the bytes from `from` up to `to` as of this part (sign 1), or no longer (-1). */
  count(from: number, to: number, part: number, sign: 1 | -1): void {
    if (to <= from) return;
    this.mapped[part] += sign * (to - from);
    let page = (from / PAGE) | 0;
    const last = ((to - 1) / PAGE) | 0;
    const { bytes: marked } = this.marks;
    for (let at = from; page <= last; page++) {
      marked[(page / ROW_PAGES) | 0] = 1;
      const end = page === last ? to : (page + 1) * PAGE;
      this.bytes[page * PARTS + part] += sign * (end - at);
      if (this.brk.isResident(page)) this.resident[part] += sign * (end - at);
      at = end;
    }
  }

  /** A page is written for the first time. */
  touched(page: number): void {
    const at = page * PARTS;
    for (let part = 0; part < PARTS; part++) this.resident[part] += this.bytes[at + part];
  }

  snapshot(pages: number): SavedUse {
    return {
      bytes: this.bytes.slice(0, pages * PARTS),
      starts: this.starts.slice(0, pages * 2),
      mapped: this.mapped.slice(),
      resident: this.resident.slice(),
    };
  }

  restore(from: SavedUse): void {
    this.reserve(from.bytes.length / PARTS);
    this.bytes.fill(0);
    this.bytes.set(from.bytes);
    this.starts.fill(0);
    this.starts.set(from.starts);
    this.mapped.set(from.mapped);
    this.resident.set(from.resident);
  }
}

export interface SavedUse {
  readonly bytes: Uint16Array;
  readonly starts: Uint16Array;
  readonly mapped: Float64Array;
  readonly resident: Float64Array;
}
