import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases, some } from '../../../base/testing/fuzz.ts';
import { KNOB_IDS, type KnobValues, knobDef, resolveKnobs } from '../../knobs/index.ts';
import { PROGRAM_IDS } from '../../programs/index.ts';
import { countsOf, lawOfRuns, settingsArb, stepsArb } from '../../testing/laws.ts';

/** Few blocks fill what there is, so that slots and caches come and go within some hundred operations. */
const tight = fc.record({
  sharedPool: fc.boolean(),
  tlsCacheSlots: fc.constantFrom(0, 16, 40, 2048),
  sharedCapacity: fc.constantFrom(16, 17, 64),
  ssLg: fc.constantFrom(16, 17, 18),
  emptyReserve: fc.constantFrom(0, 1, 3),
  superslabCacheSlots: fc.constantFrom(0, 0, 1),
  ownership: fc.constantFrom(
    'owner' as const,
    'owner' as const,
    'hybridG' as const,
    'central' as const,
  ),
  centralCaches: fc.boolean(),
});
/** SuperSlabs are emptied, released and retired all the time, and madvise is not always done. */
const lean = fc.record({
  lean: fc.constant(true),
  decommit: fc.constantFrom('free' as const, 'dontneed' as const, 'off' as const),
  dsoOverlap: fc.constantFrom(0, 0, 30, 100),
  enomemAt: fc.constantFrom(0, 0, 1, 4),
  ssLg: fc.constantFrom(16, 17),
  superslabCacheSlots: fc.constantFrom(0, 0, 1),
  prewarmPerClass: fc.constantFrom(0, 1),
  sharedPool: fc.boolean(),
  decOnRemote: fc.boolean(),
  trimSS: fc.constant(true),
  trimIntervalMs: fc.constant(1),
  hazardTls: fc.constantFrom(false, false, true),
  hazardDecOrder: fc.boolean(),
  physLimitGiB: fc.constant(1),
  memPressure: fc.constantFrom(0, 0.99, 0.994),
  opRate: fc.constantFrom(100_000, 1_000_000),
});
const LARGE: Partial<KnobValues> = { minSize: 500, maxSize: 1024 };

/** A counterexample shows what differs from the defaults. */
const told = (knobs: KnobValues): KnobValues => {
  const differ = KNOB_IDS.filter((id) => knobs[id] !== knobDef(id).default);
  const text = JSON.stringify(Object.fromEntries(differ.map((id) => [id, knobs[id]])));
  return Object.defineProperty(knobs, fc.toStringMethod, { value: () => text });
};

describe('tiny with a shared pool, thread caches, lean mode', () => {
  it.each([
    ['pool and caches', tight, 600],
    ['lean mode', lean, 300],
  ] as const)('runs soundly, alike in any slices, and on from a snapshot: %s', (_, policy, n) => {
    const runs = fc.constantFrom(...PROGRAM_IDS).chain((program) =>
      fc.tuple(
        fc
          .tuple(
            settingsArb('tiny', program),
            policy as fc.Arbitrary<Partial<KnobValues>>,
            fc.boolean(),
          )
          .map(([knobs, more, large]) =>
            told(Object.assign({ ...knobs }, more, large ? LARGE : {})),
          ),
        stepsArb('tiny', program),
      ),
    );
    const slices = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(runs, slices, fc.nat(20), ([knobs, steps], ops, cut) =>
        lawOfRuns(knobs, steps, ops, cut),
      ),
      cases(n),
    );
  });

  it.each(
    some(
      [
        { sharedPool: true, sharedCapacity: 16, ssLg: 17 },
        { sharedPool: true, sharedCapacity: 16, ssLg: 17, orphanPolicy: 'adopt' },
        {
          sharedPool: true,
          emptyReserve: 0,
          ssLg: 16,
          orphanPolicy: 'reuse-empty',
          decOnRemote: true,
        },
        { tlsCacheSlots: 64, tlsCacheSizing: 'fixed' },
        { ownership: 'central', tlsCacheSlots: 64, centralCaches: true },
        { tlsCacheSlots: 2048, sharedPool: true, ssLg: 16, emptyReserve: 0 },
        { lean: true, ssLg: 16, trimSS: true, trimIntervalMs: 1, decOnRemote: true, enomemAt: 9 },
        { lean: true, ssLg: 16, sharedPool: true, decommit: 'dontneed', dsoOverlap: 30 },
      ] as const,
      2,
    ),
  )('counts the same whatever the quantum, with %o', { tags: ['slow'] }, (more) => {
    for (const workload of ['larson', 'random-mixed', 'pair', 'soak'] as const) {
      const knobs = resolveKnobs(
        { workload, timeBase: 'costs', seconds: 0.002, chunks: 300, window: 200, workingSet: 900 },
        { maxSize: 1000, quietMs: 0.1, quietFree: 90, spellOps: 200, ...more },
      );
      const first = countsOf({ ...knobs, quantum: 1 }, Infinity);
      for (const quantum of [16, 1024]) {
        const counts = countsOf({ ...knobs, quantum }, Infinity);
        const differ = [...counts].filter(
          ([name, count]) => name !== 'emptiedLives' && count !== first.get(name),
        );
        expect(differ).toEqual([]);
      }
    }
  });
});
