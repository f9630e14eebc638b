// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP } from '../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { presetById, variantKnobs } from '../presets.ts';
import { createSimulation } from '../simulation.ts';
import { C, type CounterName } from '../telemetry/counters.ts';
import { B, BAND_COUNT } from '../telemetry/ledger.ts';
import { S } from '../telemetry/series.ts';

/** Operations of a soak here; a deep run takes all of the scenario's. */
const OPS = DEEP ? 1_000_000 : 250_000;
const MB = 1e6;

function ended(id: string, name: string, knobs: Partial<KnobValues> = {}) {
  const preset = presetById(id);
  const index = preset?.variants.findIndex((variant) => variant.name === name) ?? -1;
  if (preset === undefined || index < 0) throw new Error(`no ${name} in ${id}`);
  const sim = createSimulation(resolveKnobs(variantKnobs(preset, index), knobs), {
    eventCapacity: 1024,
  });
  const start = sim.residentBytes;
  sim.advance(Number.POSITIVE_INFINITY);
  expect(sim.audit()).toEqual([]);
  const counters = sim.readCounters();
  const resident = new Float64Array(BAND_COUNT);
  sim.readLedger(new Float64Array(BAND_COUNT), resident);
  // The least that was resident once the first burst was over.
  let quiet = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sim.history.length; i++)
    if (sim.history.at(i, S.op) > 150_000)
      quiet = Math.min(quiet, sim.history.at(i, S.resident) / MB);
  return {
    sim,
    start,
    quiet,
    resident,
    peak: sim.peakResidentBytes / MB,
    entries: sim.readEntries().superslabs,
    count: (name: CounterName): number => counters[C[name]],
  };
}
type Ended = ReturnType<typeof ended>;
const soak = (name: string, knobs: Partial<KnobValues> = {}): Ended =>
  ended('lean', name, { opLimit: OPS, ...knobs });

describe('lean on W6', () => {
  it('starts with a page of each prewarmed SuperSlab less, but the one that the thread’s table is in', () => {
    const start = (name: string): number => soak(name, { opLimit: 1 }).start;
    expect(start('FAST') - start('LEAN, FREE')).toBe(15 * 4096);
  });

  it('keeps FAST, FREE, DONTNEED and OFF apart, in quiet spells and at their peaks', () => {
    const fast = soak('FAST');
    const free = soak('LEAN, FREE');
    const dontneed = soak('LEAN, DONTNEED');
    const off = soak('LEAN, OFF');
    // In a quiet spell DONTNEED and OFF are below the 10 MB of the target. None is at its peak.
    expect(dontneed.quiet).toBeLessThan(10);
    expect(off.quiet).toBeLessThan(dontneed.quiet);
    expect(fast.quiet).toBeGreaterThan(25);
    for (const { peak } of [fast, free, dontneed, off]) expect(peak).toBeGreaterThan(26);
    expect(free.quiet).toBeGreaterThan(dontneed.quiet);
    // FREE grows with every spell.
    expect(free.peak).toBeGreaterThan(2 * fast.peak);
    expect(free.sim.residentBytes).toBeGreaterThan(0.99 * free.peak * MB);
    expect(dontneed.peak).toBeLessThan(fast.peak);
    // And its entries do, like DONTNEED's; OFF's do not.
    expect(free.entries).toBe(free.count('leanRetires') + free.count('superslabsNow'));
    expect(dontneed.entries).toBe(free.entries);
    expect(off.entries).toBe(off.count('superslabsNow'));
    expect(off.entries).toBeLessThan(fast.entries);
    if (!DEEP) return;
    const shown = (run: Ended): number[] =>
      [
        run.quiet,
        run.peak,
        run.entries,
        run.count('leanRetires'),
        run.count('superslabsFreed'),
      ].map((value) => Math.round(value * 10) / 10);
    expect(shown(fast)).toEqual([30.1, 30.6, 25, 0, 0]);
    expect(shown(free)).toEqual([41, 186.5, 108, 95, 0]);
    expect(shown(dontneed)).toEqual([9.7, 27.4, 108, 95, 0]);
    expect(shown(off)).toEqual([9.6, 27.1, 13, 0, 95]);
  });

  it('costs the thread what it must map and touch again, so the more the shorter its bursts', () => {
    const more = (spellOps: number): number => {
      const ns = (name: string): number =>
        soak(name, { spellOps, opLimit: 10 * spellOps }).sim.virtualNs / (10 * spellOps);
      return ns('LEAN, DONTNEED') - ns('FAST');
    };
    const short = more(DEEP ? 100_000 : 20_000);
    expect(short).toBeGreaterThan(0);
    if (!DEEP) return;
    // ns an operation; without quiet spells FAST takes 32.
    expect(Math.round(short)).toBe(35);
    expect(Math.round(more(1_000_000))).toBe(10);
    const busy = soak('FAST', { quietMs: 0.01, trimSS: false });
    expect(Math.round(busy.sim.virtualNs / OPS)).toBe(32);
  });

  it('short of memory has FREE’s pages taken, and nobody else’s', () => {
    const free = soak('FREE, short of memory');
    const limit = 2 ** 30 * (1 - free.sim.knobs.memPressure);
    expect(free.sim.status).toBe('finished');
    expect(free.peak * MB).toBeLessThanOrEqual(limit);
    expect(free.count('reclaimedPages')).toBeGreaterThan(DEEP ? 30_000 : 1000);
    // What was taken and what is left to take is all that FREE gave up and did not make dirty again.
    const plenty = soak('LEAN, FREE');
    expect(free.count('reclaimedPages') * 4096 + free.count('lazyBytes')).toBe(
      plenty.count('lazyBytes'),
    );
    expect(free.resident[B.live]).toBe(plenty.resident[B.live]);
    const same = { physLimitGiB: 1, memPressure: free.sim.knobs.memPressure };
    for (const name of ['FAST', 'LEAN, DONTNEED', 'LEAN, OFF']) {
      const other = soak(name, same);
      expect(other.count('reclaimedPages')).toBe(0);
      expect(other.sim.digest()).toBe(soak(name, { physLimitGiB: 2 }).sim.digest());
    }
  });

  it('has huge pages back with the magic', () => {
    const huge = soak('DONTNEED, huge pages');
    expect(huge.count('leanRedirtied')).toBe(512 * huge.count('leanRetires'));
    expect(huge.peak).toBeGreaterThan(50);
  });

  it('unmaps where madvise may not be asked, or has failed', () => {
    const overlaps = soak('DONTNEED, libraries in the way');
    expect(overlaps.count('leanOverlaps')).toBe(overlaps.count('superslabsFreed'));
    expect(overlaps.count('leanRetires')).toBeGreaterThan(0);
    expect(overlaps.count('leanOverlaps')).toBeGreaterThan(0);
    const failed = soak('DONTNEED, madvise fails');
    expect(failed.count('leanRefusals')).toBe(1);
    expect(failed.count('leanRetires')).toBe(19);
    expect(failed.count('madviseCalls')).toBe(20);
    expect(failed.count('superslabsFreed')).toBe(1 + failed.count('leanUnasked'));
    expect(failed.count('leanUnasked')).toBeGreaterThan(0);
  });

  it('traps a thread whose SuperSlab was retired under it', () => {
    const { sim } = soak('DONTNEED, released under its thread');
    expect(sim.endedBy).toBe('crash');
    expect(sim.autopsy().crash?.reason).toBe('retiredMagic');
    const unmapped = soak('DONTNEED, released under its thread', { decommit: 'off' });
    expect(unmapped.sim.autopsy().crash?.reason).toBe('useAfterUnmap');
  });
});

describe('lean mode meets Larson', () => {
  const larson = (name: string, knobs: Partial<KnobValues> = {}): Ended =>
    ended('lean-larson', name, DEEP ? knobs : { maxMapCount: 3000, trimIntervalMs: 10, ...knobs });

  it('ends where the run without any of it ends: entries are kept with mappings', () => {
    const dontneed = larson('DONTNEED');
    const free = larson('FREE');
    const plain = larson('As D0 saw it', { trimIntervalMs: 0 });
    for (const run of [dontneed, free]) {
      // The same but for where the lives under way stand.
      expect(Math.abs(run.sim.op - plain.sim.op)).toBeLessThan(4 * 1024);
      const more = run.count('superslabsAllocated') - plain.count('superslabsAllocated');
      expect(Math.abs(more)).toBeLessThanOrEqual(4);
      expect(run.entries).toBe(run.count('superslabsAllocated'));
    }
    // One page of each retired SuperSlab stays, and one SuperSlab of each dead thread, which its table pins.
    expect(dontneed.resident[B.retired]).toBe(4096 * dontneed.count('leanRetires'));
    const pinned = dontneed.count('superslabsNow') / dontneed.count('threadLives');
    expect(pinned).toBeGreaterThan(0.9);
    expect(dontneed.sim.residentBytes).toBeLessThan(plain.sim.residentBytes / 2);
    if (!DEEP) return;
    expect(dontneed.sim.virtualNs / 1e9).toBeCloseTo(2.0, 2);
    expect(dontneed.count('superslabsAllocated')).toBe(49_121);
    expect(dontneed.count('leanRetires')).toBe(40_812);
    expect(dontneed.count('superslabsNow')).toBe(8309);
    // 747 MiB, of which 159 are pages of the magic, and 64 stacks of the dead; FREE 3,138, as without any of it.
    const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
    expect(mib(dontneed.sim.residentBytes)).toBe(747);
    expect(mib(dontneed.resident[B.retired])).toBe(159);
    expect(mib(dontneed.resident[B.stacksDead])).toBe(64);
    expect(mib(free.sim.residentBytes)).toBe(3138);
    expect(mib(plain.sim.residentBytes)).toBe(3138);
  });

  it('lasts where OFF unmaps', () => {
    const dontneed = larson('DONTNEED');
    const off = larson('OFF');
    expect(off.sim.op).toBeGreaterThan(2 * dontneed.sim.op);
    expect(off.count('leanRetires')).toBe(0);
    if (DEEP) expect(off.sim.virtualNs / 1e9).toBeCloseTo(5.19, 2);
  });

  it('keeps nothing but retired ones where threads are detached, and runs out of entries all the same', () => {
    const detached = larson('DONTNEED, threads detached');
    expect(detached.sim.status).toBe('oom');
    expect(detached.count('leanRetires')).toBeGreaterThan(0.9 * detached.entries);
    if (!DEEP) return;
    expect(detached.sim.virtualNs / 1e9).toBeCloseTo(3.2, 2);
    expect(detached.count('leanRetires')).toBe(65_362);
  });
});
