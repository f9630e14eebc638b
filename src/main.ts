import './live/commits.ts';
import { installProbe } from './live/idle.ts';
import { Lane } from './live/lane.ts';
import { whileLoading } from './live/loading.ts';
import { Lockstep } from './live/lockstep.ts';
import { createAppStore } from './state/store.ts';
import { isDeflated, loadPacker, recipeOf, syncUrl } from './state/url.ts';
import { follow } from './views/page/session/run.ts';
import { createSession, failed, show } from './views/page/session/session.ts';
import { applyEmbedding } from './views/shell/embed.ts';
import { keepOffline } from './views/shell/offline.ts';
import { FORGOTTEN, onForgotten } from './views/shell/storage.ts';
import { applyTheme, initialTheme, printLight } from './views/shell/theme.ts';

/** Composition root: the only file that sees everything. */
const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
const theme = initialTheme();
applyTheme(theme, false);
printLight();
// Without it the link is reported as one that cannot be read.
if (isDeflated(location.hash)) await loadPacker().catch(() => undefined);
const { recipe, problems } = recipeOf(location.hash);
const store = createAppStore(recipe, { theme });
store.getState().report(problems);
syncUrl(store, window);
onForgotten(() => store.getState().notify('info', FORGOTTEN));
const lockstep = new Lockstep(() => new Lane());
installProbe(lockstep);
const options = new URLSearchParams(location.search);
applyEmbedding(options, document.documentElement);
const session = createSession(store, lockstep, options.get('audit') === '1');
follow(session);
// Every command's outcome is shown; should a promise of anything else be dropped, that is, too.
addEventListener('unhandledrejection', ({ reason }) => show(session, failed(reason)));
// The run is on its way before React is read.
const page = import('./views/page/mount.tsx').then(({ mount }) => mount(root, session));
await whileLoading(page.then(() => loadPacker().catch(() => undefined)));
keepOffline(() =>
  store
    .getState()
    .notify('info', 'A new version of this page is there.', 'this run, in the address', 'reload'),
);
