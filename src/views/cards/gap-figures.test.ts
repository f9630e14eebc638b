import { describe, expect, it } from 'vitest';
import { type Base, degradation, gap, MEASURED } from './gap-figures.ts';

const gaps = (base: Base): string[][] =>
  MEASURED.slice(1).map((one) =>
    (['hot', 'realistic'] as const).map((set) => (100 * gap(one[set], set, base)).toFixed(1)),
  );

describe('D3’s gaps', () => {
  it('are its own when HAKMEM’s speed is the base', () => {
    // D3 prints -9.4 and -45.2 for the first of each, cut off instead of rounded, and -246 and -485.
    expect(gaps('hakmem')).toEqual([
      ['-9.5', '-246.1'],
      ['-45.1', '-484.8'],
    ]);
  });
  it('are less than all of it when the other’s is (I-28)', () => {
    expect(gaps('other')).toEqual([
      ['-8.7', '-71.1'],
      ['-31.1', '-82.9'],
    ]);
  });
  it('and degradations are 4.80, 1.52 and 1.19', () => {
    expect(MEASURED.map((one) => degradation(one).toFixed(2))).toEqual(['4.80', '1.52', '1.19']);
  });
});
