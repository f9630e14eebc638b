import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const PAGE = 'docs/page-faults.md';

/** What a row of the page names: a file, and words of a title that stand in a text of it. */
interface Named {
  readonly row: string;
  readonly file: string;
  readonly title: string;
}

const rowsOf = (text: string): (readonly [fault: string, tests: string])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what failed'))
    .map((line) => {
      const [, fault = '', tests = ''] = line.split('|').map((cell) => cell.trim());
      return [fault, tests];
    });

/** Files stand in backticks, titles between asterisks behind their file. */
function namedIn([row, tests]: readonly [string, string]): Named[] {
  let file = '';
  return [...tests.matchAll(/`([^`]+)`|\*([^*]+)\*/g)].flatMap(([, path, title]) => {
    file = path ?? file;
    return title === undefined ? [] : [{ row, file, title }];
  });
}

/** Whether a text of the file, between quotes, has these words. */
const says = (file: string, title: string): boolean =>
  existsSync(file) &&
  new RegExp(`['"\`][^'"\`\n]*${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`).test(
    readFileSync(file, 'utf8'),
  );

it('every fault of the page has a test that is there, by its file and title', () => {
  const rows = rowsOf(readFileSync(PAGE, 'utf8'));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => namedIn(row).length === 0).map(([fault]) => fault)).toEqual([]);
  expect(rows.flatMap(namedIn).filter(({ file, title }) => !says(file, title))).toEqual([]);
});

it('a title that is not there is noticed', () => {
  const [here] = namedIn(['', '`src/evidence/page-faults.test.ts` *a title that is not there*']);
  expect(says(here.file, here.title)).toBe(true);
  expect(says(here.file, ['no such', 'title'].join(' '))).toBe(false);
  expect(says('src/no/such.test.ts', here.title)).toBe(false);
});
