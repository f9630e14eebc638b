import { assert } from '../../base/assert.ts';
import { widerInts } from './columns.ts';
import {
  PageSets,
  REGION_PAGES,
  runEnd,
  runStart,
  type SavedSets,
  WHOLE_REGION,
} from './page-set.ts';
import { PageTables, REGIONS, type SavedTables } from './page-tables.ts';
import { KIND_COUNT } from './vma.ts';

const NONE = -1;
/** Record of a region, in Int32 words. */
const RECORD = 6;
const REGION = 0;
/** Resident pages, a set of page-set.ts. */
const RESIDENT = 1;
/** Those of them that MADV_FREE gave up and nobody has written since. */
const LAZY = 2;
/** SETTLED + kind, or 0; and HUGE. */
const INFO = 3;
/** Regions with lazily freed pages, in the order in which they got the first. */
const OLDER = 4;
const NEWER = 5;

const KIND_BITS = 15;
const SETTLED = 16;
const HUGE = 32;

export interface SavedPages {
  readonly records: Int32Array;
  readonly sets: SavedSets;
  readonly tables: SavedTables;
  readonly residentBy: Float64Array;
  readonly scalars: readonly number[];
}

/**
 * Which pages of a process are resident: touched and dirty, or given up with MADV_FREE and still there
 * until memory is short. Pages are kept by regions of 2 MiB; a region costs six words, and a bitmap only
 * while its resident pages are not one run. A page belongs to a kind of mapping, which the caller names:
 * mappings.ts knows them.
 *
 * Modelled, not measured: with transparent huge pages a first touch makes a whole region resident at one
 * fault (`touchHuge`); pages are never collapsed into huge ones later. A page table counts from the first
 * resident page of its 2 MiB to the last; Linux keeps one that MADV_DONTNEED emptied page by page until
 * the range is unmapped.
 */
export class Pages {
  residentPages = 0;
  lazyPages = 0;
  /** Page faults taken: one for each page, one for each huge page. */
  faults = 0;
  readonly residentBy = new Float64Array(KIND_COUNT);
  private readonly sets = new PageSets();
  private readonly tables = new PageTables();
  private records = new Int32Array(RECORD * 16);
  private top = 0;
  private free = NONE;
  private regions = 0;
  private oldest = NONE;
  private newest = NONE;

  /** Pages of page tables: one of the lowest level for each region with resident pages, and those above. */
  get pageTablePages(): number {
    return this.regions + this.tables.tables;
  }

  /** Kind of the mapping that a region lies in, when `settle` said that touches need no look at it; else -1. */
  settledKind(region: number): number {
    const record = this.tables.get(region);
    if (record === NONE) return NONE;
    const info = this.records[record + INFO];
    return (info & SETTLED) === 0 ? NONE : info & KIND_BITS;
  }

  /** The region lies in one writable mapping of this kind that has been touched before. */
  settle(region: number, kind: number): void {
    const record = this.tables.get(region);
    if (record === NONE) return;
    const info = this.records[record + INFO];
    this.records[record + INFO] = (info & ~KIND_BITS) | SETTLED | kind;
  }

  /** The mappings of pages `page` to `end` - 1 change. */
  unsettle(page: number, end: number): void {
    const last = Math.ceil(end / REGION_PAGES);
    const { tables } = this;
    for (
      let region = tables.next(Math.floor(page / REGION_PAGES), last);
      region < last;
      region = tables.next(region + 1, last)
    )
      this.records[tables.get(region) + INFO] &= ~SETTLED;
  }

  isResidentRegion(region: number): boolean {
    return this.tables.get(region) !== NONE;
  }

  /** Writes pages `from` to `to` - 1 of a region. @returns pages newly resident */
  touch(region: number, from: number, to: number, kind: number): number {
    let record = this.tables.get(region);
    if (record === NONE) record = this.take(region);
    const { records, sets } = this;
    if (records[record + LAZY] !== 0) this.rewrite(record, from, to);
    const set = records[record + RESIDENT];
    if (set === WHOLE_REGION) return 0;
    records[record + RESIDENT] = sets.add(set, from, to);
    const added = sets.changed;
    this.residentPages += added;
    this.residentBy[kind] += added;
    this.faults += added;
    return added;
  }

  /** A first touch that a huge page answers: the whole region at one fault. */
  touchHuge(region: number, kind: number): number {
    const added = this.touch(region, 0, REGION_PAGES, kind);
    this.faults -= added - 1;
    this.records[this.tables.get(region) + INFO] |= HUGE;
    return added;
  }

  /** Pages `page` to `end` - 1 are no longer resident. @returns how many were */
  drop(page: number, end: number, kind: number): number {
    const { tables, records, sets } = this;
    const last = Math.ceil(end / REGION_PAGES);
    let dropped = 0;
    for (
      let region = tables.next(Math.floor(page / REGION_PAGES), last);
      region < last;
      region = tables.next(region + 1, last)
    ) {
      const record = tables.get(region);
      const from = Math.max(0, page - region * REGION_PAGES);
      const to = Math.min(REGION_PAGES, end - region * REGION_PAGES);
      records[record + INFO] &= ~HUGE;
      if (records[record + LAZY] !== 0) this.unlazy(record, from, to);
      records[record + RESIDENT] = sets.remove(records[record + RESIDENT], from, to);
      dropped += sets.changed;
      if (records[record + RESIDENT] === 0) this.give(record, region);
    }
    this.residentPages -= dropped;
    this.residentBy[kind] -= dropped;
    return dropped;
  }

  /** MADV_FREE on pages `page` to `end` - 1: those resident may be taken. @returns how many are so newly */
  freeLazily(page: number, end: number): number {
    const { tables, records, sets } = this;
    const last = Math.ceil(end / REGION_PAGES);
    const before = this.lazyPages;
    for (
      let region = tables.next(Math.floor(page / REGION_PAGES), last);
      region < last;
      region = tables.next(region + 1, last)
    ) {
      const record = tables.get(region);
      const from = Math.max(0, page - region * REGION_PAGES);
      const to = Math.min(REGION_PAGES, end - region * REGION_PAGES);
      if (to - from < REGION_PAGES) records[record + INFO] &= ~HUGE;
      if (records[record + LAZY] === 0) this.append(record);
      let run = sets.runIn(records[record + RESIDENT], from, to);
      while (run !== 0) {
        records[record + LAZY] = sets.add(records[record + LAZY], runStart(run), runEnd(run));
        this.lazyPages += sets.changed;
        run = sets.runIn(records[record + RESIDENT], runEnd(run), to);
      }
      if (records[record + LAZY] === 0) this.unlink(record);
    }
    return this.lazyPages - before;
  }

  /**
   * The first run of lazily freed pages of the region that has waited longest: what pressure takes next.
   * @returns its first page, or -1; `lazyRunEnd` is the page after its last
   */
  oldestLazy(): number {
    if (this.oldest === NONE) return NONE;
    const { records } = this;
    const first = records[this.oldest + REGION] * REGION_PAGES;
    const run = this.sets.runIn(records[this.oldest + LAZY], 0, REGION_PAGES);
    this.lazyRunEnd = first + runEnd(run);
    return first + runStart(run);
  }
  lazyRunEnd = 0;

  /** Resident pages from `page` to `end` - 1. */
  residentIn(page: number, end: number): number {
    return this.countIn(page, end, RESIDENT);
  }

  /** Lazily freed pages from `page` to `end` - 1. */
  lazyIn(page: number, end: number): number {
    return this.countIn(page, end, LAZY);
  }

  /** What the totals should be, by walking the tables; for audits. */
  recount(): { resident: number; lazy: number; tables: number; queued: number } {
    const count = { resident: 0, lazy: 0, tables: 0, queued: 0 };
    let gib = NONE;
    let half = NONE;
    for (
      let region = this.tables.next(0, REGIONS);
      region < REGIONS;
      region = this.tables.next(region + 1, REGIONS)
    ) {
      const record = this.tables.get(region);
      assert(this.records[record + REGION] === region, 'a region has its own record');
      count.resident += this.sets.countIn(this.records[record + RESIDENT], 0, REGION_PAGES);
      count.lazy += this.sets.countIn(this.records[record + LAZY], 0, REGION_PAGES);
      // A table for the region, one for its GiB and one for its 512 GiB, each counted once.
      count.tables++;
      if (region >> 9 !== gib) count.tables++;
      if (region >> 18 !== half) count.tables++;
      gib = region >> 9;
      half = region >> 18;
    }
    for (let record = this.oldest; record !== NONE; record = this.records[record + NEWER])
      count.queued += this.sets.count(this.records[record + LAZY]);
    return count;
  }

  /** Mixes in which pages are resident, which lazily freed, and in what order those would be taken. */
  hashInto(word: (value: number) => void): void {
    const { tables, records, sets } = this;
    for (
      let region = tables.next(0, REGIONS);
      region < REGIONS;
      region = tables.next(region + 1, REGIONS)
    ) {
      const record = tables.get(region);
      word(region);
      word(records[record + INFO] & HUGE);
      sets.hashInto(records[record + RESIDENT], word);
      sets.hashInto(records[record + LAZY], word);
    }
    for (let record = this.oldest; record !== NONE; record = records[record + NEWER])
      word(records[record + REGION]);
  }

  get stateBytes(): number {
    return this.records.byteLength + this.sets.stateBytes + this.tables.stateBytes;
  }

  snapshot(): SavedPages {
    return {
      records: this.records.slice(0, this.top),
      sets: this.sets.snapshot(),
      tables: this.tables.snapshot(),
      residentBy: this.residentBy.slice(),
      scalars: [
        this.residentPages,
        this.lazyPages,
        this.faults,
        this.free,
        this.regions,
        this.oldest,
        this.newest,
      ],
    };
  }

  restore(saved: SavedPages): void {
    if (this.records.length < saved.records.length)
      this.records = new Int32Array(saved.records.length);
    this.records.set(saved.records);
    this.top = saved.records.length;
    this.sets.restore(saved.sets);
    this.tables.restore(saved.tables);
    this.residentBy.set(saved.residentBy);
    [
      this.residentPages,
      this.lazyPages,
      this.faults,
      this.free,
      this.regions,
      this.oldest,
      this.newest,
    ] = saved.scalars;
  }

  private countIn(page: number, end: number, column: number): number {
    const { tables } = this;
    const last = Math.ceil(end / REGION_PAGES);
    let count = 0;
    for (
      let region = tables.next(Math.floor(page / REGION_PAGES), last);
      region < last;
      region = tables.next(region + 1, last)
    ) {
      const first = region * REGION_PAGES;
      const from = Math.max(0, page - first);
      const to = Math.min(REGION_PAGES, end - first);
      count += this.sets.countIn(this.records[tables.get(region) + column], from, to);
    }
    return count;
  }

  /** Lazily freed pages are written again: they stay. A huge page has one dirty bit for all. */
  private rewrite(record: number, from: number, to: number): void {
    if ((this.records[record + INFO] & HUGE) !== 0) this.unlazy(record, 0, REGION_PAGES);
    else this.unlazy(record, from, to);
  }

  private unlazy(record: number, from: number, to: number): void {
    const { records, sets } = this;
    records[record + LAZY] = sets.remove(records[record + LAZY], from, to);
    this.lazyPages -= sets.changed;
    if (records[record + LAZY] === 0) this.unlink(record);
  }

  private append(record: number): void {
    const { records } = this;
    records[record + OLDER] = this.newest;
    records[record + NEWER] = NONE;
    if (this.newest === NONE) this.oldest = record;
    else records[this.newest + NEWER] = record;
    this.newest = record;
  }

  private unlink(record: number): void {
    const { records } = this;
    const older = records[record + OLDER];
    const newer = records[record + NEWER];
    if (older === NONE) this.oldest = newer;
    else records[older + NEWER] = newer;
    if (newer === NONE) this.newest = older;
    else records[newer + OLDER] = older;
  }

  private take(region: number): number {
    let record = this.free;
    if (record !== NONE) this.free = this.records[record + REGION];
    else {
      record = this.top;
      this.top += RECORD;
      if (this.top > this.records.length)
        this.records = widerInts(this.records, this.records.length * 2);
    }
    this.records.fill(0, record, record + RECORD);
    this.records[record + REGION] = region;
    this.tables.set(region, record);
    this.regions++;
    return record;
  }

  private give(record: number, region: number): void {
    this.tables.remove(region);
    this.records[record + REGION] = this.free;
    this.free = record;
    this.regions--;
  }
}
