import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { frameBytes, H, viewFrame } from './frame.ts';
import { shapeOf, writeFrame } from './frame-writer.ts';
import { type Calls, callOf, FRAME_CREDITS, PROTOCOL_VERSION } from './protocol.ts';
import { ChannelWorker, until } from './testing/channel.ts';
import { config, KNOBS, lane } from './testing/lane.ts';

describe('frames', () => {
  it('carry the state of the run there and back', () => {
    const sim = createSimulation(KNOBS);
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

  it('say of every span what its close view says', () => {
    for (const model of ['tiny', 'mf2'] as const) {
      const sim = createSimulation(resolveKnobs({ chunks: 64, threads: 2, model }));
      sim.advance(20_000);
      const context = { generation: 1, playing: false, simOpsPerSecond: 1 };
      const { columns } = viewFrame(writeFrame(new ArrayBuffer(8), sim, context));
      const spans = Array.from({ length: sim.rows }, (_, row) => sim.inspectSpan(row));
      for (const name of ['live', 'believed', 'capacity', 'queued'] as const)
        expect([...columns[name]]).toEqual(spans.map((span) => span?.[name] ?? 0));
      expect(columns.live.some((live) => live > 0)).toBe(true);
    }
  });

  it('are refused when of another version', () => {
    expect(() => viewFrame(new ArrayBuffer(1024))).toThrow(/version/);
  });
});

describe('frame buffers between page and worker', () => {
  it('never has more than four buffers, and gets all of them back', async () => {
    const { client, workers, frames } = lane();
    await client.configure(config());
    await client.call('play', { speed: 'max' });
    await until(() => frames.length > 5);
    await client.call('pause', undefined);
    await until(
      () =>
        workers[0].sent.filter(({ t }) => t === 'credit').length ===
        FRAME_CREDITS + frames.length - 1,
    );
  });

  it('skips frames when no buffer is free, and goes on simulating', async () => {
    const worker = new ChannelWorker();
    const { got } = worker;
    worker.postMessage({ t: 'begin', role: 'lane', protocol: PROTOCOL_VERSION });
    worker.postMessage({ t: 'credit', buffer: new ArrayBuffer(1 << 20) });
    worker.postMessage(callOf<Calls, 'configure'>(1, 'configure', { ...config(), generation: 1 }));
    worker.postMessage(callOf<Calls, 'runTo'>(2, 'runTo', { op: 400_000 }));
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
});
