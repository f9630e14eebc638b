import { linear } from './scale.ts';

/** A stretch of an axis in which nothing happened, drawn as a break. */
export interface Fold {
  /** Where its values begin and end. */
  readonly from: number;
  readonly to: number;
  /** The middle of the break, px. */
  readonly px: number;
}

/** A scale that leaves out the long stretches without a value. */
export interface FoldedScale {
  (value: number): number;
  readonly folds: readonly Fold[];
}

/** A stretch longer than this part of all that is drawn is folded. */
const LONG = 1 / 5;
const MOST_FOLDS = 6;
/** Width of a break, px. */
export const FOLD_PX = 16;

/**
 * An axis that many values cannot be squeezed into a corner of by a few that are far away. It is linear, with the same
 * pixels a unit, between its breaks; each break stands for one stretch without any value.
 * @param values in any order; the first and the last are the ends of the axis
 * @param range px
 */
export function folded(
  values: readonly number[],
  [left, right]: readonly [number, number],
): FoldedScale {
  const sorted = Float64Array.from(values).sort();
  const gaps = Array.from({ length: Math.max(0, sorted.length - 1) }, (_, i) => ({
    from: sorted[i],
    to: sorted[i + 1],
  })).sort((a, b) => b.to - b.from - (a.to - a.from));
  let rest = sorted.length === 0 ? 0 : sorted[sorted.length - 1] - sorted[0];
  const cut: { from: number; to: number }[] = [];
  // The longest first: what is long depends on what is left. Two values alone have nothing between them to see.
  while (cut.length < MOST_FOLDS && sorted.length > 3) {
    const gap = gaps[cut.length];
    if (!gap || gap.to - gap.from <= LONG * rest) break;
    cut.push(gap);
    rest -= gap.to - gap.from;
  }
  cut.sort((a, b) => a.from - b.from);
  const first = sorted[0] ?? 0;
  const last = sorted[sorted.length - 1] ?? 0;
  // What is drawn: the stretches between the breaks, one after the other.
  const ends = [...cut.map(({ from }) => from), last];
  const drawn = ends.map((to, i) => ({ from: i === 0 ? first : cut[i - 1].to, to }));
  const whole = drawn.reduce((sum, { from, to }) => sum + (to - from), 0);
  const scale = linear([0, whole], [left, right - cut.length * FOLD_PX]);
  const x = (value: number): number => {
    let before = 0;
    for (const [i, { from, to }] of drawn.entries()) {
      if (value <= to || i === drawn.length - 1)
        return scale(before + Math.max(0, value - from)) + i * FOLD_PX;
      before += to - from;
    }
    return left;
  };
  const folds = cut.map((gap) => ({ ...gap, px: x(gap.from) + FOLD_PX / 2 }));
  return Object.assign(x, { folds });
}
