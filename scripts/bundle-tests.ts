// Bundles each unit test with what it imports. Under the test runner's own module transform every
// imported constant is a property look-up, which makes the engine two to six times slower than in the
// browser; in a bundle it is a local of one module. The bundle takes the place of the test file in the
// runner's eyes, so that path filters, snapshots and source lines are those of the sources.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

/** Tests, and the setup file that they share: nothing else reaches the runner untransformed. */
const BUNDLED = /\.test\.tsx?$|\/testing\/fuzz\.ts$/;

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
async function bundle(file: string, root: string): Promise<Rolldown.OutputChunk> {
  const made = await build({
    root,
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
  return output[0];
}

/** The plugin for vitest.config.ts. */
export function bundleTests(): Plugin {
  let root = process.cwd();
  return {
    name: 'bundle-tests',
    enforce: 'pre',
    configResolved(config) {
      root = config.root;
    },
    async load(id) {
      const file = id.replace(/\?.*$/, '');
      if (!BUNDLED.test(file)) return null;
      const { code, map, moduleIds } = await bundle(file, root);
      for (const source of moduleIds) if (path.isAbsolute(source)) this.addWatchFile(source);
      if (!map) throw new Error(`${file}: the bundle has no source map`);
      // The bundler counts from a folder of its own; stack traces want whole paths.
      const sources = map.sources.map((source) => path.resolve(root, 'dist', source));
      return { code, map: { ...JSON.parse(map.toString()), sources } };
    },
  };
}
