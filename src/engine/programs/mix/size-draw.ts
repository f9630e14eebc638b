import { assert } from '../../../base/assert.ts';
import { xoshiro, xoshiroUnit } from '../xoshiro.ts';
import type { SizeLaw } from './sizes.ts';

/** Draws a size with the generator at `base` of `state`. */
export type SizeDraw = (state: Int32Array, base: number) => number;

/** After so many draws outside of the range it is the median, so that a narrow range costs no more than that. */
const MOST_DRAWS = 64;

/**
 * The sizes of a law. Only sums, products and quotients are used, which every engine rounds alike: Math.pow
 * and the like may differ in the last place, and with it the run.
 */
export function sizeDraw(law: SizeLaw): SizeDraw {
  switch (law.kind) {
    case 'list':
      return listDraw(law);
    case 'power':
      return powerDraw(law);
    case 'lognormal':
      return logNormalDraw(law);
  }
}

function listDraw({ items }: SizeLaw & { readonly kind: 'list' }): SizeDraw {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  const upTo = new Float64Array(items.length);
  let sum = 0;
  for (const [i, { weight }] of items.entries()) {
    sum += weight;
    upTo[i] = sum / total;
  }
  const from = Int32Array.from(items, (item) => item.from);
  const span = Int32Array.from(items, (item) => item.to - item.from + 1);
  const last = items.length - 1;
  return (state, base) => {
    let item = 0;
    if (last > 0) {
      const unit = xoshiroUnit(state, base);
      while (item < last && unit >= upTo[item]) item++;
    }
    return span[item] === 1
      ? from[item]
      : from[item] + Math.floor((xoshiro(state, base) / 2 ** 32) * span[item]);
  };
}

/** The inverse of the distribution, whose density is size^-exponent from `from` up to `to` + 1. */
function powerDraw({ exponent, from, to }: SizeLaw & { readonly kind: 'power' }): SizeDraw {
  const power = 1 - exponent;
  const low = ln(from);
  const high = ln(to + 1);
  const flat = Math.abs(power) < 1e-9;
  const atLow = flat ? low : exp(power * low);
  const atHigh = flat ? high : exp(power * high);
  return (state, base) => {
    const at = atLow + xoshiroUnit(state, base) * (atHigh - atLow);
    const size = Math.floor(exp(flat ? at : ln(at) / power));
    return Math.min(to, Math.max(from, size));
  };
}

function logNormalDraw({
  median,
  sigma,
  from,
  to,
}: SizeLaw & { readonly kind: 'lognormal' }): SizeDraw {
  const middle = ln(median);
  return (state, base) => {
    for (let i = 0; i < MOST_DRAWS; i++) {
      const size = Math.round(exp(middle + sigma * normal(state, base)));
      if (size >= from && size <= to) return size;
    }
    return median;
  };
}

/** A normal number of mean 0 and deviation 1 (Marsaglia's polar method, the second number unused). */
function normal(state: Int32Array, base: number): number {
  for (;;) {
    const x = 2 * xoshiroUnit(state, base) - 1;
    const y = 2 * xoshiroUnit(state, base) - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * ln(square)) / square);
  }
}

/** Natural logarithm of a number above 0, right to about 15 digits. */
export function ln(x: number): number {
  assert(x > 0, 'a logarithm of a number above 0');
  let scaled = x;
  let twos = 0;
  while (scaled > 4 / 3) {
    scaled /= 2;
    twos++;
  }
  while (scaled < 2 / 3) {
    scaled *= 2;
    twos--;
  }
  // ln(s) = 2 artanh((s - 1) / (s + 1)).
  const z = (scaled - 1) / (scaled + 1);
  const square = z * z;
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return 2 * z * sum + twos * Math.LN2;
}

/** e^x for |x| up to 700, right to about 14 digits. */
export function exp(x: number): number {
  const twos = Math.round(x / Math.LN2);
  const rest = x - twos * Math.LN2;
  let sum = 1;
  for (let k = 18; k >= 1; k--) sum = 1 + (sum * rest) / k;
  let left = Math.abs(twos);
  const factor = twos < 0 ? 0.5 : 2;
  for (; left > 0; left--) sum *= factor;
  return sum;
}
