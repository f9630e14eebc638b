// Runs the Playwright journeys against the built page with whatever browser there is.
import { findBrowser } from './browser.mjs';
import { run } from './run.mjs';

const browser = await findBrowser();
if (!browser) {
  console.error('No Chromium could be found or installed; set CHROMIUM_PATH to one.');
  process.exit(1);
}
process.exit(
  run('playwright', ['test', ...process.argv.slice(2)], {
    env: { ...process.env, CHROMIUM_PATH: browser },
  }),
);
