import { Pool, poolSize } from '../worker/pool.ts';
import { spawnJob } from '../worker/spawn.ts';

let pool: Pool | undefined;

/** The page's pool of workers, made when the first job is asked for: the cores are shared by all views. */
export function jobs(): Pool {
  pool ??= new Pool({ spawn: spawnJob, size: poolSize(globalThis.navigator?.hardwareConcurrency) });
  return pool;
}
