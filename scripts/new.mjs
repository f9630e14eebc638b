// Makes a new model, program or card from its template, ready to run:
//   npm run new-model -- <name> [--label "…"]     npm run new-program -- …     npm run new-card -- …
// A bad or taken name is refused with one sentence, and nothing is changed.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listFile, NAME, readList, writeLists } from './lists.mjs';
import { root, run } from './run.mjs';

const LABEL = /^[\p{L}\p{N}][\p{L}\p{N} ()+,./-]{0,39}$/u;
/** Names that a variable cannot have. */
const RESERVED = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false
  finally for function if implements import in instanceof interface let new null package private protected
  public return static super switch this throw true try typeof var void while with yield eval arguments
  undefined`.split(/\s+/),
);
/** Folders beside models and programs that are none. */
const NO_NAMES = ['listed', 'plain', 'testing'];
/** What links say beside knobs: see state/url.ts. */
const KEYS_OF_LINKS = ['e', 'act', 'l', 'at', 'note', 'focus', 'sel'];

const read = (file) => readFileSync(path.join(root, file), 'utf8');
const camel = (id) => id.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Source files of a folder, tests and what was written left out. */
const sources = (folder) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/(testing|listed)\//.test(file));

/** Keys of links that nothing uses yet, all from the letters of a name if they can be. */
function freeKeys(id, many) {
  const used = new Set(KEYS_OF_LINKS);
  for (const file of sources('src/engine')) {
    for (const [, key] of read(file).matchAll(/(?:\burl: |\bcost\()'([a-z0-9]+)'/g)) used.add(key);
  }
  const letters = id.replace(/[^a-z]/g, '');
  const all = [...new Set(`${letters}abcdefghijklmnopqrstuvwxyz0123456789`)];
  const candidates = all
    .filter((first) => /[a-z]/.test(first))
    .flatMap((first) => all.map((second) => first + second));
  return candidates.filter((key) => !used.has(key)).slice(0, many);
}

/** Ids of all programs: a folder may have several. */
const programIds = () =>
  sources('src/engine/programs')
    .filter((file) => file.endsWith('/def.ts'))
    .flatMap((file) => [...read(file).matchAll(/^ {2}id: '([^']+)'/gm)].map(([, id]) => id));

const CARDS = 'src/views/cards/registry.ts';
const cardIds = () => [...read(CARDS).matchAll(/^ {4}id: '([^']+)'/gm)].map(([, id]) => id);

/** A template's files: [file in the template, text]. */
const template = (kind) =>
  readdirSync(path.join(root, 'scripts/templates', kind), { recursive: true })
    .map((name) => String(name).split(path.sep).join('/'))
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => [name, read(`scripts/templates/${kind}/${name}`)]);

const KINDS = {
  model: {
    taken: (id) => readList('models').includes(id),
    folder: (id) => `src/engine/allocators/${id}`,
    lines: (id) => [[listFile('models'), (text) => `${text.trimEnd()}\n${id}\n`]],
    next: (id) => [
      `npm run unit -- allocators/${id} laws faults    its tests, every law under every program, its faults`,
      `npm run sim -- --set model=${id} --ops 100000    a run; npm start shows it`,
      'heap.ts: put your heap in the place of this one, with audit.ts, ledger.ts and view.ts, which walk it',
      'knobs.ts and words.ts: its knobs; def.ts: its features; states.ts and shown.ts: how it looks',
      'testing/faults.ts: ten faults that its audit must notice; testing/hints.ts: knobs that are hard to show',
    ],
  },
  program: {
    taken: (id) => readList('programs').includes(id) || programIds().includes(id),
    folder: (id) => `src/engine/programs/${id}`,
    lines: (id) => [[listFile('programs'), (text) => `${text.trimEnd()}\n${id}\n`]],
    next: (id) => [
      `npm run unit -- programs/${id} programs/laws    its tests, and what every program owes`,
      'npm run unit -- testing/laws    every model under it',
      `npm run sim -- --set workload=${id} --ops 100000    a run; npm start shows it`,
      'loop.ts: what its threads ask for; def.ts: what it is and what it leaves out',
      'knobs.ts and words.ts: its knobs; testing/settings.ts, if the laws need smaller values of them',
      'docs/programs.md: a line in the table',
    ],
  },
  card: {
    taken: (id) => cardIds().includes(id),
    file: (id) => `src/views/cards/${id}.tsx`,
    lines: (id, label) => [[CARDS, (text) => withCard(text, id, label)]],
    next: (id, label) => [
      `npm start, and in the palette (Ctrl K) “Show the view: ${label}”: it is hidden until somebody does`,
      `src/views/cards/${id}.tsx: its finding, its drawing, its table`,
      `${CARDS}: the features it needs, its place, whether it is there by default`,
      'npm run screens, when it is there by default: look at the pictures before you commit them',
    ],
  },
};

/** The list of cards with one more, hidden until somebody chooses it, behind all others. */
function withCard(text, id, label) {
  const orders = [...text.matchAll(/^ {4}order: (-?\d+),/gm)].map(([, order]) => Number(order));
  const end = '] as const satisfies readonly CardDef[];';
  if (!text.includes(end)) throw new Error(`${CARDS} is not as this script knows it.`);
  return text.replace(
    end,
    `  {
    id: '${id}',
    title: '${label}',
    needs: [],
    order: ${Math.max(...orders) + 10},
    byDefault: false,
    Card: lazily(async () => (await import('./${id}.tsx')).${capital(camel(id))}Card),
  },
${end}`,
  );
}

/** Why a name cannot be used, in a sentence. */
function refusal(kind, id, label) {
  const { taken, folder, file } = KINDS[kind];
  const usage = `npm run new-${kind} -- <name> [--label "…"]`;
  if (id === undefined) return `Say its name: ${usage}.`;
  if (!NAME.test(id) || id.length > 24)
    return `“${id}” is no name: small letters, digits and single hyphens, at most 24, a letter first.`;
  if (RESERVED.has(id) || NO_NAMES.includes(id)) return `“${id}” cannot be a name here.`;
  if (!LABEL.test(label)) return `“${label}” is no label: letters, digits and spaces, at most 40.`;
  if (taken(id)) return `There is a ${kind} ${id} already.`;
  const place = folder?.(id) ?? file(id);
  if (existsSync(path.join(root, place))) return `${place} is there already.`;
  const prefix = new RegExp(`^ {2}${camel(id)}[A-Z]\\w*: (int|real|bool|choice|text|cost)\\(`, 'm');
  const owner = sources('src/engine').find((source) => prefix.test(read(source)));
  return owner ? `${owner} has knobs whose names begin with ${camel(id)}.` : undefined;
}

/** Writes everything. @returns files made and changed, from the root */
function make(kind, id, label) {
  const { folder, file, lines } = KINDS[kind];
  const keys = freeKeys(id, 3);
  const name = camel(id);
  const key = name === id ? id : `'${id}'`;
  const fill = (text) =>
    text
      .replaceAll('__id__', id)
      .replaceAll('__Label__', label)
      .replaceAll('__knob__', name)
      .replaceAll('TemplateCard', `${capital(name)}Card`)
      .replaceAll('__key__: __name__', key === name ? key : `${key}: ${name}`)
      .replaceAll('__key__', key)
      .replaceAll('__name__', name)
      .replace(/__url(\d)__/g, (_, n) => keys[Number(n) - 1]);
  const made = template(kind).map(([from, text]) => [
    folder ? `${folder(id)}/${from}` : file(id),
    fill(text),
  ]);
  // All texts are there before anything is written.
  const changed = lines(id, label).map(([to, change]) => [to, change(read(to))]);
  for (const [to, text] of [...made, ...changed]) {
    mkdirSync(path.dirname(path.join(root, to)), { recursive: true });
    writeFileSync(path.join(root, to), text);
  }
  writeLists();
  const files = made.map(([to]) => to);
  run('biome', ['check', '--write', '--log-level=error', ...files], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { files, changed: changed.map(([to]) => to) };
}

const [kind, ...args] = process.argv.slice(2);
const at = args.indexOf('--label');
const given = at >= 0 ? (args.splice(at, 2)[1] ?? '') : undefined;
const [id, ...more] = args;
const label = given?.trim() ?? capital((id ?? '').replace(/-/g, ' '));
const reason =
  more.length > 0
    ? `What is “${more.join(' ')}” to be? A label of several words needs quotes.`
    : refusal(kind, id, label);
if (reason !== undefined) {
  console.error(reason);
  process.exit(1);
}
const { files, changed } = make(kind, id, label);
console.log(`Made the ${kind} ${id}, “${label}”:`);
for (const file of files) console.log(`  ${file}`);
console.log(`and a line in ${changed.join(', ')}.\n\nNext:`);
KINDS[kind].next(id, label).forEach((step, i) => {
  console.log(`  ${i + 1}. ${step}`);
});
console.log('CONTRIBUTING.md says more.');
