import type { Allocator } from '../allocators/contract.ts';
import { MAIN } from '../machine/threads.ts';
import { type RowsShown, SPAN_FLAG, type SpanColumns } from '../types.ts';

/** Chain of a row that nobody owns; its blocks count as waiting for main. */
const NO_CHAIN = 255;

/** Columns for so many rows. */
export function columnsFor(rows: number): SpanColumns {
  return {
    live: new Uint32Array(rows),
    believed: new Uint32Array(rows),
    capacity: new Uint32Array(rows),
    queued: new Uint32Array(rows),
    owner: new Int32Array(rows),
    born: new Uint32Array(rows),
    state: new Uint8Array(rows),
    cls: new Uint8Array(rows),
    chain: new Uint8Array(rows),
    flags: new Uint8Array(rows),
    slabs: new Uint8Array(rows),
  };
}

export const COLUMN_NAMES = Object.keys(columnsFor(0)) as readonly (keyof SpanColumns)[];

/**
 * What the map shows of every row, kept so that reading it costs what has changed: of a model that marks
 * its rows only the marked ones are read again, of any other all of them. Nothing here is state: after a
 * restore all of it is read anew.
 */
export class ShownRows implements RowsShown {
  columns = columnsFor(0);
  readonly queues: Float64Array;
  private readonly classes: number;
  /** Where a row's waiting blocks are counted in the matrix, and how many they are. */
  private cell = new Int32Array(0);
  private waiting = new Int32Array(0);
  /** Rows whose waiting blocks are in the matrix. */
  private counted = 0;
  private stale = true;

  constructor(
    private readonly allocator: Allocator,
    private readonly chains: number,
  ) {
    this.classes = allocator.classBytes.length;
    this.queues = new Float64Array(2 * chains * this.classes);
  }

  /** Everything is read anew when it is next asked for. */
  forget(): void {
    this.stale = true;
  }

  /** Brings columns and matrix up to date. */
  update(): void {
    const { allocator } = this;
    const { rows } = allocator;
    const marks = allocator.changedRows?.();
    this.reserve(rows);
    if (this.stale || marks === undefined) {
      this.queues.fill(0);
      this.counted = 0;
      this.read(0, rows);
      this.stale = false;
    } else {
      for (let from = marks.nextMarked(0, rows); from < rows; ) {
        const to = marks.nextUnmarked(from, rows);
        this.read(from, to);
        from = marks.nextMarked(to, rows);
      }
    }
    marks?.clear();
  }

  /** @returns what is shown that all rows, read anew, do not say; one sentence, empty when there is nothing */
  problems(): string[] {
    this.update();
    const { allocator, columns, queues } = this;
    const anew = new ShownRows(allocator, this.chains);
    anew.reserve(allocator.rows);
    anew.read(0, allocator.rows);
    for (const name of COLUMN_NAMES)
      for (let row = 0; row < allocator.rows; row++)
        if (columns[name][row] !== anew.columns[name][row])
          return [
            `row ${row}: ${name} is shown as ${columns[name][row]}, not ${anew.columns[name][row]}`,
          ];
    const cell = queues.findIndex((blocks, i) => blocks !== anew.queues[i]);
    return cell < 0
      ? []
      : [`queues, place ${cell}: shown as ${queues[cell]} blocks, not ${anew.queues[cell]}`];
  }

  /** Reads rows `from` to `to` - 1, of which those below `counted` were read before. */
  private read(from: number, to: number): void {
    const { allocator, columns, cell, waiting, queues, chains, classes } = this;
    const before = Math.min(to, this.counted);
    for (let row = from; row < before; row++)
      if (waiting[row] !== 0) queues[cell[row]] -= waiting[row];
    allocator.fillColumns(columns, from, to);
    const { queued, chain, flags, cls } = columns;
    for (let row = from; row < to; row++) {
      const blocks = queued[row] === 0 ? 0 : (allocator.waitingIn?.(row) ?? 0);
      waiting[row] = blocks;
      if (blocks === 0) continue;
      const owner = chain[row] === NO_CHAIN ? MAIN : chain[row];
      const line = (flags[row] & SPAN_FLAG.ownerDead) !== 0 ? chains + owner : owner;
      cell[row] = line * classes + cls[row];
      queues[cell[row]] += blocks;
    }
    this.counted = Math.max(this.counted, to);
  }

  private reserve(rows: number): void {
    if (rows <= this.cell.length) return;
    const room = Math.max(64, rows, this.cell.length * 2);
    const wider = columnsFor(room);
    for (const name of COLUMN_NAMES) wider[name].set(this.columns[name]);
    this.columns = wider;
    const cell = new Int32Array(room);
    cell.set(this.cell);
    this.cell = cell;
    const waiting = new Int32Array(room);
    waiting.set(this.waiting);
    this.waiting = waiting;
  }
}
