import { OP } from '../../engine/programs/program.ts';
import { Address, readAddress } from '../address.ts';
import type { Calls } from '../calls.ts';
import { LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';

const CALL = /^@ .*?([-+<>!]) (0x[\da-f]{1,16}|\(nil\))(?: (0x[\da-f]{1,16}|0))?\s*$/i;

/** glibc's mtrace: `@ caller + 0xPTR 0xSIZE`, a realloc as the pair `<` and `>`. It does not say which thread called. */
class Mtrace implements LineReader {
  private readonly at = new Address();
  private readonly from = new Address();
  private resized = false;

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const [, sign, pointer, sizeText] = CALL.exec(line) ?? [];
    if (sign === undefined) return /^\s*(?:$|#|= (?:Start|End))/.test(line) ? LINE.other : LINE.bad;
    const wantsSize = sign !== '-' && sign !== '<';
    if (wantsSize !== (sizeText !== undefined) || !readAddress(pointer, this.at)) return LINE.bad;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    process.by(0, number, Number.NaN);
    const size = Number(sizeText ?? 0);
    switch (sign) {
      case '+':
        process.allocated(OP.malloc, this.at, size);
        break;
      case '-':
        process.freed(this.at);
        break;
      case '<':
        this.from.hi = this.at.hi;
        this.from.lo = this.at.lo;
        this.resized = true;
        break;
      case '>':
        if (this.resized) process.reallocated(this.at, this.from, size);
        else process.allocated(OP.malloc, this.at, size);
        this.resized = false;
        break;
      default:
        process.failed();
    }
    return LINE.call;
  }

  end(): void {}
}

export const mtrace: LineFormat = {
  by: 'line',
  name: 'glibc mtrace',
  threads: false,
  lacks: ['calloc and memalign look like malloc.'],
  looks: (line) => CALL.test(line) || line.trim() === '= Start',
  reader: (calls) => new Mtrace(calls),
};
