import { describe, expect, it } from 'vitest';
import { allHold, compareRatios, median, readBaseline, writeBaseline } from './ratios.ts';

const standings = (kept: Record<string, number>, measured: Record<string, number>): string[] =>
  compareRatios(kept, measured).map(({ name, standing }) => `${name} ${standing}`);

describe('compareRatios', () => {
  it('holds what is the same, more, or a tenth less', () => {
    expect(standings({ a: 2, b: 2, c: 2 }, { a: 2, b: 9, c: 1.8 })).toEqual([
      'a holds',
      'b holds',
      'c holds',
    ]);
  });

  it('finds what has lost more than a tenth, and fails for it alone', () => {
    const compared = compareRatios({ a: 2, b: 2 }, { a: 2.2, b: 1.79 });
    expect(compared.map(({ standing }) => standing)).toEqual(['holds', 'below']);
    expect(allHold(compared)).toBe(false);
    expect(allHold(compared.slice(0, 1))).toBe(true);
  });

  it('takes another allowance', () => {
    expect(compareRatios({ a: 100 }, { a: 96 }, 0.05)[0].standing).toBe('holds');
    expect(compareRatios({ a: 100 }, { a: 94 }, 0.05)[0].standing).toBe('below');
  });

  it('says what is new and what could not be measured, and fails for neither', () => {
    const compared = compareRatios({ gone: 1, a: 1 }, { a: 1, fresh: 3 });
    expect(compared.map(({ name, standing }) => `${name} ${standing}`)).toEqual([
      'a holds',
      'fresh new',
      'gone left out',
    ]);
    expect(allHold(compared)).toBe(true);
  });

  it('fails for what came out as no number', () => {
    expect(allHold(compareRatios({ a: 1 }, { a: Number.NaN }))).toBe(false);
  });

  it('is not misled by names that every object has', () => {
    expect(standings({}, { constructor: 1 })).toEqual(['constructor new']);
  });
});

describe('the kept baseline', () => {
  it('comes back as it was written, to four digits', () => {
    const text = writeBaseline({ node: 'v1', ratios: { a: 1.23456, b: 1234.5 } });
    expect(readBaseline(text)).toEqual({
      ok: true,
      value: { node: 'v1', ratios: { a: 1.235, b: 1235 } },
    });
    expect(text.endsWith('\n')).toBe(true);
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'names no ratios'],
    ['{"node": 20, "ratios": {}}', 'names no ratios'],
    ['{"node": "v1", "ratios": null}', 'names no ratios'],
    ['{"node": "v1", "ratios": {"a": "1"}}', '“a” is not a number above 0'],
    ['{"node": "v1", "ratios": {"a": 0}}', '“a” is not a number above 0'],
    ['{"node": "v1", "ratios": {"a": -2}}', '“a” is not a number above 0'],
  ])('refuses %s in a sentence', (text, said) => {
    const result = readBaseline(text);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).toContain(said);
  });
});

describe('median', () => {
  it('is the middle one, or the mean of the middle two, whatever their order', () => {
    expect(median([30, 4, 100])).toBe(30);
    expect(median([8, 1, 4, 2])).toBe(3);
    expect(median([7])).toBe(7);
  });
});
