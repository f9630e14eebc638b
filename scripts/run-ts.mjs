// Bundles a TypeScript entry for Node and runs it: run-ts.mjs <entry> [arguments].
// Nothing but the entry writes to standard output. A bundle is one file, named after what is in it, and is
// used again as long as no source has changed; of each entry the newest few are kept.
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { listsOrExit } from './lists.mjs';
import { root } from './run.mjs';

/** Bundles of one entry that are kept: branches that are worked on beside each other. */
const KEPT = 4;
/** A half-written bundle of a process that was ended is older than this, ms. */
const STALE_MS = 600_000;
/** What any bundle may be made of. */
const SOURCES = ['src', 'bench', 'package-lock.json', 'scripts/run-ts.mjs'];

const [entry, ...args] = process.argv.slice(2);
const home = path.join(root, 'node_modules/.cache/slabscope');
const slug = entry.replace(/[^a-z0-9]+/gi, '-');
const cache = path.join(home, 'run', slug);

/** Digest of all that a bundle may be made of. */
function digest() {
  const hash = createHash('sha256').update(`${entry}\0${process.version}\0`);
  const add = (file) => {
    const full = path.join(root, file);
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) add(`${file}/${name}`);
    } else if (!/\.(test\.tsx?|css|snap)$/.test(file)) {
      hash.update(`${file}\0`).update(readFileSync(full)).update('\0');
    }
  };
  for (const file of SOURCES) add(file);
  return hash.digest('hex').slice(0, 32);
}

/** The bundle as text; everything that the entry loads, at once or later, is in it. */
async function bundle() {
  const { build } = await import('vite');
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: path.join(root, entry),
      write: false,
      target: 'node20',
      minify: false,
      // Constants stay constants, as in the page's worker (vite.config.ts).
      rolldownOptions: { output: { codeSplitting: false, topLevelVar: false } },
    },
  });
  return output[0].code;
}

/** Forgets all but the newest bundles, what was left half written, and what earlier versions left. */
function prune() {
  rmSync(path.join(home, slug), { recursive: true, force: true });
  const all = readdirSync(cache).map((name) => {
    const file = path.join(cache, name);
    return { file, whole: name.endsWith('.mjs'), at: statSync(file).mtimeMs };
  });
  const whole = all.filter((one) => one.whole).sort((a, b) => b.at - a.at);
  const stale = all.filter((one) => !one.whole && Date.now() - one.at > STALE_MS);
  for (const { file } of [...whole.slice(KEPT), ...stale]) rmSync(file, { force: true });
}

listsOrExit();
const file = path.join(cache, `${digest()}.mjs`);
try {
  const now = new Date();
  utimesSync(file, now, now);
} catch {
  const code = await bundle();
  mkdirSync(cache, { recursive: true });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, code);
  renameSync(half, file);
  prune();
}
process.argv = [process.argv[0], path.join(root, entry), ...args];
await import(pathToFileURL(file).href);
