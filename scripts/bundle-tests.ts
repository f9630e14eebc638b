// Bundles the unit tests, all in one go, and lets Node load the bundles. Under the test runner's own module
// transform every imported constant is a property look-up, which makes the engine two to six times slower
// than in the browser; in a bundle it is a local of one module. In the runner's eyes a test file only
// imports its bundle: path filters, snapshots, fixtures and source lines are those of the sources.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, normalizePath, type Plugin } from 'vite';

const ROOT = normalizePath(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const CACHE = path.posix.join(ROOT, 'node_modules/.cache/slabscope/tests');
/** Bundles of this process: others may run at the same time. */
const FOLDER = path.posix.join(CACHE, String(process.pid));
const PASSED = path.posix.join(CACHE, 'passed.json');
/** The setup file that tests share; bundled as they are. */
const SETUP = 'src/base/testing/fuzz.ts';
const TEST = /\.test\.tsx?$/;

/** A bundled file. */
interface Bundle {
  readonly file: string;
  /** Files of the project that are in it. */
  readonly inputs: readonly string[];
}

/** Test files, from the root. */
export const testFiles = (): string[] =>
  readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => TEST.test(file))
    .map((file) => `src/${normalizePath(file)}`);

/** Options of the runner whose value is an argument of its own. */
const VALUED = ['-t', '--testNamePattern', '-c', '--config'];

/** Of the test files those that the command line asks for, by parts of their paths; all when it names none. */
function wantedFiles(): string[] {
  // The runner, its command, and what follows.
  const given = process.argv.slice(3);
  const parts = given
    .filter((arg, i) => !arg.startsWith('-') && !VALUED.includes(given[i - 1]))
    .map((arg) => normalizePath(arg).replace(/:\d+$/, ''));
  const all = testFiles();
  const wanted = all.filter((file) => parts.some((part) => `${ROOT}/${file}`.includes(part)));
  return wanted.length > 0 ? wanted : all;
}

/** Modules keep their own address in a bundle: fixtures are found beside the file that names them. */
const ownAddress = (): Plugin => ({
  name: 'own-address',
  transform: {
    order: 'pre',
    filter: { id: /\.tsx?$/, code: 'import.meta.url' },
    handler: (code, id) => ({
      code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
      // No line moves, so the positions stay what they are.
      map: null,
    }),
  },
});

/** Bundles files with what they import of the project; packages stay outside. */
async function bundle(files: readonly string[]): Promise<Map<string, Bundle>> {
  const bundles = new Map<string, Bundle>();
  const report: Plugin = {
    name: 'report-bundles',
    generateBundle(_, output) {
      for (const chunk of Object.values(output)) {
        if (chunk.type !== 'chunk' || !chunk.isEntry || !chunk.facadeModuleId) continue;
        const inputs = new Set<string>();
        const add = (id: string): void => {
          // A text that is imported has a query.
          const file = id.replace(/\?.*$/, '');
          if (inputs.has(id) || !existsSync(file)) return;
          inputs.add(id);
          const info = this.getModuleInfo(id);
          for (const next of info?.importedIds ?? []) add(next);
          for (const next of info?.dynamicallyImportedIds ?? []) add(next);
        };
        add(chunk.facadeModuleId);
        bundles.set(chunk.facadeModuleId, {
          file: path.join(FOLDER, chunk.fileName),
          inputs: [...inputs].map((id) => id.replace(/\?.*$/, '')).sort(),
        });
      }
    },
  };
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: [ownAddress(), report],
    build: {
      ssr: true,
      outDir: FOLDER,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: 'inline',
      rolldownOptions: {
        input: Object.fromEntries(files.map((file) => [file.replace(/\W+/g, '-'), file])),
        output: {
          // Named by their content: Node loads a file once.
          entryFileNames: '[name].[hash].mjs',
          chunkFileNames: '[name].[hash].mjs',
          topLevelVar: false,
          // One engine for all, so that Node compiles it once for a thread.
          codeSplitting: {
            groups: [{ name: 'engine', test: /src\/(base|engine)\/(?!.*\.test\.)/ }],
          },
        },
      },
    },
  });
  return bundles;
}

/** What tests have read beside modules: such a file is not left out. */
const READS = /from ?["']node:(fs|child_process)/;

/** Digest of what a test file says and imports, of its snapshots and the packages. */
function digestOf(file: string, { inputs }: Bundle): string | undefined {
  const hash = createHash('sha256');
  const snapshots = path.join(path.dirname(file), '__snapshots__', `${path.basename(file)}.snap`);
  for (const input of [...inputs, snapshots, path.join(ROOT, 'package-lock.json')]) {
    const text = existsSync(input) ? readFileSync(input, 'utf8') : '';
    if (READS.test(text)) return undefined;
    hash.update(input).update(text);
  }
  return hash.digest('hex');
}

/**
 * The bundles of this process; made when first wanted, and again after a change. They are of the process,
 * because the runner loads this module once for its configuration and once for a reporter.
 */
const shared = globalThis as { bundlesOfTests?: Promise<Map<string, Bundle>> | undefined };
function bundles(): Promise<Map<string, Bundle>> {
  if (!shared.bundlesOfTests) {
    forgetTheDead();
    mkdirSync(FOLDER, { recursive: true });
    const files = [...wantedFiles(), SETUP].map((file) => path.posix.join(ROOT, file));
    shared.bundlesOfTests = bundle(files);
  }
  return shared.bundlesOfTests;
}
/** Removes what processes left that were ended before they could. */
function forgetTheDead(): void {
  if (!existsSync(CACHE)) return;
  for (const name of readdirSync(CACHE)) {
    if (/^\d+$/.test(name) && !isAlive(Number(name)))
      rmSync(path.posix.join(CACHE, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's is alive, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

function readPassed(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(PASSED, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Test files that passed a quick run with all that they import as it is now. */
export async function unchanged(): Promise<string[]> {
  const passed = readPassed();
  const now = await bundles();
  return testFiles().filter((file) => {
    const full = path.posix.join(ROOT, file);
    const of = now.get(full);
    const digest = of && digestOf(full, of);
    return digest !== undefined && passed[file] === digest;
  });
}

/** Notes test files that passed a quick run. */
export async function remember(files: readonly string[]): Promise<void> {
  const now = await bundles();
  const passed = readPassed();
  for (const full of files) {
    const of = now.get(full);
    const digest = of && digestOf(full, of);
    if (digest !== undefined) passed[path.posix.relative(ROOT, full)] = digest;
  }
  writeFileSync(PASSED, JSON.stringify(passed));
}

/** The plugin for vitest.config.ts. */
export function bundleTests(): Plugin {
  return {
    name: 'bundle-tests',
    enforce: 'pre',
    watchChange() {
      shared.bundlesOfTests = undefined;
    },
    async load(id) {
      const file = id.replace(/\?.*$/, '');
      if (!TEST.test(file) && !file.endsWith(SETUP)) return null;
      const of = (await bundles()).get(file);
      if (!of) throw new Error(`${file}: there is no bundle of it`);
      for (const input of of.inputs) this.addWatchFile(input);
      return `await import(${JSON.stringify(pathToFileURL(of.file).href)});`;
    },
  };
}
