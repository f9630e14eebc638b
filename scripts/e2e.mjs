// Runs the Playwright journeys against the built page with whatever browser there is, on a port of
// their own: another server of this page, or of another copy of it, must not answer for it.
import { createServer } from 'node:net';
import { findBrowser } from './browser.mjs';
import { run } from './run.mjs';
import { seedOf } from './seed.mjs';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, 'localhost', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const browser = await findBrowser();
if (!browser) {
  console.error('No Chromium could be found or installed; set CHROMIUM_PATH to one.');
  process.exit(1);
}
process.exit(
  run('playwright', ['test', ...process.argv.slice(2)], {
    env: {
      ...process.env,
      CHROMIUM_PATH: browser,
      E2E_PORT: String(await freePort()),
      SEED: seedOf({ deep: false }),
    },
  }),
);
