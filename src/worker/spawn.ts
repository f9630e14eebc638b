import type { FromJob, ToJob } from './jobs.ts';
import type { WorkerLike } from './link.ts';
import type { FromLane, ToLane } from './protocol.ts';

/**
 * The one place that starts workers: there is one script for all of them, and the engine is in it alone. A sandboxed
 * frame has no origin, so that no script is of its own: there a text of its own imports it.
 */
function start(): Worker {
  // The bundler knows a worker's script by the words “new Worker(new URL”.
  class Worker extends globalThis.Worker {
    constructor(script: URL, options: WorkerOptions) {
      super(self.origin === 'null' ? importing(script) : script, options);
    }
  }
  return new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
}

/** The address of a module that does nothing but to import a script. */
const importing = (script: URL): string =>
  `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(script.href)};`)}`;

let ahead: Worker | undefined;

/** Starts the worker of the first lane before there is one: reading its script takes as long as reading the page's. */
export function startAhead(): void {
  ahead ??= start();
}

/** A worker for a lane. */
export function spawnLane(): WorkerLike<ToLane, FromLane> {
  const worker = ahead ?? start();
  ahead = undefined;
  return worker as unknown as WorkerLike<ToLane, FromLane>;
}

/** A worker for the pool. */
export const spawnJob = (): WorkerLike<ToJob, FromJob> =>
  start() as unknown as WorkerLike<ToJob, FromJob>;
