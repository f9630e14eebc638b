import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Lane } from '../../live/lane.ts';
import { loadRest } from '../shell/lazily.tsx';
import { Page } from './layout.tsx';
import type { Session } from './session/session.ts';

/**
 * Puts the page around a session on screen. What the first picture can do without is loaded after it.
 * @returns settled once all of the page is there
 */
export async function mount(root: HTMLElement, session: Session): Promise<void> {
  // At once, so that canvases are there for the first frame.
  flushSync(() => createRoot(root).render(<Page session={session} />));
  await painted(session.lockstep.lanes[0]);
  await loadRest();
}

/** Until the lane's first frame has been painted. */
function painted({ hub }: Lane): Promise<void> {
  return new Promise((resolve) => {
    const stop = hub.subscribe(() => {
      stop();
      // Canvases hear their size in this animation frame and paint in the next.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    });
  });
}
