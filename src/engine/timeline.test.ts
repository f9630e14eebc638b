import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import { type Edit, withEdits } from './recipe.ts';
import { createSimulation } from './simulation.ts';
import { actArb } from './testing/acts.ts';
import { runTo, seek, Timeline } from './timeline.ts';
import type { Simulation } from './types.ts';

const OPTIONS = { eventCapacity: 1 << 12 };
const knobsArb: fc.Arbitrary<Partial<KnobValues>> = fc.record({
  model: fc.constantFrom('tiny', 'mf2') as fc.Arbitrary<KnobValues['model']>,
  workload: fc.constantFrom('larson', 'pair', 'wakers') as fc.Arbitrary<KnobValues['workload']>,
  threads: fc.integer({ min: 1, max: 4 }),
  chunks: fc.integer({ min: 4, max: 60 }),
  window: fc.integer({ min: 2, max: 40 }),
  minSize: fc.constantFrom(8, 2048),
  maxSize: fc.constantFrom(200, 20_000),
  seed: fc.integer({ min: 1, max: 999 }),
  orphanPolicy: fc.constantFrom('abandon', 'adopt') as fc.Arbitrary<KnobValues['orphanPolicy']>,
  route: fc.constantFrom('cda', 's2', 'p') as fc.Arbitrary<KnobValues['route']>,
  timeBase: fc.constantFrom('documentRate', 'costs') as fc.Arbitrary<KnobValues['timeBase']>,
  maxMapCount: fc.constantFrom(1000, 65530),
  decOnRemote: fc.boolean(),
  trimSS: fc.boolean(),
  trimIntervalMs: fc.constantFrom(0, 1),
});
const opArb = fc.integer({ min: 0, max: 8000 });
const editsArb: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({
      op: opArb,
      lane: fc.constant(0),
      knob: fc.constantFrom('orphanPolicy', 'orphanPolicy'),
      value: fc.constantFrom('abandon', 'adopt'),
    }) as fc.Arbitrary<Edit>,
    fc.tuple(opArb, actArb).map(([op, act]): Edit => ({ op, lane: 0, ...act })),
  ),
  { maxLength: 4 },
);

/** What is readable of two logs that should be the same is the same, and lists have enough to show. */
function expectSameLog(a: Simulation, b: Simulation): void {
  expect(a.events.next).toBe(b.events.next);
  expect([...a.events.totals]).toEqual([...b.events.totals]);
  expect([...a.events.firsts]).toEqual([...b.events.firsts]);
  const from = Math.max(0, a.events.next - 1000);
  for (let seq = from; seq < a.events.next; seq++)
    expect(a.events.get(seq)).toEqual(b.events.get(seq));
  for (let seq = a.events.first; seq < from; seq += 97) {
    const event = b.events.get(seq);
    if (event) expect(a.events.get(seq)).toEqual(event);
  }
}

describe('seek', () => {
  it('equals a straight run, from any place in any order, with edits, for every model', {
    tags: ['slow'],
  }, () => {
    fc.assert(
      fc.property(
        knobsArb,
        editsArb,
        fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 2, maxLength: 5 }),
        fc.constantFrom(2 ** 20, 2 ** 30),
        (knobs, edits, places, budget) => {
          const sim = createSimulation(resolveKnobs(knobs), OPTIONS);
          const timeline = new Timeline(edits, budget, 512);
          for (const place of places) {
            seek(sim, timeline, place);
            const straight = createSimulation(resolveKnobs(knobs), OPTIONS);
            runTo(straight, new Timeline(edits), place);
            expect(sim.op).toBe(straight.op);
            expect(sim.digest()).toBe(straight.digest());
            expectSameLog(sim, straight);
            // What the next operation comes to was decided before it, in part.
            const next = [sim, straight].map(
              (run) => run.advance(1).ops === 1 && run.lastOutcome(),
            );
            expect(next[0]).toEqual(next[1]);
          }
          expect(sim.audit()).toEqual([]);
        },
      ),
      cases(80),
    );
  });

  it('keeps its memory bounded however long the run', () => {
    const sim = createSimulation(
      // Detached: the entries of stacks that pile up would be most of a keyframe.
      resolveKnobs({ orphanPolicy: 'adopt', chunks: 64, seconds: 3600, threadEnd: 'detach' }),
      OPTIONS,
    );
    const budget = 4 * 2 ** 20;
    const timeline = new Timeline([], budget);
    let most = 0;
    for (let op = 100_000; op <= 1_500_000; op += 100_000) {
      runTo(sim, timeline, op);
      most = Math.max(most, timeline.keptBytes);
    }
    expect(most).toBeLessThanOrEqual(budget);
    expect(timeline.count).toBeGreaterThan(2);
    // Keyframes are spread over the whole run, not crowded at its end.
    expect(timeline.before(800_000).op).toBeGreaterThan(200_000);
  });

  it('a knob turned in the past is another future', () => {
    const knobs = resolveKnobs({ chunks: 64 });
    const sim = createSimulation(knobs, OPTIONS);
    const timeline = new Timeline([]);
    runTo(sim, timeline, 60_000);
    seek(sim, timeline, 20_000);
    timeline.edit(sim, [{ op: 20_000, lane: 0, knob: 'orphanPolicy', value: 'adopt' }]);
    runTo(sim, timeline, 60_000);
    const end = sim.digest();
    seek(sim, timeline, 30_000);
    seek(sim, timeline, 60_000);
    expect(sim.digest()).toBe(end);
    const straight = createSimulation(knobs, OPTIONS);
    runTo(
      straight,
      new Timeline([{ op: 20_000, lane: 0, knob: 'orphanPolicy', value: 'adopt' }]),
      60_000,
    );
    expect(straight.digest()).toBe(end);
  });

  it('a run that was edited by hand is what its recipe says', () => {
    fc.assert(
      fc.property(
        knobsArb,
        fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), editsArb), {
          minLength: 1,
          maxLength: 5,
        }),
        (knobs, moves) => {
          const resolved = resolveKnobs(knobs);
          const sim = createSimulation(resolved, OPTIONS);
          const timeline = new Timeline([], 2 ** 26, 512);
          runTo(sim, timeline, 0);
          let list: Edit[] = [];
          for (const [ahead, made] of moves) {
            // Standing still (0) is what makes the same knob turn twice at one operation, and so is going
            // back to where others were turned before.
            const places = [0, 0, ...list.map(({ op }) => op)];
            if (ahead < 0) seek(sim, timeline, places[-ahead % places.length]);
            else runTo(sim, timeline, sim.op + ahead * 700);
            if (sim.status !== 'running') continue;
            for (const edit of made) {
              const now = { ...edit, op: sim.op };
              list = list.filter(({ op }) => op <= sim.op);
              timeline.edit(sim, [now]);
              list = withEdits(list, sim.op, 0, [now]);
              if (sim.status !== 'running') break;
            }
          }
          const straight = createSimulation(resolved, OPTIONS);
          // An operation that ended the run is not counted among those done.
          runTo(straight, new Timeline(list), sim.status === 'running' ? sim.op : 1e9);
          expect(straight.digest()).toBe(sim.digest());
          expect([...timeline.edits]).toEqual(list);
        },
      ),
      cases(120),
    );
  });

  it('comes back to a start whose edits end the run, or are made anew', () => {
    const kill: Edit = { op: 0, lane: 0, act: 'kill', subject: 1, amount: 0 };
    const ended = createSimulation(resolveKnobs({ threads: 1 }), OPTIONS);
    const timeline = new Timeline([kill]);
    runTo(ended, timeline, 10);
    expect(ended.status).not.toBe('running');
    seek(ended, timeline, 0);
    expect(ended.status).not.toBe('running');

    const sim = createSimulation(resolveKnobs({}), OPTIONS);
    const turned = new Timeline([{ op: 0, lane: 0, knob: 'orphanPolicy', value: 'adopt' }]);
    runTo(sim, turned, 500);
    turned.edit(sim, [{ op: 500, lane: 0, knob: 'trimSS', value: true }]);
    seek(sim, turned, 0);
    turned.edit(sim, [{ op: 0, lane: 0, knob: 'orphanPolicy', value: 'reuse-empty' }]);
    const straight = createSimulation(resolveKnobs({ orphanPolicy: 'reuse-empty' }), OPTIONS);
    expect(sim.knobs.orphanPolicy).toBe('reuse-empty');
    runTo(sim, turned, 700);
    straight.setKnob('orphanPolicy', 'reuse-empty');
    straight.advance(700);
    expect(sim.digest()).toBe(straight.digest());
  });
});
