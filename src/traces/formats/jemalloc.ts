import { OP } from '../../engine/programs/program.ts';
import { Address } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import type { TextFormat, TextReader } from './format.ts';

const LIST = '"allocations":[';
const NUMBER =
  /"(alloc_thread|free_thread|alloc_timestamp|free_timestamp|usize)":\s*(\d{1,20})(?!\d)/g;
/** A record is some 200 characters; one that is longer is none. */
const MOST_RECORD = 4096;
const MOST_RECORDS = 2 ** 23;

/**
 * jemalloc's prof_log (5.2 and later): one JSON text with a record for each block that was *freed*, of its two threads and times.
 * Blocks that were never freed are missing; sizes are those of size classes; a realloc is a new block. The text is never held as a
 * whole.
 */
class ProfLog implements TextReader {
  private readonly clock = new Clock();
  private carry = '';
  private within = false;
  private over = false;
  private bad = 0;
  private readonly allocThread: number[] = [];
  private readonly freeThread: number[] = [];
  private readonly allocNs: number[] = [];
  private readonly freeNs: number[] = [];
  private readonly size: number[] = [];

  constructor(private readonly calls: Calls) {}

  text(text: string): void {
    if (this.over) return;
    this.carry += text;
    if (!this.within) {
      const at = this.carry.indexOf(LIST);
      if (at < 0) {
        this.carry = this.carry.slice(1 - LIST.length);
        return;
      }
      this.within = true;
      this.carry = this.carry.slice(at + LIST.length);
    }
    this.records();
  }

  private records(): void {
    const { carry } = this;
    let at = 0;
    for (;;) {
      const close = carry.indexOf(']', at);
      const open = carry.indexOf('{', at);
      if (open < 0 || (close >= 0 && close < open)) {
        this.over = close >= 0;
        at = close >= 0 ? close : carry.length;
        break;
      }
      const end = carry.indexOf('}', open);
      if (end < 0) {
        at = carry.length - open > MOST_RECORD ? carry.length : open;
        break;
      }
      this.record(carry.slice(open, end + 1));
      at = end + 1;
    }
    this.carry = carry.slice(at);
  }

  private record(text: string): void {
    const found = new Map<string, string>();
    if (text.length <= MOST_RECORD)
      for (const [, name, digits] of text.matchAll(NUMBER)) found.set(name, digits);
    if (found.size < 5 || this.size.length >= MOST_RECORDS) {
      this.bad++;
      return;
    }
    const get = (name: string): string => found.get(name) ?? '';
    this.allocThread.push(Number(get('alloc_thread')));
    this.freeThread.push(Number(get('free_thread')));
    this.allocNs.push(this.clock.nanoseconds(get('alloc_timestamp')));
    this.freeNs.push(this.clock.nanoseconds(get('free_timestamp')));
    this.size.push(Number(get('usize')));
  }

  end(): string | undefined {
    if (!this.within) return 'it ends before its list of allocations';
    if (!this.over || this.bad > 0) this.calls.cut = true;
    const { allocNs, freeNs, size } = this;
    const { length } = size;
    // Two events a record, in time order; of equal times an allocation first, then as they stand.
    const timeOf = (event: number): number =>
      event < length ? allocNs[event] : freeNs[event - length];
    const order = Uint32Array.from({ length: 2 * length }, (_, event) => event);
    order.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
    const address = new Address();
    address.hi = 1;
    const first = length === 0 ? 0 : timeOf(order[0]);
    for (const event of order) {
      const isAlloc = event < length;
      const record = isAlloc ? event : event - length;
      const process = this.calls.of();
      if (process === undefined) continue;
      address.lo = record;
      const tid = isAlloc ? this.allocThread[record] : this.freeThread[record];
      process.by(tid, 1, timeOf(event) - first);
      if (isAlloc) process.allocated(OP.malloc, address, size[record]);
      else process.freed(address);
    }
    return undefined;
  }
}

export const jemalloc: TextFormat = {
  by: 'text',
  name: 'jemalloc prof_log',
  threads: true,
  lacks: [
    'Blocks that were never freed are not in it.',
    'Sizes are those of jemalloc’s size classes, and a realloc is a new block.',
  ],
  begins: (head) =>
    /^\s*\{/.test(head) && /"lg_sample_rate"|"thr_uid"|"alloc_timestamp"/.test(head),
  reader: (calls) => new ProfLog(calls),
};
