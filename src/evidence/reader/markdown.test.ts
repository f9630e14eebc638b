import { describe, expect, it } from 'vitest';
import { markdownPassages } from './markdown.ts';

const read = (text: string) =>
  markdownPassages('x.md', text).map(({ line, text: said, rests }) => [line, said, rests]);

describe('Markdown', () => {
  it('is cut into sentences with their lines, headings left out', () => {
    expect(read('# Title\n\nOne is *here*. Two is\nbelow, e.g. this. `Three.` is code.')).toEqual([
      [3, 'One is here.', []],
      [3, 'Two is below, e.g. this.', []],
      [4, '`Three.` is code.', []],
    ]);
  });

  it('ties what stands before a comment, back to the comment before', () => {
    expect(
      read('First. Second.\n<!-- O-01, measured --> Third. <!-- O-02 --> Fourth.\n\nFifth.'),
    ).toEqual([
      [1, 'First.', ['O-01', 'measured']],
      [1, 'Second.', ['O-01', 'measured']],
      [2, 'Third.', ['O-02']],
      [2, 'Fourth.', []],
      [4, 'Fifth.', []],
    ]);
  });

  it('ties each item of a list by itself', () => {
    expect(read('- One. <!-- O-01 -->\n- Two.\n  More.')).toEqual([
      [1, 'One.', ['O-01']],
      [2, 'Two.', []],
      [3, 'More.', []],
    ]);
  });

  it('ties a table, or a paragraph, by the line below', () => {
    expect(
      read('| a | b |\n|---|---|\n| 1 | **2** |\n\n<!-- O-03 -->\n\nText.\n<!-- O-04 -->'),
    ).toEqual([
      [1, 'a | b\n1 | 2', ['O-03']],
      [7, 'Text.', ['O-04']],
    ]);
  });

  it('ties a section by the line below its heading, until the next of its level', () => {
    expect(
      read(
        '## A\n<!-- measured -->\n\nOne.\n\nTwo. <!-- O-01 -->\n\n### B\n\nThree.\n\n## C\n\nFour.',
      ),
    ).toEqual([
      [4, 'One.', ['measured']],
      [6, 'Two.', ['O-01']],
      [10, 'Three.', ['measured']],
      [14, 'Four.', []],
    ]);
  });

  it('leaves out code, pictures and where links lead', () => {
    expect(read('```\n9 times\n```\n![9 %](a.png)\n\nSee [the 4 files](docs/12.md).')).toEqual([
      [6, 'See the 4 files.', []],
    ]);
  });
});
