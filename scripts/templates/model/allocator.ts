import { C } from '../../telemetry/counters.ts';
import { EV, NO_CAUSE } from '../../telemetry/events.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type { AuditFound, Machine, Served, StateHash } from '../contract.ts';
import { PlainAllocator } from '../plain/allocator.ts';
import { NONE } from '../plain/slots.ts';
import { auditHeap } from './audit.ts';
import { Heap, type HeapHost, type SavedHeap } from './heap.ts';
import { CLASS_BYTES } from './layout.ts';
import { addResident } from './ledger.ts';
import { ST } from './states.ts';
import { fillColumns, inspectBlocks, inspectRow, stateOf } from './view.ts';

/** The heap behind the contract: what happens to it is told as events and counters. */
export class SpanAllocator extends PlainAllocator<Heap> implements HeapHost {
  readonly heap: Heap;
  readonly classBytes = CLASS_BYTES;
  protected readonly noPin = 'Empty spans are given back when there are many: none can be pinned.';

  /** @param Of may have a deliberate fault, to prove that the audit can fail */
  constructor(machine: Machine, slots: number, Of = Heap) {
    super(machine, slots);
    this.heap = new Of(machine.settings, machine.space, this, slots);
  }

  // The heap's host

  spanMapped(row: number, reason: number): void {
    const { counters, heap } = this;
    this.born(row);
    counters[C.superslabsAllocated]++;
    this.countRows(heap.mappedSpans);
    this.emit(EV.superslabMapped, row, heap.spans[row].cls, reason, NO_CAUSE);
  }

  spanUnmapped(row: number): void {
    this.counters[C.superslabsFreed]++;
    this.countRows(this.heap.mappedSpans);
    this.emit(EV.superslabFreed, row, 0, 0, this.actEvent);
  }

  // Knobs and acts

  protected knobChanged(): void {
    this.heap.knobChanged();
  }
  protected whyNotTrim(row: number): string | undefined {
    const state = stateOf(this.heap, row);
    if (state === ST.unmapped) return 'There is no span there.';
    return state === ST.empty ? undefined : 'It has live blocks.';
  }
  protected trim(row: number): void {
    this.heap.giveBack(row);
  }

  // Reading

  get stateBytes(): number {
    return this.heap.stateBytes + this.births.bytes;
  }
  protected get rowsNow(): number {
    return this.heap.mappedSpans;
  }
  protected get freeableRows(): number {
    return this.heap.emptySpans;
  }
  served(_chain: number, slot: number): Served {
    const { heap } = this;
    const place = slot < 0 ? NONE : heap.slots.block[slot];
    return {
      row: place < 0 ? -1 : heap.rowOf(place),
      block: place < 0 ? place : place % heap.blocksPerRow,
      path: heap.path,
    };
  }
  readGauges(): void {
    this.counters[C.liveBlocks] = this.heap.liveBlocks;
    this.counters[C.emptySuperslabs] = this.heap.emptySpans;
  }
  protected addBands(mapped: Float64Array, resident: Float64Array | undefined): void {
    const { bytes } = this.heap;
    for (let band = 0; band < bytes.length; band++) mapped[band] += bytes[band];
    if (resident !== undefined) addResident(this.heap, resident);
  }
  fillColumns(columns: SpanColumns, from: number, to: number): void {
    fillColumns(this.heap, this.births, columns, from, to);
  }
  inspectSpan(row: number): SpanDetail | undefined {
    return inspectRow(this.heap, this.births, row);
  }
  inspectBlocks(row: number, part: number): BlocksDetail | undefined {
    return part === 0 ? inspectBlocks(this.heap, row) : undefined;
  }
  protected auditHeap(problems: string[]): AuditFound {
    const { heap, counters, slots } = this;
    const { settings, touchBytes } = this.machine;
    this.readGauges();
    return auditHeap({ heap, settings, counters, touchBytes, slots }, problems);
  }

  // State

  protected hashHeap(hash: StateHash): void {
    const { spans, slots, lists, spare, leads } = this.heap;
    for (const { page, cls, carved, live, free, next, prev, links } of spans) {
      hash.double(page);
      for (const value of [cls, carved, live, free, next, prev]) hash.word(value);
      hash.words(links, carved);
    }
    hash.words(lists, lists.length);
    hash.words(spare, spare.length);
    for (let slot = 0; slot < this.slots; slot++) {
      hash.double(slots.block[slot]);
      hash.double(slots.size[slot]);
      hash.word(leads.get(slot) ?? 0);
    }
    hash.words(slots.kind, this.slots);
  }
  protected saveHeap(): SavedHeap {
    return this.heap.snapshot();
  }
  protected restoreHeap(saved: unknown): void {
    this.heap.restore(saved as SavedHeap);
  }
}
