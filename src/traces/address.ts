/** Signed 32-bit halves of an address; reused from call to call, so that reading a line makes no garbage. */
export class Address {
  hi = 0;
  lo = 0;

  get isNull(): boolean {
    return this.hi === 0 && this.lo === 0;
  }

  clear(): void {
    this.hi = 0;
    this.lo = 0;
  }
}

const DIGITS = 16;
const NULLS = new Set(['nil', '(nil)', 'null', 'NULL', '(null)', 'nullptr']);

/** Value of a hexadecimal digit by its code, -1: it is none. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const small = code | 32;
  return small >= 97 && small <= 102 ? small - 87 : -1;
}

/**
 * Reads hexadecimal digits, with or without 0x, from `from` to `to`.
 * @returns false: they are none, or more than an address has
 */
export function readHex(text: string, from: number, to: number, into: Address): boolean {
  let at = from;
  if (to - from > 2 && text.charCodeAt(from) === 48 && (text.charCodeAt(from + 1) | 32) === 120)
    at += 2;
  if (at >= to) return false;
  let hi = 0;
  let lo = 0;
  let digits = 0;
  for (; at < to; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return false;
    if (digits > 0 || digit > 0) digits++;
    hi = (hi << 4) | (lo >>> 28);
    lo = (lo << 4) | digit;
  }
  into.hi = hi;
  into.lo = lo;
  return digits <= DIGITS;
}

/**
 * Reads an address as a recorder writes it: `0x` and digits, `0X`, `(nil)` and the like, or a bare 0.
 * @returns false: it is none
 */
export function readAddress(text: string, into: Address): boolean {
  if (/^0x[0-9a-f]/i.test(text)) return readHex(text, 0, text.length, into);
  if (text !== '0' && !NULLS.has(text)) return false;
  into.clear();
  return true;
}

/**
 * Reads a name of a block that need be no address: the same text is the same block. Whatever has the digits of an address
 * is read as hexadecimal, decimal numbers too, which tells them apart just as well.
 */
export function readName(text: string, into: Address): boolean {
  if (text === '' || NULLS.has(text)) {
    into.clear();
    return text !== '';
  }
  if (readHex(text, 0, text.length, into)) return true;
  let hi = 0x811c9dc5 | 0;
  let lo = 0x9e3779b9 | 0;
  for (let i = 0; i < text.length; i++) {
    hi = Math.imul(hi ^ text.charCodeAt(i), 0x01000193);
    lo = Math.imul(lo + text.charCodeAt(i), 0x85ebca6b) ^ (lo >>> 13);
  }
  into.hi = hi | 1;
  into.lo = lo;
  return true;
}
