import { interpolateCividis } from 'd3';
import { describe, expect, it } from 'vitest';
import { cividis } from './ramp.ts';

describe('cividis', () => {
  it('is the ramp of d3-scale-chromatic, to the last bit', () => {
    for (let i = 0; i <= 1000; i++) {
      const [r, g, b] = (interpolateCividis(i / 1000).match(/\d+/g) ?? []).map(Number);
      expect(cividis(i / 1000)).toBe(((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
    }
  });

  it('stays at its ends beyond them', () => {
    expect(cividis(-1)).toBe(cividis(0));
    expect(cividis(2)).toBe(cividis(1));
  });
});
