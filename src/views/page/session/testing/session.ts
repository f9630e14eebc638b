import type { Recipe } from '../../../../engine/recipe.ts';
import { createSimulation } from '../../../../engine/simulation.ts';
import { Lane } from '../../../../live/lane.ts';
import { Lockstep } from '../../../../live/lockstep.ts';
import { createAppStore } from '../../../../state/store.ts';
import type { WorkerLike } from '../../../../worker/client.ts';
import { Host, type HostPort } from '../../../../worker/host.ts';
import type { FromWorker, ToWorker } from '../../../../worker/protocol.ts';
import { follow } from '../run.ts';
import { createSession, type Session } from '../session.ts';

/** A worker in this thread: the real host behind a real MessageChannel. */
class ChannelWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  private readonly channel = new MessageChannel();
  private terminated = false;

  constructor() {
    const { port1, port2 } = this.channel;
    port1.onmessage = (event) => this.onmessage?.(event as MessageEvent<FromWorker>);
    const port: HostPort = {
      onmessage: null,
      postMessage: (message, transfer) => port2.postMessage(message, transfer ?? []),
    };
    port2.onmessage = (event) => port.onmessage?.(event as MessageEvent<ToWorker>);
    new Host(port, {
      createSimulation,
      now: () => performance.now(),
      schedule: (slice) => setImmediate(() => !this.terminated && slice()),
    });
  }
  postMessage(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (!this.terminated) this.channel.port1.postMessage(message, transfer);
  }
  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
    this.channel.port2.close();
  }
}

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
