import { type Address, hexDigit, readAddress, readHex } from '../address.ts';

const MOST_WORDS = 10;
const BLANK = 32;
const EXACT_DIGITS = 15;

/** The words of one line, found without making a text of each: lines come by the million. */
export class Words {
  count = 0;
  private line = '';
  private readonly from = new Int32Array(MOST_WORDS);
  private readonly to = new Int32Array(MOST_WORDS);

  /** Finds the words of a line from a place on. @returns how many; one more than are kept where there are more */
  read(line: string, start: number): number {
    this.line = line;
    let count = 0;
    let at = start;
    const end = line.length;
    for (;;) {
      while (at < end && line.charCodeAt(at) <= BLANK) at++;
      if (at === end) break;
      if (count === MOST_WORDS) {
        count++;
        break;
      }
      this.from[count] = at;
      while (at < end && line.charCodeAt(at) > BLANK) at++;
      this.to[count++] = at;
    }
    this.count = count;
    return count;
  }

  text(word: number): string {
    return this.line.slice(this.from[word], this.to[word]);
  }

  is(word: number, text: string): boolean {
    const from = this.from[word];
    return this.to[word] - from === text.length && this.line.startsWith(text, from);
  }

  /** @returns NaN: it is no whole number in decimal digits */
  decimal(word: number): number {
    return decimalIn(this.line, this.from[word], this.to[word]);
  }

  /** @returns false: it is no address */
  address(word: number, into: Address): boolean {
    const from = this.from[word];
    const to = this.to[word];
    const { line } = this;
    const isHex =
      to - from > 2 &&
      line.charCodeAt(from) === 48 &&
      (line.charCodeAt(from + 1) | 32) === 120 &&
      hexDigit(line.charCodeAt(from + 2)) >= 0;
    return isHex ? readHex(line, from, to, into) : readAddress(line.slice(from, to), into);
  }
}

/** A whole number in decimal digits between two places. @returns NaN: it is none */
export function decimalIn(line: string, from: number, to: number): number {
  if (to <= from || to - from > 20) return Number.NaN;
  if (to - from > EXACT_DIGITS) {
    const digits = line.slice(from, to);
    return /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  }
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = line.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
