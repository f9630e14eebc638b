import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import type { Simulation } from '../engine/types.ts';
import { endedHow, endedOf, refusedOnTheWay, standing } from './ended.ts';
import { summaryText } from './print.ts';

/** Runs to its end, at most so many operations. */
function run(knobs: Partial<KnobValues>, ops = 400_000): Simulation {
  const sim = createSimulation(resolveKnobs({ chunks: 64, ...knobs }), { eventCapacity: 1 << 10 });
  sim.advance(ops);
  return sim;
}
/** What holders hold in all. */
const sum = (sim: Simulation): number =>
  (endedOf(sim).holders ?? []).reduce((all, holder) => all + holder.count, 0);

describe('what ended a run', () => {
  it('map entries, by SuperSlabs: how many of how many, and whose', () => {
    const sim = run({ maxMapCount: 700 });
    const ended = endedOf(sim);
    const { superslabs, stacks, base, other } = sim.readEntries();
    expect(ended).toMatchObject({ what: 'mapEntries', of: 700 });
    expect(ended.used).toBe(superslabs + stacks + base + other);
    expect(sum(sim)).toBe(ended.used);
    expect(ended.text).toMatch(
      /^map entries: (700|699) of 700, \d+ of them SuperSlabs and \d+ stacks of un-joined threads; malloc returned NULL/,
    );
    expect(endedHow(sim)).toBe('out of map entries');
  });

  it('map entries, by stacks that nobody joins', () => {
    const sim = run({ maxMapCount: 700, orphanPolicy: 'adopt' });
    expect(endedOf(sim).text).toMatch(
      /^map entries: (700|699) of 700, 6\d\d of them stacks of un-joined threads( and \d+ \S+)?$/,
    );
    expect(endedOf(sim).holders?.[0].name).toBe('stacks of un-joined threads');
    expect(sim.endedBy).toBe('chainsEnded');
  });

  it('in the noun of the model', () => {
    const sim = run({ model: 'mf2', maxMapCount: 300, minSize: 2048, maxSize: 8192 });
    expect(endedOf(sim).text).toMatch(/^map entries: .* of 300, .*\bpages\b/);
    const text = summaryText('A', sim, 1);
    expect(text).toMatch(/^ {2}pages +[\d,]+ now/m);
    expect(text).not.toContain('SuperSlab');
    const other = summaryText('A', run({ model: 'firstfit' }, 1000), 1);
    expect(other).toMatch(/^ {2}stretches +[\d,]+ now/m);
    expect(other).not.toMatch(/SuperSlab|adopted|remote/);
  });

  it('a refusal on the way of a run that goes on', () => {
    const sim = run({ maxMapCount: 700, onNull: 'libcFallback' }, 1);
    // The first SuperSlab that is refused: the C library serves the request.
    while (!sim.oomSeen && sim.status === 'running') sim.advance(1);
    expect(sim.status).toBe('running');
    expect(refusedOnTheWay(sim)).toMatch(/^map entries: (699|700) of 700, /);
    expect(endedOf(sim).what).toBe('operations');
    expect(endedHow(sim)).toBe('stopped');
    expect(standing(sim)).toEqual({ status: 'oom', endedBy: 'opsLimit' });
    expect(summaryText('A', sim, 1)).toMatch(/^ {2}refused +map entries/m);
    expect(refusedOnTheWay(run({}, 100))).toBeUndefined();
  });

  it('physical memory: bytes of bytes, and whose', () => {
    const sim = run({ physLimitGiB: 0.0625, memPressure: 0.5, chunks: 10_000, threads: 8 });
    const ended = endedOf(sim);
    expect(ended).toMatchObject({ what: 'physicalMemory', of: 2 ** 25 });
    expect(ended.used).toBeGreaterThan(2 ** 25);
    expect(sum(sim)).toBe(sim.residentBytes);
    expect(ended.text).toMatch(
      /^physical memory: 32\.\d MiB of 32\.0 MiB, which is what other programs leave, .* of them bytes “/,
    );
    expect(endedHow(sim)).toBe('out of physical memory');
  });

  it('a free that took a block for the other heap’s, and the line of the refill that failed', () => {
    const mixed = { maxMapCount: 700, onNull: 'libcFallback', guessFree: true } as const;
    const own = run({ ...mixed, lookAlikeProb: 100 });
    expect(endedHow(own)).toBe('crashed');
    expect(endedOf(own)).toMatchObject({ what: 'crash' });
    expect(endedOf(own).text).toMatch(
      /^a crash: life \d+ freed a block of the C library, and free took it for one of the heap’s$/,
    );
    expect(summaryText('A', own, 1)).toMatch(
      /^ {2}refill +superslab_refill returned NULL \(OOM\) detail: class=\d prev_ss=\(nil\) active=0 bitmap=0x00000000 used=0 cap=0 slab_idx=0 reused_freelist=0 free_idx=-2 errno=12$/m,
    );
    const given = run({ ...mixed, ownerBitmap: true, bitmapBase: 0 });
    expect(endedOf(given).text).toMatch(
      /^a crash: main freed a block of SuperSlab \d+, and free gave it to the C library: invalid pointer$/,
    );
    expect(summaryText('A', given, 1)).not.toContain('superslab_refill');
  });

  it('a SuperSlab that was retired under its thread: its mapping is kept', () => {
    const knobs = {
      workload: 'soak',
      threads: 1,
      workingSet: 4096,
      spellOps: 10_000,
      quietMs: 500,
      quietFree: 100,
      timeBase: 'costs',
      trimSS: true,
      trimIntervalMs: 100,
      lean: true,
      hazardTls: true,
    } as const;
    const retired = run({ ...knobs, decommit: 'dontneed' });
    expect(endedHow(retired)).toBe('crashed');
    expect(endedOf(retired).text).toMatch(
      /^a crash: life \d+ used SuperSlab \d+, which had been retired: its mapping is kept, its magic is 0$/,
    );
    expect(endedOf(run({ ...knobs, decommit: 'off' })).text).toMatch(
      /^a crash: a SuperSlab was unmapped while life \d+ allocated from it$/,
    );
  });

  it('operations, time, threads', () => {
    expect(endedOf(run({}, 1234)).text).toBe('the limit of 1,234 operations');
    expect(endedOf(run({ opLimit: 50 })).text).toBe('the limit of 50 operations');
    expect(endedOf(run({ seconds: 0.001 }))).toMatchObject({
      what: 'time',
      of: 1e6,
      text: 'the time of 0.001 s',
    });
    const sim = run({ threads: 2 }, 100);
    sim.act({ act: 'kill', subject: 1, amount: 0 });
    sim.act({ act: 'kill', subject: 2, amount: 0 });
    sim.advance(10);
    expect(endedOf(sim)).toMatchObject({ what: 'threads', text: 'threads: every one has ended' });
  });

  it('a user’s hand', () => {
    const sim = run({}, 10);
    sim.abort();
    expect([endedHow(sim), endedOf(sim).text]).toEqual(['stopped by hand', 'your hand']);
  });
});
