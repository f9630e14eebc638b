// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases, DEEP, SEED } from '../../../base/testing/fuzz.ts';
import type { Intervention } from '../../interventions.ts';
import { KNOB_IDS, type KnobId, type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import type { Run } from '../../run/run.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, NEW_PAGE, NO_CAUSE } from '../../telemetry/events.ts';
import { actArb } from '../../testing/acts.ts';
import { Mf2Allocator } from './allocator.ts';
import { Mf2Heap } from './heap.ts';
import { mf2With } from './index.ts';
import { MF2_KNOBS } from './knobs.ts';
import { P_FLAGS, P_FREE, P_HOLDER, P_REMOTE, P_WORDS, PF } from './layout.ts';

/** The heap behind a run. */
function heapOf(sim: Run): Mf2Heap {
  if (!(sim.allocator instanceof Mf2Allocator)) throw new Error('not MF2');
  return sim.allocator.heap;
}

const SMALL = { eventCapacity: 1 << 14 };

/** Any legal settings that keep a run small enough to audit after every step. */
const knobsArb: fc.Arbitrary<Partial<KnobValues>> = fc.record({
  model: fc.constant('mf2'),
  workload: fc.constantFrom('larson', 'larson-immortal', 'pair', 'wakers'),
  threads: fc.integer({ min: 1, max: 4 }),
  chunks: fc.integer({ min: 1, max: 24 }),
  rounds: fc.integer({ min: 1, max: 3 }),
  window: fc.integer({ min: 1, max: 20 }),
  wakers: fc.integer({ min: 0, max: 3 }),
  wakePeriod: fc.integer({ min: 1, max: 12 }),
  burst: fc.integer({ min: 1, max: 5 }),
  hold: fc.integer({ min: 0, max: 12 }),
  minSize: fc.integer({ min: 1, max: 40_000 }),
  maxSize: fc.integer({ min: 1, max: 40_000 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
  route: fc.constantFrom('cda', 's1', 's2', 's3', 'p'),
  pendingThreshold: fc.integer({ min: 1, max: 4 }),
  pendingClaim: fc.boolean(),
  reEnqueue: fc.boolean(),
  adoptFirst: fc.boolean(),
  adoptOnWake: fc.boolean(),
  gateBudget: fc.integer({ min: 0, max: 4 }),
  partialList: fc.constantFrom('byRoute', 'on', 'off'),
  wakeup: fc.constantFrom('byRoute', 'on', 'off'),
  rfrWindowUs: fc.constantFrom(0, 1, 200),
  idleThresholdUs: fc.constantFrom(0, 1, 150),
  adoptionThreshold: fc.integer({ min: 0, max: 4 }),
  minRemote: fc.integer({ min: 0, max: 8 }),
  adoptBudget: fc.integer({ min: 0, max: 2 }),
  deadQueuesVisible: fc.boolean(),
  orphanPolicy: fc.constantFrom('abandon', 'reuse-empty', 'adopt'),
  adoptIdleMs: fc.constantFrom(0, 1),
  pageHeaderBytes: fc.constantFrom(0, 64, 1024),
  prelink: fc.boolean(),
  mapMode: fc.constantFrom('trimAligned', 'direct'),
  maxMapCount: fc.constantFrom(1000, 65530),
  onNull: fc.constantFrom('assert', 'libcFallback'),
  threadEnd: fc.constantFrom('leak', 'detach'),
  timeBase: fc.constantFrom('documentRate', 'costs'),
  schedule: fc.constantFrom('own', 'shared'),
});

const editArb: fc.Arbitrary<[KnobId, KnobValues[KnobId]]> = fc.oneof(
  ...(
    [
      ['route', ['cda', 's1', 's2', 's3', 'p']],
      ['pendingThreshold', [1, 2, 3]],
      ['pendingClaim', [true, false]],
      ['reEnqueue', [true, false]],
      ['adoptFirst', [true, false]],
      ['adoptOnWake', [true, false]],
      ['gateBudget', [0, 1, 4]],
      ['orphanPolicy', ['abandon', 'reuse-empty', 'adopt']],
      ['deadQueuesVisible', [true, false]],
      ['wakePeriod', [1, 5, 100]],
      ['burst', [1, 3]],
      ['wakeup', ['on', 'off']],
    ] as const
  ).map(([id, values]) =>
    fc.constantFrom(...values.map((value): [KnobId, KnobValues[KnobId]] => [id, value])),
  ),
);
const stepsArb = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((ops) => ({ ops, edit: undefined })),
    editArb.map((edit) => ({ ops: 0, edit })),
    actArb.map((act) => ({ ops: 0, edit: undefined, act })),
  ),
  { minLength: 1, maxLength: 10 },
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

describe('MF2, properties', () => {
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
      cases(1500),
    );
  });

  it('does not depend on how calls are sliced', () => {
    fc.assert(
      fc.property(
        knobsArb,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 10 }),
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
      cases(250),
    );
  });

  it('gives equal knobs equal digests at every shared operation', () => {
    fc.assert(
      fc.property(knobsArb, (knobs) => {
        const a = createSimulation(resolveKnobs(knobs), SMALL);
        const b = createSimulation(resolveKnobs(knobs), SMALL);
        for (let i = 0; i < 8; i++) {
          a.advance(17);
          b.advance(17);
          expect(b.digest()).toBe(a.digest());
        }
      }),
      cases(60),
    );
  });
});

describe('causes, recounted from the events alone', () => {
  it('new pages by reason, and the lengths of their chains', () => {
    fc.assert(
      fc.property(knobsArb, fc.integer({ min: 50, max: 400 }), (knobs, ops) => {
        const sim = createSimulation(resolveKnobs({ ...knobs, chunks: 16, window: 12 }), {
          eventCapacity: 1 << 16,
        });
        sim.advance(ops);
        const counters = sim.readCounters();
        const { events } = sim;
        const reasons = new Map<number, number>();
        const lengths = new Map<number, number>();
        const payers = new Set<number>();
        for (let seq = 0; seq < events.next; seq++) {
          const event = events.get(seq);
          if (event?.kind !== 'pageNew') continue;
          reasons.set(event.b, (reasons.get(event.b) ?? 0) + 1);
          if (event.b !== NEW_PAGE.starved) continue;
          // An adoption pays for one new page, of the thread and class that it took the page from.
          expect(payers.has(event.cause)).toBe(false);
          payers.add(event.cause);
          let length = 0;
          let link = events.get(event.cause);
          expect(link?.kind).toBe('pageAdopted');
          expect(link?.a).toBe(event.life);
          while (link?.kind === 'pageAdopted') {
            length++;
            const before: typeof link | undefined =
              link.cause === NO_CAUSE ? undefined : events.get(link.cause);
            if (before?.kind === 'pageAdopted') expect(before.a).toBe(link.life);
            link = before;
          }
          lengths.set(Math.min(8, length), (lengths.get(Math.min(8, length)) ?? 0) + 1);
        }
        const counted = [
          counters[C.newGate],
          counters[C.newStarved],
          counters[C.newGraveyard],
          counters[C.newBelow],
          counters[C.newOrphaned],
          counters[C.newFirstUse],
          counters[C.newCapacity],
        ];
        for (const [reason, value] of counted.entries())
          expect(reasons.get(reason) ?? 0).toBe(value);
        for (let length = 1; length <= 8; length++) {
          expect(lengths.get(length) ?? 0).toBe(counters[C.chain1 + length - 1]);
        }
        expect(events.totals[EV.pageAdopted]).toBe(counters[C.adoptions]);
      }),
      cases(300),
    );
  });

  it('makes pages past its own queue when the tries are used up, and only by a race when not', () => {
    const violations = (gateBudget: number): number => {
      const sim = createSimulation(
        resolveKnobs({
          model: 'mf2',
          workload: 'pair',
          route: 's1',
          gateBudget,
          minSize: 2048,
          maxSize: 32768,
          mapMode: 'direct',
          timeBase: 'costs',
        }),
        SMALL,
      );
      sim.advance(20_000);
      return sim.readCounters()[C.gateViolations];
    };
    expect(violations(0)).toBeGreaterThan(1000);
    expect(violations(4)).toBeLessThan(20);
  });
});

describe('the audit can fail', () => {
  class LosesABlock extends Mf2Heap {
    private done = false;
    override dequeue(life: number, cls: number): number {
      const p = super.dequeue(life, cls);
      if (p >= 0 && !this.done && this.pages[p + P_REMOTE] !== 0) {
        this.done = true;
        this.pages[p + P_REMOTE] &= this.pages[p + P_REMOTE] - 1;
      }
      return p;
    }
  }
  class CountsTwice extends Mf2Heap {
    override newPage(life: number, cls: number, piece: number, now: number): number {
      const p = super.newPage(life, cls, piece, now);
      if (p === 5 * P_WORDS) this.enter(p);
      return p;
    }
  }
  class FreesTwice extends Mf2Heap {
    override takeBlock(p: number, written: number): number {
      const block = super.takeBlock(p, written);
      if (this.count > 3) {
        this.leave(p);
        this.pages[p + P_FREE] |= 1 << block;
        this.enter(p);
      }
      return block;
    }
  }
  it.each([
    ['a block is lost', LosesABlock],
    ['a page is counted twice', CountsTwice],
    ['a live block is free too', FreesTwice],
  ])('when %s', (_, heap) => {
    const sim = createSimulation(
      resolveKnobs({ model: 'mf2', workload: 'pair', window: 16, minSize: 2048, maxSize: 9000 }),
      { ...SMALL, create: mf2With(heap) },
    );
    sim.advance(400);
    expect(sim.audit().length).toBeGreaterThan(0);
  });
});

describe('the audit notices a mark that is wrong', () => {
  it.each([
    ['partly free', PF.partial],
    ['adopted', PF.adopted],
    ['pending', PF.pending],
    ['active', PF.active],
    ['orphan', PF.orphan],
  ])('%s', (_, mark) => {
    const knobs = { workload: 'wakers', adoptOnWake: true, minSize: 2048, maxSize: 9000 } as const;
    const sim = createSimulation(resolveKnobs({ model: 'mf2', ...knobs }), SMALL);
    sim.advance(3000);
    expect(sim.audit()).toEqual([]);
    let missed = 0;
    // Usually every fifth page, another fifth in each run.
    const stride = DEEP ? 1 : 5;
    for (let row = SEED % stride; row < heapOf(sim).count; row += stride) {
      const at = row * P_WORDS + P_FLAGS;
      heapOf(sim).pages[at] ^= mark;
      if (sim.audit().length === 0) missed++;
      heapOf(sim).pages[at] ^= mark;
    }
    expect(heapOf(sim).count).toBeGreaterThan(20);
    expect(missed).toBe(0);
  });

  it('of who holds a page', () => {
    const sim = createSimulation(
      resolveKnobs({ model: 'mf2', workload: 'pair', window: 16, minSize: 2048, maxSize: 9000 }),
      SMALL,
    );
    sim.advance(400);
    for (let row = 0; row < heapOf(sim).count; row++) {
      const at = row * P_WORDS + P_HOLDER;
      const before = heapOf(sim).pages[at];
      heapOf(sim).pages[at] = before === 2 ? 1 : 2;
      expect(sim.audit().length).toBeGreaterThan(0);
      heapOf(sim).pages[at] = before;
    }
  });
});

/** Route P with every gate open; a test shuts one. */
const OPEN_GATES: Partial<KnobValues> = {
  route: 'p',
  partialList: 'off',
  adoptFirst: true,
  rfrWindowUs: 0,
  idleThresholdUs: 0,
  adoptionThreshold: 0,
  minRemote: 1,
};

describe('knobs of the page allocator', () => {
  const PAIRS: Partial<Record<KnobId, [KnobValues[KnobId], Partial<KnobValues>?]>> = {
    window: [100],
    wakers: [1],
    wakePeriod: [7],
    burst: [2],
    hold: [3],
    route: ['s1'],
    pendingThreshold: [2],
    pendingClaim: [true, { schedule: 'own', adoptFirst: true }],
    reEnqueue: [true, { schedule: 'own', costDrainBlock: 900, costPop: 900, window: 30 }],
    adoptFirst: [true],
    adoptOnWake: [true],
    gateBudget: [0],
    partialList: ['on'],
    wakeup: ['on', { adoptOnWake: true }],
    rfrWindowUs: [5000, { ...OPEN_GATES }],
    idleThresholdUs: [5000, { ...OPEN_GATES }],
    adoptionThreshold: [
      64,
      { route: 'p', rfrWindowUs: 0, idleThresholdUs: 0, minRemote: 1, adoptFirst: true },
    ],
    minRemote: [
      64,
      { route: 'p', rfrWindowUs: 0, idleThresholdUs: 0, adoptionThreshold: 0, adoptFirst: true },
    ],
    adoptBudget: [0],
    deadQueuesVisible: [false, { workload: 'larson' }],
    adoptIdleMs: [
      1,
      {
        workload: 'larson',
        route: 's2',
        orphanPolicy: 'adopt',
        timeBase: 'documentRate',
        opRate: 1000,
      },
    ],
    pageHeaderBytes: [0],
    model: ['tiny', { workload: 'larson' }],
    costPop: [2000],
    costScan: [1000, { adoptFirst: true }],
    costWake: [100_000],
  };
  const BASE: Partial<KnobValues> = {
    model: 'mf2',
    workload: 'wakers',
    window: 200,
    hold: 20,
    burst: 3,
    wakePeriod: 9,
    chunks: 60,
    minSize: 2048,
    maxSize: 20_000,
    timeBase: 'costs',
    // A core for each: a new thread would wait longer for one than these runs last.
    cores: 8,
    mapMode: 'direct',
  };
  const digest = (knobs: Partial<KnobValues>, ops = 8000): string => {
    const sim = createSimulation(resolveKnobs(knobs), SMALL);
    sim.advance(ops);
    return sim.digest();
  };
  /** Sleepers have little to do at first. */
  const WAKES = new Set<KnobId>(['adoptOnWake', 'wakeup', 'costWake']);
  it.each(KNOB_IDS.filter((id) => PAIRS[id] !== undefined && id !== 'model'))(
    '%s changes the run it claims to change',
    (id) => {
      const [value, context = {}] = PAIRS[id] ?? [0];
      const settings = { ...BASE, ...context };
      const ops = WAKES.has(id) ? 40_000 : 8000;
      expect(digest({ ...settings, [id]: value }, ops)).not.toBe(digest(settings, ops));
    },
  );
  /** Knobs that both models have, with a value that must matter here, too, and where it does. */
  const SHARED: Partial<Record<KnobId, [KnobValues[KnobId], Partial<KnobValues>?]>> = {
    threads: [2],
    chunks: [90],
    rounds: [2],
    succession: [false],
    minSize: [3000],
    maxSize: [16_000],
    seconds: [0.001],
    seed: [7],
    orphanPolicy: ['adopt', { route: 's2' }],
    prelink: [true],
    maxMapCount: [1000, { mapMode: 'trimAligned', route: 's1' }],
    baseMaps: [40],
    mapMode: ['trimAligned'],
    physLimitGiB: [1, { route: 's1', chunks: 300, memPressure: 0.95 }],
    memPressure: [0.999, { physLimitGiB: 1 }],
    threadEnd: ['detach'],
    onNull: ['libcFallback', { maxMapCount: 1000, mapMode: 'trimAligned', route: 's1' }],
    timeBase: ['documentRate'],
    opRate: [1e5, { timeBase: 'documentRate' }],
    schedule: ['shared'],
    opLimit: [500],
  };
  const LARSON = {
    ...BASE,
    workload: 'larson',
    rounds: 1,
    prelink: false,
    schedule: 'own',
  } as const;
  it.each(Object.keys(SHARED) as KnobId[])('%s matters to pages as well', (id) => {
    const [value, context = {}] = SHARED[id] ?? [0];
    const settings = { ...LARSON, ...context };
    const run = (knobs: Partial<KnobValues>): string => {
      const sim = createSimulation(resolveKnobs(knobs), SMALL);
      sim.advance(id === 'physLimitGiB' ? 40_000 : 8000);
      expect(sim.audit()).toEqual([]);
      return sim.digest();
    };
    expect(run({ ...settings, [id]: value })).not.toBe(run(settings));
  });
  it('covers every knob that is of this model alone', () => {
    expect(Object.keys(MF2_KNOBS).filter((id) => !(id in PAIRS))).toEqual([]);
  });
});
