import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { documentNumbers } from '../documents.ts';
import { type Cell, cellsOf, type Experiment } from '../experiment.ts';
import { parseKept } from '../kept.ts';
import { EXPERIMENTS } from '../list.ts';
import { withoutTable } from '../page.ts';
import type { Grounds } from '../reader/check.ts';
import { codePassages } from '../reader/code-texts.ts';
import { markdownPassages } from '../reader/markdown.ts';
import type { Passage } from '../reader/passage.ts';
import { FILE_RESTS } from '../reader/registry.ts';
import { sourcePassages } from '../reader/source-texts.ts';
import { settingsOf } from '../reader/ties.ts';
import type { Rows } from '../results.ts';
import { type Verdict, verdictOf } from '../verdict.ts';

/** The project's files, as the tests of its words read them. Tests run in its root. */
export const PAGE = 'docs/evidence.md';

/** Kept readings of an experiment. Throws when they are missing or of something else. */
export function keptOf(experiment: Experiment): ReadonlyMap<string, Rows> {
  const file = `src/evidence/fixtures/${experiment.id}.json`;
  if (!existsSync(file))
    throw new Error(`${file} is missing: npm run evidence -- --id ${experiment.id} --keep`);
  const kept = parseKept(experiment, cellsOf(experiment), readFileSync(file, 'utf8'));
  if (!kept.ok) throw new Error(kept.error.message);
  return kept.value;
}

/** Kept readings of a run of it. */
export function keptRows(cell: Cell): Rows {
  const rows = keptOf(cell.experiment).get(cell.key);
  if (!rows) throw new Error(`${cell.experiment.id} keeps no run ${cell.key}`);
  return rows;
}

let verdicts: readonly Verdict[] | undefined;
/** Verdicts from kept readings, in the order of the list; made once. */
export function keptVerdicts(): readonly Verdict[] {
  verdicts ??= EXPERIMENTS.map((experiment) => verdictOf(experiment, keptOf(experiment)));
  return verdicts;
}

const filesIn = (folder: string, ends: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => ends.test(file))
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .sort();

/** Everything that users and readers are told, sentence by sentence. */
export function allPassages(): Passage[] {
  const pages = ['README.md', 'CHANGELOG.md', ...filesIn('docs', /\.md$/)];
  const written = pages.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const rests = FILE_RESTS[file] ?? [];
    return markdownPassages(file, file === PAGE ? withoutTable(text) : text).map((passage) =>
      passage.rests.length > 0 ? passage : { ...passage, rests },
    );
  });
  const views = filesIn('src/views', /(?<!\.test)\.tsx?$/).filter(
    (file) => !/\/testing\//.test(file),
  );
  return [
    ...written,
    ...codePassages(),
    ...views.flatMap((file) => sourcePassages(file, readFileSync(file, 'utf8'))),
    // What an experiment says must be in its own figures.
    ...EXPERIMENTS.filter(({ withdrawn }) => !withdrawn).map(({ id, says }) => ({
      file: `experiment ${id}`,
      text: says,
      rests: [id],
    })),
  ];
}

/** What sentences may rest on, as it is kept. */
export function keptGrounds(): Grounds {
  const byId = new Map(keptVerdicts().map((verdict) => [verdict.id as string, verdict]));
  const experiments = new Map(
    EXPERIMENTS.map((experiment) => [experiment.id as string, experiment]),
  );
  return {
    experiment(id) {
      const verdict = byId.get(id);
      const experiment = experiments.get(id);
      if (!verdict || !experiment) return undefined;
      return {
        figures: verdict.figures,
        settings: settingsOf(experiment),
        unsound: verdict.withdrawn
          ? 'which we have taken back'
          : verdict.outcome === 'holds'
            ? undefined
            : 'which does not hold under all its conditions',
      };
    },
    document: documentNumbers(),
    test: testText,
  };
}

/** What a test says, and what the fixtures say that it names. */
function testText(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/'(fixtures\/[\w-]+\.json)'/g)].map(([, name]) => name);
  const read = named.map((name) => readFileSync(path.join(path.dirname(file), name), 'utf8'));
  return [text, ...read].join('\n');
}
