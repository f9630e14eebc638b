import { OP } from '../../engine/programs/program.ts';
import { Address } from '../address.ts';
import type { Calls } from '../calls.ts';
import { LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';

const HEADER = 4;
const CALL = /^\s*([arf]) (-?\d{1,9})(?: (\d{1,15}))?\s*$/;

/**
 * Traces of the malloc lab of CS:APP: four numbers (heap, ids, calls, weight), then `a id size`, `r id size`, `f id`. No thread, and
 * ids instead of addresses, so that nothing is known of whether a realloc moves.
 */
class Rep implements LineReader {
  private readonly at = new Address();
  private header = 0;
  private wanted = 0;
  private done = 0;

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    if (line.trim() === '' || /^\s*#/.test(line)) return LINE.other;
    const [, what, id, sizeText] = CALL.exec(line) ?? [];
    if (what === undefined) {
      const numbers = line.trim().split(/\s+/);
      if (!numbers.every((text) => /^\d{1,12}$/.test(text)) || this.header >= HEADER)
        return LINE.bad;
      for (const text of numbers) if (++this.header === HEADER - 1) this.wanted = Number(text);
      return LINE.other;
    }
    if ((what === 'f') !== (sizeText === undefined)) return LINE.bad;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    process.by(0, number, Number.NaN);
    this.done++;
    const size = Number(sizeText ?? 0);
    // A free of id -1 is one of NULL.
    this.at.hi = Number(id) < 0 ? 0 : 1;
    this.at.lo = Number(id) < 0 ? 0 : Number(id);
    if (what === 'a') process.allocated(OP.malloc, this.at, size);
    else if (what === 'f') process.freed(this.at);
    else if (size === 0) process.freed(this.at);
    else process.reallocated(this.at, this.at, size, true);
    return LINE.call;
  }

  end(): void {
    if (this.done < this.wanted) this.calls.cut = true;
  }
}

export const rep: LineFormat = {
  by: 'line',
  name: 'CS:APP .rep',
  threads: false,
  lacks: [
    'Blocks have numbers instead of addresses: whether a realloc moves its block is not said.',
  ],
  looks: (line) => CALL.test(line),
  reader: (calls) => new Rep(calls),
};
