import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { later, rafPending } from './raf.ts';

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
