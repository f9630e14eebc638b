import { describe, expect, it } from 'vitest';
import { MODEL_IDS } from '../allocators/index.ts';
import type { Intervention } from '../interventions.ts';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { provenance } from '../provenance.ts';
import { type Edit, withEdits } from '../recipe.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';
import { runTo, seek, Timeline } from '../timeline.ts';
import type { HandDetail, Simulation } from '../types.ts';

const start = (knobs: Partial<KnobValues>): Simulation =>
  createSimulation(resolveKnobs({ workload: 'by-hand', ...knobs }), { eventCapacity: 1024 });
const see = (sim: Simulation): HandDetail => {
  const seen = sim.readHand();
  if (!seen) throw new Error('no hand');
  return seen;
};
const call = (
  act: 'malloc' | 'realloc' | 'free',
  subject: number,
  slot: number,
  amount = 0,
): Intervention => ({ act, subject, slot, amount });
/** Sizes that are each model's own. */
const OWN: Partial<Record<string, string>> = { mf2: '4K 9000 2K' };
const sizesOf = (model: string): string => OWN[model] ?? '100 200 40';

describe.each(MODEL_IDS)('calls by hand on %s', (model) => {
  const knobs = { model, handStart: sizesOf(model), timeBase: 'costs' } as const;

  it('are waited for: nothing is done, time stands, and the run is not over', () => {
    const sim = start(knobs);
    const before = sim.digest();
    expect(sim.advance(1e9).ops).toBe(0);
    expect(sim).toMatchObject({ op: 0, status: 'running', endedBy: 'notEnded', awaitsHand: true });
    expect(sim.digest()).toBe(before);
  });

  it('are the next operation each, in the order in which they came', () => {
    const sim = start(knobs);
    const asked = see(sim).slots[0].bytes;
    sim.act(call('free', 2, 0));
    sim.act(call('malloc', 1, 0, asked + 10));
    sim.act(call('realloc', 2, 1, 5000));
    expect(sim.awaitsHand).toBe(false);
    expect(see(sim).due).toEqual({ act: 'free', chain: 2, slot: 0, bytes: 0 });
    expect(sim.advance(1).ops).toBe(1);
    expect(see(sim).latest).toMatchObject({ op: 0, act: 'free', chain: 2, slot: 0, bytes: 0 });
    expect(sim.advance(9).ops).toBe(2);
    expect(see(sim).latest).toMatchObject({ op: 2, act: 'realloc', chain: 2, slot: 1 });
    expect(
      see(sim)
        .slots.slice(0, 3)
        .map(({ bytes, by }) => [bytes, by]),
    ).toEqual([
      [asked + 10, 1],
      [5000, 2],
      [see(sim).slots[2].bytes, 1],
    ]);
    expect(sim.audit()).toEqual([]);
  });

  it('begin when the one before has ended, whoever made it', () => {
    const sim = start(knobs);
    let now = sim.virtualNs;
    for (const [i, thread] of [1, 2, 2, 1].entries()) {
      sim.act(call('malloc', thread, 5 + i, 3000));
      sim.advance(1);
      const { latest } = see(sim);
      expect(latest?.ns).toBeGreaterThan(0);
      expect(sim.virtualNs).toBeGreaterThanOrEqual(now + (latest?.ns ?? 0));
      now = sim.virtualNs;
    }
  });

  it('say where each block is, without two in one place', () => {
    const sim = start(knobs);
    for (const [slot, bytes] of [5000, 3000, 20_000, 2500].entries()) {
      sim.act(call('malloc', 1 + (slot % 2), 5 + slot, bytes));
      sim.advance(1);
    }
    const places = see(sim).slots.flatMap(({ bytes, place }) => (place ? [{ bytes, place }] : []));
    expect(places.length).toBeGreaterThan(2);
    places.sort((a, b) => a.place.address - b.place.address);
    for (const [i, { bytes, place }] of places.entries()) {
      expect(place.usable).toBeGreaterThanOrEqual(bytes);
      expect(place.bytes).toBeGreaterThanOrEqual(place.usable);
      const next = places[i + 1]?.place.address ?? Infinity;
      expect(place.address + place.usable).toBeLessThanOrEqual(next);
      const blocks = sim.inspectBlocks(place.row, place.slab);
      expect(blocks?.requested[place.block]).toBe(bytes);
      expect(see(sim).stretches.some(({ blocks: { span } }) => span === place.row)).toBe(true);
    }
  });

  it('that cannot be made are refused with a reason, and change nothing', () => {
    const sim = start({ ...knobs, handThreads: 2 });
    const refused = (...of: Parameters<typeof call>): string | undefined => sim.whyNot(call(...of));
    expect(refused('malloc', 1, 0, 9)).toMatch(/^p0 holds a block of/);
    expect(refused('free', 1, 9)).toBe('p9 is empty: there is nothing to free.');
    expect(refused('realloc', 1, 9, 4)).toBe('p9 is empty: there is nothing to resize.');
    expect(refused('malloc', 3, 9, 4)).toBe('There is no thread 3.');
    sim.act({ act: 'kill', subject: 2, amount: 0 });
    expect(refused('malloc', 2, 9, 4)).toBe('Thread 2 has ended.');
    expect(sim.whyNot({ act: 'burst', subject: 1, amount: 3 })).toMatch(/wait for your hand/);
    sim.act(call('free', 1, 9));
    expect(sim).toMatchObject({ op: 0, awaitsHand: true });
    sim.act({ act: 'kill', subject: 1, amount: 0 });
    expect(sim).toMatchObject({ status: 'finished', endedBy: 'chainsEnded', awaitsHand: false });
    expect(sim.whyNot(call('malloc', 1, 9, 4))).toBe('The run is over.');
  });

  it('are there again wherever one seeks, with all that they came to', () => {
    const edits: Edit[] = [
      call('malloc', 2, 5, 4000),
      call('free', 2, 0),
      call('realloc', 1, 5, 9000),
      call('free', 1, 5),
    ].map((act, op): Edit => ({ op, lane: 0, ...act }));
    const straight = [0, 1, 2, 3, 4].map((op) => {
      const sim = start(knobs);
      runTo(sim, new Timeline(edits), op);
      return { digest: sim.digest(), seen: see(sim), op: sim.op };
    });
    const sim = start(knobs);
    const timeline = new Timeline(edits, undefined, 2);
    for (const op of [4, 1, 3, 0, 2, 4, 0, 3]) {
      seek(sim, timeline, op);
      expect({ digest: sim.digest(), seen: see(sim), op: sim.op }).toEqual(straight[op]);
    }
    // There is nothing beyond the last one.
    seek(sim, timeline, 1000);
    expect(sim).toMatchObject({ op: 4, awaitsHand: true });
  });
});

describe('a call given where others are due', () => {
  const first: Edit = { op: 0, lane: 0, ...call('malloc', 1, 5, 10) };
  const other: Edit = { op: 0, lane: 0, ...call('malloc', 2, 5, 20) };

  it('takes their place, in the list as in the run', () => {
    const later: Edit = { op: 1, lane: 0, ...call('free', 1, 5) };
    const knob: Edit = { op: 0, lane: 0, knob: 'fit', value: 'best' };
    expect(withEdits([knob, first, later], 0, 0, [other])).toEqual([knob, other]);
    const sim = start({ model: 'firstfit' });
    const timeline = new Timeline([knob, first, later]);
    runTo(sim, timeline, 2);
    seek(sim, timeline, 0);
    expect(see(sim).due).toMatchObject({ chain: 1, bytes: 10 });
    // After the one that is due it could not be made; instead of it, it can.
    expect(sim.whyNot(other as unknown as Intervention)).toMatch(/^p5 holds/);
    expect(sim.whyNot(other as unknown as Intervention, true)).toBeUndefined();
    timeline.edit(sim, [other]);
    expect(see(sim).due).toMatchObject({ chain: 2, bytes: 20 });
    runTo(sim, timeline, 9);
    expect(sim).toMatchObject({ op: 1, awaitsHand: true });
    expect(sim.knobs.fit).toBe('best');
    const straight = start({ model: 'firstfit' });
    runTo(straight, new Timeline([knob, other]), 9);
    expect(sim.digest()).toBe(straight.digest());
  });
});

it('a call by the other thread is a remote free, which its owner collects', () => {
  const sim = start({ model: 'tiny', handStart: '64' });
  sim.act(call('free', 2, 0));
  sim.advance(1);
  expect(sim.readCounters()[C.remoteFrees]).toBe(1);
  expect(see(sim).latest?.counted).toContainEqual({ counter: 'remoteFrees', by: 1 });
});

it('calls by hand are nothing for a program that makes its own', () => {
  const sim = createSimulation(resolveKnobs({ chunks: 64 }), { eventCapacity: 64 });
  sim.advance(10);
  expect(sim.awaitsHand).toBe(false);
  expect(sim.readHand()).toBeUndefined();
  expect(sim.whyNot(call('malloc', 1, 0, 10))).toMatch(/makes its own calls/);
});

it.each(MODEL_IDS)(
  'a block of %s is known by who called for it, wherever it lies among others',
  (model) => {
    const sim = start({ model, handStart: sizesOf(model) });
    const edits: Edit[] = [
      call('malloc', 2, 5, 3000),
      call('malloc', 1, 6, 2100),
      call('free', 1, 1),
      call('realloc', 1, 5, 9000),
    ].map((act, op): Edit => ({ op, lane: 0, ...act }));
    const timeline = new Timeline(edits, undefined, 2);
    const whose = (slot: number) => {
      const place = see(sim).slots[slot].place;
      if (!place) return undefined;
      const subject = { span: place.row, slab: place.slab, block: place.block };
      const replica = start({ model, handStart: sizesOf(model) });
      const { allocated, freed } = provenance(sim, replica, timeline, subject);
      return [allocated?.op, allocated?.chain, freed?.op];
    };
    const outside = model === 'tiny';
    runTo(sim, timeline, 3);
    expect(whose(5)).toEqual(outside ? undefined : [1, 2, undefined]);
    expect(whose(6)).toEqual(outside ? undefined : [2, 1, undefined]);
    runTo(sim, timeline, 4);
    expect(whose(5)).toEqual(outside ? undefined : [4, 1, undefined]);
  },
);
