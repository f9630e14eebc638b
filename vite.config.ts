import { createHash } from 'node:crypto';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { listsPlugin } from './scripts/lists.mjs';

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

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
  ],
});

/**
 * Writes the service worker with the list of files it keeps, so that the page works offline after its
 * first load. Its name changes with the files; files come from the cache, the page itself from the
 * network while there is one.
 */
const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  generateBundle(_options, bundle) {
    const files = ['./', './icon.svg', ...Object.keys(bundle).map((name) => `./${name}`)].filter(
      (name) => !name.endsWith('index.html'),
    );
    const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
    this.emitFile({
      type: 'asset',
      fileName: 'sw.js',
      source: SERVICE_WORKER.replace('__VERSION__', version).replace(
        '__FILES__',
        JSON.stringify(files),
      ),
    });
  },
});

const SERVICE_WORKER = `const CACHE = 'slabscope-__VERSION__';
const FILES = __FILES__;
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
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

/** What several parts of the page have in common comes in few files: a card is one request, not seven. */
const CHUNKS = [
  { name: 'data', test: /\/src\/(base|engine|draw\/(format|palette)|worker\/frame|views\/models)/ },
  {
    name: 'card',
    test: /\/src\/views\/(cards\/(card|chart|legend|live-table|save-menu)|lane\/band-groups|shell\/(files|picture))/,
  },
];

export default defineConfig({
  base: './',
  plugins: [listsPlugin(), react(), contentSecurityPolicy(), offline()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  server: { port: 5173 },
});
