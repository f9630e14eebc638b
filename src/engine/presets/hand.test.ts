import { expect, it } from 'vitest';
import type { Intervention } from '../interventions.ts';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { presetById, type StoryWhen, storyUnder, variantKnobs } from '../presets.ts';
import { createSimulation } from '../simulation.ts';
import { C } from '../telemetry/counters.ts';
import type { HandDetail, Simulation } from '../types.ts';

// The story of “Malloc by hand”, played as it tells one to: what it says must be so.
const preset = presetById('by-hand');
if (!preset) throw new Error('no scenario by-hand');
const open = (knobs: Partial<KnobValues> = {}, variant = 0): Simulation =>
  createSimulation(resolveKnobs(variantKnobs(preset, variant), knobs));

const see = (sim: Simulation): HandDetail => {
  const seen = sim.readHand();
  if (!seen) throw new Error('no hand');
  return seen;
};
function call(sim: Simulation, act: Intervention['act'], slot: number, amount = 0, subject = 1) {
  const intervention = { act, subject, slot, amount };
  expect(sim.whyNot(intervention)).toBeUndefined();
  sim.act(intervention);
  expect(sim.advance(5).ops).toBe(1);
  expect(sim.audit()).toEqual([]);
  const { latest } = see(sim);
  if (!latest) throw new Error('nothing was called');
  return latest;
}
/** Titles of the steps whose moment has come. */
const come = (sim: Simulation): string[] => {
  const counters = sim.readCounters();
  const has = (when: StoryWhen): boolean =>
    when.kind === 'start' || (when.kind === 'counter' && counters[C[when.counter]] >= when.atLeast);
  return storyUnder(preset.story, sim.knobs)
    .filter(({ when }) => has(when))
    .map(({ title }) => title);
};
/** The free chunks of the heap, by what they can hold. */
const holes = (sim: Simulation): number[] => {
  const [{ blocks }] = see(sim).stretches;
  return [...(blocks.bytes ?? [])]
    .map((bytes) => bytes - blocks.overhead)
    .filter((_, i) => blocks.slots[i] === -1);
};

it('begins with ten blocks of which p1, p3 and p5 were freed again', () => {
  const sim = open();
  const { slots, threads } = see(sim);
  expect(slots.map(({ bytes }) => bytes)).toEqual([256, 0, 64, 0, 64, 0, 64, 1000, 96, 64]);
  expect(slots.filter(({ bytes }) => bytes > 0).every(({ by }) => by === 1)).toBe(true);
  expect(threads).toEqual([1, 2]);
  expect(holes(sim)).toEqual([480, 128, 240]);
  expect(come(sim)).toHaveLength(1);
  expect(sim.awaitsHand).toBe(true);
});

it('tells what first fit does', () => {
  const sim = open();
  // The list begins with what was freed last, which is p5.
  const before = holes(sim);
  const malloc = call(sim, 'malloc', 1, 120);
  expect(malloc.counted.find(({ counter }) => counter === 'splits')?.by).toBe(1);
  expect(holes(sim).slice(0, 2)).toEqual(before.slice(0, 2));
  expect(holes(sim)[2]).toBe(240 - 120 - 8 - 16);
  expect(come(sim)).toHaveLength(2);

  call(sim, 'free', 7);
  const freed = call(sim, 'free', 8);
  expect(freed.counted.find(({ counter }) => counter === 'coalesces')?.by).toBe(1);
  expect(come(sim)).toHaveLength(3);

  const grown = call(sim, 'realloc', 6, 256);
  expect(grown.after.place?.address).toBe(grown.before.place?.address);
  expect(sim.readCounters()[C.reallocsMoved]).toBe(0);
  expect(come(sim)).toHaveLength(3);

  const moved = call(sim, 'realloc', 0, 4096);
  expect(moved.after.place?.address).not.toBe(moved.before.place?.address);
  expect(come(sim)).toHaveLength(4);
  expect(holes(sim).length).toBeGreaterThan(2);
});

it('tells what another fit does with the same call', () => {
  const place = (knobs: Partial<KnobValues>, variant = 0): number | undefined =>
    call(open(knobs, variant), 'malloc', 1, 120).after.place?.address;
  const first = place({});
  const best = place({ fit: 'best' });
  expect(best).not.toBe(first);
  expect(place({}, 2)).toBe(best);
  // The knob may be turned after the call was given and before it is made.
  const sim = open();
  sim.act({ act: 'malloc', subject: 1, slot: 1, amount: 120 });
  sim.setKnob('fit', 'best');
  sim.advance(1);
  expect(see(sim).slots[1].place?.address).toBe(best);
  // Best fit took p3's hole, which is just large enough.
  expect(see(sim).latest?.counted.map(({ counter }) => counter)).not.toContain('splits');
});

it('tells what size classes do instead', () => {
  const sim = open({ model: 'tiny' });
  expect(come(sim)).toEqual(['Size classes instead of holes.']);
  const malloc = call(sim, 'malloc', 1, 120);
  const [stretch] = see(sim).stretches.filter(
    ({ blocks }) => blocks.span === malloc.after.place?.row,
  );
  expect(stretch.blocks.blockBytes).toBeGreaterThan(120);
  const freed = call(sim, 'free', 7, 0, 2);
  expect(freed.counted.find(({ counter }) => counter === 'remoteFrees')?.by).toBe(1);
  expect(sim.readCounters()[C.queuedBlocks]).toBe(1);
  expect(come(sim)).toEqual(['Size classes instead of holes.', 'A remote free.']);
  expect(sim.readCounters()[C.splits] + sim.readCounters()[C.coalesces]).toBe(0);
});

it('tells what pages do instead', () => {
  const sim = open({ model: 'mf2' });
  expect(come(sim)).toEqual(['Pages of one size instead of holes.']);
  const small = call(sim, 'malloc', 1, 16).after.place;
  expect(small?.usable).toBe(2048);
  expect(sim.inspectSpan(small?.row ?? -1)?.bytes).toBe(65_536);
  expect(call(sim, 'malloc', 3, 32_768).after.place?.usable).toBe(32_768);
  expect(call(sim, 'malloc', 5, 65_536).after.place).toBeUndefined();
  call(sim, 'free', 7, 0, 2);
  expect(sim.readCounters()[C.pendingPages]).toBe(1);
  expect(come(sim).at(-1)).toBe('A remote free.');
});

it.each([
  ['other blocks', { handStart: '100 200' }, 'Ten pointers.'],
  ['one central list', { model: 'tiny', ownership: 'central' }, undefined],
] as const)('has words for %s, or none', (_, knobs, title) => {
  expect(come(open(knobs)).at(-1)).toBe(title);
});
