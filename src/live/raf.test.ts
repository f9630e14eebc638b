import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { invalidate, LONG_MS, later, PICTURES_MS, rafPending } from './raf.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('the page is not idle before what was put off is done or called off', () => {
  let runs = 0;
  later(() => runs++, 100);
  const callOff = later(() => runs++, 300);
  expect(rafPending()).toBe(true);
  vi.advanceTimersByTime(100);
  expect([runs, rafPending()]).toEqual([1, true]);
  callOff();
  expect(rafPending()).toBe(false);
  // Twice counts once, and too late counts for nothing.
  callOff();
  later(() => runs++, 10);
  expect(rafPending()).toBe(true);
  vi.advanceTimersByTime(1000);
  expect([runs, rafPending()]).toEqual([2, false]);
});

/** Work that takes so many ms by the clock. */
const taking = (ms: number, then: () => void) => (): void => {
  vi.setSystemTime(Date.now() + ms);
  then();
};

it('gives up frames before answers: a frame draws for a while, the rest comes first in the next', () => {
  // The clock of the page goes on while something is drawn.
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
  const flushes: { from: number; to: number; drawn: number[] }[] = [];
  vi.stubGlobal('requestAnimationFrame', (run: () => void) =>
    setTimeout(() => {
      const flush = { from: Date.now(), to: 0, drawn: [] };
      flushes.push(flush);
      run();
      flush.to = Date.now();
    }, 16),
  );
  // Twenty pictures of 10 ms, and one of 60 ms, all asked for again and again while they wait.
  const costs = Array.from({ length: 21 }, (_, i) => (i === 20 ? 60 : 10));
  const pictures = costs.map((ms, i) => taking(ms, () => flushes.at(-1)?.drawn.push(i)));
  let texts = 0;
  const text = (): void => {
    texts++;
  };
  for (let round = 0; round < 200; round++) {
    for (const picture of pictures) invalidate(picture);
    invalidate(text, 'text');
    vi.advanceTimersByTime(5);
  }
  const least = Math.min(...costs);
  for (const [i, { from, to, drawn }] of flushes.entries()) {
    expect(drawn.length).toBeLessThanOrEqual(Math.ceil(PICTURES_MS / least));
    const next = flushes[i + 1]?.from ?? Infinity;
    if (to - from > LONG_MS) expect(next - to).toBeGreaterThanOrEqual(to - from);
  }
  // Nobody is left out, and nothing is drawn twice before all are drawn once.
  const order = flushes.flatMap(({ drawn }) => drawn);
  const rounds = Math.floor(order.length / costs.length);
  expect(rounds).toBeGreaterThan(1);
  for (let i = 0; i < rounds; i++)
    expect(new Set(order.slice(i * costs.length, (i + 1) * costs.length)).size).toBe(costs.length);
  // What is written does not wait for what is drawn.
  expect(texts).toBe(flushes.length);
  vi.advanceTimersByTime(10_000);
  expect(rafPending()).toBe(false);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
