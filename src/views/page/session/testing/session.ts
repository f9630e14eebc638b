import type { Recipe } from '../../../../engine/recipe.ts';
import { Lane } from '../../../../live/lane.ts';
import { Lockstep } from '../../../../live/lockstep.ts';
import { createAppStore } from '../../../../state/store.ts';
import { ChannelWorker } from '../../../../worker/testing/channel.ts';
import { follow } from '../run.ts';
import { createSession, type Session } from '../session.ts';

/** A session over real lanes, without a browser: frames are drawn when the event loop turns. */
export function openSession(recipe: Recipe): { session: Session; close(): void } {
  globalThis.requestAnimationFrame ??= (draw) => Number(setTimeout(() => draw(performance.now())));
  const lockstep = new Lockstep(() => new Lane(() => new ChannelWorker()));
  const session = createSession(createAppStore(recipe), lockstep);
  const letGo = follow(session);
  return {
    session,
    close: () => {
      letGo();
      for (const lane of lockstep.lanes) lane.dispose();
    },
  };
}
