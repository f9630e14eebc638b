import type { Intervention } from '../../interventions.ts';
import type { KnobId } from '../../knobs/index.ts';
import { KIND } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { NO_CAUSE } from '../../telemetry/events.ts';
import { B } from '../../telemetry/ledger.ts';
import { S } from '../../telemetry/series.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type { Allocator, AuditFound, AutopsyPart, Served, StateHash } from '../contract.ts';
import type { RowMarks } from '../row-marks.ts';
import { auditHeap } from './audit.ts';
import { FirstFitCalls, newBirths, ROW_START } from './calls.ts';
import type { SavedChunks } from './chunks.ts';
import { BLOCK, NONE, PAGE, ROW_GRANULES } from './layout.ts';
import { addLedger } from './ledger.ts';
import type { SavedBlocks } from './mapped.ts';
import { HP } from './states.ts';
import { type Births, fillColumns, inspectChunks, inspectRow, rowsOf, stateOf } from './view.ts';

/** First fit behind the contract: what the run asks of it besides calls. */
export class FirstFitAllocator extends FirstFitCalls implements Allocator {
  readonly classBytes: readonly number[] = [];
  readonly busy = new Uint8Array(this.machine.threads.chains);
  readonly nextTimerNs = Infinity;

  get stateBytes(): number {
    return this.heap.stateBytes + this.births.op.byteLength * 3;
  }

  /** Nobody owns memory: threads come and go without a trace. */
  threadStarted(): void {}
  threadExited(): void {}
  woke(): void {}
  timer(): void {}
  finish(): void {}
  owned(): number {
    return 0;
  }

  applyKnobs(id: KnobId | undefined): void {
    this.heap.knobChanged(id);
    this.heap.spent = 0;
    this.settleFaults();
  }

  whyNot(act: Intervention): string | undefined {
    switch (act.act) {
      case 'trim': {
        if (act.subject >= this.rows || stateOf(this.heap, act.subject) === HP.unmapped)
          return 'There is no heap there.';
        const state = stateOf(this.heap, act.subject);
        return state === HP.top || state === HP.untouched
          ? undefined
          : 'Only the top of the heap can be given back: blocks here or above are live.';
      }
      case 'adopt':
        return 'Nobody owns memory here: there is one heap for all threads.';
      case 'pin':
      case 'unpin':
        return 'Only the top of the heap is ever given back: there is nothing to pin.';
      default:
        return 'It is done to a thread.';
    }
  }

  act(act: Intervention, event: number): void {
    this.actEvent = event;
    if (act.act === 'trim') this.heap.trimAll();
    this.actEvent = NO_CAUSE;
    this.heap.spent = 0;
  }

  // Reading

  served(_chain: number, slot: number): Served {
    const chunk = slot < 0 ? NONE : this.heap.slotChunk[slot];
    return {
      row: chunk < 0 ? -1 : Math.floor(chunk / ROW_GRANULES),
      block: chunk < 0 ? chunk : chunk % ROW_GRANULES,
      path: this.heap.path,
    };
  }

  readGauges(): void {
    this.heap.readGauges();
  }

  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void {
    addLedger(this.heap, mapped, resident);
    mapped[B.other] += this.mapped.pages * PAGE;
    const { residentBy } = this.machine.space.pages;
    if (resident !== undefined) resident[B.other] += residentBy[KIND.other] * PAGE;
  }

  sample(row: Float64Array): void {
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

  autopsy(): AutopsyPart {
    const { heap, counters, machine } = this;
    let workloadBlocks = 0;
    let threadTables = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (heap.slotChunk[slot] < 0) continue;
      if (heap.slotKind[slot] === BLOCK.runtime) threadTables++;
      else workloadBlocks++;
    }
    const { lives } = machine.threads;
    let freeable = 0;
    for (let row = 0; row < this.rows; row++) {
      const state = stateOf(heap, row);
      if (state === HP.top || state === HP.untouched) freeable++;
    }
    return {
      superslabs: rowsOf(heap),
      superslabsPerLife: lives === 0 ? 0 : counters[C.superslabsAllocated] / lives,
      liveBlocks: heap.liveBlocks,
      workloadBlocks,
      threadTables,
      inflated: 0,
      inflatedCurrent: 0,
      freeable,
      orphansHolding: 0,
      livingOwned: 0,
    };
  }

  audit(problems: string[]): AuditFound {
    const { heap, machine } = this;
    const found = auditHeap(
      {
        heap,
        settings: machine.settings,
        counters: this.counters,
        touchBytes: machine.touchBytes,
        slots: this.slots,
      },
      problems,
    );
    const other = this.mapped.recount();
    if (other.pages !== this.mapped.pages)
      problems.push(`C library: counted ${other.pages} pages, kept ${this.mapped.pages}`);
    if (rowsOf(heap) !== this.counters[C.superslabsNow])
      problems.push(`rows: counted ${rowsOf(heap)}, kept ${this.counters[C.superslabsNow]}`);
    found.mapped[B.other] += other.pages * PAGE;
    found.resident[B.other] += other.resident * PAGE;
    return { ...found, mappedPages: found.mappedPages + other.pages };
  }

  // State

  hashInto(hash: StateHash): void {
    const { heap } = this;
    heap.words.hashInto((word) => hash.word(word));
    hash.words(heap.slotChunk, this.slots);
    for (let slot = 0; slot < this.slots; slot++) hash.double(heap.slotSize[slot]);
    hash.words(heap.slotKind, this.slots);
    for (const value of [heap.head, heap.rover, heap.top, heap.high, heap.freeChunks])
      hash.double(value);
    hash.double(this.rows);
  }

  snapshot(): unknown {
    const { births, rows } = this;
    return {
      heap: this.heap.snapshot(),
      births: {
        op: births.op.slice(0, rows),
        ns: births.ns.slice(0, rows),
        serial: births.serial.slice(0, rows),
      },
      mapped: this.mapped.snapshot(),
      scalars: [rows, this.serial, this.slots, this.lastRefusal],
    } satisfies SavedFirstFit;
  }

  restore(saved: unknown): void {
    const from = saved as SavedFirstFit;
    this.heap.restore(from.heap);
    this.births = newBirths(Math.max(ROW_START, from.births.op.length));
    this.births.op.set(from.births.op);
    this.births.ns.set(from.births.ns);
    this.births.serial.set(from.births.serial);
    this.mapped.restore(from.mapped);
    [this.rows, this.serial, this.slots, this.lastRefusal] = from.scalars as [
      number,
      number,
      number,
      number,
    ];
  }
}

interface SavedFirstFit {
  readonly heap: SavedChunks;
  readonly mapped: SavedBlocks;
  readonly births: Births;
  readonly scalars: readonly number[];
}
