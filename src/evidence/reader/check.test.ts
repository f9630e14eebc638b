import { describe, expect, it } from 'vitest';
import { type Grounds, problemsOf } from './check.ts';
import { agrees, numbersIn } from './numbers.ts';

const grounds: Grounds = {
  experiment: (id) =>
    id === 'O-01'
      ? {
          figures: [
            { name: 'pages on waking', value: 22_641.6 },
            { name: 'times', value: 29.93 },
          ],
          settings: [128, 200_000],
          unsound: undefined,
        }
      : id === 'O-02'
        ? { figures: [], settings: [], unsound: 'which does not hold' }
        : undefined,
  document: [49_123],
  test: (path) => (path === 'src/a.test.ts' ? 'near(run(), 958_148, 0.01)' : undefined),
};
const problems = (text: string, ...rests: string[]): string[] =>
  problemsOf({ file: 'README.md', line: 7, text, rests }, grounds);

describe('a sentence with a result', () => {
  it('needs something behind it, and is told where and what to do', () => {
    const [problem, ...more] = problems('It makes 22,642 pages.');
    expect(more).toEqual([]);
    expect(problem).toContain('README.md:7: “It makes 22,642 pages.”');
    expect(problem).toContain('<!-- O-NN -->');
  });

  it('may use figures of its experiments, rounded, and their settings', () => {
    expect(
      problems('It makes 22,642 pages, 29.9 times as many, with a window of 128.', 'O-01'),
    ).toEqual([]);
    expect(problems('It makes more than 22,000 pages, about 30 times as many.', 'O-01')).toEqual(
      [],
    );
  });

  it('fails when a figure is stale, and is told the nearest', () => {
    const [problem, ...more] = problems('It makes 22,650 pages, 29.9 times as many.', 'O-01');
    expect(more).toEqual([]);
    expect(problem).toContain('says 22,650');
    expect(problem).toContain('22641.6 (pages on waking)');
    expect(problems('It makes 29.8 times as many.', 'O-01')).toHaveLength(1);
    expect(problems('It makes more than 23,000 pages.', 'O-01')).toHaveLength(1);
  });

  it('cannot rest on what does not hold, or does not exist', () => {
    expect(problems('It makes fewer pages.', 'O-02')[0]).toContain('which does not hold');
    expect(problems('It makes fewer pages.', 'O-09')[0]).toContain('no experiment O-09');
    expect(problems('It makes fewer pages.', 'gut feeling')[0]).toContain('gut feeling');
    expect(problems('It makes fewer pages.', 'test: src/b.test.ts')[0]).toContain('no test');
  });

  it('may repeat a document, or what a test holds', () => {
    expect(problems('It died with 49,123 SuperSlabs.', 'document')).toEqual([]);
    expect(problems('It died with 49,124 SuperSlabs.', 'document')).toHaveLength(1);
    expect(problems('It prints 958,148 operations a second.', 'test: src/a.test.ts')).toEqual([]);
    expect(problems('It prints 958,149 operations a second.', 'test: src/a.test.ts')).toHaveLength(
      1,
    );
  });

  it('is let off where it was measured on some machine or defines something', () => {
    expect(problems('It takes 33 to 52 ms, 1.5 times as long.', 'measured')).toEqual([]);
    expect(problems('A slab has 16 pages.', 'given')).toEqual([]);
  });
});

describe('numbers of a text', () => {
  it('are those written, not those of names and code', () => {
    expect(
      numbersIn(
        'S2 and C-38 need `window=128`, 1,024 or 2..8 KiB, 3.8 million and six SuperSlabs.',
      ).map(({ value }) => value),
    ).toEqual([1024, 2, 8, 3.8e6, 6]);
  });

  it('agree within half of their last digit', () => {
    const [number] = numbersIn('29.9 times');
    expect(agrees(number, 29.94)).toBe(true);
    expect(agrees(number, 29.96)).toBe(false);
    const [millions] = numbersIn('8.44 M operations');
    expect([8_441_000, 8.441].map((figure) => agrees(millions, figure))).toEqual([true, true]);
    expect(agrees(millions, 8.5)).toBe(false);
    const [bound] = numbersIn('at most 35');
    expect(agrees(bound, 34)).toBe(true);
    expect(agrees(bound, 36)).toBe(false);
    expect(agrees(bound, 3)).toBe(false);
  });
});
