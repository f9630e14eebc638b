import { afterEach, describe, expect, it, vi } from 'vitest';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation, prepareSimulation } from '../engine/simulation.ts';
import { H } from './frame.ts';
import { CallError } from './link.ts';
import { until } from './testing/channel.ts';
import { config, KNOBS, lane } from './testing/lane.ts';

afterEach(() => {
  vi.useRealTimers();
});
/** The page's timers are turned by hand; messages go on by themselves. */
const holdTimers = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
};

describe('requests', () => {
  it('settles every kind of request when aborted', async () => {
    const { client } = lane();
    await client.configure(config());
    const tries = [
      (signal: AbortSignal) => client.call('runTo', { op: 1e10 }, signal),
      (signal: AbortSignal) => client.call('step', { by: 'op', ops: 1e10 }, signal),
      (signal: AbortSignal) => client.call('step', { by: 'event', kinds: ['crash'] }, signal),
      (signal: AbortSignal) => client.call('inspectSpan', { index: 0 }, signal),
      (signal: AbortSignal) =>
        client.configure(
          config({ startAt: 1e9, knobs: resolveKnobs({ succession: false, seconds: 3600 }) }),
          signal,
        ),
    ];
    for (const attempt of tries) {
      const abort = new AbortController();
      const promise = attempt(abort.signal);
      abort.abort();
      await expect(promise).rejects.toMatchObject({ code: 'E_ABORTED' });
    }
    expect(client.inFlight).toBe(0);
    const late = new AbortController();
    late.abort();
    await expect(client.call('digest', undefined, late.signal)).rejects.toBeInstanceOf(CallError);
  });

  it('merges knob updates: one in flight, the last value wins', async () => {
    const { client, workers } = lane();
    await client.configure(config());
    const replies = [
      client.setKnob('emptyReserve', 1),
      client.setKnob('emptyReserve', 2),
      client.setKnob('emptyReserve', 3),
      client.setKnob('trimSS', true),
    ];
    await Promise.all(replies);
    const updates = workers[0].sent.filter((m) => m.t === 'call' && m.name === 'setKnobs');
    expect(updates).toHaveLength(2);
    expect(updates[1]).toMatchObject({
      arg: {
        changes: [
          { knob: 'emptyReserve', value: 3 },
          { knob: 'trimSS', value: true },
        ],
      },
    });
  });

  it('a knob change under way ends with the run it was meant for', async () => {
    const { client } = lane();
    await client.configure(config());
    const first = expect(client.setKnob('orphanPolicy', 'adopt')).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    const second = expect(client.setKnob('trimSS', true)).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    await client.configure(config());
    await first;
    await second;
    await client.call('step', { by: 'op', ops: 50 });
    const sim = createSimulation(KNOBS);
    sim.advance(50);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });
});

/** A run of more operations than any test does. */
const LONG = resolveKnobs({ chunks: 64, threads: 2, succession: false, seconds: 3600 });

describe('a worker that is lost', () => {
  it('is replaced when it is silent, by one that goes on where it stood', async () => {
    holdTimers();
    const { client, workers, restarts } = lane({ watchdogMs: 30 });
    await client.configure(config());
    await client.call('step', { by: 'op', ops: 500 });
    const knob = await client.setKnob('orphanPolicy', 'adopt');
    expect(knob.op).toBe(500);
    const blow = { act: 'burst', subject: 2, amount: 40 } as const;
    expect(await client.intervene(blow)).toEqual({ op: 500 });
    workers[0].deaf = true;
    const step = client.call('step', { by: 'op', ops: 1 });
    vi.advanceTimersByTime(60);
    expect(restarts).toMatchObject([{ op: 500, lasting: false }]);
    expect(workers[0].terminated).toBe(true);
    // The new one has a first silence of its own.
    vi.advanceTimersByTime(31);
    expect(workers).toHaveLength(2);
    // What the old one owed is asked of it.
    expect((await step).op).toBe(501);
    const sim = createSimulation(KNOBS);
    sim.advance(500);
    sim.setKnob('orphanPolicy', 'adopt');
    sim.act(blow);
    sim.advance(1);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('is asked for a sign of life first, and left alone when it gives one', async () => {
    holdTimers();
    const { client, workers, restarts } = lane({ watchdogMs: 30 });
    await client.configure(config({ knobs: LONG }));
    const [worker] = workers;
    const long = expect(client.call('runTo', { op: 1e9 })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    const pings = (): number => worker.sent.filter(({ t }) => t === 'ping').length;
    for (let asked = 1; asked < 4; asked++) {
      vi.advanceTimersByTime(31);
      expect(pings()).toBe(asked);
      const answers = worker.got.length;
      await until(() => worker.got.slice(answers).some(({ t }) => t === 'pong'));
    }
    await client.call('pause', undefined);
    await long;
    expect(restarts).toEqual([]);
    // Nothing is owed any more.
    vi.advanceTimersByTime(1000);
    expect(pings()).toBe(3);
  });

  it('is replaced when its script throws or what it sends cannot be read', async () => {
    const { client, workers, restarts } = lane();
    await client.configure(config({ startAt: 700 }));
    workers[0].die('out of memory');
    expect((await client.call('digest', undefined)).op).toBe(700);
    workers[1].onmessageerror?.(new MessageEvent('messageerror'));
    expect((await client.call('digest', undefined)).op).toBe(700);
    expect(restarts.map(({ reason }) => reason)).toEqual([
      'out of memory',
      'the worker sent what cannot be read',
    ]);
    // What a worker says after its death is nobody's.
    workers[0].onmessage?.(
      new MessageEvent('message', { data: { t: 'fault', code: 'E_WORKER', message: 'late' } }),
    );
    expect(workers).toHaveLength(3);
  });

  it('while a run opens, opens that run and no earlier one', async () => {
    const { client, workers, summaries } = lane();
    await client.configure(config({ startAt: 900 }));
    const opened = client.configure(config({ startAt: 400, knobs: LONG }));
    workers[0].die('test');
    workers[1].die('test');
    expect((await opened).op).toBe(400);
    expect((await client.call('digest', undefined)).op).toBe(400);
    expect(summaries.at(-1)).toMatchObject({ op: 400 });
  });

  it('on a journey, is replaced by one that goes where it went', async () => {
    const { client, workers, restarts } = lane();
    await client.configure(config({ knobs: LONG, startAt: 50_000 }));
    const seek = client.call('seek', { op: 20_000 });
    expect(client.destination).toBe(20_000);
    workers[0].die('test');
    expect(client.destination).toBe(20_000);
    expect((await seek).op).toBe(20_000);
    expect(restarts).toMatchObject([{ op: 20_000 }]);
    expect((await client.call('digest', undefined)).op).toBe(20_000);
    // Another destination need not wait for the journey to be made up for.
    const far = expect(client.call('runTo', { op: 1e9 })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    workers[1].die('test');
    expect((await client.call('seek', { op: 3000 })).op).toBe(3000);
    await far;
    // Nor does a pause.
    const again = expect(client.call('runTo', { op: 1e9 })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    workers[2].die('test');
    expect((await client.call('pause', undefined)).op).toBeLessThan(1e9);
    await again;
  });

  it('on its way to an event, is replaced by one that looks for it from where the search began', async () => {
    const { client, workers, latest } = lane();
    const knobs = resolveKnobs({ chunks: 64, threads: 2, opLimit: 300_000 });
    await client.configure(config({ startAt: 40_000, knobs }));
    const back = await client.call('previousEvent', { kinds: ['threadExit'] });
    // Some way ahead, for what never comes.
    const forth = client.call('step', { by: 'event', kinds: ['crash'] });
    await until(() => (latest()?.header[H.op] ?? 0) > 60_000);
    workers[0].die('test');
    workers[1].die('test');
    expect(client.destination).toBe(back.op);
    expect(await forth).toMatchObject({ op: back.op, missed: true });
    await client.call('seek', { op: 40_000 });
    const search = client.call('previousEvent', { kinds: ['threadExit'] });
    workers[2].die('test');
    expect(await search).toMatchObject({ op: back.op, missed: false });
  });

  it('takes no edit with it, and no answer; what it may have died of is not asked a third time', async () => {
    const { client, workers } = lane();
    await client.configure(config({ startAt: 300 }));
    const turned = client.setKnob('emptyReserve', 3);
    const blow = client.intervene({ act: 'burst', subject: 2, amount: 40 });
    const text = client.call('exportText', { as: 'history', name: 'test' });
    workers[0].die('test');
    expect(await turned).toEqual({ op: 300 });
    expect(await blow).toEqual({ op: 300 });
    expect((await text).text).toContain('op');
    const sim = createSimulation(KNOBS);
    sim.advance(300);
    sim.setKnob('emptyReserve', 3);
    sim.act({ act: 'burst', subject: 2, amount: 40 });
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
    const fatal = expect(
      client.call('exportText', { as: 'history', name: 'test' }),
    ).rejects.toMatchObject({ code: 'E_WORKER', message: 'once more' });
    workers[1].die('test');
    workers[2].die('once more');
    await fatal;
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('while it is made up for, is replaced again, and nobody waits for ever', async () => {
    const { client, workers } = lane();
    await client.configure(config({ knobs: LONG, startAt: 30_000 }));
    workers[0].die('test');
    const there = client.arrived();
    workers[1].die('test');
    await there;
    workers[2].die('test');
    const gone = client.arrived();
    const opened = client.configure(config({ startAt: 200 }));
    await gone;
    expect((await opened).op).toBe(200);
    client.restart('test');
    const closed = client.arrived();
    client.dispose();
    await closed;
  });

  it('while it played, is replaced by one that plays', async () => {
    const { client, workers, latest } = lane();
    await client.configure(config({ knobs: LONG }));
    await client.call('play', { speed: 'max' });
    await until(() => (latest()?.header[H.op] ?? 0) > 0);
    const before = latest()?.header[H.op] ?? 0;
    workers[0].die('test');
    await until(() => (latest()?.header[H.op] ?? 0) > before && latest()?.header[H.playing] === 1);
    expect((await client.call('pause', undefined)).op).toBeGreaterThan(before);
  });

  it('is given up after repeated faults without progress, until a command wants the run back', async () => {
    const { client, restarts } = lane();
    await client.configure(config({ startAt: 300 }));
    for (let i = 0; i < 4; i++) client.restart('fault');
    expect(restarts.map(({ lasting }) => lasting)).toEqual([false, false, false, true]);
    // A question is no command.
    await expect(client.call('digest', undefined)).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(client.inFlight).toBe(0);
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(301);
    for (let i = 0; i < 4; i++) client.restart('fault');
    expect(restarts.at(-1)?.lasting).toBe(true);
    // Another run has its own tries.
    for (let run = 0; run < 3; run++) {
      expect((await client.configure(config())).op).toBe(0);
      for (let i = 0; i < 2; i++) client.restart('fault');
      expect(restarts.at(-1)?.lasting).toBe(false);
    }
  });

  it('is replaced however often, when that is far apart', async () => {
    let now = 0;
    const { client, workers, restarts } = lane({ now: () => now });
    await client.configure(config({ startAt: 300 }));
    for (let i = 0; i < 6; i++) {
      workers.at(-1)?.die('test');
      expect((await client.call('digest', undefined)).op).toBe(300);
      now += 61_000;
    }
    expect(restarts.every(({ lasting }) => !lasting)).toBe(true);
  });

  it('is replaced when the engine fails, and every request settles', async () => {
    const failing = {
      prepareSimulation: (knobs: KnobValues) =>
        Object.assign(prepareSimulation(knobs), {
          listThreads: () => {
            throw new Error('a fault in the engine');
          },
        }),
    };
    const { client, restarts } = lane(failing);
    await client.configure(config({ knobs: LONG }));
    const journey = expect(client.call('runTo', { op: 1e9 })).rejects.toMatchObject({
      code: 'E_WORKER',
    });
    const faulty = expect(client.call('threads', undefined)).rejects.toMatchObject({
      code: 'E_WORKER',
    });
    await faulty;
    await journey;
    await until(() => restarts.length > 0);
    expect(restarts).toMatchObject([{ reason: 'a fault in the engine', lasting: false }]);
  });

  it('is not replaced when a run cannot be built at all', async () => {
    const { client, restarts } = lane({
      prepareSimulation: () => {
        throw new Error('too large');
      },
    });
    await expect(client.configure(config())).rejects.toMatchObject({
      code: 'E_WORKER',
      message: 'too large',
    });
    expect(restarts).toEqual([]);
    await expect(client.call('play', { speed: 'max' })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
  });

  it('is not replaced once the lane is closed', async () => {
    const { client, workers, restarts } = lane();
    await client.configure(config());
    const asked = expect(client.call('digest', undefined)).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    client.dispose();
    await asked;
    workers[0].die('late');
    await expect(client.configure(config())).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect(workers).toHaveLength(1);
    expect(restarts).toEqual([]);
  });
});
