import './live/commits.ts';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import { installProbe } from './live/idle.ts';
import { Lane } from './live/lane.ts';
import { Lockstep } from './live/lockstep.ts';
import { createAppStore } from './state/store.ts';
import { recipeOf, syncUrl } from './state/url.ts';
import { App } from './views/app.tsx';
import './views/theme/tokens.css';
import './views/app.css';
import { applyEmbedding } from './views/shell/embed.ts';
import { applyTheme, initialTheme } from './views/shell/theme.ts';

/** Composition root: the only file that sees everything. */
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
applyTheme(initialTheme(), false);
const { recipe, problems } = recipeOf(location.hash);
const store = createAppStore(recipe);
store.getState().report(problems);
syncUrl(store, window);
const lockstep = new Lockstep(() => new Lane());
installProbe(lockstep);
const options = new URLSearchParams(location.search);
const audit = options.get('audit') === '1';
applyEmbedding(options, document.documentElement);
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the page works as well, only not offline.
  navigator.serviceWorker.register('./sw.js').catch(() => undefined);
}
createRoot(root).render(<App store={store} lockstep={lockstep} audit={audit} />);
