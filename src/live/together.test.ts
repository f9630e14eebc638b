import { afterEach, describe, expect, it, vi } from 'vitest';
import { asOp } from '../base/units.ts';
import { frameAt } from '../draw/testing/frames.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { H } from '../worker/frame.ts';
import { ChannelWorker } from '../worker/testing/channel.ts';
import { Lane } from './lane.ts';
import { Lockstep } from './lockstep.ts';
import { rafPending } from './raf.ts';
import { latestTogether, leadOf, standTogether } from './together.ts';

const LANES: readonly Partial<KnobValues>[] = [
  {},
  { decOnRemote: true, trimSS: true, trimIntervalMs: 10 },
  { orphanPolicy: 'adopt' },
  { decOnRemote: true },
];
const SMALL: Partial<KnobValues> = { chunks: 64, threads: 3 };

globalThis.requestAnimationFrame ??= (draw) => Number(setTimeout(() => draw(performance.now())));
let lockstep: Lockstep | undefined;
/** What was painted since the lanes were opened. */
let seen: number[][] = [];
/** Operations of the frames of each lane. */
let told: Set<number>[] = [];
afterEach(async () => {
  for (const lane of lockstep?.lanes ?? []) lane.dispose();
  // The page's one animation frame is asked for in this thread: the next test has its own.
  await vi.waitFor(() => expect(rafPending()).toBe(false), { timeout: 10_000, interval: 1 });
});

async function open(more: Partial<KnobValues> = {}, startAt = 0): Promise<Lockstep> {
  const made = new Lockstep(() => new Lane(() => new ChannelWorker()));
  lockstep = made;
  made.resize(LANES.length);
  seen = painted(made);
  told = made.lanes.map((lane) => {
    const ops = new Set<number>();
    const hear = lane.onProgress;
    lane.onProgress = () => {
      if (lane.newest) ops.add(lane.newest.header[H.op]);
      hear();
    };
    return ops;
  });
  await made.open(
    made.lanes.map((_, i) => ({
      knobs: resolveKnobs({ ...SMALL, ...more, ...LANES[i] }),
      edits: [],
      startAt: asOp(startAt),
      timelineBytes: 1 << 24,
    })),
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

const expectTogether = (): void => {
  expect(seen.length).toBeGreaterThan(0);
  // Before a lane has told anything nothing is known of it.
  for (const ops of seen.filter((each) => !each.includes(-1)))
    expect(new Set(ops)).toEqual(new Set([ops[0]]));
};
const settled = (of: Lockstep): Promise<void> =>
  vi.waitFor(
    () => {
      expect(of.busy).toBe(false);
      for (const { hub } of of.lanes) expect(hub.latest?.header[H.op]).toBe(hub.summary?.op);
    },
    { timeout: 60_000, interval: 5 },
  );

describe('several lanes that move', () => {
  it.each(['max', 20_000] as const)(
    'are painted at one operation each time, at %s',
    async (speed) => {
      const lanes = await open();
      await lanes.play(speed);
      await vi.waitFor(() => expect(new Set(seen.map(([op]) => op)).size).toBeGreaterThan(4), {
        timeout: 120_000,
        interval: 5,
      });
      await lanes.pause();
      expectTogether();
    },
  );

  it('are painted at one operation each time on their way ahead', async () => {
    const ahead = await open({ maxMapCount: 1_000_000 }, 50_000);
    // On the way to where they were opened all have met, twice at least.
    for (const lane of told)
      expect([...lane].filter((op) => op < 50_000).length).toBeGreaterThan(2);
    for (const lane of told) lane.clear();
    await ahead.runTo(150_000);
    expect(ahead.op).toBe(150_000);
    expect(told[0].size).toBeGreaterThan(1);
    await ahead.seek(220_000);
    expect(ahead.op).toBe(220_000);
    // They have been told of at the same operations, and none anywhere else.
    for (const lane of told) expect([...lane]).toEqual([...told[0]]);
    await ahead.seek(20_000);
    for (const lane of told) lane.clear();
    // What they have come by before is gone through from keyframes, unseen.
    await ahead.seek(210_000);
    await settled(ahead);
    for (const lane of told) expect([...lane]).toEqual([210_000]);
    expectTogether();
  });

  it('are painted at one operation each time while one looks for something', async () => {
    const lanes = await open({ opLimit: 40_000 }, 1000);
    expect(await lanes.stepEvent(['threadExit'], 2)).toBe(true);
    await lanes.previousEvent(['threadExit'], 1);
    expect(await lanes.stepEvent(['pageNew'], 0)).toBe(false);
    await settled(lanes);
    expectTogether();
  });

  it('are painted at one operation each time though workers die on the way', async () => {
    const lanes = await open({}, 20_000);
    const going = lanes.runTo(120_000);
    for (const lane of lanes.lanes) {
      await vi.waitFor(() => expect(lane.newest).toBeDefined());
      lane.crashForTest();
    }
    await going;
    await settled(lanes);
    expect(lanes.lanes.map(({ hub }) => hub.latest?.header[H.op])).toEqual(
      LANES.map(() => 120_000),
    );
    expectTogether();
  });

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

  it('have one that shows where the run stands: none that ended while others go on', () => {
    const ended = frameAt(1e9, { maxMapCount: 300 });
    const later = frameAt(ended.header[H.op] + 500, { orphanPolicy: 'adopt' });
    expect(leadOf([later, later, later], 1)).toBe(1);
    expect(leadOf([ended, later, later], 0)).toBe(1);
    expect(leadOf([ended, later, later], 2)).toBe(2);
    expect(leadOf([later, ended, undefined], 1)).toBe(0);
    // One that ended just where the others are.
    const limited = frameAt(500, { opLimit: 500 });
    expect(leadOf([limited, frameAt(500)], 0)).toBe(1);
    expect(leadOf([limited, ended], 0)).toBe(1);
    expect(leadOf([undefined, undefined], 0)).toBeUndefined();
  });

  it('are the latest that all have come to', () => {
    const [a, b, c] = [500, 600, 700].map((op) => frameAt(op));
    expect(latestTogether([[a, b, c], [a, b], [b]])).toEqual([b, b, b]);
    expect(
      latestTogether([
        [a, b],
        [a, c],
      ]),
    ).toBeUndefined();
    expect(latestTogether([[a], []])).toBeUndefined();
    // One goes back, the other is not there yet.
    expect(latestTogether([[c, a], [c]])).toBeUndefined();
    const ended = frameAt(1e9, { maxMapCount: 300 });
    const later = frameAt(ended.header[H.op] + 500, { orphanPolicy: 'adopt' });
    expect(
      latestTogether([
        [a, ended],
        [a, later],
      ]),
    ).toEqual([ended, later]);
    expect(latestTogether([[a, ended], [a]])).toEqual([a, a]);
  });
});
