import { Address } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import type { Normaliser } from '../normaliser.ts';
import { LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';
import { allocatedBy } from './libc.ts';
import { decimalIn, Words } from './words.ts';

/** A call: its name, how many words it has behind the thread and before the times, and how many numbers of times may follow. */
interface Shape {
  readonly name: string;
  readonly words: number;
  readonly times: readonly number[];
}
const SHAPES: readonly Shape[] = [
  { name: 'malloc', words: 3, times: [0, 2] },
  { name: 'free', words: 2, times: [0, 2, 3] },
  { name: 'realloc', words: 4, times: [0, 2, 3] },
  { name: 'calloc', words: 4, times: [0, 2] },
  { name: 'memalign', words: 4, times: [0, 2] },
  { name: 'thread_done', words: 2, times: [0, 1] },
];
const CALL = /^\s*\d+:\s*(?:malloc|calloc|memalign|realloc|free|thread_done)\s+(?:0x|\(nil\)|0)/i;
const COLON = 58;
const HASH = 35;

/**
 * Lines of Android's memory_replay (system/extras/memory_replay/MemoryTrace.cpp), as bionic's malloc_debug records them and as
 * scripts for bpftrace print them: `tid: malloc 0xPTR size [start end]`. Also with resident bytes after the times.
 */
class MemoryReplay implements LineReader {
  private readonly a = new Address();
  private readonly b = new Address();
  private readonly clock = new Clock();
  private readonly words = new Words();

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const { words, a, b } = this;
    let at = 0;
    while (at < line.length && line.charCodeAt(at) <= 32) at++;
    if (at === line.length || line.charCodeAt(at) === HASH) return LINE.other;
    const colon = line.indexOf(':', at);
    let end = colon;
    while (end > at && line.charCodeAt(end - 1) <= 32) end--;
    const tid = colon < 0 ? Number.NaN : decimalIn(line, at, end);
    if (Number.isNaN(tid) || line.charCodeAt(colon) !== COLON) return LINE.bad;
    const count = words.read(line, colon + 1);
    const shape = count < 2 ? undefined : SHAPES.find(({ name }) => words.is(0, name));
    if (shape === undefined || !shape.times.includes(count - shape.words)) return LINE.bad;
    if (!words.address(1, a)) return LINE.bad;
    const isResize = shape.name === 'realloc';
    if (isResize && !words.address(2, b)) return LINE.bad;
    const one = shape.words === 2 || isResize ? 0 : words.decimal(2);
    const two = shape.words < 4 ? 0 : words.decimal(3);
    if (Number.isNaN(one) || Number.isNaN(two)) return LINE.bad;
    for (let word = shape.words; word < count; word++)
      if (Number.isNaN(words.decimal(word))) return LINE.bad;
    const ns = count > shape.words ? this.clock.nanoseconds(words.text(shape.words)) : Number.NaN;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    process.by(tid, number, ns);
    take(process, shape.name, a, b, one, two);
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
    case 'calloc':
    case 'memalign':
      allocatedBy(process, what, a, one, two);
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
