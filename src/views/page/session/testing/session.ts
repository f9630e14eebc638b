import type { Recipe } from '../../../../engine/recipe.ts';
import { Lane } from '../../../../live/lane.ts';
import { Lockstep, type Tab } from '../../../../live/lockstep.ts';
import { rafPending } from '../../../../live/raf.ts';
import { createAppStore } from '../../../../state/store.ts';
import { ChannelWorker } from '../../../../worker/testing/channel.ts';
import { follow } from '../run.ts';
import { createSession, type Session } from '../session.ts';

/** The browser's tab, hidden and brought back by a test. */
export class TestTab implements Tab {
  hidden = false;
  private readonly listeners: (() => void)[] = [];
  addEventListener(_type: 'visibilitychange', listener: () => void): void {
    this.listeners.push(listener);
  }
  hide(hidden: boolean): void {
    this.hidden = hidden;
    for (const listener of this.listeners) listener();
  }
}

/**
 * A session over real lanes, without a browser: frames are drawn when the event loop turns.
 * @param now the page's wall clock, ms; undefined: the machine's
 */
export function openSession(
  recipe: Recipe,
  now?: () => number,
): { session: Session; tab: TestTab; close(): Promise<void> } {
  globalThis.requestAnimationFrame ??= (draw) => Number(setTimeout(() => draw(performance.now())));
  const tab = new TestTab();
  const lockstep = new Lockstep(() => new Lane(() => new ChannelWorker(), now), tab);
  const session = createSession(createAppStore(recipe), lockstep);
  const letGo = follow(session);
  return {
    session,
    tab,
    close: async () => {
      letGo();
      for (const lane of lockstep.lanes) lane.dispose();
      // The page's one animation frame is asked for in this thread: the next test has its own.
      while (rafPending()) await new Promise((next) => setTimeout(next, 1));
    },
  };
}
