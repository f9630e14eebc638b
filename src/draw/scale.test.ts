import { scaleLinear } from 'd3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linear } from './scale.ts';

const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
const pair = fc.tuple(value, value);
const upward = pair.map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]));

describe('a linear scale', () => {
  it('is that of d3-scale, to the last bit', () => {
    fc.assert(
      fc.property(upward, pair, value, (domain, range, at) => {
        expect(linear(domain, range)(at)).toBe(scaleLinear(domain, range)(at));
      }),
    );
    fc.assert(
      fc.property(upward, upward, value, (domain, range, px) => {
        expect(linear(domain, range).invert(px)).toBe(scaleLinear(domain, range).invert(px));
      }),
    );
  });
  it('is at the middle of its range where the domain has no extent', () => {
    expect(linear([3, 3], [10, 20])(3)).toBe(15);
  });
});
