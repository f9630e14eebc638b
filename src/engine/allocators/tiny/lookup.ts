import type { StateHash } from '../contract.ts';
import { NONE } from './layout.ts';

/** Buckets of an empty table; it doubles when there are more SuperSlabs than buckets. */
export const LEAST_BUCKETS = 256;
/** Addresses of a registry that lie in one cache line of 64 bytes. */
export const PER_LINE = 8;

const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over the four bytes of a region's number. */
export function fnv(region: number): number {
  let hash = FNV_BASIS;
  for (let shift = 0; shift < 32; shift += 8)
    hash = Math.imul(hash ^ ((region >>> shift) & 255), FNV_PRIME);
  return hash >>> 0;
}

/**
 * How free finds the SuperSlab of a pointer where the pointer's own bits do not say (S-60): a table of SuperSlabs,
 * whose cache lines are counted that a look reads.
 *
 * - `hash`: buckets with chains, newest first, by FNV-1a of the address, as Phase 9 of D3 plans and D1's BigCache has.
 *   A link of a chain is a line.
 * - `registry`: addresses in an array, searched from its start, eight to a line. When a SuperSlab goes the last one
 *   takes its place.
 *
 * Sizes and order are ours: the documents have the names only.
 */
export class Lookup {
  private heads = new Int32Array(LEAST_BUCKETS).fill(NONE);
  /** By row: the next of its chain; its place in the registry. */
  private links = new Int32Array(64).fill(NONE);
  /** Rows in the order of their places. */
  private places = new Int32Array(64);
  count = 0;

  constructor(readonly kind: 'hash' | 'registry') {}

  /** A SuperSlab was mapped. @param regionOf first 64 KiB region of a row, by its address */
  add(row: number, regionOf: (row: number) => number): void {
    if (row >= this.links.length) this.links = wider(this.links, row + 1);
    if (this.kind === 'registry') {
      if (this.count >= this.places.length) this.places = wider(this.places, this.count + 1);
      this.places[this.count] = row;
      this.links[row] = this.count++;
      return;
    }
    this.count++;
    this.link(row, regionOf(row));
    if (this.count <= this.heads.length) return;
    const rows = this.rows();
    this.heads = new Int32Array(this.heads.length * 2).fill(NONE);
    for (const each of rows) this.link(each, regionOf(each));
  }

  /** It is about to be unmapped. */
  remove(row: number, region: number): void {
    this.count--;
    if (this.kind === 'registry') {
      const last = this.places[this.count];
      this.places[this.links[row]] = last;
      this.links[last] = this.links[row];
      return;
    }
    const bucket = this.bucketOf(region);
    if (this.heads[bucket] === row) this.heads[bucket] = this.links[row];
    else {
      let before = this.heads[bucket];
      while (this.links[before] !== row) before = this.links[before];
      this.links[before] = this.links[row];
    }
  }

  /** Cache lines of the table that a look for a SuperSlab that is in it reads. */
  linesTo(row: number, region: number): number {
    if (this.kind === 'registry') return Math.floor(this.links[row] / PER_LINE) + 1;
    let lines = 1;
    for (let at = this.heads[this.bucketOf(region)]; at !== row; at = this.links[at]) lines++;
    return lines;
  }

  /** Rows that are in it, in the order of buckets or places. */
  rows(): number[] {
    if (this.kind === 'registry') return [...this.places.subarray(0, this.count)];
    const found: number[] = [];
    for (const head of this.heads)
      for (let row = head; row !== NONE && found.length <= this.count; row = this.links[row])
        found.push(row);
    return found;
  }
  /** Whether a row stands where a look for it goes. */
  finds(row: number, region: number): boolean {
    if (this.kind === 'registry') return this.places[this.links[row]] === row;
    let at = this.heads[this.bucketOf(region)];
    for (let left = this.count; at !== NONE && at !== row && left > 0; left--) at = this.links[at];
    return at === row;
  }

  private bucketOf(region: number): number {
    return fnv(region) & (this.heads.length - 1);
  }
  private link(row: number, region: number): void {
    const bucket = this.bucketOf(region);
    this.links[row] = this.heads[bucket];
    this.heads[bucket] = row;
  }

  get bytes(): number {
    return this.heads.byteLength + this.links.byteLength + this.places.byteLength;
  }
  hashInto(hash: StateHash): void {
    hash.word(this.heads.length);
    for (const row of this.rows()) hash.word(row);
  }
  snapshot(): SavedLookup {
    const { heads, links, places, count } = this;
    return { heads: heads.slice(), links: links.slice(), places: places.slice(), count };
  }
  restore(from: SavedLookup): void {
    this.heads = from.heads.slice();
    this.links = from.links.slice();
    this.places = from.places.slice();
    this.count = from.count;
  }
}

export interface SavedLookup {
  readonly heads: Int32Array;
  readonly links: Int32Array;
  readonly places: Int32Array;
  readonly count: number;
}

function wider(column: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(Math.max(least, column.length * 2)).fill(NONE);
  longer.set(column);
  return longer;
}
