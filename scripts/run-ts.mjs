// Bundles a TypeScript entry for Node and runs it: run-ts.mjs <entry> [arguments].
// Nothing but the entry writes to standard output.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { listsOrExit } from './lists.mjs';
import { root } from './run.mjs';

const [entry, ...args] = process.argv.slice(2);
const outDir = path.join(
  root,
  'node_modules/.cache/slabscope',
  entry.replace(/[^a-z0-9]+/gi, '-'),
  String(process.pid),
);
listsOrExit();
mkdirSync(outDir, { recursive: true });
await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: path.join(root, entry),
    outDir,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rollupOptions: { output: { entryFileNames: 'main.mjs' } },
  },
});
process.argv = [process.argv[0], path.join(root, entry), ...args];
await import(pathToFileURL(path.join(outDir, 'main.mjs')).href);
