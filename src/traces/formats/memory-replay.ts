import { OP } from '../../engine/programs/program.ts';
import { Address, readAddress } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import type { Normaliser } from '../normaliser.ts';
import { decimal, LINE, type LineFormat, type LineKind, type LineReader, log2 } from './format.ts';

/** Words of a line that are no times, the thread included; and how many numbers may follow: a time is two of them. */
const SHAPES: Readonly<Record<string, readonly [words: number, ...times: number[]]>> = {
  malloc: [4, 0, 2],
  calloc: [5, 0, 2],
  memalign: [5, 0, 2],
  realloc: [5, 0, 2, 3],
  free: [3, 0, 2, 3],
  thread_done: [3, 0, 1],
};
const CALL = /^\s*\d+:\s*(?:malloc|calloc|memalign|realloc|free|thread_done)\s+(?:0x|\(nil\)|0)/i;
const SPLIT = /\s+/;

/**
 * Lines of Android's memory_replay (system/extras/memory_replay/MemoryTrace.cpp), as bionic's malloc_debug records them and as
 * scripts for bpftrace print them: `tid: malloc 0xPTR size [start end]`. Also with resident bytes after the times.
 */
class MemoryReplay implements LineReader {
  private readonly a = new Address();
  private readonly b = new Address();
  private readonly clock = new Clock();

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return LINE.other;
    const colon = text.indexOf(':');
    const tid = decimal(text.slice(0, Math.max(0, colon)));
    if (Number.isNaN(tid)) return LINE.bad;
    const words = text
      .slice(colon + 1)
      .trimStart()
      .split(SPLIT);
    const shape = Object.hasOwn(SHAPES, words[0]) ? SHAPES[words[0]] : undefined;
    if (shape === undefined) return LINE.bad;
    const [wanted, ...times] = shape;
    const extra = words.length + 1 - wanted;
    if (!times.includes(extra) || !readAddress(words[1], this.a)) return LINE.bad;
    let ns = Number.NaN;
    for (let i = 0; i < extra; i++) {
      const time = words[wanted - 1 + i];
      if (Number.isNaN(decimal(time))) return LINE.bad;
      if (i === 0) ns = this.clock.nanoseconds(time);
    }
    return this.call(words, tid, number, ns);
  }

  private call(words: readonly string[], tid: number, number: number, ns: number): LineKind {
    const { a, b } = this;
    const [what, , second, third] = words;
    const isFree = what === 'free';
    const isDone = what === 'thread_done';
    const one = what === 'realloc' || isFree || isDone ? 0 : decimal(second);
    const two = what === 'malloc' || isFree || isDone ? 1 : decimal(third);
    if (Number.isNaN(one) || Number.isNaN(two)) return LINE.bad;
    if (what === 'realloc' && !readAddress(second, b)) return LINE.bad;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    process.by(tid, number, ns);
    take(process, what, a, b, one, two);
    return LINE.call;
  }

  end(): void {}
}

function take(
  process: Normaliser,
  what: string,
  a: Address,
  b: Address,
  one: number,
  two: number,
): void {
  switch (what) {
    case 'malloc':
      process.allocated(OP.malloc, a, one);
      break;
    case 'calloc':
      process.allocated(OP.calloc, a, one * two);
      break;
    case 'memalign':
      process.allocated(OP.memalign, a, two, log2(one));
      break;
    case 'realloc':
      process.reallocated(a, b, two);
      break;
    case 'free':
      process.freed(a);
      break;
    default:
      process.threadDone();
  }
}

export const memoryReplay: LineFormat = {
  by: 'line',
  name: 'memory_replay',
  threads: true,
  lacks: [],
  looks: (line) => CALL.test(line),
  reader: (calls) => new MemoryReplay(calls),
};
