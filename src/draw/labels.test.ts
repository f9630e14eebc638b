import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apart, evenly } from './labels.ts';

const widthOf = (text: string): number => 6 * text.length;
const texts = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 9 });

describe('labels of an axis', () => {
  it.each([apart, evenly])(
    'lie within it and apart from each other, whatever its width',
    (place) => {
      fc.assert(
        fc.property(texts, fc.integer({ min: 1, max: 600 }), (words, width) => {
          const from = 40;
          const step = width / Math.max(1, words.length - 1);
          const placed = place(
            words.map((text, i) => ({ text, at: from + i * step })),
            widthOf,
            from,
            from + width,
          ).sort((a, b) => a.left - b.left);
          for (const [i, { text, left }] of placed.entries()) {
            expect(left).toBeGreaterThanOrEqual(from);
            expect(left + widthOf(text)).toBeLessThanOrEqual(from + width + 0.5);
            const { [i + 1]: next } = placed;
            if (next) expect(next.left).toBeGreaterThanOrEqual(left + widthOf(text) + 8);
          }
        }),
      );
    },
  );

  it('are all there where there is room, else every second one', () => {
    const ticks = ['0', '200 k ops', '400 k ops', '600 k ops', '800 k ops'];
    const on = (width: number): string[] =>
      evenly(
        ticks.map((text, i) => ({ text, at: 40 + (i * width) / 4.3 })),
        widthOf,
        40,
        40 + width,
      ).map(({ text }) => text);
    expect(on(400)).toEqual(ticks);
    expect(on(200)).toEqual(['0', '400 k ops', '800 k ops']);
    expect(on(60)).toEqual(['0']);
  });

  it('leave out what is less important', () => {
    const placed = apart(
      [
        { text: '0 s', at: 0 },
        { text: '9.000 s', at: 100 },
        { text: '2 s left out', at: 90 },
      ],
      widthOf,
      0,
      100,
    );
    expect(placed.map(({ text }) => text)).toEqual(['0 s', '9.000 s']);
  });

  it('or stand beside their place where they may', () => {
    const labels = [
      { text: '0 s', at: 0 },
      { text: '2 s left out', at: 10 },
    ];
    expect(apart(labels, widthOf, 0, 300, 80)).toEqual([
      { text: '0 s', left: 0 },
      { text: '2 s left out', left: 26 },
    ]);
  });
});
