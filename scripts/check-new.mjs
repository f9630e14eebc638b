// Makes a model, a program and a card in a copy of the project, and proves what CONTRIBUTING promises of
// them: they touch nothing but their own files and a line each, they compile, a part that is missing does
// not, they keep the layers and the laws, and what only runs need is not shipped to the page.
//   node scripts/check-new.mjs [--deep]    --deep: as many cases of the laws as npm test has
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './run.mjs';

const deep = process.argv.includes('--deep');
const MODEL = 'trialheap';
const PROGRAM = 'trial-loop';
const CARD = 'trial-fill';
const CARDS = 'src/views/cards/registry.ts';
const NOT_COPIED = [
  '.git',
  'node_modules',
  'dist',
  'test-results',
  'playwright-report',
  'coverage',
];

const copy = mkdtempSync(path.join(os.tmpdir(), 'slabscope-new-'));
const at = (file) => path.join(copy, file);
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Runs a script of the copy. */
function node(...args) {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  const done = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', env });
  return { ok: done.status === 0, out: `${done.stdout}${done.stderr}` };
}
function fail(what, out = '') {
  console.error(`${what}\n${out}`);
  process.exit(1);
}
let since = Date.now();
/** Goes on only if something holds. */
function check(what, holds, out) {
  if (!holds) fail(`Does not hold: ${what}`, out);
  console.log(`${((Date.now() - since) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  since = Date.now();
}

/** Text of each file of the copy, those that are ignored left out. */
function files() {
  const all = new Map();
  for (const name of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    const file = path.relative(copy, path.join(name.parentPath, name.name));
    if (!name.isFile() || /(^|\/)(node_modules|listed|dist)\//.test(file.replaceAll('\\', '/')))
      continue;
    all.set(file.split(path.sep).join('/'), readFileSync(at(file), 'latin1'));
  }
  return all;
}
/** Files of `now` that are new, and those that are other than they were, with the lines that were added. */
function difference(before, now) {
  const made = [...now.keys()].filter((file) => !before.has(file));
  const changed = [...before.keys()].filter((file) => now.get(file) !== before.get(file));
  const added = changed.flatMap((file) => {
    const old = new Set((before.get(file) ?? '').split('\n'));
    return (now.get(file) ?? '').split('\n').filter((line) => !old.has(line));
  });
  const lost = changed.filter((file) =>
    before
      .get(file)
      .split('\n')
      .some((line) => !now.get(file)?.split('\n').includes(line)),
  );
  return { made, changed, added, lost };
}

for (const name of readdirSync(root)) {
  if (!NOT_COPIED.includes(name)) cpSync(path.join(root, name), at(name), { recursive: true });
}
// Packages are the project's own; what tools keep between runs is not.
mkdirSync(at('node_modules'));
for (const name of readdirSync(path.join(root, 'node_modules'))) {
  if (name.startsWith('.') && name !== '.bin') continue;
  symlinkSync(path.join(root, 'node_modules', name), at(`node_modules/${name}`), 'junction');
}
// What the compiler knows of the project's files holds for theirs.
const KNOWN = 'node_modules/.cache/slabscope';
if (existsSync(path.join(root, KNOWN))) {
  mkdirSync(at(KNOWN), { recursive: true });
  for (const name of readdirSync(path.join(root, KNOWN)))
    if (name.endsWith('.tsbuildinfo')) cpSync(path.join(root, KNOWN, name), at(`${KNOWN}/${name}`));
}
const before = files();
check(`${before.size} files are copied`, before.size > 400);

const REFUSED = [
  ['model', [], /^Say its name/],
  ['model', ['Big'], /is no name/],
  ['model', ['tiny'], /^There is a model tiny already/],
  ['model', ['plain'], /cannot be a name/],
  ['model', ['cost'], /has knobs whose names begin with cost/],
  ['model', ['new'], /cannot be a name/],
  ['model', ['fine', '--label', "it's"], /is no label/],
  ['model', ['two', 'words'], /What is “words” to be/],
  ['program', ['larson-shared'], /^There is a program larson-shared already/],
  ['program', ['mixed'], /already/],
  ['card', ['trim'], /^There is a card trim already/],
  ['card', ['legend'], /is there already/],
];
for (const [kind, args, sentence] of REFUSED) {
  const { ok, out } = node('scripts/new.mjs', kind, ...args);
  const lines = out.trim().split('\n');
  if (ok || lines.length !== 1 || !sentence.test(lines[0]))
    fail(`new-${kind} ${args.join(' ')} is not refused as it should be:`, out);
}
const refused = difference(before, files());
check(
  'bad and taken names are refused in a sentence, and change nothing',
  refused.changed.length + refused.made.length === 0,
);

for (const [kind, id] of [
  ['model', MODEL],
  ['program', PROGRAM],
  ['card', CARD],
]) {
  const { ok, out } = node('scripts/new.mjs', kind, id);
  if (!ok) fail(`new-${kind} fails`, out);
}
const { made, changed, added, lost } = difference(before, files());
const OWN = [
  `src/engine/allocators/${MODEL}/`,
  `src/engine/programs/${PROGRAM}/`,
  `src/views/cards/${CARD}.tsx`,
];
check(
  'they touch their own files, a line of each list and an entry of the cards',
  made.every((file) => OWN.some((own) => file.startsWith(own))) &&
    changed.sort().join() ===
      ['src/engine/allocators/list.txt', 'src/engine/programs/list.txt', CARDS].join() &&
    lost.length === 0 &&
    added.length <= 7,
  [...made, ...changed, ...added].join('\n'),
);

const types = node('scripts/types.mjs');
check('they compile', types.ok, types.out);
const layers = node('scripts/layers.mjs');
check('they keep the layers', layers.ok, layers.out);
const written = [...made, CARDS];
const biome = node(
  'node_modules/@biomejs/biome/bin/biome',
  'check',
  '--error-on-warnings',
  ...written,
);
check('they are formatted', biome.ok, biome.out);
const oxlint = node('node_modules/oxlint/bin/oxlint', '--deny-warnings', ...written);
check('they are linted', oxlint.ok, oxlint.out);

const laws = node(
  'scripts/unit.mjs',
  ...(deep ? [] : ['--few']),
  '--reporter=dot',
  '-t',
  '[Tt]rial',
  MODEL,
  PROGRAM,
  'programs/laws',
  'testing/laws',
  'testing/faults',
  'views/counters',
  'views/models',
  'views/views',
);
const passed = Number(/Tests +(\d+) passed/.exec(laws.out)?.[1]);
check('they keep the laws, and the audit finds the faults', laws.ok && passed > 100, laws.out);

const build = node('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn');
check('they build', build.ok, build.out);
const scripts = readdirSync(at('dist/assets')).filter((name) => name.endsWith('.js'));
const having = (text) =>
  scripts.filter((name) => readFileSync(at(`dist/assets/${name}`), 'utf8').includes(text));
const page = readFileSync(at('dist/index.html'), 'utf8');
const inWorker = (name) => name.startsWith('engine.worker');
const HEAP = 'none can be pinned';
const WORDS = 'Memory that one mapping brings';
const SHOWN = 'Any thread allocates from any span';
const FINDING = 'less than half full';
const found = Object.fromEntries([HEAP, WORDS, SHOWN, FINDING].map((text) => [text, having(text)]));
check(
  'heaps are shipped in the worker alone, words and what is shown on the page alone, the card by itself',
  found[HEAP].length === 1 &&
    found[HEAP].every(inWorker) &&
    [WORDS, SHOWN, FINDING].every(
      (text) => found[text].length === 1 && !found[text].some(inWorker),
    ) &&
    !page.includes(found[FINDING][0]),
  JSON.stringify(found),
);

/** What the compiler has against the engine of the copy. */
const compiled = () => {
  const known = 'node_modules/.cache/slabscope/types-engine.tsbuildinfo';
  const options = ['--incremental', '--tsBuildInfoFile', known];
  return node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.engine.json', ...options);
};
writeFileSync(at(`src/engine/programs/${PROGRAM}/words.ts`), 'export const WORDS = {};\n');
const wordless = compiled();
check(
  'a knob without words does not compile',
  !wordless.ok && /programs\/words\.ts.*trialLoopKeep/.test(wordless.out),
  wordless.out,
);

// Names without parts, and a part that is gone.
appendFileSync(at('src/engine/allocators/list.txt'), 'ghost\n');
appendFileSync(at('src/engine/programs/list.txt'), 'ghost\n');
renameSync(at(`src/engine/allocators/${MODEL}/shown.ts`), at('gone.txt'));
const told = node('scripts/types.mjs');
const SAID = [
  'ghost has no def.ts, no index.ts, no words.ts, no shown.ts.',
  `${MODEL} has no shown.ts.`,
  'ghost has no def.ts, no create.ts, no words.ts.',
];
check(
  'a command says which parts of which folder are missing',
  !told.ok &&
    told.out.trim().split('\n').length === SAID.length &&
    SAID.every((text) => told.out.includes(text)),
  told.out,
);
const holes = compiled();
const NAMED = [
  ...['def', 'index', 'words', 'shown'].map(
    (part) => `allocators/listed/\\w+.ts.*'../ghost/${part}.ts'`,
  ),
  ...['def', 'create', 'words'].map((part) => `programs/listed/\\w+.ts.*'../ghost/${part}.ts'`),
  `allocators/listed/shown.ts.*'../${MODEL}/shown.ts'`,
].filter((message) => !new RegExp(message).test(holes.out));
check(
  'and nothing compiles without them',
  !holes.ok && NAMED.length === 0,
  [...NAMED, holes.out].join('\n'),
);
