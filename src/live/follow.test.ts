import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FrameView, H, HEADER_COUNT } from '../worker/frame.ts';
import { follow, TICK_MS } from './follow.ts';
import { LaneHub } from './hub.ts';
import { invalidate } from './raf.ts';

/** Animation frames, 16 ms apart; how many there were. */
let frames = 0;
let asked = false;
beforeEach(() => {
  vi.useFakeTimers();
  frames = 0;
  vi.stubGlobal('requestAnimationFrame', (run: (now: number) => void) => {
    asked = true;
    return setTimeout(() => {
      frames++;
      run(performance.now());
    }, 16);
  });
});
afterEach(() => {
  // Nothing of a test waits for an animation frame of the next.
  vi.advanceTimersByTime(1000);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ALWAYS = { now: true, onReturn: () => () => {} };

function frameOf(op: number, playing: boolean): FrameView {
  const header = new Float64Array(HEADER_COUNT);
  header[H.op] = op;
  header[H.playing] = playing ? 1 : 0;
  return { header } as unknown as FrameView;
}

it('draws pictures before it writes texts, whoever asked first', () => {
  const seen: string[] = [];
  invalidate(() => seen.push('text'), 'text');
  invalidate(() => {
    seen.push('picture');
    // What a picture has to say is said in the same frame.
    invalidate(() => seen.push('said'), 'text');
  });
  vi.advanceTimersByTime(16);
  expect(seen).toEqual(['picture', 'text', 'said']);
  expect(frames).toBe(1);
});

it('writes all texts of all lanes in the same animation frames, eight a second', () => {
  const hubs = [0, 1, 2, 3].map(() => new LaneHub());
  const writes = new Map<number, number>();
  const stops = hubs.flatMap((hub) =>
    [100, 120, 150, 250, 500].map((everyMs) =>
      follow(hub, everyMs, ALWAYS, () => writes.set(frames, (writes.get(frames) ?? 0) + 1)),
    ),
  );
  for (let ms = 0; ms < 4000; ms++) {
    // Frames of the lanes come whenever they are ready.
    hubs.forEach((hub, lane) => {
      if ((ms + 7 * lane) % (23 + lane) === 0) hub.setFrame(frameOf(ms, true));
    });
    vi.advanceTimersByTime(1);
  }
  for (const stop of stops) stop();
  expect(writes.size).toBeGreaterThan(28);
  expect(writes.size).toBeLessThanOrEqual(4000 / TICK_MS);
  expect(frames).toBeGreaterThan(100);
});

it('brings the newest in the end, at once where the run stands', () => {
  const hub = new LaneHub();
  const seen: number[] = [];
  const stop = follow(hub, 250, ALWAYS, ({ header }) => seen.push(header[H.op]));
  for (const op of [1, 2, 3]) hub.setFrame(frameOf(op, true));
  vi.advanceTimersByTime(600);
  expect(seen).toEqual([3]);
  hub.setFrame(frameOf(4, true));
  vi.advanceTimersByTime(20);
  expect(seen).toEqual([3]);
  vi.advanceTimersByTime(250);
  expect(seen).toEqual([3, 4]);
  vi.advanceTimersByTime(250);
  hub.setFrame(frameOf(5, false));
  vi.advanceTimersByTime(16);
  expect(seen).toEqual([3, 4, 5]);
  // Steps in quick succession are as slow as anything, and the last one is shown.
  for (const op of [6, 7, 8]) {
    hub.setFrame(frameOf(op, false));
    vi.advanceTimersByTime(16);
  }
  expect(seen).toEqual([3, 4, 5]);
  vi.advanceTimersByTime(300);
  expect(seen).toEqual([3, 4, 5, 8]);
  // Nor is anything written once nobody wants it, although its animation frame was asked for.
  hub.setFrame(frameOf(9, true));
  vi.advanceTimersByTime(20);
  for (asked = false; !asked; ) vi.advanceTimersByTime(1);
  stop();
  hub.setFrame(frameOf(10, false));
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([3, 4, 5, 8]);
});

it('writes nothing out of sight while the run plays, and all of it when it stands or is looked at', () => {
  const hub = new LaneHub();
  const seen: number[] = [];
  const returns = new Set<() => void>();
  const sight = {
    now: false,
    onReturn: (listener: () => void) => {
      returns.add(listener);
      return () => returns.delete(listener);
    },
  };
  const stop = follow(hub, 125, sight, ({ header }) => seen.push(header[H.op]));
  for (let op = 1; op <= 20; op++) {
    hub.setFrame(frameOf(op, true));
    vi.advanceTimersByTime(100);
  }
  expect(seen).toEqual([]);
  sight.now = true;
  for (const back of returns) back();
  vi.advanceTimersByTime(16);
  expect(seen).toEqual([20]);
  sight.now = false;
  hub.setFrame(frameOf(21, true));
  vi.advanceTimersByTime(500);
  expect(seen).toEqual([20]);
  hub.setFrame(frameOf(22, false));
  vi.advanceTimersByTime(16);
  expect(seen).toEqual([20, 22]);
  stop();
  expect(returns.size).toBe(0);
});
