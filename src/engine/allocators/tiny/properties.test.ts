// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../base/testing/fuzz.ts';
import type { Intervention } from '../../interventions.ts';
import {
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  knobDef,
  modelsOfKnob,
  programsOfKnob,
  resolveKnobs,
} from '../../knobs/index.ts';
import type { Run } from '../../run/run.ts';
import { createSimulation } from '../../simulation.ts';
import { EV } from '../../telemetry/events.ts';
import { actArb } from '../../testing/acts.ts';
import { TinyHeap } from './heap.ts';
import { tinyWith } from './index.ts';
import { LIVE, NO_BLOCK, REMOTE_COUNT, REMOTE_HEAD } from './layout.ts';

const SMALL = { eventCapacity: 256 };

/** Any legal settings that keep a run small enough to audit after every step. */
const knobsArb: fc.Arbitrary<Partial<KnobValues>> = fc.record({
  workload: fc.constantFrom('larson', 'larson', 'larson-immortal'),
  threads: fc.integer({ min: 1, max: 5 }),
  chunks: fc.integer({ min: 1, max: 40 }),
  rounds: fc.integer({ min: 1, max: 3 }),
  succession: fc.boolean(),
  minSize: fc.integer({ min: 1, max: 1200 }),
  maxSize: fc.integer({ min: 1, max: 1200 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
  orphanPolicy: fc.constantFrom('abandon', 'reuse-empty', 'adopt'),
  ownership: fc.constantFrom('owner', 'owner', 'central', 'hybridG'),
  decOnRemote: fc.boolean(),
  drainOnRefill: fc.boolean(),
  trimIntervalMs: fc.constantFrom(0, 1),
  trimSS: fc.boolean(),
  emptyReserve: fc.integer({ min: 0, max: 3 }),
  flushOnExit: fc.boolean(),
  superslabCacheSlots: fc.integer({ min: 0, max: 2 }),
  hazardTls: fc.boolean(),
  maxMapCount: fc.constantFrom(1000, 65530),
  mapMode: fc.constantFrom('trimAligned', 'direct'),
  threadEnd: fc.constantFrom('leak', 'detach', 'join'),
  dtvBytes: fc.constantFrom(0, 288, 2000),
  onNull: fc.constantFrom('assert', 'libcFallback'),
  ssLg: fc.integer({ min: 16, max: 22 }),
  classTable: fc.constantFrom('pow2', 'six'),
  headerByte: fc.boolean(),
  prelink: fc.boolean(),
  dynamicExpand: fc.boolean(),
  hotClassSlabs: fc.constantFrom('same', 'double'),
  prewarmPerClass: fc.integer({ min: 0, max: 2 }),
  timeBase: fc.constantFrom('documentRate', 'costs'),
  opRate: fc.constantFrom(1000, 100000, 4190000),
  schedule: fc.constantFrom('own', 'shared'),
  quantum: fc.integer({ min: 1, max: 64 }),
});

/** Knobs that may turn during a run, with legal values. */
const editArb: fc.Arbitrary<[KnobId, KnobValues[KnobId]]> = fc.oneof(
  ...(
    [
      ['orphanPolicy', ['abandon', 'reuse-empty', 'adopt']],
      ['decOnRemote', [true, false]],
      ['trimSS', [true, false]],
      ['trimIntervalMs', [0, 1, 2]],
      ['superslabCacheSlots', [0, 1, 2]],
      ['emptyReserve', [0, 1, 5]],
      ['prelink', [true, false]],
      ['headerByte', [true, false]],
      ['ssLg', [16, 18, 21]],
      ['threadEnd', ['leak', 'detach', 'join']],
      ['mapMode', ['trimAligned', 'direct']],
      ['dynamicExpand', [true, false]],
      ['maxMapCount', [1000, 2000, 65530]],
    ] as const
  ).map(([id, values]) =>
    fc.constantFrom(...values.map((value): [KnobId, KnobValues[KnobId]] => [id, value])),
  ),
);

const stepsArb = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 120 }).map((ops) => ({ ops, edit: undefined })),
    editArb.map((edit) => ({ ops: 0, edit })),
    actArb.map((act) => ({ ops: 0, edit: undefined, act })),
  ),
  { minLength: 1, maxLength: 12 },
);
type Step = {
  ops: number;
  edit: [KnobId, KnobValues[KnobId]] | undefined;
  act?: Intervention;
};

function apply(sim: Run, step: Step): void {
  if (step.act) sim.act(step.act);
  else if (step.edit) sim.setKnob(step.edit[0], step.edit[1]);
  else sim.advance(step.ops);
}

describe('tiny model, properties', () => {
  it('passes the audit after every step of any run', () => {
    fc.assert(
      fc.property(knobsArb, stepsArb, (knobs, steps) => {
        const sim = createSimulation(resolveKnobs(knobs), SMALL);
        expect(sim.audit()).toEqual([]);
        for (const step of steps) {
          apply(sim, step);
          expect(sim.audit()).toEqual([]);
        }
      }),
      cases(2000),
    );
  });

  it('does not depend on how calls are sliced', () => {
    fc.assert(
      fc.property(
        knobsArb,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 }),
        (knobs, slices) => {
          const whole = createSimulation(resolveKnobs(knobs), SMALL);
          const sliced = createSimulation(resolveKnobs(knobs), SMALL);
          for (const ops of slices) sliced.advance(ops);
          whole.advance(slices.reduce((a, b) => a + b, 0));
          expect(sliced.digest()).toBe(whole.digest());
        },
      ),
      cases(300),
    );
  });

  it('goes on from a snapshot as if it had never stopped', () => {
    fc.assert(
      fc.property(knobsArb, stepsArb, stepsArb, (knobs, before, after) => {
        const sim = createSimulation(resolveKnobs(knobs), SMALL);
        for (const step of before) apply(sim, step);
        const saved = sim.snapshot();
        const there = sim.digest();
        for (const step of after) apply(sim, step);
        const end = sim.digest();
        sim.restore(saved);
        expect(sim.digest()).toBe(there);
        expect(sim.audit()).toEqual([]);
        for (const step of after) apply(sim, step);
        expect(sim.digest()).toBe(end);
        const other = createSimulation(resolveKnobs(knobs), SMALL);
        other.restore(saved);
        for (const step of after) apply(other, step);
        expect(other.digest()).toBe(end);
      }),
      cases(300),
    );
  });

  it('stops right after the operation in which a watched event happens', () => {
    const sim = createSimulation(resolveKnobs({ chunks: 32 }), SMALL);
    const bit = 1 << EV.superslabMapped;
    for (let i = 0; i < 40; i++) {
      const before = sim.events.totals[EV.superslabMapped];
      const { hit } = sim.advance(1e6, bit);
      expect(hit).toBe(true);
      expect(sim.events.totals[EV.superslabMapped]).toBeGreaterThan(before);
      const last = sim.events.get(sim.events.next - 1);
      expect(last?.op).toBeLessThanOrEqual(sim.op);
    }
    expect(sim.audit()).toEqual([]);
  });
});

describe('the audit can fail', () => {
  const KNOBS = resolveKnobs({ threads: 2, chunks: 64, orphanPolicy: 'adopt' });
  const problemsOf = (heap: typeof TinyHeap): string[] => {
    const sim = createSimulation(KNOBS, { ...SMALL, create: tinyWith(heap) });
    for (let i = 0; i < 60; i++) {
      sim.advance(50);
      const problems = sim.audit();
      if (problems.length > 0) return problems;
    }
    return [];
  };

  it('is silent without a fault', () => {
    expect(problemsOf(TinyHeap)).toEqual([]);
  });

  it('notices a skipped drain', () => {
    class SkipsDrain extends TinyHeap {
      protected override drain(r: number): number {
        const moved = this.slabs[r + REMOTE_COUNT];
        this.slabs[r + REMOTE_HEAD] = NO_BLOCK;
        this.slabs[r + REMOTE_COUNT] = 0;
        return moved;
      }
    }
    expect(problemsOf(SkipsDrain)).not.toEqual([]);
  });

  it('notices a lost block', () => {
    class LosesBlock extends TinyHeap {
      override popSlow(r: number, c: number): number {
        const block = super.popSlow(r, c);
        return this.slabs[r + LIVE] === 3 ? super.popSlow(r, c) : block;
      }
    }
    expect(problemsOf(LosesBlock)).not.toEqual([]);
  });

  it('notices a block counted twice', () => {
    class CountsTwice extends TinyHeap {
      override remoteEdge(r: number, life: number): void {
        super.remoteEdge(r, life);
        this.slabs[r + REMOTE_COUNT]++;
      }
    }
    expect(problemsOf(CountsTwice)).not.toEqual([]);
  });
});

describe('knobs', () => {
  /** For each knob a second value, and the other settings under which it must matter. */
  const PAIRS: Partial<Record<KnobId, [KnobValues[KnobId], Partial<KnobValues>?]>> = {
    workload: ['larson-immortal'],
    threads: [3],
    chunks: [50],
    rounds: [2],
    succession: [false],
    minSize: [16],
    maxSize: [64],
    seconds: [0.001],
    opLimit: [5000],
    seed: [1],
    orphanPolicy: ['adopt'],
    ownership: ['central'],
    decOnRemote: [true],
    drainOnRefill: [false, { orphanPolicy: 'adopt', minSize: 900, maxSize: 1000 }],
    trimIntervalMs: [1, { trimSS: true, decOnRemote: true }],
    trimSS: [true, { trimIntervalMs: 1, decOnRemote: true }],
    emptyReserve: [0, { trimIntervalMs: 1, trimSS: true, decOnRemote: true }],
    flushOnExit: [true, { seconds: 0.001, decOnRemote: true, trimSS: true }],
    superslabCacheSlots: [4, { trimIntervalMs: 1, trimSS: true, decOnRemote: true }],
    hazardTls: [
      true,
      {
        trimIntervalMs: 1,
        trimSS: true,
        decOnRemote: true,
        emptyReserve: 0,
        chunks: 40,
        minSize: 8,
        maxSize: 1000,
      },
    ],
    hazardDecOrder: [
      true,
      {
        trimIntervalMs: 1,
        trimSS: true,
        decOnRemote: true,
        emptyReserve: 0,
        quantum: 1,
        chunks: 16,
        threads: 8,
      },
    ],
    maxMapCount: [1000],
    baseMaps: [40],
    mapMode: ['direct'],
    physLimitGiB: [1, { ssLg: 16, chunks: 1, maxMapCount: 1000000 }],
    memPressure: [0.999, { physLimitGiB: 1 }],
    thp: ['always', { prelink: false }],
    threadEnd: ['detach'],
    dtvBytes: [100],
    onNull: ['libcFallback', { maxMapCount: 1000 }],
    ssLg: [20],
    classTable: ['six'],
    headerByte: [true],
    prelink: [false],
    dynamicExpand: [false, { ssLg: 16, minSize: 1000, maxSize: 1024, chunks: 200 }],
    hotClassSlabs: ['double'],
    prewarmPerClass: [1],
    timeBase: ['costs'],
    opRate: [1e6],
    schedule: ['shared', { timeBase: 'costs', orphanPolicy: 'adopt', quantum: 5 }],
    quantum: [1],
  };
  const BASE: Partial<KnobValues> = { chunks: 100 };
  const digest = (knobs: Partial<KnobValues>, ops = 20_000): string => {
    const sim = createSimulation(resolveKnobs(knobs), SMALL);
    sim.advance(ops);
    return sim.digest();
  };

  // Knobs of the page allocator and of its workloads are tested with it.
  const mine = (id: KnobId): boolean =>
    id !== 'model' &&
    modelsOfKnob(id)?.includes('tiny') !== false &&
    programsOfKnob(id)?.includes('larson') !== false;
  it.each(KNOB_IDS.filter((id) => !knobDef(id).inert && mine(id)))(
    '%s changes the run it claims to change',
    (id) => {
      const def = knobDef(id);
      const [value, context = {}] = PAIRS[id] ?? [Number(def.default) * 3 + 10, costContext(id)];
      const settings = { ...BASE, ...context };
      const ops = id === 'physLimitGiB' ? 60_000 : 20_000;
      expect(digest({ ...settings, [id]: value }, ops)).not.toBe(digest(settings, ops));
    },
  );

  function costContext(id: KnobId): Partial<KnobValues> {
    const costs = { timeBase: 'costs' as const };
    if (id === 'costCentral') return { ...costs, ownership: 'central' };
    if (id === 'costMmap') return { ...costs, mapMode: 'direct' };
    if (id === 'costAdopt' || id === 'costDrainBlock') return { ...costs, orphanPolicy: 'adopt' };
    if (id === 'costThreadCached') return { ...costs, threadEnd: 'detach' };
    if (id === 'costMunmap' || id === 'costMunmapPage' || id === 'costTrimVisit') {
      return { ...costs, trimIntervalMs: 1, trimSS: true, decOnRemote: true, costRefill: 4000 };
    }
    return costs;
  }

  it.each(KNOB_IDS.filter((id) => knobDef(id).inert))('%s is inert, as marked', (id) => {
    expect(digest({ ...BASE, [id]: true })).toBe(digest(BASE));
  });
});
