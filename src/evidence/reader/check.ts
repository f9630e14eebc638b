import { statesResult } from './detect.ts';
import { agrees, numbersIn, type WrittenNumber } from './numbers.ts';
import { type Passage, placeOf } from './passage.ts';
import { parseTie, type Tie } from './ties.ts';

/** What a passage may rest on, as the checker needs it. */
export interface Grounds {
  /** Of an experiment: its numbers, and whether texts may rest on it; undefined: there is none with this id. */
  experiment(id: string): ExperimentGrounds | undefined;
  /** Numbers that documents state. */
  readonly document: readonly number[];
  /** Text of a test file; undefined: it does not exist. */
  test(path: string): string | undefined;
}

export interface ExperimentGrounds {
  readonly figures: readonly { readonly name: string; readonly value: number }[];
  /** Numbers that are its settings. */
  readonly settings: readonly number[];
  /** Why no text may rest on it. */
  readonly unsound: string | undefined;
}

const SHORT = 90;
const quoted = (text: string): string => {
  const line = text.replaceAll('\n', ' ');
  return `“${line.length > SHORT ? `${line.slice(0, SHORT)}…` : line}”`;
};

const isCode = ({ file }: Passage): boolean => !file.endsWith('.md');

const howToTie = (passage: Passage): string =>
  isCode(passage)
    ? 'name what it rests on beside it (rests: [...], or in src/evidence/reader/registry.ts)'
    : passage.table
      ? 'put what it rests on in a line below (<!-- O-NN -->)'
      : 'put what it rests on after it (<!-- O-NN -->)';

/** Numbers of a text file, as texts write them: 49_105 and 49,105 are the same. */
export const numbersOfCode = (text: string): number[] =>
  [...text.matchAll(/\b\d[\d_]*(?:\.\d+)?(?:e\d+)?\b/g)].map((match) =>
    Number(match[0].replaceAll('_', '')),
  );

/** What is wrong with what a passage says, each in one sentence with its place. */
export function problemsOf(passage: Passage, grounds: Grounds): string[] {
  const place = placeOf(passage);
  const because = statesResult(passage);
  if (passage.rests.length === 0) {
    if (because === undefined) return [];
    return [
      `${place}: ${quoted(passage.text)} states a result (${quoted(because)}) and nothing is behind it. Say it narrowly enough for an experiment (npm run evidence), and ${howToTie(passage)}; see docs/evidence.md.`,
    ];
  }
  const problems: string[] = [];
  const ties: Tie[] = [];
  for (const text of passage.rests) {
    const tie = parseTie(text);
    if (tie) ties.push(tie);
    else
      problems.push(
        `${place}: “${text}” is nothing that a sentence can rest on; see docs/evidence.md.`,
      );
  }
  const allowed: number[] = [...(passage.settings ?? [])];
  const named: { name: string; value: number }[] = [];
  let checked = ties.length > 0;
  for (const tie of ties) {
    switch (tie.kind) {
      case 'experiment': {
        const found = grounds.experiment(tie.id);
        if (!found) problems.push(`${place}: there is no experiment ${tie.id}.`);
        else if (found.unsound !== undefined)
          problems.push(`${place}: ${quoted(passage.text)} rests on ${tie.id}, ${found.unsound}.`);
        else {
          allowed.push(...found.settings);
          named.push(...found.figures);
        }
        break;
      }
      case 'document':
        allowed.push(...grounds.document);
        break;
      case 'test': {
        const text = grounds.test(tie.path);
        if (text === undefined) problems.push(`${place}: there is no test ${tie.path}.`);
        else allowed.push(...numbersOfCode(text));
        break;
      }
      case 'measured':
      case 'given':
        checked = false;
        break;
    }
  }
  if (!checked || problems.length > 0) return problems;
  for (const number of numbersIn(passage.text)) {
    if (allowed.some((value) => agrees(number, value))) continue;
    if (named.some(({ value }) => agrees(number, value))) continue;
    problems.push(
      `${place}: ${quoted(passage.text)} says ${number.text}, which is no figure of ${passage.rests.join(', ')}${nearest(number, named)}. npm run evidence -- --id O-NN --figures lists them.`,
    );
  }
  return problems;
}

function nearest(number: WrittenNumber, named: readonly { name: string; value: number }[]): string {
  const off = ({ value }: { value: number }): number => Math.abs(value - number.value);
  const [best] = [...named].sort((a, b) => off(a) - off(b));
  return best ? `; the nearest is ${Number(best.value.toPrecision(6))} (${best.name})` : '';
}
