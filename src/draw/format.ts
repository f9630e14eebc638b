import type { Bytes, Ns } from '../base/units.ts';

/** Numbers as people read them; one place, so that the page speaks with one voice. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 49,121 */
export const count = (value: number): string => whole.format(Math.round(value));

/** The least that is told of a number that is not whole. */
const LEAST = 0.001;

/** 49.1 k, 5.30 M: three significant digits; never with an exponent. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < LEAST) return `< ${LEAST}`;
  if (size < 10_000)
    return Number.isInteger(value) || size >= 1000 ? count(value) : value.toPrecision(3);
  if (size < 1e6) return `${significant(value / 1e3)} k`;
  if (size < 1e9) return `${significant(value / 1e6)} M`;
  return `${significant(value / 1e9)} G`;
}

const significant = (value: number): string => {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Number and IEC unit apart: ["3.06", "GiB"]. */
export function byteParts(bytes: Bytes): [string, string] {
  let unit = 0;
  let value: number = bytes;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return [unit === 0 ? count(value) : significant(value), UNITS[unit]];
}

/** 3.06 GiB */
export const bytes = (value: Bytes): string => byteParts(value).join(' ');

/** 63.3 %; tiny shares say so. */
export function percent(share: number, digits = 1): string {
  const value = share * 100;
  if (value !== 0 && Math.abs(value) < 10 ** -digits)
    return `< ${(10 ** -digits).toFixed(digits)} %`;
  return `${value.toFixed(digits)} %`;
}

/** Virtual time: 2.000 s, 12.3 ms, 954 ns. */
export function duration(ns: Ns): string {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(3)} s`;
  if (ns >= 1e6) return `${(ns / 1e6).toFixed(1)} ms`;
  if (ns >= 1e3) return `${(ns / 1e3).toFixed(1)} µs`;
  return `${Math.round(ns)} ns`;
}

/** A difference in percent with its sign, true minus; "0 %" when equal. */
export function difference(ours: number, document: number): string {
  if (document === 0) return ours === 0 ? '0 %' : '—';
  const share = (ours - document) / document;
  if (share === 0) return '0 %';
  const size = Math.abs(share) * 100;
  const digits = size < 0.1 ? 3 : size < 10 ? 2 : 1;
  const text = size >= 1000 ? count(size) : size.toFixed(digits);
  return `${share < 0 ? '−' : '+'}${text} %`;
}

/** A change with its sign, true minus; one too small to tell keeps its own words. */
export const signed = (change: number, format: (size: number) => string): string => {
  const text = format(Math.abs(change));
  return text.startsWith('<') ? text : `${change < 0 ? '−' : '+'}${text}`;
};

/** A count with its noun: "1 page", "2,606 pages". */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** With a capital first letter. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The size of a class, which is a whole number of its unit: "8 B", "2 KiB". */
export const classSize = (size: number): string =>
  size >= 1024 && size % 1024 === 0 ? `${count(size / 1024)} KiB` : `${count(size)} B`;

/** 1st, 2nd, 3rd, 11th, 1,022nd. */
export function ordinal(n: number): string {
  const tens = n % 100;
  const teens = tens >= 11 && tens <= 13;
  const end = teens ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${count(n)}${end}`;
}

/** The same text, whose numbers are not torn from their units at the end of a line. */
export const unbroken = (text: string): string =>
  text.replace(/(\d) (?=(?:k|M|G|[KMGT]iB|B|ops|ns|µs|ms|s|%)(?![\w]))/g, '$1\u00a0');
