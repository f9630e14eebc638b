import { scaleLinear, ticks as ticksOfD3 } from 'd3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linear, ticks } from './scale.ts';

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

describe('ticks', () => {
  it('are those of d3, to the last bit', () => {
    const any = fc.oneof(
      value,
      fc.integer({ min: -1000, max: 1000 }),
      fc.double({ min: 0, max: 1 }),
    );
    // Nearer to 0 powers of ten overflow, in d3 too.
    const away = any.filter((part) => part === 0 || Math.abs(part) > 1e-290);
    fc.assert(
      fc.property(away, away, fc.integer({ min: 2, max: 12 }), (a, b, count) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(ticks(from, to, count)).toEqual(ticksOfD3(from, to, count));
      }),
    );
  });
});
