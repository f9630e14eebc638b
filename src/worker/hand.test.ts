import { describe, expect, it } from 'vitest';
import { MODEL_IDS } from '../engine/allocators/index.ts';
import type { Intervention } from '../engine/interventions.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import type { Edit } from '../engine/recipe.ts';
import { createSimulation } from '../engine/simulation.ts';
import { runTo, Timeline } from '../engine/timeline.ts';
import { H } from './frame.ts';
import { until } from './testing/channel.ts';
import { config, lane } from './testing/lane.ts';

const knobsOf = (model: (typeof MODEL_IDS)[number]) =>
  resolveKnobs({ workload: 'by-hand', model, handStart: '100 5000' });
const malloc: Intervention = { act: 'malloc', subject: 1, slot: 5, amount: 3000 };
const free: Intervention = { act: 'free', subject: 2, slot: 5, amount: 0 };

describe('a lane that waits for calls by hand', () => {
  it('does not play, and every way on ends where it waits', async () => {
    const { client, latest, summaries } = lane();
    await client.configure(config({ knobs: knobsOf('firstfit') }));
    const waits = { op: 0, status: 'running', playing: false, awaitsHand: true };
    expect(await client.call('play', { speed: 'max' })).toMatchObject(waits);
    expect(await client.call('step', { by: 'op', ops: 5 })).toMatchObject(waits);
    expect(await client.call('runTo', { op: 1e9 })).toMatchObject(waits);
    expect(await client.call('seek', { op: 77 })).toMatchObject(waits);
    expect(await client.call('step', { by: 'event', kinds: ['trim'] })).toMatchObject({
      ...waits,
      missed: true,
    });
    await until(() => latest()?.header[H.awaitsHand] === 1 && latest()?.header[H.playing] === 0);
    // Nothing goes on behind its back.
    const told = summaries.length;
    for (let i = 0; i < 20; i++) await new Promise((next) => setImmediate(next));
    expect(summaries.length).toBe(told);
  });

  it.each(MODEL_IDS)('makes a call on %s, and the run is what its edits say', async (model) => {
    const { client, latest } = lane();
    const knobs = knobsOf(model);
    await client.configure(config({ knobs }));
    const edits: Edit[] = [];
    for (const [op, act] of [malloc, free, { ...malloc, amount: 20_000 }].entries()) {
      expect(await client.intervene(act)).toEqual({ op });
      expect((await client.call('hand', undefined))?.due).toMatchObject({ slot: 5 });
      expect(await client.call('step', { by: 'op', ops: 1 })).toMatchObject({
        op: op + 1,
        awaitsHand: true,
      });
      edits.push({ op, lane: 0, ...act });
    }
    const straight = createSimulation(knobs);
    runTo(straight, new Timeline(edits), 3);
    expect(await client.call('digest', undefined)).toEqual({ op: 3, digest: straight.digest() });
    expect(await client.call('hand', undefined)).toEqual(straight.readHand());
    // It plays what was called before, and stops where it waits.
    await client.call('seek', { op: 0 });
    await until(() => latest()?.header[H.op] === 0);
    expect(await client.call('play', { speed: 'max' })).toMatchObject({ playing: true });
    await until(() => latest()?.header[H.op] === 3 && latest()?.header[H.playing] === 0);
    expect((await client.call('digest', undefined)).digest).toBe(straight.digest());
  });

  it('refuses what cannot be done, and takes another call instead of one that is due', async () => {
    const { client } = lane();
    await client.configure(config({ knobs: knobsOf('tiny') }));
    expect(await client.intervene(free)).toEqual({
      op: 0,
      refused: 'p5 is empty: there is nothing to free.',
    });
    await client.intervene(malloc);
    await client.call('step', { by: 'op', ops: 1 });
    await client.intervene(free);
    await client.call('step', { by: 'op', ops: 1 });
    // Back to before the first call, which is due there: another one takes its place.
    await client.call('seek', { op: 0 });
    expect((await client.call('hand', undefined))?.due).toMatchObject({ bytes: 3000 });
    await client.intervene({ ...malloc, amount: 8 });
    expect(await client.call('runTo', { op: 9 })).toMatchObject({ op: 1, awaitsHand: true });
    expect((await client.call('hand', undefined))?.slots[5].bytes).toBe(8);
  });

  it('is brought by another worker to where it waited', async () => {
    const { client, workers } = lane();
    await client.configure(config({ knobs: knobsOf('mf2') }));
    await client.intervene(malloc);
    await client.call('step', { by: 'op', ops: 1 });
    const { digest } = await client.call('digest', undefined);
    client.restart('ended by a test');
    expect(await client.call('digest', undefined)).toEqual({ op: 1, digest });
    expect(workers).toHaveLength(2);
    expect((await client.call('hand', undefined))?.slots[5].bytes).toBe(3000);
  });

  it('says when all that was asked for has arrived', async () => {
    const { client } = lane();
    await client.configure(config({ knobs: knobsOf('tiny') }));
    await client.intervene(malloc);
    let there = false;
    const step = client.call('step', { by: 'op', ops: 1 }).then(() => {
      there = true;
    });
    await client.arrived();
    await step;
    expect(there).toBe(true);
    await client.arrived();
  });

  it('asks nothing of a program that makes its own calls', async () => {
    const { client } = lane();
    await client.configure(config());
    expect(await client.call('hand', undefined)).toBeUndefined();
    expect(await client.intervene(malloc)).toMatchObject({
      refused: expect.stringMatching(/own calls/),
    });
  });
});
