import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases, DEEP, SEED } from '../../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import type { Run } from '../../run/run.ts';
import { createSimulation } from '../../simulation.ts';
import { C } from '../../telemetry/counters.ts';
import { EV, NEW_PAGE, NO_CAUSE } from '../../telemetry/events.ts';
import { Mf2Allocator } from './allocator.ts';
import type { Mf2Heap } from './heap.ts';
import { P_FLAGS, P_HOLDER, P_WORDS, PF } from './layout.ts';

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

describe('the audit notices a mark that is wrong', () => {
  it.each([
    ['partly free', PF.partial],
    ['adopted', PF.adopted],
    ['pending', PF.pending],
    ['active', PF.active],
    ['orphan', PF.orphan],
  ])('%s', { tags: ['slow'] }, (_, mark) => {
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
