import { expect, it } from 'vitest';
import { cutOf } from './cut.ts';

it('a box is cut at the sides that hide something, a pixel of rounding aside', () => {
  const at = (scrollLeft: number, scrollWidth = 300) =>
    cutOf({ scrollLeft, clientWidth: 100, scrollWidth });
  expect([at(0), at(50), at(200)]).toEqual(['end', 'both', 'start']);
  expect([at(0, 100), at(0, 101), at(0.5, 101)]).toEqual(['none', 'none', 'none']);
});
