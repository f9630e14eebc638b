// Bundles the engine once before the tests. Under the test runner's module transform every imported
// constant is a property look-up, which makes whole runs six times slower than in the browser; runs of
// full size therefore use this bundle (src/engine/testing/full-size.ts), small ones the sources.
import path from 'node:path';
import { build } from 'vite';
import { root } from './run.mjs';

export async function setup() {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: path.join(root, 'src/engine/testing/entry.ts'),
      outDir: path.join(root, 'node_modules/.cache/slabscope/engine'),
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'engine.mjs' } },
    },
  });
}
