import { afterEach, describe, expect, it } from 'vitest';
import { TinySimulation } from '../engine/allocators/tiny/simulation.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { CallError, type Config, LaneClient, type WorkerLike } from './client.ts';
import { type FrameView, frameBytes, H, viewFrame } from './frame.ts';
import { shapeOf, writeFrame } from './frame-writer.ts';
import { Host, type HostPort } from './host.ts';
import { type FromWorker, PROTOCOL_VERSION, type Summary, type ToWorker } from './protocol.ts';

const KNOBS = resolveKnobs({ chunks: 64, threads: 2 });
const config = (more: Partial<Config> = {}): Config => ({
  knobs: KNOBS,
  edits: [],
  startAt: 0,
  ...more,
});

/** A worker in this thread: a host behind a real MessageChannel. */
class ChannelWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  readonly channel = new MessageChannel();
  readonly sent: ToWorker[] = [];
  terminated = false;
  deaf = false;

  constructor(readonly clock: { now: number } | undefined = undefined) {
    const { port1, port2 } = this.channel;
    port1.onmessage = (event) => this.onmessage?.(event as MessageEvent<FromWorker>);
    const guarded: HostPort = {
      onmessage: null,
      postMessage: (message, transfer) => port2.postMessage(message, transfer ?? []),
    };
    port2.onmessage = (event) => {
      if (!this.deaf) guarded.onmessage?.(event as MessageEvent<ToWorker>);
    };
    new Host(guarded, {
      createSimulation,
      now: () => (clock ? clock.now : performance.now()),
      schedule: (slice) => setImmediate(() => !this.terminated && slice()),
    });
  }
  postMessage(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.sent.push(message);
    if (!this.terminated) this.channel.port1.postMessage(message, transfer);
  }
  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
    this.channel.port2.close();
  }
}

const open: LaneClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.dispose();
});

function lane(watchdogMs?: number, clock?: { now: number }) {
  const workers: ChannelWorker[] = [];
  const frames: { generation: number; op: number }[] = [];
  const summaries: Summary[] = [];
  const restarts: { op: number; reason: string; lasting: boolean }[] = [];
  let last: FrameView | undefined;
  const client = new LaneClient({
    spawn: () => {
      const worker = new ChannelWorker(clock);
      workers.push(worker);
      return worker;
    },
    onFrame: (frame) => {
      last = frame;
      frames.push({ generation: frame.header[H.generation], op: frame.header[H.op] });
    },
    onSummary: (summary) => summaries.push(summary),
    onRestart: (info) => restarts.push(info),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
  });
  open.push(client);
  return { client, workers, frames, summaries, restarts, latest: () => last };
}

/** Lets messages and slices run until something holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 20_000 && !holds(); i++) await new Promise((next) => setImmediate(next));
  expect(holds()).toBe(true);
}

describe('frames', () => {
  it('carry the state of the run there and back', () => {
    const sim = new TinySimulation(KNOBS);
    sim.advance(5000);
    const buffer = writeFrame(new ArrayBuffer(8), sim, {
      generation: 7,
      playing: true,
      simOpsPerSecond: 1,
    });
    expect(buffer.byteLength).toBeGreaterThanOrEqual(frameBytes(shapeOf(sim)));
    const frame = viewFrame(buffer);
    expect(frame.header[H.generation]).toBe(7);
    expect(frame.header[H.op]).toBe(5000);
    expect(Array.from(frame.counters)).toEqual(Array.from(sim.readCounters()));
    expect(frame.bands.reduce((a, b) => a + b, 0)).toBe(sim.mappedBytes);
    expect(frame.bandsResident.reduce((a, b) => a + b, 0)).toBe(sim.residentBytes);
    const live = frame.columns.live.reduce((a, b) => a + b, 0);
    expect(live).toBe(frame.counters[C.liveBlocks]);
    expect(frame.shape.rows).toBe(sim.rows);
    expect(frame.events[(frame.shape.events - 1) * 9]).toBe(sim.events.next - 1);
  });

  it('are refused when of another version', () => {
    expect(() => viewFrame(new ArrayBuffer(1024))).toThrow(/version/);
  });
});

describe('host and client over a channel', () => {
  it('configure, step, and stand exactly there', async () => {
    const { client, latest } = lane();
    expect((await client.configure(config())).op).toBe(0);
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(1);
    expect((await client.call('step', { by: 'op', ops: 999 })).op).toBe(1000);
    await until(() => latest()?.header[H.op] === 1000);
  });

  it('gives the same digest as a run without any protocol', async () => {
    const { client } = lane();
    await client.configure(config({ startAt: 12_345 }));
    const sim = new TinySimulation(KNOBS);
    sim.advance(12_345);
    expect(await client.call('digest', undefined)).toEqual({ op: 12_345, digest: sim.digest() });
  });

  it('steps to right after an event', async () => {
    const { client } = lane();
    await client.configure(config());
    const { op } = await client.call('step', { by: 'event', kinds: ['threadExit'] });
    expect(op).toBe(64);
    const events = await client.call('events', { first: 0, last: 1e9, kinds: ['threadExit'] });
    expect(events).toHaveLength(1);
    expect(events[0].op).toBe(63);
    const chain = await client.call('causes', { seq: events[0].seq });
    expect(chain.at(-1)?.kind).toBe('threadExit');
    expect(chain[0].kind).toBe('threadStart');
  });

  it('applies edits at their operation, however the run is sliced', async () => {
    const edits = [
      { op: 700, lane: 0, knob: 'orphanPolicy' as const, value: 'adopt' },
      { op: 300, lane: 0, knob: 'decOnRemote' as const, value: true },
    ];
    const { client } = lane();
    await client.configure(config({ edits }));
    for (const ops of [100, 333, 500, 67]) await client.call('step', { by: 'op', ops });
    const sim = new TinySimulation(KNOBS);
    sim.advance(300);
    sim.setKnob('decOnRemote', true);
    sim.advance(400);
    sim.setKnob('orphanPolicy', 'adopt');
    sim.advance(300);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('never has more than three buffers, and gets all of them back', async () => {
    const { client, workers, frames } = lane();
    await client.configure(config());
    await client.call('play', { speed: 'max' });
    await until(() => frames.length > 5);
    await client.call('pause', undefined);
    await until(
      () => workers[0].sent.filter(({ t }) => t === 'credit').length === 3 + frames.length - 1,
    );
  });

  it('skips frames when no buffer is free, and goes on simulating', async () => {
    const worker = new ChannelWorker();
    const got: FromWorker[] = [];
    worker.onmessage = (event) => got.push(event.data);
    worker.postMessage({ t: 'credit', buffer: new ArrayBuffer(1 << 20) });
    worker.postMessage({
      t: 'call',
      id: 1,
      name: 'configure',
      arg: { ...config(), protocol: PROTOCOL_VERSION, generation: 1 },
    });
    worker.postMessage({ t: 'call', id: 2, name: 'runTo', arg: { op: 400_000 } });
    await until(() => got.some((m) => m.t === 'reply' && m.id === 2));
    expect(got.filter(({ t }) => t === 'frame')).toHaveLength(1);
    // A buffer that comes late is used for the frame that is still owed.
    worker.postMessage({ t: 'credit', buffer: new ArrayBuffer(1 << 20) });
    await until(() => got.filter(({ t }) => t === 'frame').length === 2);
    const frame = got.filter((m) => m.t === 'frame').at(-1);
    expect(frame?.t === 'frame' && viewFrame(frame.buffer).header[H.op]).toBe(400_000);
    worker.terminate();
  });

  it('returns frames of an older generation undrawn', async () => {
    const { client, frames } = lane();
    await client.configure(config());
    await client.call('play', { speed: 'max' });
    await until(() => frames.length > 2);
    const before = frames.length;
    const reopened = client.configure(config({ knobs: resolveKnobs({ chunks: 32, threads: 1 }) }));
    await reopened;
    await until(() => frames.length > before);
    expect(new Set(frames.slice(before).map(({ generation }) => generation))).toEqual(new Set([2]));
  });

  it('settles every kind of request when aborted', async () => {
    const { client } = lane();
    await client.configure(config());
    const tries = [
      (signal: AbortSignal) => client.call('runTo', { op: 1e10 }, signal),
      (signal: AbortSignal) => client.call('step', { by: 'op', ops: 1e10 }, signal),
      (signal: AbortSignal) => client.call('step', { by: 'event', kinds: ['crash'] }, signal),
      (signal: AbortSignal) => client.call('inspectSuperSlab', { index: 0 }, signal),
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

  it('lets pause overtake a long run', async () => {
    const { client } = lane();
    await client.configure(config({ knobs: resolveKnobs({ succession: false, seconds: 3600 }) }));
    const long = client.call('runTo', { op: 1e9 });
    long.catch(() => undefined);
    const { op, playing } = await client.call('pause', undefined);
    expect(op).toBeLessThan(1e9);
    expect(playing).toBe(false);
    await expect(long).rejects.toMatchObject({ code: 'E_ABORTED' });
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

  it('plays at the speed asked for, down to one operation a second', async () => {
    const clock = { now: 0 };
    const { client, latest } = lane(undefined, clock);
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

  it('replaces a silent worker and goes on where it stood', async () => {
    const { client, workers, restarts } = lane(30);
    await client.configure(config());
    await client.call('step', { by: 'op', ops: 500 });
    const knob = await client.setKnob('orphanPolicy', 'adopt');
    expect(knob.op).toBe(500);
    const blow = { act: 'burst', subject: 2, amount: 40 } as const;
    expect(await client.intervene(blow)).toEqual({ op: 500 });
    workers[0].deaf = true;
    await expect(client.call('step', { by: 'op', ops: 1 })).rejects.toMatchObject({
      code: 'E_WORKER',
    });
    expect(restarts).toMatchObject([{ op: 500, lasting: false }]);
    expect(workers[0].terminated).toBe(true);
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(501);
    const sim = new TinySimulation(KNOBS);
    sim.advance(500);
    sim.setKnob('orphanPolicy', 'adopt');
    sim.act(blow);
    sim.advance(1);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
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
    await client.configure(config({ startAt: 300_000 }));
    const never = { superslab: 0, slab: 63, block: 1000 };
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
    const sim = new TinySimulation(KNOBS);
    sim.advance(300_010);
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
    expect((await client.call('step', { by: 'op', ops: 1 })).op).toBe(300_011);
  });

  it('says how far a long journey is, and a pause ends it where it is', async () => {
    // Every look at the clock takes long, so that a slice does little.
    let now = 0;
    const { client, summaries } = lane(undefined, {
      get now() {
        now += 5;
        return now;
      },
    });
    await client.configure(config({ startAt: 60_000, timelineBytes: 1 }));
    summaries.length = 0;
    await client.call('seek', { op: 50_000 });
    const shares = summaries.flatMap(({ journey }) => (journey === undefined ? [] : [journey]));
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.every((share) => share > 0 && share < 1)).toBe(true);
    await until(() => summaries.at(-1)?.playing === false);
    expect(summaries.at(-1)).toMatchObject({ op: 50_000, journey: undefined });

    summaries.length = 0;
    const back = expect(client.call('previousEvent', { kinds: ['crash'] })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
    await until(() => summaries.some(({ journey }) => journey !== undefined));
    const { op } = await client.call('pause', undefined);
    await back;
    expect(op).toBeGreaterThan(0);
    const sim = new TinySimulation(KNOBS);
    sim.advance(op);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('steps to blows and turned knobs, in both directions', async () => {
    const { client } = lane();
    const stall = { op: 500, lane: 0, act: 'stall', subject: 1, amount: 10 } as const;
    const turn = { op: 700, lane: 0, knob: 'orphanPolicy', value: 'adopt' } as const;
    await client.configure(config({ edits: [stall, turn] }));
    const to = async (kind: 'intervened' | 'knobChanged'): Promise<number> =>
      (await client.call('step', { by: 'event', kinds: [kind] })).op;
    const back = async (kind: 'intervened' | 'knobChanged'): Promise<number> =>
      (await client.call('previousEvent', { kinds: [kind] })).op;
    expect(await to('intervened')).toBe(500);
    expect(await to('knobChanged')).toBe(700);
    await client.call('step', { by: 'op', ops: 300 });
    expect(await back('knobChanged')).toBe(700);
    expect(await back('intervened')).toBe(500);
  });

  it('goes to any operation of a run that has ended, its start included', async () => {
    const { client, summaries } = lane();
    const small = resolveKnobs({ chunks: 64, threads: 2, maxMapCount: 200 });
    await client.configure(config({ knobs: small }));
    const { op } = await client.call('runTo', { op: 1e9 });
    expect((await client.call('seek', { op })).status).toBe('running');
    expect((await client.call('seek', { op: op + 1 })).status).toBe('oom');
    // What never happens moves nothing.
    await client.call('seek', { op: 500 });
    for (const kinds of [['crash'], ['trim']] as const) {
      const missed = { op: 500, missed: true, status: 'running' };
      expect(await client.call('previousEvent', { kinds })).toMatchObject(missed);
      expect(await client.call('step', { by: 'event', kinds })).toMatchObject(missed);
    }
    expect(await client.call('step', { by: 'event', kinds: ['runEnded'] })).toMatchObject({
      missed: false,
      status: 'oom',
    });
    expect(await client.call('previousEvent', { kinds: ['crash'] })).toMatchObject({
      missed: true,
      status: 'oom',
    });
    // A worker that is replaced comes back ended, too.
    await until(() => summaries.at(-1)?.status === 'oom');
    summaries.length = 0;
    client.restart('test');
    await until(() => summaries.at(-1)?.status === 'oom');
    const kill = { op: 0, lane: 0, act: 'kill', subject: 1, amount: 0 } as const;
    await client.configure(config({ knobs: resolveKnobs({ threads: 1 }), edits: [kill] }));
    expect((await client.call('seek', { op: 0 })).op).toBe(0);
    expect((await client.call('previousEvent', { kinds: ['crash'] })).op).toBe(0);
    expect((await client.call('seek', { op: 100, coarse: true })).op).toBe(0);
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
    const sim = new TinySimulation(KNOBS);
    sim.advance(50);
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('a knob turned twice at one operation counts once', async () => {
    const { client } = lane();
    await client.configure(config());
    await client.call('step', { by: 'op', ops: 300 });
    await client.setKnob('orphanPolicy', 'adopt');
    await client.setKnob('orphanPolicy', 'reuse-empty');
    const sim = new TinySimulation(KNOBS);
    sim.advance(300);
    sim.setKnob('orphanPolicy', 'reuse-empty');
    expect((await client.call('digest', undefined)).digest).toBe(sim.digest());
  });

  it('gives up after repeated faults without progress, and says so', async () => {
    const { client, restarts } = lane();
    await client.configure(config());
    for (let i = 0; i < 4; i++) client.restart('fault');
    expect(restarts.map(({ lasting }) => lasting)).toEqual([false, false, false, true]);
    await expect(client.call('digest', undefined)).rejects.toMatchObject({ code: 'E_ABORTED' });
    expect((await client.configure(config())).op).toBe(0);
  });

  it('refuses a foreign protocol', async () => {
    const worker = new ChannelWorker();
    const got: FromWorker[] = [];
    worker.onmessage = (event) => got.push(event.data);
    worker.postMessage({
      t: 'call',
      id: 1,
      name: 'configure',
      arg: { ...config(), protocol: 99, generation: 1 },
    });
    await until(() => got.length > 0);
    expect(got[0]).toMatchObject({ t: 'error', id: 1, code: 'E_WORKER' });
    worker.terminate();
  });
});
