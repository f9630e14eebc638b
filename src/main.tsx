import './live/commits.ts';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import { installProbe } from './live/idle.ts';
import { Lane } from './live/lane.ts';
import { Lockstep } from './live/lockstep.ts';
import { createAppStore } from './state/store.ts';
import { recipeOf, syncUrl } from './state/url.ts';
import { Page } from './views/page/layout.tsx';
import { follow } from './views/page/session/run.ts';
import { createSession } from './views/page/session/session.ts';
import './views/theme/tokens.css';
import './views/app.css';
import { applyEmbedding } from './views/shell/embed.ts';
import { loadRest } from './views/shell/lazily.tsx';
import { applyTheme, initialTheme } from './views/shell/theme.ts';

/** Composition root: the only file that sees everything. */
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
const theme = initialTheme();
applyTheme(theme, false);
const { recipe, problems } = recipeOf(location.hash);
const store = createAppStore(recipe, { theme });
store.getState().report(problems);
syncUrl(store, window);
const lockstep = new Lockstep(() => new Lane());
installProbe(lockstep);
const options = new URLSearchParams(location.search);
applyEmbedding(options, document.documentElement);
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the page works as well, only not offline.
  navigator.serviceWorker.register('./sw.js').catch(() => undefined);
}
const session = createSession(store, lockstep, options.get('audit') === '1');
follow(session);
const first = lockstep.lanes[0].hub.subscribe(() => {
  first();
  void loadRest();
});
createRoot(root).render(<Page session={session} />);
