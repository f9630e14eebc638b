// Bundles each unit test with what it imports, and lets Node load the bundle. Under the test runner's own
// module transform every imported constant is a property look-up, which makes the engine two to six times
// slower than in the browser; in a bundle it is a local of one module. In the runner's eyes a test file
// only imports its bundle: path filters, snapshots, fixtures and source lines are those of the sources.
//
// A bundle is kept with a list of what went into it. While that is unchanged it is used again, and a
// quick run (npm run check) leaves out the test files that passed with the same.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FOLDER = path.join(ROOT, 'node_modules/.cache/slabscope/tests');
const TEST = /\.test\.tsx?$/;
/** The setup file that tests share; bundled as they are. */
const SETUP = /\/testing\/fuzz\.ts$/;
/** Bundles of earlier sources that nobody can be running any more. */
const OLD_MS = 3_600_000;
/** What may be read beside the modules of a bundle: such a test is not left out. */
const READS = /from ?["']node:(fs|child_process)|import\.meta\.glob/;

interface Kept {
  /** Modules of the project in the bundle. */
  readonly inputs: readonly string[];
  /** Digest of all that the bundle, and what it says, depends on. */
  readonly digest: string;
  readonly bundle: string;
  /** Whether the digest says all there is to say. */
  readonly whole: boolean;
  /** The digest with which the test file last passed a quick run. */
  readonly passed?: string;
}

const nameOf = (file: string): string => path.relative(ROOT, file).replace(/[^\w.-]+/g, '-');
const keptFile = (file: string): string => path.join(FOLDER, `${nameOf(file)}.json`);

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(keptFile(file), 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}

/** Writes whole or not at all: another run may be reading. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** Digest of a test file's inputs, its snapshots, and the packages. */
function digestOf(file: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  const snapshots = path.join(path.dirname(file), '__snapshots__', `${path.basename(file)}.snap`);
  for (const input of [...inputs, snapshots, path.join(ROOT, 'package-lock.json')]) {
    hash.update(input);
    if (existsSync(input)) hash.update(readFileSync(input));
  }
  return hash.digest('hex');
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

/** One module of a file and all of the project that it imports; packages stay outside. */
async function make(file: string): Promise<Kept> {
  const made = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    plugins: [ownAddress()],
    build: {
      ssr: file,
      write: false,
      target: 'node20',
      minify: false,
      sourcemap: 'hidden',
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [{ output }] = (Array.isArray(made) ? made : [made]) as Rolldown.RolldownOutput[];
  const [{ code, map, moduleIds }] = output;
  if (!map) throw new Error(`${file}: the bundle has no source map`);
  // The bundler counts from dist; stack traces want whole paths.
  map.sources = map.sources.map((source) => path.resolve(ROOT, 'dist', source));
  const inline = Buffer.from(map.toString()).toString('base64');
  const text = `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`;
  const name = nameOf(file);
  for (const other of readdirSync(FOLDER)) {
    const old = path.join(FOLDER, other);
    if (other.startsWith(`${name}.`) && other.endsWith('.mjs'))
      if (Date.now() - statSync(old).mtimeMs > OLD_MS) rmSync(old, { force: true });
  }
  // Named by its content: Node loads a file once.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const bundle = path.join(FOLDER, `${name}.${hash}.mjs`);
  write(bundle, text);
  // A text that is imported has a query.
  const files = moduleIds.map((id) => id.replace(/\?.*$/, ''));
  const inputs = files.filter((file) => path.isAbsolute(file) && existsSync(file));
  const whole = !READS.test(code) && !inputs.some((id) => READS.test(readFileSync(id, 'utf8')));
  const kept: Kept = { inputs, digest: digestOf(file, inputs), bundle, whole };
  write(keptFile(file), JSON.stringify(kept));
  return kept;
}

/** The bundle of a test file: the one that is kept, or a new one. */
async function bundleOf(file: string): Promise<Kept> {
  const kept = read(file);
  const fresh =
    kept?.whole && existsSync(kept.bundle) && digestOf(file, kept.inputs) === kept.digest;
  return fresh ? kept : make(file);
}

/** Test files that passed a quick run as they are, with all that they import. */
export const unchanged = (files: readonly string[]): string[] =>
  files.filter((file) => {
    const kept = read(path.join(ROOT, file));
    return kept?.whole === true && kept.passed === digestOf(path.join(ROOT, file), kept.inputs);
  });

/** Notes that a test file passed a quick run. */
export function remember(file: string): void {
  const kept = read(file);
  if (kept) write(keptFile(file), JSON.stringify({ ...kept, passed: kept.digest }));
}

/** The plugin for vitest.config.ts. */
export function bundleTests(): Plugin {
  mkdirSync(FOLDER, { recursive: true });
  return {
    name: 'bundle-tests',
    enforce: 'pre',
    async load(id) {
      const file = id.replace(/\?.*$/, '');
      if (!TEST.test(file) && !SETUP.test(file)) return null;
      const { bundle, inputs } = await bundleOf(path.normalize(file));
      for (const input of inputs) this.addWatchFile(input);
      return `await import(${JSON.stringify(pathToFileURL(bundle).href)});`;
    },
  };
}
