import { fail, ok, type Result } from '../../../base/result.ts';
import { clip, visible } from '../../../base/text.ts';

/** Largest request that a text may ask for: 64 MiB. */
export const LARGEST_SIZE = 2 ** 26;
const MOST_ITEMS = 64;
const MOST_WEIGHT = 1_000_000;
const MOST_EXPONENT = 10;
const MOST_SIGMA = 5;
/** Characters of a bad text that a message shows. */
const SHOWN = 40;
const named = (text: string): string => `“${visible(clip(text.trim(), SHOWN))}”`;

/** Sizes of one item of a list: uniform from `from` to `to`, both included, as often as its weight says. */
export interface SizeItem {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** How large requests are, in bytes; all within `from` to `to`, both included. */
export type SizeLaw =
  | {
      readonly kind: 'list';
      readonly items: readonly SizeItem[];
      readonly from: number;
      readonly to: number;
    }
  /** The chance of a size is proportional to size^-exponent. */
  | {
      readonly kind: 'power';
      readonly exponent: number;
      readonly from: number;
      readonly to: number;
    }
  /** The logarithm is normal, about that of `median` with deviation `sigma`; outside is drawn again. */
  | {
      readonly kind: 'lognormal';
      readonly median: number;
      readonly sigma: number;
      readonly from: number;
      readonly to: number;
    };

const EXAMPLES =
  'sizes are a range (16-1024), a list with weights (16 x 50, 64 x 30, 4K x 1), or a law (power 1.5 16-64K; lognormal 200 1.2 16-64K)';

/** Reads what sizes are to be drawn; the grammar is in EXAMPLES. Sizes are bytes, with K and M for 2^10 and 2^20. */
export function parseSizes(text: string): Result<SizeLaw> {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words[0] === '') return fail('E_KNOB', `${EXAMPLES}.`);
  switch (words[0]) {
    case 'power':
      return words.length === 3
        ? parsePower(words[1], words[2])
        : fail('E_KNOB', 'a power law has an exponent and a range, as in “power 1.5 16-64K”.');
    case 'lognormal':
      return words.length === 4
        ? parseLogNormal(words[1], words[2], words[3])
        : fail(
            'E_KNOB',
            'a log-normal law has a median, a deviation and a range, as in “lognormal 200 1.2 16-64K”.',
          );
    default:
      return parseList(text);
  }
}

function parseList(text: string): Result<SizeLaw> {
  const parts = text.split(',');
  if (parts.length > MOST_ITEMS)
    return fail('E_RANGE', `a list has at most ${MOST_ITEMS} items, not ${parts.length}.`);
  const items: SizeItem[] = [];
  for (const part of parts) {
    const [range, weight, ...more] = part.toLowerCase().split(/[x×*]/);
    const sizes = more.length === 0 ? parseRange(range) : undefined;
    if (sizes === undefined) return fail('E_KNOB', `${named(part)} is no size; ${EXAMPLES}.`);
    if (!sizes.ok) return sizes;
    const times = weight === undefined ? 1 : plainNumber(weight);
    if (times === undefined || times <= 0 || times > MOST_WEIGHT)
      return fail(
        'E_RANGE',
        `the weight in ${named(part)} is no number above 0, at most a million.`,
      );
    items.push({ ...sizes.value, weight: times });
  }
  return ok({
    kind: 'list',
    items,
    from: Math.min(...items.map(({ from }) => from)),
    to: Math.max(...items.map(({ to }) => to)),
  });
}

function parsePower(exponentText: string, rangeText: string): Result<SizeLaw> {
  const exponent = plainNumber(exponentText);
  if (exponent === undefined || exponent > MOST_EXPONENT)
    return fail(
      'E_RANGE',
      `the exponent ${named(exponentText)} is no number from 0 to ${MOST_EXPONENT}.`,
    );
  const range = rangeOrFail(rangeText);
  return range.ok ? ok({ kind: 'power', exponent, ...range.value }) : range;
}

function parseLogNormal(medianText: string, sigmaText: string, rangeText: string): Result<SizeLaw> {
  const sigma = plainNumber(sigmaText);
  if (sigma === undefined || sigma > MOST_SIGMA)
    return fail(
      'E_RANGE',
      `the deviation ${named(sigmaText)} is no number from 0 to ${MOST_SIGMA}.`,
    );
  const range = rangeOrFail(rangeText);
  if (!range.ok) return range;
  const median = bytes(medianText);
  const { from, to } = range.value;
  if (median === undefined || median < from || median > to)
    return fail(
      'E_RANGE',
      `the median ${named(medianText)} is no size within ${clip(rangeText, SHOWN)}.`,
    );
  return ok({ kind: 'lognormal', median, sigma, from, to });
}

type Range = { readonly from: number; readonly to: number };

const rangeOrFail = (text: string): Result<Range> =>
  parseRange(text) ?? fail('E_KNOB', `${named(text)} is no range of sizes, such as 16-64K.`);

/** A size, or two with a dash or dots between them; undefined: neither. */
function parseRange(text: string): Result<Range> | undefined {
  const [low, high = low, ...more] = text.trim().split(/-|\.\./);
  const from = bytes(low);
  const to = bytes(high);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  if (from < 1 || to > LARGEST_SIZE)
    return fail('E_RANGE', `${named(text)} is not within 1 B to 64 MiB.`);
  if (from > to) return fail('E_RANGE', `${named(text)} begins above its end.`);
  return ok({ from, to });
}

const UNIT: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20 };

function bytes(text: string): number | undefined {
  const match = /^(\d{1,9})\s*([km]?)(?:i?b)?$/i.exec(text.trim());
  return match ? Number(match[1]) * UNIT[match[2].toLowerCase()] : undefined;
}

/** A plain decimal number that is not negative. */
function plainNumber(text: string): number | undefined {
  return /^\s*\d{1,9}(\.\d{1,6})?\s*$/.test(text) ? Number(text) : undefined;
}
