import { OP } from '../../engine/programs/program.ts';
import { Address, readHex } from '../address.ts';
import type { Calls } from '../calls.ts';
import { LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';

const ALLOC = /^\+ ([\da-f]{1,16}) [\da-f]{1,16} ([\da-f]{1,16})$/;
const FREE = /^- ([\da-f]{1,16})$/;
const CLOCK = /^c ([\da-f]{1,16})$/;
/** Version, command line, modules, traces, resident pages, suppressions, attachment, page size, strings. */
const NEWS = /^(?:[vxXtmRSAIMPs#] ?.*|$)/;

/**
 * What `heaptrack -r` records (libheaptrack.cpp, format 3, unpacked): hexadecimal, no threads, a realloc as a free and an
 * allocation, time in ms between the lines.
 */
class Heaptrack implements LineReader {
  private readonly at = new Address();
  private ns = 0;

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const text = line.trimEnd();
    const alloc = ALLOC.exec(text);
    const free = alloc === null ? FREE.exec(text) : null;
    if (alloc === null && free === null) {
      const clock = CLOCK.exec(text);
      if (clock) this.ns = Number.parseInt(clock[1], 16) * 1e6;
      return clock || NEWS.test(text) ? LINE.other : LINE.bad;
    }
    const pointer = alloc === null ? (free?.[1] ?? '') : alloc[2];
    if (!readHex(pointer, 0, pointer.length, this.at)) return LINE.bad;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    process.by(0, number, this.ns);
    if (alloc === null) process.freed(this.at);
    else process.allocated(OP.malloc, this.at, Number.parseInt(alloc[1], 16));
    return LINE.call;
  }

  end(): void {}
}

export const heaptrack: LineFormat = {
  by: 'line',
  name: 'heaptrack raw',
  threads: false,
  lacks: ['A realloc is a free and an allocation; calloc and memalign look like malloc.'],
  looks: (line) => /^v [\da-f]{4,6} [\da-f]$/.test(line.trimEnd()),
  reader: (calls) => new Heaptrack(calls),
};
