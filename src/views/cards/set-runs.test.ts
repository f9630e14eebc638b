import { afterEach, describe, expect, it } from 'vitest';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { variantKnobs } from '../../engine/presets/variant.ts';
import { presetById } from '../../engine/presets.ts';
import { type Reading, readingsOf } from '../../engine/readings.ts';
import { C, COUNTERS } from '../../engine/telemetry/counters.ts';
import { Pool } from '../../worker/pool.ts';
import { ChannelWorker } from '../../worker/testing/channel.ts';
import { AT, runSets, type SetReadings, setRows, setRuns, steady } from './set-runs.ts';

const PRESET = presetById('working-set');
if (!PRESET) throw new Error('no working-set');
const KNOBS = resolveKnobs(variantKnobs(PRESET, 2));

const pools: Pool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.dispose();
});
function aPool(): Pool {
  const pool = new Pool({ size: 1, spawn: () => new ChannelWorker({}) });
  pools.push(pool);
  return pool;
}

/** Readings of a run that makes `mops` million operations a second between its two. */
function read(mops: number, more: { resident?: number; slots?: number; fails?: number } = {}) {
  const counters = COUNTERS.map(() => 0);
  counters[C.cacheSlots] = more.slots ?? 0;
  counters[C.sharedFails] = more.fails ?? 0;
  const at = (op: number, virtualNs: number): Reading => ({
    op,
    virtualNs,
    residentBytes: more.resident ?? 0,
    counters,
  });
  return [at(AT[0], 7), at(AT[1], 7 + (1000 * (AT[1] - AT[0])) / mops)];
}
const values = (knobs: typeof KNOBS, known: SetReadings): Record<string, readonly string[]> =>
  Object.fromEntries(
    setRows(knobs, known).map(([name, ...cells]) => [name, cells.filter((cell) => cell !== '')]),
  );

describe('runs of both sets and of caches', () => {
  it('are the lane’s knobs on costs, with other slots and other caches', () => {
    const runs = new Map(setRuns({ ...KNOBS, timeBase: 'documentRate', opLimit: 1000 }));
    expect([...runs.keys()]).toEqual([
      'set 256',
      'set 2048',
      'set 8192',
      'set 32768',
      'no caches',
      'adaptive',
      'fixed',
    ]);
    for (const knobs of runs.values())
      expect(knobs).toMatchObject({ timeBase: 'costs', opLimit: 0, sharedCapacity: 32 });
    expect(runs.get('set 256')).toMatchObject({ workingSet: 256, tlsCacheSlots: 0 });
    expect(runs.get('adaptive')).toMatchObject({ workingSet: 8192, tlsCacheSlots: 2048 });
    expect(runs.get('fixed')?.tlsCacheSizing).toBe('fixed');
  });

  it('leave caches and the pool out where the allocator has none', () => {
    for (const knobs of [
      resolveKnobs({ workload: 'random-mixed', ownership: 'central', sharedPool: true }),
      resolveKnobs({ workload: 'random-mixed', model: 'firstfit' }),
    ]) {
      expect(setRuns(knobs)).toHaveLength(4);
      expect(setRows(knobs, {})).toHaveLength(1);
    }
  });

  it('stand beside what D1 projects, which is there before anything runs', () => {
    expect(values(KNOBS, { adaptive: 'failed' })).toEqual({
      'this lane’s knobs with both sets, modelled': ['not run', 'not run', 'not run'],
      'shared_fail with 2,048 slots for 32 slabs': ['not run'],
      'shared_fail with 8,192 slots for 32 slabs': ['not run'],
      'shared_fail with 32,768 slots for 32 slabs': ['not run'],
      'adaptive caches, speed: D1, projected': ['3 to 10 % more'],
      'adaptive caches, speed: here, to none': ['not run'],
      'adaptive caches, memory: D1, projected': ['30 to 50 % less'],
      'adaptive caches, memory: here, resident, to fixed ones': ['not run'],
      'adaptive caches, slots: here, of fixed ones': ['not run'],
    });
  });

  it('are told as ratios of one run to another', () => {
    const told = values(KNOBS, {
      'set 256': read(30),
      'set 8192': read(12, { fails: 20 }),
      'set 32768': read(5, { fails: 100 }),
      'no caches': read(12),
      adaptive: read(30, { resident: 900, slots: 1600 }),
      fixed: read(30, { resident: 1000, slots: 32_768 }),
    });
    expect(told).toMatchObject({
      'this lane’s knobs with both sets, modelled': ['30', '12', '2.50 ×'],
      'shared_fail with 2,048 slots for 32 slabs': ['not run'],
      'shared_fail with 8,192 slots for 32 slabs': ['20'],
      'shared_fail with 32,768 slots for 32 slabs': ['100'],
      'adaptive caches, speed: here, to none': ['2.50 ×'],
      'adaptive caches, memory: here, resident, to fixed ones': ['10.0 % less'],
      'adaptive caches, slots: here, of fixed ones': ['1,600 of 32,768'],
    });
  });

  it('are what whole runs give, and nothing more is told once they are given up', async () => {
    const pool = aPool();
    const [first, second] = setRuns(KNOBS);
    const told: string[] = [];
    const found = await new Promise<readonly Reading[] | 'failed'>((done) => {
      const giveUp = runSets(
        [first, second],
        (run, readings) => {
          told.push(run);
          giveUp();
          done(readings);
        },
        pool,
      );
    });
    expect(found).toEqual(readingsOf(first[1], AT));
    expect(steady(found)).toBeGreaterThan(1e6);
    // Another job of the same pool is done after whatever was left of them.
    await pool.run('readings', { knobs: KNOBS, at: [1] });
    expect(told).toEqual(['set 256']);
  });
});
