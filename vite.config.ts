import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, runnerImport } from 'vite';
import { CSP, HEADERS } from './scripts/headers.mjs';
import { listsPlugin } from './scripts/lists.mjs';
import { VERSION_MARK, versionOf } from './scripts/version.mjs';

/** The built page allows nothing but its own files; the dev server needs inline scripts, so only builds get it. */
const contentSecurityPolicy = (): Plugin => ({
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CSP },
      injectTo: 'head-prepend',
    },
    { tag: 'meta', attrs: { name: 'version', content: VERSION_MARK }, injectTo: 'head' },
  ],
});

/**
 * Writes the service worker with the list of files it keeps, so that the page works offline after its
 * first load. Its name changes with what the files hold; files come from the cache, the page itself from
 * the network while there is one.
 */
const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  generateBundle: {
    // The page is written by then.
    order: 'post',
    handler(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') throw new Error('there is no page to keep');
      const names = Object.keys(bundle).filter((name) => name !== page.fileName);
      const files = ['./', './icon.svg', ...names.map((name) => `./${name}`)];
      const version = versionOf(files, [page.source, readFileSync('public/icon.svg')]);
      // The page knows which version it is of.
      page.source = String(page.source).replace(VERSION_MARK, version);
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: SERVICE_WORKER.replace('__VERSION__', version).replace(
          '__FILES__',
          JSON.stringify(files),
        ),
      });
    },
  },
});

/**
 * A new version waits until no tab of the old one is open: those still load files that the server may no
 * longer have. Meanwhile a tab that is opened has the new page from the network, and its files with it.
 */
const SERVICE_WORKER = `const VERSION = '__VERSION__';
const CACHE = 'slabscope-' + VERSION;
const FILES = __FILES__;
self.addEventListener('message', (event) => {
  if (event.data && event.data.ask === 'version' && event.ports[0]) event.ports[0].postMessage(VERSION);
});
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match('./', { ignoreSearch: true })));
    return;
  }
  event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept || fetch(request)));
});
`;

/** What scenarios run is worked out here, so that what is said of them need not be loaded with it. */
const RUNS = '/src/engine/presets/runs.ts';
const foldScenarios = (): Plugin => ({
  name: 'fold-scenarios',
  apply: 'build',
  load: async (id) => {
    if (!id.endsWith(RUNS)) return undefined;
    const { module } = await runnerImport<Record<string, unknown>>(id, { configFile: false });
    return Object.entries(module)
      .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
      .join('\n');
  },
});

/** What the page's scripts load one after the other: all of it is fetched at once. */
const FIRST = ['src/main.ts', 'src/views/page/mount.tsx'];
const FONTS = /(inter|jetbrains-mono)-latin-wght-normal-[\w-]+\.woff2$/;
const preloadPage = (): Plugin => ({
  name: 'preload-page',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle = {} }) => {
      const wanted = new Set<string>();
      const add = (fileName: string): void => {
        const chunk = bundle[fileName];
        if (chunk?.type !== 'chunk' || wanted.has(fileName)) return;
        wanted.add(fileName);
        for (const other of chunk.imports) add(other);
      };
      for (const file of FIRST) {
        const chunk = Object.values(bundle).find(
          (part) => part.type === 'chunk' && part.facadeModuleId?.endsWith(file) === true,
        );
        if (!chunk) throw new Error(`no chunk begins with ${file}`);
        add(chunk.fileName);
      }
      const scripts = [...wanted]
        .filter((fileName) => !html.includes(fileName))
        .map((fileName) => ({ rel: 'modulepreload', crossorigin: true, href: `./${fileName}` }));
      // Fonts that the first picture is written in: text is laid out once.
      const fonts = Object.keys(bundle)
        .filter((fileName) => FONTS.test(fileName))
        .map((fileName) => ({
          rel: 'preload',
          as: 'font',
          type: 'font/woff2',
          crossorigin: true,
          href: `./${fileName}`,
        }));
      return [...scripts, ...fonts].map((attrs) => ({
        tag: 'link',
        attrs,
        injectTo: 'head' as const,
      }));
    },
  },
});

/**
 * What several parts of the page have in common comes in few files: a card is one request, not seven. What starts
 * the run is apart from React, so that it need not wait for it.
 */
const CHUNKS = [
  {
    name: 'first',
    test: /\/src\/(first|live\/early-keys|worker\/spawn)\.|vite\/preload-helper/,
    priority: 4,
  },
  { name: 'react', test: /\/node_modules\/(react|react-dom|scheduler)\//, priority: 3 },
  {
    name: 'data',
    test: /\/src\/(base|engine\/(?!presets)|engine\/presets\/(runs|variant)|live\/(?!jobs)|worker\/(?!pool|jobs)|state\/(?!squeeze)|draw\/(area|format|palette|scale)|views\/(models|page\/session\/(lesson|position|run|session)|shell\/(embed|storage|theme)|lane\/(axes|event-text)|side\/sentences)\b)/,
    priority: 2,
  },
  { name: 'stories', test: /\/src\/engine\/presets/, priority: 1 },
  {
    name: 'card',
    test: /\/src\/views\/(cards\/(card|chart|legend|live-table|registry|save-menu)|lane\/(band-groups|context)|page\/(context|texts|session\/(edits|lanes|panels|share|transport))|shell\/(files|redraws)|story\/terms)\./,
    priority: 1,
  },
];

/** What only the page reads of definitions, in the code that it stands in: sentences; keys of links, places in panels. */
const FOR_THE_PAGE = [
  /^ *(help|operation):\s*('(?:[^'\\\n]|\\.)*'|[A-Z]+),\n/gm,
  /^ *leavesOut:\s*\[(?:\s*'(?:[^'\\\n]|\\.)*',?)*\s*\],\n/gm,
  /^ *(url|group): '\w+',\n/gm,
];
/**
 * The workers' script is shipped without it: workers show nothing to anybody, and read no links.
 */
const withoutWords = (): Plugin => ({
  name: 'without-words',
  enforce: 'pre',
  transform(code, id) {
    if (
      !/\/src\/engine\/((programs|allocators)\/[\w-]+\/(def|knobs)|knobs\/(machine|shared)|programs\/shared|interventions)\.ts$/.test(
        id,
      )
    )
      return undefined;
    const shorter = FOR_THE_PAGE.reduce((left, words) => left.replace(words, ''), code);
    if (shorter === code) throw new Error(`${id} has nothing that only the page reads`);
    return { code: shorter, map: null };
  },
});

export default defineConfig({
  base: './',
  plugins: [
    listsPlugin(),
    foldScenarios(),
    react(),
    contentSecurityPolicy(),
    preloadPage(),
    offline(),
  ],
  worker: {
    format: 'es',
    plugins: () => [withoutWords()],
    // Constants stay constants (Vite makes them variables): the engine's own compiler then reckons with their
    // values, and runs of it take a sixth to a fifth less time.
    rolldownOptions: { output: { topLevelVar: false } },
  },
  build: {
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  server: { port: 5173 },
  preview: { headers: HEADERS },
});
