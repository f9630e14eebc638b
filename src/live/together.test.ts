import { afterEach, describe, expect, it, vi } from 'vitest';
import { asOp } from '../base/units.ts';
import { frameAt } from '../draw/testing/frames.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { H } from '../worker/frame.ts';
import { ChannelWorker } from '../worker/testing/channel.ts';
import { Lane } from './lane.ts';
import { Lockstep } from './lockstep.ts';
import { Stride, standTogether } from './together.ts';

const LANES: readonly Partial<KnobValues>[] = [
  {},
  { decOnRemote: true, trimSS: true, trimIntervalMs: 10 },
  { orphanPolicy: 'adopt' },
  { decOnRemote: true },
];
const SMALL: Partial<KnobValues> = { chunks: 64, threads: 3 };

globalThis.requestAnimationFrame ??= (draw) => Number(setTimeout(() => draw(performance.now())));
let lockstep: Lockstep | undefined;
afterEach(() => {
  for (const lane of lockstep?.lanes ?? []) lane.dispose();
});

async function open(more: Partial<KnobValues> = {}): Promise<Lockstep> {
  const made = new Lockstep(() => new Lane(() => new ChannelWorker()));
  lockstep = made;
  made.resize(LANES.length);
  await Promise.all(
    made.lanes.map((lane, i) =>
      lane.open({
        knobs: resolveKnobs({ ...SMALL, ...more, ...LANES[i] }),
        edits: [],
        startAt: asOp(0),
        timelineBytes: 1 << 24,
      }),
    ),
  );
  return made;
}

/** Operations of all lanes whenever one of them is painted. */
function painted(of: Lockstep): number[][] {
  const seen: number[][] = [];
  for (const { hub } of of.lanes)
    hub.subscribe(() => seen.push(of.lanes.map((lane) => lane.hub.latest?.header[H.op] ?? -1)));
  return seen;
}

describe('several lanes that play', () => {
  it.each(['max', 20_000] as const)(
    'are painted at one operation each time, at %s',
    async (speed) => {
      const lanes = await open();
      await vi.waitFor(() => expect(lanes.lanes.every(({ hub }) => hub.latest)).toBe(true));
      const seen = painted(lanes);
      await lanes.play(speed);
      await vi.waitFor(() => expect(new Set(seen.map(([op]) => op)).size).toBeGreaterThan(12), {
        timeout: 120_000,
        interval: 5,
      });
      await lanes.pause();
      for (const ops of seen) expect(new Set(ops)).toEqual(new Set([ops[0]]));
    },
  );

  it('come to one operation when they are paused, and are seen there', async () => {
    const lanes = await open();
    await lanes.play('max');
    await vi.waitFor(() => expect(lanes.lanes[0].hub.latest?.header[H.op]).toBeGreaterThan(0));
    await lanes.pause();
    await vi.waitFor(() => {
      const ops = lanes.lanes.map(({ hub }) => hub.latest?.header[H.op]);
      expect(ops).toEqual(lanes.lanes.map(() => lanes.op));
    });
  });

  it('are shown to their ends, though one ends long before the others', async () => {
    const lanes = await open({ maxMapCount: 400 });
    const seen = painted(lanes);
    await lanes.play('max');
    await vi.waitFor(() => expect(lanes.lanes[0].hub.summary?.status).toBe('oom'), {
      timeout: 60_000,
    });
    const [end] = [lanes.lanes[0].hub.summary?.op ?? 0];
    await vi.waitFor(
      () => expect(lanes.lanes[2].hub.latest?.header[H.op]).toBeGreaterThan(2 * end),
      { timeout: 60_000 },
    );
    await lanes.pause();
    expect(seen.at(-1)?.[0]).toBe(end);
  });
});

describe('frames to be compared', () => {
  it('are of one operation, but for runs that ended before', () => {
    const ended = frameAt(1e9, { maxMapCount: 300 });
    const at = ended.header[H.op];
    expect(standTogether([frameAt(500), frameAt(500, { orphanPolicy: 'adopt' })])).toBe(true);
    expect(standTogether([frameAt(500), frameAt(501)])).toBe(false);
    expect(standTogether([ended, frameAt(at + 500, { orphanPolicy: 'adopt' })])).toBe(true);
    expect(standTogether([ended, frameAt(at - 50, { orphanPolicy: 'adopt' })])).toBe(false);
  });
});

describe('the stride between two meetings', () => {
  /** Strides of a machine on which an operation and a meeting cost so much, ms. */
  const settle = (perOp: number, perMeeting: number): { ops: number; ms: number } => {
    const stride = new Stride();
    let now = 0;
    let ops = stride.next('max', now);
    for (let i = 0; i < 60; i++) {
      now += perMeeting + perOp * ops;
      ops = stride.next('max', now);
    }
    return { ops, ms: perMeeting + perOp * ops };
  };

  it('is short where operations cost, and long where meetings do', () => {
    for (const perOp of [1e-4, 1e-3, 1e-2, 0.1]) {
      // A quick page: some twenty pictures a second.
      expect(settle(perOp, 2).ms).toBeLessThan(100);
      // A slow one: a good part of the time is spent on operations all the same.
      const slow = settle(perOp, 120);
      expect(slow.ms - 120).toBeGreaterThan(30);
      expect(slow.ms).toBeLessThan(1000);
    }
  });

  it('does not learn from an interruption, and follows the speed that was chosen', () => {
    const stride = new Stride();
    const first = stride.next('max', 0);
    stride.rest();
    expect(stride.next('max', 99_999)).toBe(first);
    expect(stride.next(1, 0)).toBe(1);
    expect(stride.next(60_000, 0)).toBe(2000);
  });
});
