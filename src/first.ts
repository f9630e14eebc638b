import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './views/theme/tokens.css';
import './views/app.css';
import { keepEarlyKeys } from './live/early-keys.ts';
import { startAhead } from './worker/spawn.ts';

/** The page's entry: small, so that the first worker is on its way before the rest of the page is read. */
keepEarlyKeys();
startAhead();
import('./main.ts').catch((error: unknown) => {
  document.body.textContent = 'Slabscope could not be loaded. Reload the page to try again.';
  throw error;
});
