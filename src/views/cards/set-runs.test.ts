import { afterEach, describe, expect, it } from 'vitest';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { variantKnobs } from '../../engine/presets/variant.ts';
import { presetById } from '../../engine/presets.ts';
import { type Reading, readingsOf } from '../../engine/readings.ts';
import { C, COUNTERS } from '../../engine/telemetry/counters.ts';
import { Pool } from '../../worker/pool.ts';
import { ChannelWorker } from '../../worker/testing/channel.ts';
import {
  AT,
  cacheLines,
  cacheRows,
  laneLine,
  runSets,
  type SetReadings,
  setLines,
  setRuns,
  steady,
} from './set-runs.ts';

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
/** The lines of the card's table by their names, without empty cells. */
const values = (known: SetReadings): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...setLines(KNOBS, known), ...cacheLines(KNOBS, known)].map(([name, ...cells]) => [
      name,
      cells.filter((cell) => cell !== ''),
    ]),
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
      expect(setLines(knobs, {})).toHaveLength(1);
      expect(cacheRows(knobs, {})).toEqual([]);
    }
  });

  it('stand beside what D1 projects, which is there before anything runs', () => {
    expect(values({ adaptive: 'failed' })).toEqual({
      'these knobs, both sets, ops 100 k to 400 k': ['not run', 'not run', 'not run'],
      'shared_fail, 2,048 slots, after 400 k ops': ['not run'],
      'shared_fail, 8,192 slots, after 400 k ops': ['not run'],
      'shared_fail, 32,768 slots, after 400 k ops': ['not run'],
      'adaptive caches, speed, to none, ops 100 k to 400 k: D1, projected': ['3 to 10 % more'],
      'adaptive caches, speed, to none, ops 100 k to 400 k: here, 8,192 slots': ['not run'],
      'adaptive caches, memory, to fixed, after 400 k ops: D1, projected': ['30 to 50 % less'],
      'adaptive caches, memory, to fixed, after 400 k ops: here, 8,192 slots': ['not run'],
      'adaptive caches, slots, to fixed, after 400 k ops: here, 8,192 slots': ['not run'],
    });
  });

  it('are told as ratios of one run to another', () => {
    const known: SetReadings = {
      'set 256': read(30),
      'set 8192': read(12, { fails: 20 }),
      'set 32768': read(5, { fails: 100 }),
      'no caches': read(12),
      adaptive: read(30, { resident: 900, slots: 1600 }),
      fixed: read(30, { resident: 1000, slots: 32_768 }),
    };
    expect(values(known)).toMatchObject({
      'these knobs, both sets, ops 100 k to 400 k': ['2.50 ×', '30', '12'],
      'shared_fail, 2,048 slots, after 400 k ops': ['not run'],
      'shared_fail, 8,192 slots, after 400 k ops': ['20'],
      'shared_fail, 32,768 slots, after 400 k ops': ['100'],
    });
    expect(cacheRows(KNOBS, known)).toEqual([
      ['speed, to none, ops 100 k to 400 k', '3 to 10 % more', '2.50 ×'],
      ['memory, to fixed, after 400 k ops', '30 to 50 % less', '10.0 % less'],
      ['slots, to fixed, after 400 k ops', '', '1,600 of 32,768'],
    ]);
  });

  it('say over which operations they are, and the lane over which', () => {
    expect(laneLine(KNOBS, 2_400_000, '24.1')).toEqual([
      'this lane, modelled, 8,192 slots, ops 0 to 2.40 M',
      '',
      '',
      '',
      '24.1',
      '',
    ]);
    for (const [name] of [...setLines(KNOBS, {}), ...cacheRows(KNOBS, {})])
      expect(name).toMatch(/ops 100 k to 400 k$|after 400 k ops$/);
  });

  it('say when caches save nothing, and when they cost', () => {
    const saved = (resident: number): string =>
      cacheRows(KNOBS, {
        adaptive: read(1, { resident }),
        fixed: read(1, { resident: 10_000 }),
      })[1][2];
    expect([saved(10_001), saved(11_000)]).toEqual(['the same', '10.0 % more']);
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
