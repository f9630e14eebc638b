import type { KnobValues } from '../../knobs/index.ts';
import type { AddressSpace } from '../../machine/address-space.ts';
import { costsOf } from '../../machine/costs.ts';
import { KIND, PROT } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { NEED } from '../../telemetry/events.ts';
import { B, BAND_COUNT } from '../../telemetry/ledger.ts';
import type { PlainCosts, PlainHeap } from '../plain/heap.ts';
import { BLOCK, NONE, PAGE, type SavedSlots, Slots } from '../plain/slots.ts';
import {
  blocksIn,
  CLASS_BYTES,
  classOf,
  HEADER_BYTES,
  LARGEST,
  LINK_BYTES,
  liveMark,
  offsetOf,
} from './layout.ts';

/** A row of the map: a mapping cut into blocks of one class, or a place for one. */
export interface Span {
  /** First page, NONE while it has no memory. */
  page: number;
  cls: number;
  /** Blocks handed out at least once: the first ones of the span. */
  carved: number;
  live: number;
  /** First block of its free list, or NONE. */
  free: number;
  /** Neighbours in the list of spans of its class that have room: rows, or NONE. */
  next: number;
  prev: number;
  /** By block, if carved: the next one of the free list or NONE; of a live one `liveMark` of its slot. */
  readonly links: Int32Array<ArrayBuffer>;
}

/** What calls cost, ns; nothing under the document rate, where an operation has its price. */
interface HeapCosts extends PlainCosts {
  readonly malloc: number;
  readonly free: number;
  readonly mmap: number;
  readonly munmap: number;
  readonly munmapPage: number;
  readonly fault: number;
}

function costsUnder(knobs: Readonly<KnobValues>): HeapCosts {
  const on = knobs.timeBase === 'costs' ? 1 : 0;
  const { perOp, malloc, free, munmap, munmapPage, fault, copyByte } = costsOf(knobs);
  const mmap = on * knobs.costMmap;
  const lock = on * knobs.__knob__CostLock;
  const other = { map: mmap, unmap: munmap, fault };
  return { perOp, lock, copyByte, other, malloc, free, mmap, munmap, munmapPage, fault };
}

/** What the heap needs of the allocator around it. */
export interface HeapHost {
  readonly counters: Float64Array;
  /** A row got memory. @param reason NEED */
  spanMapped(row: number, reason: number): void;
  /** A row's memory was given back. */
  spanUnmapped(row: number): void;
  /** The kernel refused memory. */
  refused(bytes: number): void;
  /** What a call of the kernel takes, ns, when the call of the allocator has taken `spent` so far. */
  kernelTime(spent: number, cost: number): number;
}

/**
 * Simple segregated storage (Wilson and others 1995, "Dynamic Storage Allocation"): spans of blocks of one
 * size, never split and never merged. A request takes a block of the first span of its class that has
 * room; a freed block goes to the head of its span's list; empty spans beyond a number are given back.
 */
export class Heap implements PlainHeap {
  readonly largest = LARGEST;
  readonly slots: Slots;
  costs: HeapCosts;
  spent = 0;
  faults = 0;
  /** How the latest allocation was served: 0 from a span, 1 from a new one. */
  path = 0;
  /** Rows of the map, those without memory included. */
  spans: Span[] = [];
  /** First span with room of each class, or NONE. */
  readonly lists = new Int32Array(CLASS_BYTES.length).fill(NONE);
  /** Spans of each class. */
  readonly spansOf = new Int32Array(CLASS_BYTES.length);
  /** Rows without memory, the one to be taken next at the end. */
  spare: number[] = [];
  mappedSpans = 0;
  emptySpans = 0;
  liveBlocks = 0;
  /** Bytes by band of the ledger. */
  readonly bytes = new Float64Array(BAND_COUNT);
  /** Bytes before the payload of blocks with an alignment of their own, by slot. */
  leads = new Map<number, number>();
  readonly spanPages: number;

  /** @param slots slots to have room for */
  constructor(
    protected readonly settings: Readonly<KnobValues>,
    readonly space: AddressSpace,
    protected readonly host: HeapHost,
    slots: number,
  ) {
    this.slots = new Slots(slots);
    this.costs = costsUnder(settings);
    this.spanPages = Math.ceil((settings.__knob__SpanKiB * 1024) / PAGE);
  }

  get spanBytes(): number {
    return this.spanPages * PAGE;
  }
  capacityOf(cls: number): number {
    return blocksIn(this.spanBytes, cls);
  }
  /** Blocks have one number: row times this, plus the block in its span. */
  get blocksPerRow(): number {
    return this.capacityOf(0);
  }
  rowOf(block: number): number {
    return Math.floor(block / this.blocksPerRow);
  }
  hasRoom({ cls, carved, free }: Span): boolean {
    return free !== NONE || carved < this.capacityOf(cls);
  }

  // Calls

  malloc(size: number, slot: number, kind: number = BLOCK.program): boolean {
    this.spent += this.costs.malloc;
    const row = this.spanFor(classOf(size));
    if (row === NONE) return false;
    this.note(slot, row, this.take(row), size, kind);
    return true;
  }

  memalign(size: number, align: number, slot: number): boolean {
    this.spent += this.costs.malloc;
    const cls = classOf(size + align);
    const row = this.spanFor(cls);
    if (row === NONE) return false;
    const block = this.take(row);
    const address = this.spans[row].page * PAGE + offsetOf(cls, block);
    const lead = Math.ceil(address / align) * align - address;
    if (lead > 0) this.leads.set(slot, lead);
    this.note(slot, row, block, size, BLOCK.program);
    return true;
  }

  free(slot: number): void {
    this.spent += this.costs.free;
    const place = this.slots.block[slot];
    const row = this.rowOf(place);
    this.countLive(slot, this.spans[row].cls, -1);
    this.slots.block[slot] = NONE;
    this.leads.delete(slot);
    this.putBack(row, place % this.blocksPerRow);
  }

  realloc(slot: number, size: number): number {
    this.spent += this.costs.malloc;
    const place = this.slots.block[slot];
    const from = this.rowOf(place);
    const { cls } = this.spans[from];
    const had = this.slots.size[slot];
    const { counters } = this.host;
    if (size + (this.leads.get(slot) ?? 0) <= CLASS_BYTES[cls]) {
      this.countLive(slot, cls, -1);
      this.slots.size[slot] = size;
      this.countLive(slot, cls, 1);
      counters[C.reallocsInPlace]++;
      return -1;
    }
    const to = this.spanFor(classOf(size));
    if (to === NONE) return -2;
    counters[C.reallocsMoved]++;
    this.countLive(slot, cls, -1);
    this.leads.delete(slot);
    this.note(slot, to, this.take(to), size, this.slots.kind[slot]);
    const copied = Math.min(had, size);
    this.write(slot, 0, copied);
    this.putBack(from, place % this.blocksPerRow);
    return copied;
  }

  write(slot: number, from: number, bytes: number): void {
    const place = this.slots.block[slot];
    const row = this.rowOf(place);
    const start = offsetOf(this.spans[row].cls, place % this.blocksPerRow);
    this.touch(row, start + (this.leads.get(slot) ?? 0) + from, bytes);
  }

  /** Knobs have changed. */
  knobChanged(): void {
    this.costs = costsUnder(this.settings);
    for (let row = 0; row < this.spans.length; row++) this.giveBackIfMany(row);
  }

  // Blocks

  /** Takes a block out of a span with room; it is noted for nobody yet. */
  protected take(row: number): number {
    const span = this.spans[row];
    const size = CLASS_BYTES[span.cls];
    if (span.live === 0) this.countEmpty(-1);
    span.live++;
    let block = span.free;
    if (block !== NONE) {
      span.free = span.links[block];
      this.bytes[B.freeLiving] -= size;
    } else {
      block = span.carved++;
      this.bytes[B.neverCarved] -= size;
    }
    if (!this.hasRoom(span)) this.unlist(row);
    return block;
  }

  /** Notes that a block is a slot's. */
  protected note(slot: number, row: number, block: number, size: number, kind: number): void {
    const { slots } = this;
    const span = this.spans[row];
    span.links[block] = liveMark(slot);
    slots.block[slot] = row * this.blocksPerRow + block;
    slots.size[slot] = size;
    slots.kind[slot] = kind;
    this.countLive(slot, span.cls, 1);
  }

  protected countLive(slot: number, cls: number, sign: 1 | -1): void {
    const { bytes, slots } = this;
    const size = CLASS_BYTES[cls];
    this.liveBlocks += sign;
    if (slots.kind[slot] === BLOCK.runtime) bytes[B.runtime] += sign * size;
    else {
      bytes[B.live] += sign * slots.size[slot];
      bytes[B.rounding] += sign * (size - slots.size[slot]);
    }
  }

  /** A block that is counted for nobody any more goes to the head of its span's list. */
  protected putBack(row: number, block: number): void {
    const span = this.spans[row];
    const hadRoom = this.hasRoom(span);
    this.link(row, block);
    this.bytes[B.freeLiving] += CLASS_BYTES[span.cls];
    span.live--;
    if (!hadRoom) this.list(row);
    if (span.live > 0) return;
    this.countEmpty(1);
    this.giveBackIfMany(row);
  }

  /** Writes the link of a block that becomes free. */
  protected link(row: number, block: number): void {
    const span = this.spans[row];
    span.links[block] = span.free;
    span.free = block;
    this.touch(row, offsetOf(span.cls, block), LINK_BYTES);
  }

  /** Somebody writes bytes of a span: pages that are not resident are faulted in. */
  protected touch(row: number, from: number, bytes: number): void {
    const { space } = this;
    const before = space.pages.faults;
    space.touchBytes(this.spans[row].page, from, from + bytes);
    const faults = space.pages.faults - before;
    this.faults += faults;
    this.spent += faults * this.costs.fault;
  }

  // Spans

  /** A span with room for a class, a new one if need be. @returns its row, NONE: no memory */
  protected spanFor(cls: number): number {
    const listed = this.lists[cls];
    this.path = listed === NONE ? 1 : 0;
    return listed === NONE ? this.mapSpan(cls) : listed;
  }

  private mapSpan(cls: number): number {
    const { space, host, spanPages, bytes } = this;
    this.spent += host.kernelTime(this.spent, this.costs.mmap);
    host.counters[C.mmapCalls]++;
    const page = space.map(KIND.arena, spanPages, PROT.rw, this.settings.maxMapCount);
    if (page < 0) {
      host.refused(this.spanBytes);
      return NONE;
    }
    const capacity = this.capacityOf(cls);
    const row = this.spare.pop() ?? this.spans.length;
    this.spans[row] = {
      page,
      cls,
      carved: 0,
      live: 0,
      free: NONE,
      next: NONE,
      prev: NONE,
      links: new Int32Array(capacity),
    };
    bytes[B.neverCarved] += capacity * CLASS_BYTES[cls];
    bytes[B.headers] += this.spanBytes - capacity * CLASS_BYTES[cls];
    this.mappedSpans++;
    this.countEmpty(1);
    this.touch(row, 0, HEADER_BYTES);
    this.list(row);
    host.spanMapped(row, this.spansOf[cls]++ === 0 ? NEED.firstUse : NEED.exhausted);
    return row;
  }

  protected giveBackIfMany(row: number): void {
    const { page, live } = this.spans[row];
    if (page !== NONE && live === 0 && this.emptySpans > this.settings.__knob__Keep)
      this.giveBack(row);
  }

  /** Unmaps an empty span. The kernel may refuse, when that would split a mapping at the limit. */
  giveBack(row: number): void {
    const { space, host, spanPages, bytes, costs } = this;
    const span = this.spans[row];
    const { page, cls, carved } = span;
    const resident = space.pages.residentIn(page, page + spanPages);
    this.spent += host.kernelTime(this.spent, costs.munmap + resident * costs.munmapPage);
    host.counters[C.munmapCalls]++;
    if (!space.unmap(page, spanPages, this.settings.maxMapCount)) return;
    const size = CLASS_BYTES[cls];
    const capacity = this.capacityOf(cls);
    this.unlist(row);
    bytes[B.freeLiving] -= carved * size;
    bytes[B.neverCarved] -= (capacity - carved) * size;
    bytes[B.headers] -= this.spanBytes - capacity * size;
    span.page = NONE;
    this.spare.push(row);
    this.spansOf[cls]--;
    this.mappedSpans--;
    this.countEmpty(-1);
    host.spanUnmapped(row);
  }

  protected countEmpty(sign: 1 | -1): void {
    this.emptySpans += sign;
  }

  /** A span has room: it becomes the first of its class. */
  protected list(row: number): void {
    const span = this.spans[row];
    const first = this.lists[span.cls];
    span.prev = NONE;
    span.next = first;
    if (first !== NONE) this.spans[first].prev = row;
    this.lists[span.cls] = row;
  }

  protected unlist(row: number): void {
    const { cls, next, prev } = this.spans[row];
    if (prev === NONE) this.lists[cls] = next;
    else this.spans[prev].next = next;
    if (next !== NONE) this.spans[next].prev = prev;
  }

  // State

  get stateBytes(): number {
    const links = this.spans.reduce((sum, span) => sum + span.links.byteLength, 0);
    return links + this.slots.bytes;
  }

  snapshot(): SavedHeap {
    return {
      spans: this.spans.map((span) => ({ ...span, links: span.links.slice() })),
      slots: this.slots.snapshot(),
      lists: this.lists.slice(),
      spansOf: this.spansOf.slice(),
      spare: this.spare.slice(),
      bytes: this.bytes.slice(),
      leads: new Map(this.leads),
      scalars: [this.mappedSpans, this.emptySpans, this.liveBlocks],
    };
  }

  restore(from: SavedHeap): void {
    this.spans = from.spans.map((span) => ({ ...span, links: span.links.slice() }));
    this.slots.restore(from.slots);
    this.lists.set(from.lists);
    this.spansOf.set(from.spansOf);
    this.spare = from.spare.slice();
    this.bytes.set(from.bytes);
    this.leads = new Map(from.leads);
    [this.mappedSpans, this.emptySpans, this.liveBlocks] = from.scalars;
    this.costs = costsUnder(this.settings);
  }
}

export interface SavedHeap {
  readonly spans: readonly Span[];
  readonly slots: SavedSlots;
  readonly lists: Int32Array;
  readonly spansOf: Int32Array;
  readonly spare: readonly number[];
  readonly bytes: Float64Array;
  readonly leads: ReadonlyMap<number, number>;
  readonly scalars: readonly [number, number, number];
}
