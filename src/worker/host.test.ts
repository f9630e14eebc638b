import { describe, expect, it } from 'vitest';
import { createSimulation } from '../engine/simulation.ts';
import { H } from './frame.ts';
import { until } from './testing/channel.ts';
import { config, KNOBS, lane } from './testing/lane.ts';

describe('a lane over a channel', () => {
  it('configure, step, and stand exactly there', async () => {
    const { client, latest } = lane();
    expect((await client.configure(config())).op).toBe(0);
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(1);
    expect((await client.call('step', { by: 'op', ops: 999 })).op).toBe(1000);
    await until(() => latest()?.header[H.op] === 1000);
  });

  it('says while it builds a large run that it is alive, and not for ever', async () => {
    const clock = { now: 0 };
    let calls = 0;
    const { client, workers } = lane({
      clock,
      createSimulation: (knobs, options) =>
        createSimulation(knobs, {
          alive: () => {
            calls++;
            clock.now += 4000;
            options?.alive();
          },
        }),
    });
    // 160,000 allocations, each of 4,096 worth four seconds of the clock.
    await client.configure(config({ knobs: { ...KNOBS, chunks: 16_000 } }));
    const signs = workers[0].got.filter(({ t }) => t === 'pong').length;
    expect(calls).toBe(39);
    expect(signs).toBe(15);
  });

  it('gives the same digest as a run without any protocol', async () => {
    const { client } = lane();
    await client.configure(config({ startAt: 12_345 }));
    const sim = createSimulation(KNOBS);
    sim.advance(12_345);
    expect(await client.call('digest', undefined)).toEqual({ op: 12_345, digest: sim.digest() });
  });

  it('applies edits at their operation, however the run is sliced', async () => {
    const edits = [
      { op: 700, lane: 0, knob: 'orphanPolicy' as const, value: 'adopt' },
      { op: 300, lane: 0, knob: 'decOnRemote' as const, value: true },
    ];
    const { client } = lane();
    await client.configure(config({ edits }));
    for (const ops of [100, 333, 500, 67]) await client.call('step', { by: 'op', ops });
    const sim = createSimulation(KNOBS);
    sim.advance(300);
    sim.setKnob('decOnRemote', true);
    sim.advance(400);
    sim.setKnob('orphanPolicy', 'adopt');
    sim.advance(300);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('plays at the speed asked for, down to one operation a second', async () => {
    const clock = { now: 0 };
    const { client, latest } = lane({ clock });
    await client.configure(config());
    await client.call('play', { speed: 10 });
    // Each 100 ms of the clock is worth one operation; more than that at once is not caught up.
    for (let i = 0; i < 30; i++) {
      clock.now += 100;
      await new Promise((next) => setImmediate(next));
      await new Promise((next) => setImmediate(next));
    }
    await client.call('pause', undefined);
    await until(() => latest()?.header[H.playing] === 0);
    const op = latest()?.header[H.op] ?? 0;
    expect(op).toBeGreaterThan(10);
    expect(op).toBeLessThanOrEqual(30);
  });

  it('deals blows to a run, or says why not and leaves it as it was', async () => {
    const { client } = lane();
    await client.configure(config());
    await client.call('step', { by: 'op', ops: 300 });
    const before = (await client.call('digest', undefined)).digest;
    expect(await client.intervene({ act: 'kill', subject: 77, amount: 0 })).toEqual({
      op: 300,
      refused: 'There is no chain 77.',
    });
    expect((await client.call('digest', undefined)).digest).toBe(before);
    expect((await client.call('threads', undefined))[0]).toMatchObject({ chain: 1, running: true });
    await client.intervene({ act: 'kill', subject: 1, amount: 0 });
    expect((await client.call('threads', undefined))[0]).toMatchObject({
      chain: 1,
      running: false,
    });
    // Back before the blow and forth again: it is dealt again.
    await client.call('seek', { op: 299 });
    expect((await client.call('threads', undefined))[0].running).toBe(true);
    await client.call('seek', { op: 300 });
    expect((await client.call('threads', undefined))[0].running).toBe(false);
  });

  it('looks into the past of a block beside everything else, and stops when nobody asks', async () => {
    const { client } = lane();
    await client.configure(config({ startAt: 100_000 }));
    const never = { span: 0, slab: 63, block: 1000 };
    const order: string[] = [];
    const long = client.call('provenance', never).then((found) => {
      order.push('found');
      return found;
    });
    await client.call('threads', undefined).then(() => order.push('threads'));
    await client.call('step', { by: 'op', ops: 10 }).then(() => order.push('stepped'));
    expect(await long).toEqual({ allocated: undefined, freed: undefined, age: undefined });
    expect(order).toEqual(['threads', 'stepped', 'found']);
    // The run went on as if nobody had asked.
    const sim = createSimulation(KNOBS);
    sim.advance(100_010);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());

    // Another question, or another future, ends the search that is under way.
    const first = client.call('provenance', never);
    const second = expect(client.call('provenance', never)).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    await expect(first).rejects.toMatchObject({ code: 'E_ABORTED' });
    await client.setKnob('orphanPolicy', 'adopt');
    await second;
    const abort = new AbortController();
    const third = client.call('provenance', never, abort.signal);
    abort.abort();
    await expect(third).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(100_011);
  });

  it('a knob turned twice at one operation counts once', async () => {
    const { client } = lane();
    await client.configure(config());
    await client.call('step', { by: 'op', ops: 300 });
    await client.setKnob('orphanPolicy', 'adopt');
    await client.setKnob('orphanPolicy', 'reuse-empty');
    const sim = createSimulation(KNOBS);
    sim.advance(300);
    sim.setKnob('orphanPolicy', 'reuse-empty');
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });
});
