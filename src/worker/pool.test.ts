import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstDivergence } from '../engine/divergence.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import type { Jobs } from './jobs.ts';
import { CallError } from './link.ts';
import { Pool, poolSize } from './pool.ts';
import { ChannelWorker, until } from './testing/channel.ts';

type Ask = Jobs['divergence'][0];
const knobs = { chunks: 64, threads: 2 };
/** Two lanes that part soon. */
const SHORT: Ask = {
  a: { knobs: resolveKnobs(knobs), edits: [] },
  b: {
    knobs: resolveKnobs(knobs),
    edits: [{ op: 500, lane: 0, knob: 'orphanPolicy', value: 'adopt' }],
  },
  maxOps: 20_000,
};
/** Two lanes that never part: nobody waits for the end of this search. */
const LONG: Ask = {
  a: { knobs: resolveKnobs({ ...knobs, succession: false, seconds: 3600 }), edits: [] },
  b: { knobs: resolveKnobs({ ...knobs, succession: false, seconds: 3600 }), edits: [] },
  maxOps: 1e9,
};

const pools: Pool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
  vi.useRealTimers();
});

function poolOf(size: number, clock?: { now: number }) {
  const workers: ChannelWorker[] = [];
  const pool = new Pool({
    size,
    watchdogMs: 50,
    restMs: 1000,
    spawn: () => {
      const worker = new ChannelWorker(clock ? { clock } : {});
      workers.push(worker);
      return worker;
    },
  });
  pools.push(pool);
  return { pool, workers };
}

/** A clock on which everything takes long. */
const hasty = (): { now: number } => {
  let now = 0;
  return {
    get now() {
      now += 20;
      return now;
    },
  };
};
/** The page's timers are turned by hand; messages go on by themselves. */
const holdTimers = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
};
const failsWith = (promise: Promise<unknown>, code: string): Promise<void> =>
  expect(promise).rejects.toMatchObject({ code });
const callsOf = (worker: ChannelWorker): number =>
  worker.sent.filter(({ t }) => t === 'call').length;

describe('a pool of workers', () => {
  it('is as large as the cores that the page leaves, and never empty', () => {
    expect([undefined, 1, 2, 8].map(poolSize)).toEqual([1, 1, 1, 7]);
  });

  it('does a job as it would be done here', async () => {
    holdTimers();
    const { pool } = poolOf(1);
    expect(await pool.run('divergence', SHORT)).toEqual(
      firstDivergence(SHORT.a, SHORT.b, SHORT.maxOps),
    );
    expect(await pool.run('divergence', { ...SHORT, maxOps: 400 })).toBeUndefined();
    expect(pool.workers).toBe(1);
  });

  it('starts workers when there is something to do, up to its size, and ends those at rest', async () => {
    holdTimers();
    const { pool, workers } = poolOf(2);
    expect(workers).toHaveLength(0);
    await Promise.all([1, 2, 3, 4].map(() => pool.run('divergence', SHORT)));
    expect(workers).toHaveLength(2);
    vi.advanceTimersByTime(1001);
    expect(pool.workers).toBe(0);
    expect(workers.every(({ terminated }) => terminated)).toBe(true);
    expect(await pool.run('divergence', SHORT)).toBeDefined();
    expect(workers).toHaveLength(3);
  });

  it('does what is more urgent first, otherwise in order', async () => {
    holdTimers();
    const { pool } = poolOf(1);
    const order: string[] = [];
    const job = async (name: string, priority: number): Promise<void> => {
      await pool.run('divergence', SHORT, { priority });
      order.push(name);
    };
    await Promise.all([job('first', 0), job('a', 0), job('b', 1), job('c', 0), job('d', 2)]);
    expect(order).toEqual(['first', 'd', 'b', 'a', 'c']);
  });

  it('tells how far a job is', async () => {
    holdTimers();
    const { pool } = poolOf(1, hasty());
    const shares: number[] = [];
    const same = { ...SHORT, b: SHORT.a };
    await pool.run('divergence', same, { onProgress: (share) => shares.push(share) });
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual([...shares].sort((x, y) => x - y));
    expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
  });

  it('settles a job that is given up, before, while and after it is done, and goes on with its worker', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1, hasty());
    const late = AbortSignal.abort();
    await failsWith(pool.run('divergence', SHORT, { signal: late }), 'E_ABORTED');
    expect(workers).toHaveLength(0);

    const running = new AbortController();
    const waiting = new AbortController();
    let begun = false;
    const onProgress = (): void => {
      begun = true;
    };
    const first = failsWith(
      pool.run('divergence', LONG, { signal: running.signal, onProgress }),
      'E_ABORTED',
    );
    const second = failsWith(pool.run('divergence', LONG, { signal: waiting.signal }), 'E_ABORTED');
    const third = pool.run('divergence', SHORT);
    waiting.abort();
    await second;
    await until(() => begun);
    running.abort();
    await first;
    expect(await third).toBeDefined();
    expect(workers).toHaveLength(1);
    // The one that waited was never sent.
    expect(callsOf(workers[0])).toBe(2);
    running.abort();
    expect(workers[0].sent.filter(({ t }) => t === 'cancel')).toHaveLength(1);
  });

  it('gives the job of a worker that died to another one, before all that wait', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1);
    const order: string[] = [];
    const first = pool.run('divergence', SHORT).then((found) => {
      order.push('first');
      return found;
    });
    const second = pool.run('divergence', SHORT).then(() => order.push('second'));
    workers[0].die('out of memory');
    expect(await first).toEqual(firstDivergence(SHORT.a, SHORT.b, SHORT.maxOps));
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(workers).toHaveLength(2);
  });

  it('gives the job of a silent worker to another one, and lets a busy one be', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1);
    const abort = new AbortController();
    const long = failsWith(pool.run('divergence', LONG, { signal: abort.signal }), 'E_ABORTED');
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(51);
      const answers = workers[0].got.length;
      await until(() => workers[0].got.slice(answers).some(({ t }) => t === 'pong'));
    }
    expect(workers).toHaveLength(1);
    workers[0].deaf = true;
    vi.advanceTimersByTime(101);
    expect(workers).toHaveLength(2);
    expect(workers[0].terminated).toBe(true);
    abort.abort();
    await long;
  });

  it('does not begin a job a third time', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1);
    const doomed = failsWith(pool.run('divergence', LONG), 'E_WORKER');
    const next = pool.run('divergence', SHORT);
    workers[0].die('out of memory');
    workers[1].die('out of memory');
    await doomed;
    expect(await next).toBeDefined();
    expect(workers).toHaveLength(3);
  });

  it('a job that throws fails, and its worker does the next one', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1);
    const { knobs: good } = SHORT.a;
    const bad = { ...SHORT, a: { knobs: { ...good, threads: -1 }, edits: [] } };
    await failsWith(pool.run('divergence', bad), 'E_WORKER');
    expect(await pool.run('divergence', SHORT)).toBeDefined();
    expect(workers).toHaveLength(1);
  });

  it('fails with a code when no worker can be started, or speaks its protocol', async () => {
    holdTimers();
    const none = new Pool({
      size: 1,
      spawn: () => {
        throw new Error('not allowed here');
      },
    });
    await failsWith(none.run('divergence', SHORT), 'E_WORKER');

    const { pool, workers } = poolOf(1);
    const first = failsWith(pool.run('divergence', LONG), 'E_PROTOCOL');
    workers[0].onmessage?.(
      new MessageEvent('message', { data: { t: 'fault', code: 'E_PROTOCOL', message: 'old' } }),
    );
    await first;
    expect(workers).toHaveLength(1);
  });

  it('settles everything when it is closed', async () => {
    holdTimers();
    const { pool, workers } = poolOf(1);
    const jobs = [LONG, LONG].map((ask) => failsWith(pool.run('divergence', ask), 'E_ABORTED'));
    pool.dispose();
    await Promise.all(jobs);
    expect(workers.every(({ terminated }) => terminated)).toBe(true);
    await expect(pool.run('divergence', SHORT)).rejects.toBeInstanceOf(CallError);
  });
});
