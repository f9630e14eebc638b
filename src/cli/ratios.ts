import { fail, ok, type Result } from '../base/result.ts';

/**
 * Speeds of the engine as ratios to yardsticks that were measured in the same run of the bench: of all of them,
 * more is better. They hardly depend on how fast the machine happens to be, so that those of a run can
 * be held against those that are kept.
 */
export type Ratios = Readonly<Record<string, number>>;

/** The file that is kept: the ratios of one run, and the version of Node that it was made with. */
export interface Baseline {
  readonly node: string;
  readonly ratios: Ratios;
}

/** Part of a kept ratio that may be lost before the bench fails. */
export const ALLOWED_LOSS = 0.1;

export interface Compared {
  readonly name: string;
  /** undefined: the baseline has none, nothing to hold it against. */
  readonly kept: number | undefined;
  /** undefined: it could not be measured here, as a native program without a compiler. */
  readonly measured: number | undefined;
  readonly standing: 'holds' | 'below' | 'new' | 'left out';
}

/**
 * Holds measured ratios against kept ones, in the order in which they were measured; what was only kept comes last.
 * @param allowed part of a kept ratio that may be lost, 0 to 1
 */
export function compareRatios(
  kept: Ratios,
  measured: Ratios,
  allowed: number = ALLOWED_LOSS,
): Compared[] {
  const names = [...new Set([...Object.keys(measured), ...Object.keys(kept)])];
  return names.map((name) => {
    const before = Object.hasOwn(kept, name) ? kept[name] : undefined;
    const now = Object.hasOwn(measured, name) ? measured[name] : undefined;
    return { name, kept: before, measured: now, standing: standingOf(before, now, allowed) };
  });
}

function standingOf(
  kept: number | undefined,
  measured: number | undefined,
  allowed: number,
): Compared['standing'] {
  if (measured === undefined) return 'left out';
  if (kept === undefined) return 'new';
  // Written so that what is not a number does not hold.
  return measured >= kept * (1 - allowed) ? 'holds' : 'below';
}

/** True when no ratio is below what is kept by more than is allowed. */
export const allHold = (compared: readonly Compared[]): boolean =>
  compared.every(({ standing }) => standing !== 'below');

/** The middle one of some values, or the mean of the middle two; there is one at least. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Reads a kept baseline; what it must not hold is said in one sentence. */
export function readBaseline(text: string): Result<Baseline> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('E_FILE', 'The baseline is not JSON.');
  }
  if (typeof value !== 'object' || value === null || !('ratios' in value) || !('node' in value))
    return fail('E_FILE', 'The baseline names no ratios, or not the version of Node.');
  const { node, ratios } = value;
  if (typeof node !== 'string' || typeof ratios !== 'object' || ratios === null)
    return fail('E_FILE', 'The baseline names no ratios, or not the version of Node.');
  const read: Record<string, number> = {};
  for (const [name, ratio] of Object.entries(ratios)) {
    if (typeof ratio !== 'number' || !(ratio > 0) || ratio === Infinity)
      return fail('E_FILE', `The baseline’s ratio of “${name}” is not a number above 0.`);
    read[name] = ratio;
  }
  return ok({ node, ratios: read });
}

/** Four digits are kept: the fifth is noise, and would change with each baseline. */
export function writeBaseline({ node, ratios }: Baseline): string {
  const rounded = Object.entries(ratios).map(([name, ratio]) => [
    name,
    Number(ratio.toPrecision(4)),
  ]);
  return `${JSON.stringify({ node, ratios: Object.fromEntries(rounded) }, undefined, 2)}\n`;
}
