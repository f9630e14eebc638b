import type { FromJob, ToJob } from './jobs.ts';
import type { WorkerLike } from './link.ts';
import type { FromLane, ToLane } from './protocol.ts';

/** The one place that starts workers: there is one script for all of them, and the engine is in it alone. */
const start = (): Worker =>
  new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });

/** A worker for a lane. */
export const spawnLane = (): WorkerLike<ToLane, FromLane> =>
  start() as unknown as WorkerLike<ToLane, FromLane>;

/** A worker for the pool. */
export const spawnJob = (): WorkerLike<ToJob, FromJob> =>
  start() as unknown as WorkerLike<ToJob, FromJob>;
