// The two lists of the house, src/engine/allocators/list.txt and src/engine/programs/list.txt, as modules.
// A part of every model (or program) that must not be loaded everywhere has a module of its own beside
// them, in listed/: their imports are plain ones, so that compiler, bundler and layer check see what is
// missing. They are written whenever something reads them (see docs/decisions/0004) and not kept in the
// repository. Dependency-free: it also runs right after npm ci.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * What is written from each list: module → file in each folder, what that exports, and what the module does.
 * Of a model the part is exported itself; of a folder of programs a table by their names.
 */
const LISTS = {
  models: {
    folder: 'src/engine/allocators',
    modules: {
      defs: ['def.ts', 'def', 'DEFS'],
      heaps: ['index.ts', 'create', 'HEAPS'],
      words: ['words.ts', 'WORDS', 'WORDS'],
      shown: ['shown.ts', 'SHOWN', 'SHOWN'],
    },
    entry: (key, local) => (key === local ? key : `${key}: ${local}`),
  },
  programs: {
    folder: 'src/engine/programs',
    modules: {
      defs: ['def.ts', 'DEFS', 'DEFS'],
      create: ['create.ts', 'CREATE', 'CREATE'],
      words: ['words.ts', 'WORDS', 'WORDS'],
    },
    entry: (_key, local) => `...${local}`,
  },
};

/** The file of a list, from the root. @param {'models' | 'programs'} kind */
export const listFile = (kind) => `${LISTS[kind].folder}/list.txt`;

/** Names in the text of a list, in order. @throws when a line is none, or there twice */
export function namesIn(text, file) {
  const names = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  for (const [i, name] of names.entries()) {
    if (!NAME.test(name))
      throw new Error(
        `${file}: "${name}" is no name; names are small letters, digits and hyphens.`,
      );
    if (names.indexOf(name) !== i) throw new Error(`${file}: ${name} is there twice.`);
  }
  if (names.length === 0) throw new Error(`${file} has no names.`);
  return names;
}

/** Names of a list, in order. @param {'models' | 'programs'} kind */
export function readList(kind, root = ROOT) {
  const file = listFile(kind);
  return namesIn(readFileSync(path.join(root, file), 'utf8'), file);
}

/** The text of one module. */
function moduleText({ entry }, names, [file, exported, all]) {
  const parts = names.map((name) => {
    const local = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    return { name, local, key: local === name ? name : `'${name}'` };
  });
  return [
    '// Written by scripts/lists.mjs from ../list.txt: edit the list. Not kept in the repository.',
    ...parts.map(
      ({ name, local }) => `import { ${exported} as ${local} } from '../${name}/${file}';`,
    ),
    '',
    `export const ${all} = {`,
    ...parts.map(({ key, local }) => `  ${entry(key, local)},`),
    '} as const;',
    '',
  ].join('\n');
}

/** Writes a file unless it says so already, so that what watches it only sees changes. */
function writeIfOther(file, text) {
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    // It is not there yet.
  }
  // Several processes may do this at a time, and none must read half a file.
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, text);
  renameSync(whole, file);
}

/** Files that folders of a list should have and do not, a sentence for each folder. */
function missing({ folder, modules }, names, root) {
  const files = Object.values(modules).map(([file]) => file);
  return names.flatMap((name) => {
    const gone = files.filter((file) => !existsSync(path.join(root, folder, name, file)));
    return gone.length === 0
      ? []
      : [`${folder}/list.txt names ${name}, but ${folder}/${name} has no ${gone.join(', no ')}.`];
  });
}

/**
 * Brings the modules of both lists up to date.
 * @throws when a list cannot be read, or when a folder lacks a part; by then the modules name it, so that
 *   nothing compiles without it
 */
export function writeLists(root = ROOT) {
  const problems = [];
  for (const [kind, list] of Object.entries(LISTS)) {
    const names = readList(kind, root);
    const folder = path.join(root, list.folder, 'listed');
    mkdirSync(folder, { recursive: true });
    const files = Object.keys(list.modules).map((name) => `${name}.ts`);
    for (const file of readdirSync(folder))
      if (file.endsWith('.ts') && !files.includes(file)) rmSync(path.join(folder, file));
    for (const [name, part] of Object.entries(list.modules))
      writeIfOther(path.join(folder, `${name}.ts`), moduleText(list, names, part));
    problems.push(...missing(list, names, root));
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** The same for a script: says in a sentence what is wrong with the lists, and ends it. */
export function listsOrExit() {
  try {
    writeLists();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

/** For Vite: modules are up to date before anything is read, and again when a list changes meanwhile. */
export const listsPlugin = () => ({
  name: 'lists',
  config: () => writeLists(),
  configureServer({ watcher }) {
    const files = Object.keys(LISTS).map((kind) => path.join(ROOT, listFile(kind)));
    watcher.add(files);
    watcher.on('change', (file) => {
      if (!files.includes(path.normalize(file))) return;
      try {
        writeLists();
      } catch (error) {
        console.error(error.message);
      }
    });
  },
});

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  listsOrExit();
