import { OP } from '../../engine/programs/program.ts';
import { Address, readName } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import { decimal, LINE, type LineKind, type LineReader, log2 } from './format.ts';

/** What a column can be, and what its head may say. */
const COLUMNS = {
  ts: ['ts', 'time', 'timestamp', 't', 'ns', 'time_ns', 'start_ns', 'time_us', 'seconds'],
  tid: ['tid', 'thread', 'thread_id', 'threadid'],
  pid: ['pid', 'process', 'process_id'],
  op: ['op', 'action', 'event', 'call', 'type', 'func', 'function', 'operation'],
  ptr: ['ptr', 'pointer', 'addr', 'address', 'result'],
  size: ['size', 'bytes', 'nbytes', 'size_bytes'],
  old: ['old_ptr', 'old', 'oldptr', 'old_pointer', 'old_addr', 'old_address', 'in_ptr'],
  align: ['align', 'alignment'],
  nmemb: ['nmemb', 'count', 'n'],
} as const;
export type Column = keyof typeof COLUMNS;
export const COLUMN_IDS = Object.keys(COLUMNS) as Column[];

const CODE = { alloc: 0, calloc: 1, realloc: 2, memalign: 3, free: 4, done: 5, failed: 6 } as const;
const OPS: Readonly<Record<string, number>> = {
  '+': CODE.alloc,
  malloc: CODE.alloc,
  alloc: CODE.alloc,
  allocate: CODE.alloc,
  new: CODE.alloc,
  'new[]': CODE.alloc,
  'operator new': CODE.alloc,
  'operator new[]': CODE.alloc,
  calloc: CODE.calloc,
  realloc: CODE.realloc,
  reallocate: CODE.realloc,
  memalign: CODE.memalign,
  posix_memalign: CODE.memalign,
  aligned_alloc: CODE.memalign,
  '-': CODE.free,
  free: CODE.free,
  delete: CODE.free,
  'delete[]': CODE.free,
  'operator delete': CODE.free,
  'operator delete[]': CODE.free,
  dealloc: CODE.free,
  deallocate: CODE.free,
  release: CODE.free,
  thread_done: CODE.done,
  thread_exit: CODE.done,
  exit: CODE.done,
  'allocate failure': CODE.failed,
  'alloc failure': CODE.failed,
};

/** Which column a head names; undefined: none that we know. */
export function columnOf(head: string): Column | undefined {
  const name = head.trim().toLowerCase().replaceAll(' ', '_');
  return COLUMN_IDS.find((id) => (COLUMNS[id] as readonly string[]).includes(name));
}

/** What a table must say for calls to be read from it. */
export const hasCalls = (columns: ReadonlySet<Column | undefined>): boolean =>
  columns.has('op') && columns.has('ptr') && columns.has('size');

const CHUNK = 1 << 14;
/** Rows are kept until all have been read, because they come in the order of their times, not of their lines. */
const MOST_ROWS = 2 ** 24;
/** Threads with names instead of numbers get numbers from here on. */
const NAMED = 2 ** 40;
const MOST_NAMES = 65_536;

interface RowChunk {
  readonly op: Uint8Array;
  readonly align: Uint8Array;
  readonly hi: Int32Array;
  readonly lo: Int32Array;
  readonly oldHi: Int32Array;
  readonly oldLo: Int32Array;
  readonly tid: Float64Array;
  readonly pid: Float64Array;
  readonly size: Float64Array;
  readonly time: Float64Array;
  readonly line: Int32Array;
}

const newRows = (): RowChunk => ({
  op: new Uint8Array(CHUNK),
  align: new Uint8Array(CHUNK),
  hi: new Int32Array(CHUNK),
  lo: new Int32Array(CHUNK),
  oldHi: new Int32Array(CHUNK),
  oldLo: new Int32Array(CHUNK),
  tid: new Float64Array(CHUNK),
  pid: new Float64Array(CHUNK),
  size: new Float64Array(CHUNK),
  time: new Float64Array(CHUNK),
  line: new Int32Array(CHUNK),
});

/**
 * Rows of a table whose columns have been told apart, whatever it is written in: comma or tab, or JSON lines. They are put in the
 * order of their times, those of equal times as they stand; without times the lines' order is theirs.
 */
export abstract class TableReader implements LineReader {
  private readonly rows: RowChunk[] = [];
  private count = 0;
  private readonly clock = new Clock();
  private readonly names = new Map<string, number>();
  private readonly ptr = new Address();
  private readonly old = new Address();
  private inOrder = true;
  private latest = Number.NEGATIVE_INFINITY;
  /** Times with decimals are seconds; of whole numbers the unit is not known, and they only say what comes first. */
  private decimals = false;
  private cutLine = 0;

  constructor(protected readonly calls: Calls) {}

  abstract line(line: string, number: number): LineKind;

  /** Takes the fields of a row. @param field text of a column, '' where it has none */
  protected row(field: (column: Column) => string, number: number): LineKind {
    const name = field('op').trim().toLowerCase();
    const op = Object.hasOwn(OPS, name) ? OPS[name] : undefined;
    if (op === undefined) return LINE.bad;
    const { ptr, old } = this;
    const isCall = op < CODE.done;
    ptr.clear();
    old.clear();
    const pointer = field('ptr').trim();
    if (isCall && !readName(pointer === '' ? '0' : pointer, ptr)) return LINE.bad;
    if (op === CODE.realloc) readName(field('old').trim() || '0', old);
    const needsSize = isCall && op !== CODE.free;
    const size = needsSize ? decimal(field('size').trim()) : 0;
    const many = op === CODE.calloc ? decimal(field('nmemb').trim() || '1') : 1;
    if (Number.isNaN(size) || Number.isNaN(many)) return LINE.bad;
    const tid = this.threadOf(field('tid').trim());
    const pid = field('pid').trim() === '' ? -1 : decimal(field('pid').trim());
    const when = field('ts').trim();
    const time = when.includes(':') ? this.clock.timeOfDay(when) : this.clock.seconds(when);
    if (Number.isNaN(tid) || Number.isNaN(pid) || (when !== '' && Number.isNaN(time)))
      return LINE.bad;
    if (when.includes('.') || when.includes(':')) this.decimals = true;
    return this.keep(
      op,
      log2(decimal(field('align').trim() || '0')),
      tid,
      pid,
      size * many,
      time,
      number,
    );
  }

  private keep(
    op: number,
    align: number,
    tid: number,
    pid: number,
    size: number,
    time: number,
    number: number,
  ): LineKind {
    const { count, ptr, old } = this;
    if (count >= MOST_ROWS) {
      this.calls.cut = true;
      return LINE.other;
    }
    const at = count & (CHUNK - 1);
    if (at === 0) this.rows.push(newRows());
    const rows = this.rows[this.rows.length - 1];
    rows.op[at] = op;
    rows.align[at] = align;
    rows.hi[at] = ptr.hi;
    rows.lo[at] = ptr.lo;
    rows.oldHi[at] = old.hi;
    rows.oldLo[at] = old.lo;
    rows.tid[at] = tid;
    rows.pid[at] = pid;
    rows.size[at] = size;
    rows.time[at] = time;
    rows.line[at] = number;
    if (time < this.latest) this.inOrder = false;
    else if (time > this.latest) this.latest = time;
    if (!this.calls.atWholeLine) this.cutLine = number;
    this.count++;
    return LINE.call;
  }

  private threadOf(text: string): number {
    if (text === '') return 0;
    const number = decimal(text);
    if (!Number.isNaN(number)) return number;
    const known = this.names.get(text);
    if (known !== undefined) return known;
    if (this.names.size >= MOST_NAMES) return Number.NaN;
    const given = NAMED + this.names.size;
    this.names.set(text, given);
    this.calls.threadNames.set(given, text);
    return given;
  }

  /** Row numbers in the order of their times. */
  private order(): Uint32Array {
    const order = Uint32Array.from({ length: this.count }, (_, row) => row);
    if (this.inOrder) return order;
    const times = new Float64Array(this.count);
    // A row without a time comes with the one before it.
    let latest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.count; row++) {
      const time = this.rows[row >> 14].time[row & (CHUNK - 1)];
      if (!Number.isNaN(time)) latest = time;
      times[row] = latest;
    }
    return order.sort((a, b) => times[a] - times[b] || a - b);
  }

  end(): void {
    const { ptr, old, cutLine } = this;
    const scale = this.decimals ? 1 : 1e-9;
    for (const row of this.order()) {
      const rows = this.rows[row >> 14];
      const at = row & (CHUNK - 1);
      ptr.hi = rows.hi[at];
      ptr.lo = rows.lo[at];
      old.hi = rows.oldHi[at];
      old.lo = rows.oldLo[at];
      const process = this.calls.of(rows.pid[at]);
      if (process === undefined) continue;
      // Of all rows only that of the cut line is in doubt, wherever its time puts it.
      process.tentative = rows.line[at] === cutLine;
      process.by(rows.tid[at], rows.line[at], rows.time[at] * scale);
      const size = rows.size[at];
      switch (rows.op[at]) {
        case CODE.alloc:
          process.allocated(OP.malloc, ptr, size);
          break;
        case CODE.calloc:
          process.allocated(OP.calloc, ptr, size);
          break;
        case CODE.memalign:
          process.allocated(OP.memalign, ptr, size, rows.align[at]);
          break;
        case CODE.realloc:
          process.reallocated(ptr, old, size);
          break;
        case CODE.free:
          process.freed(ptr);
          break;
        case CODE.done:
          process.threadDone();
          break;
        default:
          process.failed();
      }
    }
  }
}
