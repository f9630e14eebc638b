import { describe, expect, it } from 'vitest';
import { asBytes } from '../../base/units.ts';
import { bytes, count, percent } from '../../draw/format.ts';
import { frameAt, frameOf } from '../../draw/testing/frames.ts';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import { createSimulation } from '../../engine/simulation.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { perThousand } from '../lane/rate.ts';
import { besideFirst, bestOf, tells } from './differences.ts';
import { METRIC_ROWS, type MetricRow } from './rows.ts';

const row = (better: 'less' | 'more' = 'less'): MetricRow => ({
  label: 'spans',
  better,
  value: () => 0,
  format: count,
});

const ALL = [true, true, true] as const;

describe('differences between lanes', () => {
  it('mark no lane that is not compared, however little it has', () => {
    expect(bestOf(row(), [0, 700, 500], [false, true, true])).toEqual([false, false, true]);
    expect(bestOf(row(), [Number.NaN, 700, 500], [false, true, true])).toEqual([
      false,
      false,
      true,
    ]);
    expect(bestOf(row(), [0, 700], [false, false])).toEqual([false, false]);
  });

  it('are not told below a thousandth, and nobody is marked for them', () => {
    expect(besideFirst(row(), 49_121, 49_123)).toBe('');
    expect(bestOf(row(), [49_123, 49_121], ALL)).toEqual([false, false]);
    expect(besideFirst(row(), 49_021, 49_123)).toBe('−0.21 %, −102');
    expect(bestOf(row(), [49_123, 49_021, 49_022], ALL)).toEqual([false, true, true]);
  });

  it('are not told where both values are written alike', () => {
    const share: MetricRow = { ...row(), format: percent };
    expect(tells(share, 0.50001, 0.5004)).toBe(false);
    expect(besideFirst(share, 0.50001, 0.5004)).toBe('');
  });

  it('have no exponent and no part of nothing, whatever the values', () => {
    const numbers = [0, 7.35e-7, 1e-12, 0.004, 3, 1e6, 4_190_000.0000031, 4_190_000, 1e15];
    for (const line of METRIC_ROWS) {
      for (const a of numbers) {
        for (const b of numbers) {
          const text = besideFirst(line, a, b);
          expect(text).not.toMatch(/e[+-]?\d|NaN|Infinity|undefined/);
          expect(line.format(a)).not.toMatch(/e[+-]?\d|NaN|Infinity/);
        }
      }
    }
    expect(besideFirst(row(), 12, 0)).toBe('+12');
  });

  it('mark nobody while a lane has no value yet', () => {
    expect(bestOf(row(), [Number.NaN, 3], ALL)).toEqual([false, false]);
    expect(besideFirst(row(), 3, Number.NaN)).toBe('');
  });

  it('of shares are points, not per cent of per cent', () => {
    const share: MetricRow = {
      ...row('more'),
      format: percent,
      change: (p) => `${100 * p} points`,
    };
    expect(besideFirst(share, 0.75, 0.5)).toBe('+25 points');
  });

  it('of bytes keep their unit', () => {
    const line: MetricRow = { ...row(), format: (value) => bytes(asBytes(value)) };
    expect(besideFirst(line, 2 ** 21, 2 ** 20)).toBe('+100.0 %, +1.00 MiB');
  });
});

describe('rates per 1,000 operations', () => {
  const WARM = {
    model: 'mf2',
    workload: 'larson',
    minSize: 2048,
    maxSize: 30_000,
    threads: 4,
    chunks: 500,
  } as const;

  it('are none at operation 0', () => {
    expect(perThousand(frameAt(0), 'superslabsAllocated')).toBeUndefined();
    const line = METRIC_ROWS.find(({ label }) => label === 'new per 1,000 ops');
    expect(line?.value(frameAt(0))).toBeNaN();
  });

  it('do not count what the warm-up made', () => {
    const sim = createSimulation(resolveKnobs(WARM));
    sim.advance(1);
    const warm = frameOf(sim).counters[C.newPages];
    sim.advance(999);
    const frame = frameOf(sim);
    const made = frame.counters[C.newPages] - warm;
    expect(warm).toBeGreaterThan(2 * made);
    expect(Math.abs((perThousand(frame, 'newPages') ?? 0) - made)).toBeLessThanOrEqual(1);
  });
});
