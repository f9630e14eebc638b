import type { Intervention } from '../../interventions.ts';
import type { KnobId } from '../../knobs/index.ts';
import { REG_OP } from '../../machine/registers.ts';
import { KIND } from '../../machine/vma.ts';
import { C } from '../../telemetry/counters.ts';
import { NO_CAUSE } from '../../telemetry/events.ts';
import { B } from '../../telemetry/ledger.ts';
import type { BlocksDetail, SpanColumns, SpanDetail } from '../../types.ts';
import type { Allocator, AuditFound, AutopsyPart, Served, StateHash } from '../contract.ts';
import type { SavedBirths } from './births.ts';
import { PlainCalls } from './calls.ts';
import type { PlainHeap } from './heap.ts';
import type { SavedBlocks } from './mapped.ts';
import { BLOCK, NONE, PAGE } from './slots.ts';

/**
 * An allocator of plain malloc and free behind the contract, as far as its heap does not matter: threads
 * leave no trace, nobody owns memory, there are no timers and no remote queues, and what the C library
 * serves beside the heap is mapped, counted and audited here.
 */
export abstract class PlainAllocator<Heap extends PlainHeap>
  extends PlainCalls<Heap>
  implements Allocator
{
  readonly busy = new Uint8Array(this.machine.threads.chains);
  readonly nextTimerNs: number = Infinity;
  /** The intervention under way, the cause of what it brings about. */
  protected actEvent = NO_CAUSE;

  threadStarted(): void {}
  threadExited(): void {}
  woke(): void {}
  timer(): void {}
  finish(): void {}
  owned(): number {
    return 0;
  }

  // What a model adds: its heap, and how it is read

  abstract readonly classBytes: readonly number[];
  abstract readonly stateBytes: number;
  /** Rows that have memory now. */
  protected abstract readonly rowsNow: number;
  /** Of these, rows without a live block that could be given back. */
  protected abstract readonly freeableRows: number;
  /** A knob has changed, undefined: all have; the heap reads again what it keeps of them. */
  protected abstract knobChanged(id: KnobId | undefined): void;
  /** Why a row cannot be given back now, in a sentence; undefined: it can. */
  protected abstract whyNotTrim(row: number): string | undefined;
  protected abstract trim(row: number): void;
  /** Why a row cannot be pinned, in a sentence. */
  protected abstract readonly noPin: string;
  /** Adds the heap's bands. @param resident undefined: not asked for */
  protected abstract addBands(mapped: Float64Array, resident: Float64Array | undefined): void;
  /** Walks the heap: see audit. What it finds is without the C library's blocks. */
  protected abstract auditHeap(problems: string[]): AuditFound;
  protected abstract hashHeap(hash: StateHash): void;
  protected abstract saveHeap(): unknown;
  protected abstract restoreHeap(saved: unknown): void;
  abstract served(chain: number, slot: number): Served;
  abstract readGauges(): void;
  abstract fillColumns(columns: SpanColumns, from: number, to: number): void;
  abstract inspectSpan(row: number): SpanDetail | undefined;
  abstract inspectBlocks(row: number, part: number): BlocksDetail | undefined;
  /** Adds series to a sample of the history. */
  sample(_row: Float64Array): void {}

  // Rows

  /** A row gets memory, perhaps again. */
  protected born(row: number): void {
    this.births.note(row, this.machine.regs[REG_OP], this.now);
    this.rows = Math.max(this.rows, row + 1);
  }

  /** So many rows have memory now. */
  protected countRows(now: number): void {
    const { counters } = this;
    counters[C.superslabsNow] = now;
    counters[C.superslabsPeak] = Math.max(counters[C.superslabsPeak], now);
  }

  /** The kernel refused memory. */
  refused(bytes: number): void {
    this.counters[C.mapRefusals]++;
    this.lastRefusal = this.machine.refused(this.life, 0, bytes, this.now);
  }

  // Knobs and acts

  applyKnobs(id: KnobId | undefined): void {
    this.knobChanged(id);
    this.heap.spent = 0;
    this.settleFaults();
  }

  whyNot({ act, subject }: Intervention): string | undefined {
    switch (act) {
      case 'trim':
        return this.whyNotTrim(subject);
      case 'adopt':
        return 'Nobody owns memory here: there is one heap for all threads.';
      case 'pin':
      case 'unpin':
        return this.noPin;
      case 'flush':
        return 'Threads keep no blocks of their own, and no pass gives memory back.';
      default:
        return 'It is done to a thread.';
    }
  }

  act({ act, subject }: Intervention, event: number): void {
    this.actEvent = event;
    if (act === 'trim') this.trim(subject);
    this.actEvent = NO_CAUSE;
    this.heap.spent = 0;
  }

  // Reading

  readLedger(mapped: Float64Array, resident: Float64Array | undefined): void {
    this.addBands(mapped, resident);
    mapped[B.other] += this.mapped.pages * PAGE;
    const { residentBy } = this.machine.space.pages;
    if (resident !== undefined) resident[B.other] += residentBy[KIND.other] * PAGE;
  }

  autopsy(): AutopsyPart {
    const { block, kind } = this.heap.slots;
    const { lives } = this.machine.threads;
    let workloadBlocks = 0;
    let threadTables = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (block[slot] < 0) continue;
      if (kind[slot] === BLOCK.runtime) threadTables++;
      else workloadBlocks++;
    }
    return {
      superslabs: this.rowsNow,
      superslabsPerLife: lives === 0 ? 0 : this.counters[C.superslabsAllocated] / lives,
      liveBlocks: workloadBlocks + threadTables,
      workloadBlocks,
      threadTables,
      inflated: 0,
      inflatedCurrent: 0,
      freeable: this.freeableRows,
      kept: 0,
      orphansHolding: 0,
      livingOwned: 0,
    };
  }

  audit(problems: string[]): AuditFound {
    const found = this.auditHeap(problems);
    const { block } = this.heap.slots;
    const expect = (what: string, counted: number, kept: number): void => {
      if (counted !== kept) problems.push(`${what}: counted ${counted}, kept ${kept}`);
    };
    const other = this.mapped.recount();
    expect('pages of the C library', other.pages, this.mapped.pages);
    expect('rows', this.rowsNow, this.counters[C.superslabsNow]);
    let others = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (block[slot] < NONE) others++;
    }
    found.mapped[B.other] += other.pages * PAGE;
    found.resident[B.other] += other.resident * PAGE;
    return {
      ...found,
      live: found.live + others,
      mappedPages: found.mappedPages + other.pages,
    };
  }

  // State

  hashInto(hash: StateHash): void {
    this.hashHeap(hash);
  }

  snapshot(): unknown {
    return {
      heap: this.saveHeap(),
      births: this.births.snapshot(this.rows),
      mapped: this.mapped.snapshot(),
      scalars: [this.rows, this.slots, this.lastRefusal],
    } satisfies SavedPlain;
  }

  restore(saved: unknown): void {
    const from = saved as SavedPlain;
    this.restoreHeap(from.heap);
    this.births.restore(from.births);
    this.mapped.restore(from.mapped);
    [this.rows, this.slots, this.lastRefusal] = from.scalars;
  }
}

interface SavedPlain {
  readonly heap: unknown;
  readonly births: SavedBirths;
  readonly mapped: SavedBlocks;
  readonly scalars: readonly [number, number, number];
}
