import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { MF2_BASE } from '../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES } from '../evidence/conditions.ts';
import { shown } from '../evidence/figures.ts';
import { type Spread, spreadOf } from '../evidence/results.ts';
import { runJob } from '../evidence/run.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

const LENGTHS = [25_000, 50_000, 100_000];
const PERIODS = [1, 4, 16, 64, 256];
const BURSTS = [1, 4];
const HOLDS = [0, 16, 256];
const CONDITIONS = combined([SCHEDULES, MID_SIZES]);
const WAKE: Partial<KnobValues> = { route: 'cda', adoptOnWake: true };
const NEED: Partial<KnobValues> = { route: 'cda' };
const S2: Partial<KnobValues> = { route: 's2' };
const WIDTH = 22;

interface Growth {
  /** Pages per 1,000 operations, from the first length to the last. */
  readonly growth: number;
  /** Growth of the last half by that of the half before it; 1 is a straight line. */
  readonly bend: number;
  /** Adoptions in the longest chain. */
  readonly longest: number;
}

interface Shape {
  readonly wakePeriod: number;
  readonly burst: number;
  readonly hold: number;
}

/** A shape of wakers under one condition. */
interface Found extends Shape {
  readonly condition: string;
  readonly wake: Growth;
  readonly need: Growth;
  readonly s2: Growth;
}

/**
 * How fast pages grow where wakers take a page without need, where they adopt on need, and under S2: a sweep
 * over the wakers' period, burst and hold, each shape under both schedules and two ranges of sizes, read at
 * three lengths. Growth is what is compared; a ratio of pages at one length would grow with the length. It is
 * reported, never aimed at; the preset `domino` is the shape whose pages grow fastest.
 */
export const domino = plainCommand(
  'domino',
  [
    'How fast pages grow where wakers adopt without need, on need, and under S2, by their period, burst and hold.',
  ],
  [flag('--json', 'one JSON object per line, shape and condition')],
  table,
);

/** One run, read at all lengths. */
function grown(...knobs: readonly Partial<KnobValues>[]): Growth {
  const base: Partial<KnobValues> = { ...MF2_BASE, workload: 'wakers', opLimit: 0 };
  const [first, middle, last] = runJob({
    knobs: resolveKnobs(base, ...knobs),
    readings: LENGTHS,
    columns: ['newPages', 'chainMax'],
  });
  const per1000 = (from: number[], to: number[], i: number, j: number): number =>
    (1000 * (to[0] - from[0])) / (LENGTHS[j] - LENGTHS[i]);
  const early = per1000(first, middle, 0, 1);
  return {
    growth: per1000(first, last, 0, 2),
    bend: early === 0 ? 1 : per1000(middle, last, 1, 2) / early,
    longest: last[1],
  };
}

function* sweep(): Generator<readonly Found[]> {
  for (const wakePeriod of PERIODS) {
    for (const burst of BURSTS) {
      for (const hold of HOLDS) {
        const shape = { wakePeriod, burst, hold };
        yield CONDITIONS.map(({ name, knobs }) => ({
          ...shape,
          condition: name,
          wake: grown(shape, knobs, WAKE),
          need: grown(shape, knobs, NEED),
          s2: grown(shape, knobs, S2),
        }));
      }
    }
  }
}

const range = ({ least, most }: Spread): string => `${shown(least)} to ${shown(most)}`;

/** A line of the table, and what it is ordered by. */
function lineOf(found: readonly Found[]): { readonly text: string; readonly fastest: number } {
  const [{ wakePeriod, burst, hold }] = found;
  const over = (pick: (one: Found) => number): Spread => spreadOf(found.map(pick));
  const wake = over((one) => one.wake.growth);
  const cells = [
    wake,
    over(({ need }) => need.growth),
    over(({ s2 }) => s2.growth),
    over((one) => one.wake.growth / one.need.growth),
    over((one) => one.wake.bend),
  ].map((one) => range(one).padStart(WIDTH));
  const longest = Math.max(...found.map((one) => one.wake.longest));
  const shape = [wakePeriod, burst, hold].map((n) => String(n).padStart(5)).join(' ');
  return {
    text: `${shape}${cells.join('')}${String(longest).padStart(WIDTH)}`,
    fastest: wake.most,
  };
}

function table(flags: ReadonlySet<string>, io: Io): number {
  const lines: { readonly text: string; readonly fastest: number }[] = [];
  for (const found of sweep()) {
    if (flags.has('--json'))
      for (const one of found) io.out(`${JSON.stringify({ lengths: LENGTHS, ...one })}\n`);
    lines.push(lineOf(found));
  }
  if (flags.has('--json')) return STATUS.done;
  const names = CONDITIONS.map(({ name }) => name).join('; ');
  const head = ['on waking', 'on need', 'S2', 'on waking by on need', 'bend', 'longest chain'];
  io.out(
    `Growth in pages per 1,000 operations between 25,000 and 100,000, least to most over ${CONDITIONS.length} conditions (${names}), fastest first.\nBend: growth of the last half by that of the half before; 1 is a straight line. Longest chain: of all conditions.\n\n wake burst  hold${head.map((text) => text.padStart(WIDTH)).join('')}\n`,
  );
  for (const { text } of lines.sort((a, b) => b.fastest - a.fastest)) io.out(`${text}\n`);
  return STATUS.done;
}
