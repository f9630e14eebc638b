import { describe, expect, it } from 'vitest';
import { asOp } from '../base/units.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation, prepareSimulation } from '../engine/simulation.ts';
import { C, type CounterName } from '../engine/telemetry/counters.ts';
import type { Simulation } from '../engine/types.ts';
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

  /** A lane whose clock is the work that its run has done: calls, and chunks that were looked at, ms each. */
  function byWork(knobs: Partial<KnobValues>, msPerCall: number, msPerStep: number) {
    let run: Simulation | undefined;
    const clock = {
      get now() {
        const count = (name: CounterName): number => run?.counters[C[name]] ?? 0;
        const calls = count('runtimeMallocs') + count('mallocs');
        return calls * msPerCall + count('listSteps') * msPerStep;
      },
    };
    const tasks: number[] = [];
    let from = 0;
    const opened = lane({
      clock,
      prepareSimulation: (all) => {
        run = prepareSimulation(all);
        return run;
      },
      onTurn: (isOver) => {
        if (isOver) tasks.push(clock.now - from);
        else from = clock.now;
      },
    });
    const all = resolveKnobs({ ...knobs, physLimitGiB: 256, maxMapCount: 1_000_000 });
    return { ...opened, clock, tasks, config: config({ knobs: all }) };
  }

  it.each([
    ['firstfit', { fit: 'best', freeOrder: 'address' }],
    ['tiny', {}],
    ['mf2', {}],
  ] as const)(
    'has no long task, neither before operation 0 nor after it: %s',
    async (model, more) => {
      // As dear as a block of the longest lists that there can be: whole runs of an hour.
      const knobs = { model, threads: 8, chunks: 60, minSize: 8, maxSize: 65_536, ...more };
      const { client, clock, tasks, config: opened } = byWork(knobs, 1, 0.1);
      await client.configure(opened);
      expect(clock.now).toBeGreaterThan(2000);
      const warm = tasks.length;
      await client.call('runTo', { op: 3000 });
      expect(Math.max(...tasks.slice(0, warm))).toBeLessThan(200);
      expect(Math.max(...tasks.slice(warm))).toBeLessThan(200);
    },
  );

  it('answers a pause while it warms up, and is warm in the end; then it does what was asked for', async () => {
    const { client, clock, summaries, config: opened } = byWork({ threads: 4, chunks: 2000 }, 1, 0);
    const opening = client.configure({ ...opened, startAt: asOp(500) });
    await until(() => clock.now > 500);
    const threads = client.call('threads', undefined);
    const played = client.call('play', { speed: 'max' });
    const stopped = [opening, played].map((asked) =>
      expect(asked).rejects.toMatchObject({ code: 'E_ABORTED' }),
    );
    const paused = await client.call('pause', undefined);
    const stepped = client.call('step', { by: 'op', ops: 7 });
    expect(paused).toMatchObject({ op: 0, playing: false, journey: undefined });
    expect(clock.now).toBeLessThan(1500);
    await Promise.all(stopped);
    expect(await threads).toHaveLength(4);
    expect(clock.now).toBeGreaterThan(8000);
    expect((await stepped).op).toBe(7);
    expect(summaries.some(({ journey }) => journey === 'warming')).toBe(true);
    const alone = createSimulation(opened.knobs);
    alone.advance(7);
    expect((await client.call('digest', undefined)).digest).toBe(alone.digest());
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
