import { describe, expect, it } from 'vitest';
import { Meetings, Stride } from './meetings.ts';

/** A machine that lanes move on: what things take there, ms. */
interface Machine {
  /** An operation of each lane. */
  readonly perOp: readonly number[];
  /** A message between page and worker. */
  readonly message: number;
  /** Painting all lanes, during which the page hears nothing. */
  readonly paint: number;
}
const WORKERS = 2;
const TURNS = 800;

/** Lets lanes play for a while, without any clock but its own. */
function play({ perOp, message, paint }: Machine) {
  const meetings = new Meetings(() => WORKERS);
  meetings.begin('max');
  const lanes = perOp.map(() => ({ op: 0, worked: 0, end: 0, points: [] as readonly number[] }));
  const told = perOp.map(() => ({ op: 0, worked: 0 }));
  let now = 0;
  let pageFree = 0;
  let worked = 0;
  let met = 0;
  let apart = 0;
  /** Lanes on their way, and when their page hears of them. */
  const arrivals: { lane: number; at: number; op: number; worked: number }[] = [];
  const send = (lane: number, from: number): void => {
    const it = lanes[lane];
    const next = it.points.find((op) => op > it.op);
    if (next === undefined) return;
    const ms = (next - it.op) * perOp[lane];
    worked += ms;
    it.op = next;
    it.end = Math.max(it.end, from) + ms;
    it.worked += ms;
    arrivals.push({ lane, at: it.end + message, op: next, worked: it.worked });
    send(lane, it.end);
  };
  const grant = (): void => {
    meetings.plan(told, now).forEach((points, lane) => {
      lanes[lane].points = points;
      send(lane, Math.max(lanes[lane].end, now + message));
    });
  };
  grant();
  const ops: number[] = [];
  let from = 0;
  for (let turn = 0; turn < TURNS; turn++) {
    arrivals.sort((a, b) => a.at - b.at);
    const [next] = arrivals.splice(0, 1);
    now = Math.max(pageFree, next.at);
    told[next.lane] = next;
    const least = Math.min(...told.map(({ op }) => op));
    grant();
    if (least > met) {
      met = least;
      ops.push(least);
      pageFree = now + paint;
    }
    apart = Math.max(apart, lanes[next.lane].op - least);
    // What it takes to find the stride is not what is asked.
    if (turn === TURNS / 2) {
      worked = 0;
      from = now;
    }
  }
  const strides = ops.slice(1).map((op, i) => op - ops[i]);
  return {
    busy: worked / (WORKERS * (now - from)),
    everyMs: (now - from) / (ops.length / 2),
    longest: Math.max(...strides),
    apart,
  };
}

describe('lanes that move flat out', () => {
  const machines: readonly Machine[] = [1e-4, 1e-3, 1e-2, 0.1].flatMap((perOp) =>
    [2, 15, 60, 120].map((paint) => ({
      perOp: [perOp, perOp, perOp / 4, perOp * 1.5],
      message: 1,
      paint,
    })),
  );

  it.each(machines)('work most of the time, and meet often: %o', (machine) => {
    const { busy, everyMs, longest, apart } = play(machine);
    expect(busy).toBeGreaterThan(0.6);
    expect(everyMs).toBeLessThan(Math.max(100, 5 * machine.paint));
    // No lane is further ahead of the slowest than two meetings.
    expect(apart).toBeLessThanOrEqual(2 * longest);
  });
});

const at = (...ops: (number | undefined)[]) =>
  ops.map((op) => (op === undefined ? undefined : { op, worked: 0 }));

describe('meetings', () => {
  it('are where the furthest is, when lanes stand apart', () => {
    const meetings = new Meetings(() => 4);
    meetings.begin('max', 700);
    expect(meetings.plan(at(500, 700, undefined, 650), 0)).toEqual([[700], [], [], [700]]);
  });

  it('end at the target, and follow the speed that was chosen', () => {
    const meetings = new Meetings(() => 4);
    meetings.begin('max', 20_000);
    expect(meetings.plan(at(0, 0), 0)).toEqual([
      [16_384, 20_000],
      [16_384, 20_000],
    ]);
    meetings.begin(60_000);
    expect(meetings.plan(at(5, 5), 0)).toEqual([[2005], [2005]]);
    meetings.begin(1);
    expect(meetings.plan(at(5, 5), 0)).toEqual([[6], [6]]);
  });

  it('take turns where there are more lanes than cores, those behind first', () => {
    const meetings = new Meetings(() => 2);
    meetings.begin('max');
    const [m, n] = [16_384, 2 * 16_384];
    expect(meetings.plan(at(0, 0, 0, 0), 0)).toEqual([[m], [m], [], []]);
    expect(meetings.plan(at(m, 0, 0, 0), 1)).toEqual([[], [m], [m], []]);
    expect(meetings.plan(at(m, m, 0, 0), 2)).toEqual([[], [], [m], [m]]);
    expect(meetings.plan(at(m, m, m, 0), 3)).toEqual([[n], [], [], [m]]);
    // Whoever is on its way stays so, though others are further behind.
    expect(meetings.plan(at(m, m, m, 0), 4)).toEqual([[n], [], [], [m]]);
    // Another worker in its place begins at the start, and is not forgotten.
    expect(meetings.plan(at(n, m, m, m), 5)[1]).toEqual([n]);
    expect(meetings.plan(at(n, n, m, m), 6).slice(2)).toEqual([[n], [n]]);
    expect(meetings.plan(at(n, 0, n, m), 7)[1]).toEqual([n]);
  });
});

describe('a stride', () => {
  it('does not learn from an interruption, and forgets another run', () => {
    const stride = new Stride();
    const first = stride.length;
    stride.met(0, 0, 2);
    stride.rest();
    stride.met(99_999, 0, 2);
    expect(stride.length).toBe(first);
    stride.met(100_000, 0, 2);
    expect(stride.length).toBe(2 * first);
    // A worker that took another's place has done nothing yet.
    stride.met(100_001, 500, 2);
    stride.met(100_002, 1, 2);
    expect(stride.length).toBe(2 * first);
    stride.forget();
    expect(stride.length).toBe(first);
  });

  it('is no longer than that workers work most of the time', () => {
    const stride = new Stride();
    stride.met(0, 0, 2);
    stride.met(60, 100, 2);
    expect(stride.length).toBe(16_384);
    stride.met(200, 370, 2);
    expect(stride.length).toBe(8192);
  });
});
