// @module-tag slow
import { describe, expect, it } from 'vitest';
import { inTurn, some } from '../../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { pagesAt } from '../../pages-made.ts';
import { QUEUE_CONDITIONS, queueKnobs, queueRow } from '../../presets/queue.ts';
import { presetById, variantKnobs } from '../../presets.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';

/** Conclusions hold under both; one is tried at a time. */
const SCHEDULES = some(['own', 'shared'] as const, 2);

/** Counters of every variant of a scenario at its end, by the variant's name, under other conditions if said. */
function countersOf(id: string, other: Partial<KnobValues> = {}): Map<string, Float64Array> {
  const preset = presetById(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return new Map(
    preset.variants.map(({ name }, i) => {
      const knobs = resolveKnobs(variantKnobs(preset, i), other);
      const sim = createSimulation(knobs, { eventCapacity: 1024 });
      sim.advance(1e9);
      return [name, sim.readCounters()];
    }),
  );
}
const of = (runs: Map<string, Float64Array>, name: string, counter: number): number =>
  runs.get(name)?.[counter] ?? Number.NaN;

/** What stories and notes of the scenarios say, held against the runs that they are shown with. */
describe('scenarios of the mid allocator keep what their words promise', () => {
  it('domino: adoption without need multiplies pages, adoption on need does not', () => {
    const runs = countersOf('domino');
    const pages = (name: string): number => of(runs, name, C.newPages);
    expect(pages('CDA, adopting on waking')).toBeGreaterThan(20 * pages('CDA, on need'));
    // “the pages of owner priority”
    expect(pages('CDA, on need') / pages('S2')).toBeGreaterThan(0.8);
    expect(pages('CDA, on need') / pages('S2')).toBeLessThan(1.25);
    expect(of(runs, 'CDA, adopting on waking', C.chainMax)).toBeGreaterThanOrEqual(2);
    expect(of(runs, 'CDA, adopting on waking', C.adoptionsUnneeded)).toBeGreaterThan(0);
    expect(of(runs, 'CDA, on need', C.adoptionsUnneeded)).toBe(0);
  });

  it.runIf(inTurn(0, 2))(
    'thresholds: a higher one loses pages, queueing again changes next to nothing',
    () => {
      const runs = countersOf('thresholds');
      const reuse = (name: string): number =>
        of(runs, name, C.pageReuses) / (of(runs, name, C.pageReuses) + of(runs, name, C.newPages));
      expect(reuse('Threshold 1')).toBeGreaterThan(2 * reuse('Threshold 2'));
      expect(reuse('Threshold 2')).toBeGreaterThan(reuse('Threshold 4'));
      const again = of(runs, 'Threshold 1, queue again', C.newPages);
      expect(Math.abs(again / of(runs, 'Threshold 1', C.newPages) - 1)).toBeLessThan(0.01);
      // “come near its three counters”
      const fitted = 'Fitted to D2’s counters';
      expect(of(runs, fitted, C.newPages) / 230_267).toBeCloseTo(1, 1);
      expect(of(runs, fitted, C.pageReuses) / 14_299).toBeCloseTo(1, 0);
      expect(of(runs, fitted, C.pendingEnqueued) / 16_587).toBeCloseTo(1, 0);
    },
  );

  it.runIf(inTurn(1, 2))('routes: owner priority alone strands everything where owners die', () => {
    const runs = countersOf('routes');
    expect(of(runs, 'S1', C.pageReuses)).toBe(0);
    // Of the lanes whose owners die; the others run another program.
    const dying = [...runs].filter(([name]) => !/live|pair/.test(name));
    expect(dying).toHaveLength(5);
    const fewest = Math.min(...dying.map(([, counters]) => counters[C.newPages]));
    expect(of(runs, 'CDA and partial list', C.newPages)).toBe(fewest);
  });

  it.each(SCHEDULES)(
    'route P: each gate lets more in, and its words hold, schedule %s',
    (schedule) => {
      const runs = countersOf('route-p', { schedule });
      const adoptions = (name: string): number => of(runs, name, C.adoptions);
      // “next to nobody”
      expect(adoptions('As in D2')).toBeLessThan(300_000 / 1000);
      expect(adoptions('One remote block is enough')).toBeGreaterThan(10_000);
      expect(adoptions('And neither lists nor pressure shut it')).toBeGreaterThan(
        2 * adoptions('One remote block is enough'),
      );
      expect(adoptions('All gates open')).toBeGreaterThan(
        adoptions('And neither lists nor pressure shut it'),
      );
      // The gate of 8 blocks and the dead owners' lists are what shuts it, not the time gates.
      expect(of(runs, 'As in D2', C.blockedRemotes)).toBeGreaterThan(1_000_000);
      expect(of(runs, 'As in D2', C.blockedPartial)).toBeGreaterThan(1_000_000);
      for (const counter of [C.blockedRfr, C.blockedIdle, C.blockedPressure, C.blockedRemotes])
        expect(of(runs, 'All gates open', counter)).toBe(0);
    },
  );

  it.each(SCHEDULES)('sleepers: what waking buys, schedule %s', (schedule) => {
    for (const sizes of some(['2K-32K', '2K-8K'] as const, 2)) {
      for (const opLimit of [20_000, 60_000, 200_000]) {
        const runs = countersOf('sleepers', { schedule, sizes, opLimit });
        const pages = (name: string): number => of(runs, name, C.newPages);
        const [s2, s3, taken, woken] = [...runs.keys()];
        expect(of(runs, s2, C.backgroundDrains)).toBe(0);
        expect(of(runs, s3, C.backgroundDrains)).toBeGreaterThan(opLimit / 50);
        expect(pages(s3)).toBe(pages(s2));
        expect(pages(s2) / pages(taken)).toBeGreaterThan(2);
        expect(pages(woken) / pages(taken)).toBeGreaterThan(1.2);
      }
    }
  });

  it.each(SCHEDULES)('the queue that leaks: which ingredient it is, schedule %s', (schedule) => {
    const lengths = [60_000, 120_000, 180_000];
    /** Pages a thousand operations, by length, of a row of the table. */
    const slopes = (id: string, sizes: string): number[] => {
      const condition = QUEUE_CONDITIONS.find((some) => some.id === `${schedule}-${sizes}`);
      if (condition === undefined) throw new Error('no such condition');
      const pages = pagesAt(queueKnobs(queueRow(id), condition, 12345), lengths);
      return [1, 2].map((i) => (1000 * (pages[i] - pages[i - 1])) / 60_000);
    };
    // The scenario itself.
    const preset = presetById('leaking-queue');
    for (const id of ['cda', 'alone']) {
      const condition = QUEUE_CONDITIONS.find((some) => some.id === 'own-2-8k');
      const knobs = { ...preset?.knobs, ...queueRow(id).knobs, opLimit: 0 };
      expect(resolveKnobs(knobs)).toEqual(
        resolveKnobs(queueKnobs(queueRow(id), condition ?? QUEUE_CONDITIONS[0], 12345)),
      );
    }
    for (const sizes of some(['2-8k', '2k'], 2)) {
      const [leak, alone, oldest, left, again, list, tries] = [
        'cda',
        'alone',
        'oldest',
        'leave-again',
        'again',
        'list',
        'tries',
      ].map((id) => slopes(id, sizes));
      for (const [i, rate] of leak.entries()) {
        // It does not level off.
        expect(rate).toBeGreaterThan(1.5);
        // “about as many pages, or more”
        expect(alone[i]).toBeGreaterThan(0.8 * rate);
        // “ends the growth”
        for (const ended of [oldest[i], left[i]]) expect(ended).toBeLessThan(0.05 * rate);
        // “only slow it down”; where all pages are of one class, many tries reach every one.
        for (const slower of sizes === '2k' ? [again[i], list[i]] : [again[i], list[i], tries[i]])
          expect(slower).toBeGreaterThan(0.2 * rate);
      }
    }
  });

  it.each(SCHEDULES)(
    'best policy: the recommended lane needs fewest pages, schedule %s',
    (schedule) => {
      const runs = countersOf('best-policy', { schedule });
      const pages = [...runs.values()].map((counters) => counters[C.newPages]);
      expect(pages.indexOf(Math.min(...pages))).toBe(pages.length - 1);
    },
  );
});
