import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XOSHIRO_STATE, xoshiroInit } from '../xoshiro.ts';
import { parsePhases } from './phases.ts';
import { exp, ln, sizeDraw } from './size-draw.ts';
import { LARGEST_SIZE, parseSizes, type SizeLaw } from './sizes.ts';

const lawOf = (text: string): SizeLaw => {
  const law = parseSizes(text);
  if (!law.ok) throw new Error(law.error.message);
  return law.value;
};
function drawn(text: string, times: number): number[] {
  const state = new Int32Array(XOSHIRO_STATE);
  xoshiroInit(state, 0, 77, 1);
  const draw = sizeDraw(lawOf(text));
  return Array.from({ length: times }, () => draw(state, 0));
}
const share = (sizes: readonly number[], of: (size: number) => boolean): number =>
  sizes.filter(of).length / sizes.length;

describe('sizes', () => {
  it.each([
    ['592', { kind: 'list', items: [{ from: 592, to: 592, weight: 1 }], from: 592, to: 592 }],
    ['16-1024', { kind: 'list', items: [{ from: 16, to: 1024, weight: 1 }], from: 16, to: 1024 }],
    [
      ' 1K .. 4KiB ',
      { kind: 'list', items: [{ from: 1024, to: 4096, weight: 1 }], from: 1024, to: 4096 },
    ],
    [
      '64 x 30, 16×50, 1m * 0.5',
      {
        kind: 'list',
        items: [
          { from: 64, to: 64, weight: 30 },
          { from: 16, to: 16, weight: 50 },
          { from: 2 ** 20, to: 2 ** 20, weight: 0.5 },
        ],
        from: 16,
        to: 2 ** 20,
      },
    ],
    ['Power 1.5 16-64K', { kind: 'power', exponent: 1.5, from: 16, to: 65536 }],
    [
      'lognormal 200 1.2 16-64K',
      { kind: 'lognormal', median: 200, sigma: 1.2, from: 16, to: 65536 },
    ],
  ])('reads “%s”', (text, law) => {
    expect(lawOf(text)).toEqual(law);
  });

  it.each([
    ['', 'sizes are a range'],
    ['abc', '“abc” is no size'],
    ['16-', '“16-” is no size'],
    ['16-32-64', '“16-32-64” is no size'],
    ['64-16', '“64-16” begins above its end'],
    ['0', '“0” is not within 1 B to 64 MiB'],
    ['65M', '“65M” is not within'.toLowerCase()],
    ['16 x', 'the weight in “16 x”'],
    ['16 x 0', 'the weight in “16 x 0”'],
    ['16 x 3 x 4', '“16 x 3 x 4” is no size'],
    ['16,,32', '“” is no size'],
    ['power 1.5', 'a power law has an exponent and a range'],
    ['power 11 16-32', 'the exponent “11”'],
    ['power 1.5 x', '“x” is no range'],
    ['lognormal 8 1 16-32', 'the median “8” is no size within 16-32'],
    ['lognormal 16 9 16-32', 'the deviation “9”'],
    ['lognormal 16 1', 'a log-normal law has a median'],
    [`${'16,'.repeat(64)}16`, 'at most 64 items'],
  ])('says in one sentence what is wrong with “%s”', (text, message) => {
    const law = parseSizes(text);
    expect(law.ok).toBe(false);
    if (law.ok) return;
    expect(law.error.message.toLowerCase()).toContain(message.toLowerCase());
    expect(law.error.message).toMatch(/^[^.]*(\.\d[^.]*|\.\.[^.]*)*\.$/);
  });

  it('never fails otherwise, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const law = parseSizes(text);
        if (law.ok) {
          expect(law.value.from).toBeGreaterThanOrEqual(1);
          expect(law.value.to).toBeLessThanOrEqual(LARGEST_SIZE);
        }
        parsePhases(text);
      }),
    );
  });

  it('are uniform within a range, both ends included', () => {
    const sizes = drawn('10-19', 50_000);
    for (let size = 10; size < 20; size++)
      expect(Math.abs(share(sizes, (one) => one === size) - 0.1)).toBeLessThan(0.006);
  });

  it('come as often as their weights say', () => {
    const sizes = drawn('16 x 6, 64 x 3, 100-200 x 1', 50_000);
    expect(Math.abs(share(sizes, (size) => size === 16) - 0.6)).toBeLessThan(0.01);
    expect(Math.abs(share(sizes, (size) => size === 64) - 0.3)).toBeLessThan(0.01);
    expect(share(sizes, (size) => size > 64 && size < 100)).toBe(0);
  });

  it.each([0, 1, 1.5, 3])('of a power law of exponent %d', (exponent) => {
    const sizes = drawn(`power ${exponent} 16-4096`, 40_000);
    const mass = (from: number, to: number): number => {
      let sum = 0;
      for (let size = from; size <= to; size++) sum += size ** -exponent;
      return sum;
    };
    const total = mass(16, 4096);
    for (const limit of [32, 128, 1000]) {
      const wanted = mass(16, limit) / total;
      expect(Math.abs(share(sizes, (size) => size <= limit) - wanted)).toBeLessThan(0.02);
    }
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(16);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  });

  it('of a log-normal law have its median and its deviation', () => {
    const sizes = drawn('lognormal 200 1.2 1-64M', 40_000);
    expect(Math.abs(share(sizes, (size) => size <= 200) - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(share(sizes, (size) => size <= 200 * Math.exp(1.2)) - 0.8413)).toBeLessThan(
      0.01,
    );
    expect(Math.abs(share(sizes, (size) => size <= 200 * Math.exp(-2.4)) - 0.0228)).toBeLessThan(
      0.005,
    );
    expect(new Set(drawn('lognormal 200 5 200-200', 100))).toEqual(new Set([200]));
  });

  it('are drawn with logarithms that agree with the library’s', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-60, max: 1e60, noNaN: true }), (x) => {
        expect(ln(x)).toBeCloseTo(Math.log(x), 11);
        const y = Math.log(x);
        expect(exp(y) / Math.exp(y)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('phases', () => {
  it('reads a list', () => {
    expect(
      parsePhases(
        'Grow 10000, hold 50000, shrink 100 random, idle 2s, shrink, idle 1.5 ms, grow, hold, idle, repeat',
      ),
    ).toEqual({
      ok: true,
      value: {
        repeat: true,
        phases: [
          { kind: 'grow', to: 10_000 },
          { kind: 'hold', ops: 50_000 },
          { kind: 'shrink', to: 100, order: 'random' },
          { kind: 'idle', us: 2_000_000 },
          { kind: 'shrink', to: 0, order: 'oldest' },
          { kind: 'idle', us: 1500 },
          { kind: 'grow', to: undefined },
          { kind: 'hold', ops: Infinity },
          { kind: 'idle', us: Infinity },
        ],
      },
    });
  });

  it.each([
    ['', '“” is no phase'],
    ['repeat', '“repeat” is no phase'],
    ['grow, repeat, hold', '“repeat” is no phase'],
    ['grow x', '“grow x” needs a whole number from 1'],
    ['grow 0', '“grow 0” needs a whole number from 1'],
    ['hold 5 6', '“hold 5 6” is no phase'],
    ['shrink 5 newest', '“shrink 5 newest” is no phase'],
    ['shrink five', '“shrink five” needs a whole number from 0'],
    ['idle 2h', '“idle 2h” needs a time'],
    ['idle 9999s', '“idle 9999s” needs a time'],
    [`${'grow,'.repeat(32)}grow`, 'at most 32 phases'],
  ])('says in one sentence what is wrong with “%s”', (text, message) => {
    const list = parsePhases(text);
    expect(list.ok).toBe(false);
    if (!list.ok) expect(list.error.message).toContain(message);
  });
});
