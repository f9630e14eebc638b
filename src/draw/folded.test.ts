import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { folded } from './folded.ts';

const RANGE = [58, 590] as const;
const WIDTH = RANGE[1] - RANGE[0];
/** Part of the axis over which the inner nine tenths of the values are spread. */
function spread(values: readonly number[]): number {
  const x = folded(values, RANGE);
  const at = [...values].sort((a, b) => a - b).map((value) => x(value));
  const edge = Math.floor(values.length / 20);
  return (at[at.length - 1 - edge] - at[edge]) / WIDTH;
}

describe('a folded axis', () => {
  it('is not collapsed by a value of long ago: 200 events in its last hundredth fill it', () => {
    const late = Array.from({ length: 200 }, (_, i) => 99_000 + 5 * i);
    // On a linear axis they have 1 % of it.
    expect(spread([0, ...late])).toBeGreaterThan(0.8);
    expect(spread([0, 3, 60_000, ...late, 5_000_000])).toBeGreaterThan(0.7);
  });

  it('gives most of its length to most of its values, however far apart they are', () => {
    const clusters = fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1e12, noNaN: true }),
        size: fc.integer({ min: 8, max: 40 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(clusters, fc.double({ min: 0, max: 1e12, noNaN: true }), (list, far) => {
        const values = list.flatMap(({ at, size }) =>
          Array.from({ length: size }, (_, i) => at + 10 * i),
        );
        expect(spread([far, ...values])).toBeGreaterThan(0.3);
      }),
      cases(500),
    );
  });

  it('never puts a later value to the left of an earlier one, and stays in its range', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (values) => {
          const x = folded(values, RANGE);
          const at = [...values].sort((a, b) => a - b).map((value) => x(value));
          at.forEach((px, i) => {
            expect(px).toBeGreaterThanOrEqual(i === 0 ? RANGE[0] - 1e-6 : at[i - 1] - 1e-6);
            expect(px).toBeLessThanOrEqual(RANGE[1] + 1e-6);
          });
        },
      ),
      cases(500),
    );
  });

  it('is linear between its breaks, and a break stands for a stretch without a value', () => {
    const values = [0, 10, 20, 30, 10_000, 10_010, 10_020, 10_030];
    const x = folded(values, RANGE);
    expect(x.folds.map(({ from, to }) => [from, to])).toEqual([[30, 10_000]]);
    expect(x(10) - x(0)).toBeCloseTo(x(10_020) - x(10_010));
    expect(x(0)).toBe(RANGE[0]);
    expect(x(10_030)).toBeCloseTo(RANGE[1]);
  });
});
