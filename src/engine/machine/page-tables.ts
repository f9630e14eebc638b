import { widerInts } from './columns.ts';

/** Entries of a table. */
const ENTRIES = 512;
const SHIFT = 9;
const MASK = ENTRIES - 1;
/** 47 bits of addresses: 256 tables of 512 GiB. */
const ROOTS = 256;

export interface SavedTables {
  readonly entries: Int32Array;
  readonly used: Int32Array;
  readonly root: Int32Array;
  readonly scalars: readonly number[];
}

/**
 * The upper levels of a process's page tables as x86-64 has them: from a region (page / 512, what the lowest
 * table covers) to its record, through a table of 512 GiB and one of 1 GiB. They are the index of pages.ts and
 * at the same time what the process pays for: `tables` counts those that have something in them.
 */
export class PageTables {
  /** Children: records or tables, plus one; 0 is none. */
  private entries = new Int32Array(ENTRIES * 4);
  /** Children that each table has. */
  private used = new Int32Array(4);
  private root = new Int32Array(ROOTS);
  private top = 0;
  private free = 0;
  /** Tables above the lowest level; the root is not counted, as in VmPTE. */
  tables = 0;

  /** The record of a region, or -1. */
  get(region: number): number {
    const upper = this.root[region >> (2 * SHIFT)];
    if (upper === 0) return -1;
    const { entries } = this;
    const lower = entries[((upper - 1) << SHIFT) + ((region >> SHIFT) & MASK)];
    if (lower === 0) return -1;
    return entries[((lower - 1) << SHIFT) + (region & MASK)] - 1;
  }

  /** Enters a record for a region that has none. */
  set(region: number, record: number): void {
    let upper = this.root[region >> (2 * SHIFT)];
    if (upper === 0) {
      upper = this.take() + 1;
      this.root[region >> (2 * SHIFT)] = upper;
    }
    const at = ((upper - 1) << SHIFT) + ((region >> SHIFT) & MASK);
    let lower = this.entries[at];
    if (lower === 0) {
      lower = this.take() + 1;
      this.entries[at] = lower;
      this.used[upper - 1]++;
    }
    this.entries[((lower - 1) << SHIFT) + (region & MASK)] = record + 1;
    this.used[lower - 1]++;
  }

  /** Removes a region's record, and the tables that become empty. */
  remove(region: number): void {
    const upper = this.root[region >> (2 * SHIFT)] - 1;
    const at = (upper << SHIFT) + ((region >> SHIFT) & MASK);
    const lower = this.entries[at] - 1;
    this.entries[(lower << SHIFT) + (region & MASK)] = 0;
    if (--this.used[lower] > 0) return;
    this.give(lower);
    this.entries[at] = 0;
    if (--this.used[upper] > 0) return;
    this.give(upper);
    this.root[region >> (2 * SHIFT)] = 0;
  }

  /** The first region at or after `region` that has a record, below `end`; `end` when there is none. */
  next(region: number, end: number): number {
    const { entries, root } = this;
    let at = region;
    while (at < end) {
      const upper = root[at >> (2 * SHIFT)];
      if (upper === 0) {
        at = ((at >> (2 * SHIFT)) + 1) << (2 * SHIFT);
        continue;
      }
      const lower = entries[((upper - 1) << SHIFT) + ((at >> SHIFT) & MASK)];
      if (lower === 0) {
        at = ((at >> SHIFT) + 1) << SHIFT;
        continue;
      }
      if (entries[((lower - 1) << SHIFT) + (at & MASK)] !== 0) return at;
      at++;
    }
    return end;
  }

  get stateBytes(): number {
    return this.entries.byteLength + this.used.byteLength + this.root.byteLength;
  }

  snapshot(): SavedTables {
    return {
      entries: this.entries.slice(0, this.top << SHIFT),
      used: this.used.slice(0, this.top),
      root: this.root.slice(),
      scalars: [this.top, this.free, this.tables],
    };
  }

  restore(saved: SavedTables): void {
    const [top, free, tables] = saved.scalars;
    while (this.used.length < top) this.grow();
    this.entries.set(saved.entries);
    this.used.set(saved.used);
    this.root.set(saved.root);
    this.top = top;
    this.free = free;
    this.tables = tables;
  }

  private take(): number {
    this.tables++;
    if (this.free !== 0) {
      const table = this.free - 1;
      this.free = this.entries[table << SHIFT];
      this.entries[table << SHIFT] = 0;
      return table;
    }
    if (this.top === this.used.length) this.grow();
    // A restored state may have left something beyond its own tables.
    this.entries.fill(0, this.top << SHIFT, (this.top + 1) << SHIFT);
    this.used[this.top] = 0;
    return this.top++;
  }

  private give(table: number): void {
    this.tables--;
    this.entries[table << SHIFT] = this.free;
    this.free = table + 1;
  }

  private grow(): void {
    this.entries = widerInts(this.entries, this.entries.length * 2);
    this.used = widerInts(this.used, this.used.length * 2);
  }
}

/** Regions of the address space. */
export const REGIONS = ROOTS << (2 * SHIFT);
