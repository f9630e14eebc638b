import type { KnobId } from '../../knobs/index.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, NEED, NO_CAUSE } from '../../telemetry/events.ts';
import { S } from '../../telemetry/series.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type { AuditFound, Machine, Served, StateHash } from '../contract.ts';
import { PlainAllocator } from '../plain/allocator.ts';
import type { RowMarks } from '../row-marks.ts';
import { auditHeap } from './audit.ts';
import { Brk } from './brk.ts';
import type { HeapHost, SavedChunks } from './chunks.ts';
import { FirstFitHeap } from './heap.ts';
import { GRANULE, NONE, PAGE, ROW_BYTES, ROW_GRANULES } from './layout.ts';
import { addLedger } from './ledger.ts';
import { HP } from './states.ts';
import { fillColumns, inspectChunks, inspectRow, rowsOf, stateOf } from './view.ts';

/** Event arguments are words. */
const MOST = 0x7fffffff;

/** First fit behind the contract. A row of the map is a stretch of the heap of 64 KiB. */
export class FirstFitAllocator extends PlainAllocator<FirstFitHeap> implements HeapHost {
  readonly heap: FirstFitHeap;
  readonly classBytes: readonly number[] = [];
  protected readonly noPin =
    'Only the top of the heap is ever given back: there is nothing to pin.';

  /** @param Heap may have a deliberate fault, to prove that the audit can fail */
  constructor(machine: Machine, slots: number, Heap = FirstFitHeap) {
    super(machine, slots);
    const brk = new Brk(machine.space, () => machine.settings.maxMapCount);
    this.heap = new Heap(machine.settings, brk, this, slots);
  }

  // The heap's host

  grown(
    pages: number,
    request: number,
    reason: number,
    freeBytes: number,
    freeChunks: number,
  ): void {
    const { counters, heap } = this;
    const before = Math.ceil((heap.end - pages * PAGE) / ROW_BYTES);
    const after = rowsOf(heap);
    let cause = NO_CAUSE;
    if (reason !== NEED.firstUse) {
      const granules = Math.floor(freeBytes / GRANULE);
      cause = this.emit(EV.noFit, Math.min(request, MOST), granules, freeChunks, NO_CAUSE);
    }
    for (let row = before; row < after; row++) this.born(row);
    counters[C.superslabsAllocated] += after - before;
    this.countRows(after);
    this.emit(EV.superslabMapped, Math.min(before, after - 1), pages, reason, cause);
  }

  trimmed(pages: number): void {
    const { counters, heap } = this;
    const before = Math.ceil((heap.end + pages * PAGE) / ROW_BYTES);
    const after = rowsOf(heap);
    counters[C.superslabsFreed] += before - after;
    this.countRows(after);
    this.emit(EV.superslabFreed, Math.min(after, before - 1), pages, 0, this.actEvent);
  }

  brkTime(spent: number): number {
    return this.kernelTime(spent, this.heap.costs.brk);
  }

  // Knobs and acts

  protected knobChanged(id: KnobId | undefined): void {
    this.heap.knobChanged(id);
  }

  protected whyNotTrim(row: number): string | undefined {
    const state = row < this.rows ? stateOf(this.heap, row) : HP.unmapped;
    if (state === HP.unmapped) return 'There is no heap there.';
    return state === HP.top || state === HP.untouched
      ? undefined
      : 'Only the top of the heap can be given back: blocks here or above are live.';
  }

  protected trim(): void {
    this.heap.trimAll();
  }

  // Reading

  get stateBytes(): number {
    return this.heap.stateBytes + this.births.bytes;
  }
  protected get rowsNow(): number {
    return rowsOf(this.heap);
  }
  protected get freeableRows(): number {
    let freeable = 0;
    for (let row = 0; row < this.rows; row++) {
      const state = stateOf(this.heap, row);
      if (state === HP.top || state === HP.untouched) freeable++;
    }
    return freeable;
  }

  served(_chain: number, slot: number): Served {
    const chunk = slot < 0 ? NONE : this.heap.slots.block[slot];
    return {
      row: chunk < 0 ? -1 : Math.floor(chunk / ROW_GRANULES),
      block: chunk < 0 ? chunk : chunk % ROW_GRANULES,
      path: this.heap.path,
    };
  }

  readGauges(): void {
    this.heap.readGauges();
  }

  protected addBands(mapped: Float64Array, resident: Float64Array | undefined): void {
    addLedger(this.heap, mapped, resident);
  }

  override sample(row: Float64Array): void {
    row[S.syscalls] += this.counters[C.heapGrowths] + this.counters[C.heapTrims];
  }

  fillColumns(columns: SpanColumns, from: number, to: number): void {
    fillColumns(this.heap, this.births, columns, from, to);
  }
  changedRows(): RowMarks {
    return this.heap.use.marks;
  }
  inspectSpan(row: number): SpanDetail | undefined {
    return inspectRow(this.heap, row, this.births);
  }
  inspectBlocks(row: number, part: number): BlocksDetail | undefined {
    return part === 0 ? inspectChunks(this.heap, row) : undefined;
  }

  protected auditHeap(problems: string[]): AuditFound {
    const { heap, machine, counters } = this;
    return auditHeap(
      {
        heap,
        settings: machine.settings,
        counters,
        touchBytes: machine.touchBytes,
        slots: this.slots,
      },
      problems,
    );
  }

  // State

  protected hashHeap(hash: StateHash): void {
    const { heap } = this;
    heap.words.hashInto((word) => hash.word(word));
    hash.words(heap.slots.block, this.slots);
    for (let slot = 0; slot < this.slots; slot++) hash.double(heap.slots.size[slot]);
    hash.words(heap.slots.kind, this.slots);
    for (const value of [heap.head, heap.rover, heap.top, heap.high, heap.freeChunks])
      hash.double(value);
    hash.double(this.rows);
  }

  protected saveHeap(): SavedChunks {
    return this.heap.snapshot();
  }
  protected restoreHeap(saved: unknown): void {
    this.heap.restore(saved as SavedChunks);
  }
}
