import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { MF2_BASE } from '../engine/presets/routes.ts';
import { combined, MID_SIZES, SCHEDULES } from '../evidence/conditions.ts';
import { shown } from '../evidence/figures.ts';
import { type Spread, spreadOf } from '../evidence/results.ts';
import { runJob } from '../evidence/run.ts';

/**
 * How fast pages grow where wakers take a page without need, where they adopt on need, and under S2: a sweep
 * over the wakers' period, burst and hold, each shape under both schedules and two ranges of sizes, read at
 * three lengths. Growth is what is compared (pages per 1,000 operations, from the first length to the last); a
 * ratio of pages at one length would grow with the length. Reported, never aimed at.
 */
const LENGTHS = [25_000, 50_000, 100_000];
const PERIODS = [1, 4, 16, 64, 256];
const BURSTS = [1, 4];
const HOLDS = [0, 16, 256];
const CONDITIONS = combined([SCHEDULES, MID_SIZES]);
const LANES: Readonly<Record<'wake' | 'need' | 's2', Partial<KnobValues>>> = {
  wake: { route: 'cda', adoptOnWake: true },
  need: { route: 'cda' },
  s2: { route: 's2' },
};

interface Growth {
  /** Pages per 1,000 operations. */
  readonly growth: number;
  /** How the growth of the second half compares with that of the first: 1 is a straight line. */
  readonly bend: number;
  readonly longest: number;
}

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

const json = process.argv.includes('--json');
interface Row {
  readonly shape: string;
  readonly wake: Spread;
  readonly need: Spread;
  readonly s2: Spread;
  readonly times: Spread;
  readonly bend: Spread;
  readonly longest: number;
}
const rows: Row[] = [];
for (const wakePeriod of PERIODS) {
  for (const burst of BURSTS) {
    for (const hold of HOLDS) {
      const shape = { wakePeriod, burst, hold };
      const found = CONDITIONS.map((condition) => ({
        condition: condition.name,
        wake: grown(shape, condition.knobs, LANES.wake),
        need: grown(shape, condition.knobs, LANES.need),
        s2: grown(shape, condition.knobs, LANES.s2),
      }));
      if (json)
        for (const one of found) process.stdout.write(`${JSON.stringify({ ...shape, ...one })}\n`);
      const over = (pick: (one: (typeof found)[number]) => number): Spread =>
        spreadOf(found.map(pick));
      rows.push({
        shape: [wakePeriod, burst, hold].map((n) => String(n).padStart(5)).join(' '),
        wake: over(({ wake }) => wake.growth),
        need: over(({ need }) => need.growth),
        s2: over(({ s2 }) => s2.growth),
        times: over(({ wake, need }) => wake.growth / need.growth),
        bend: over(({ wake }) => wake.bend),
        longest: Math.max(...found.map(({ wake }) => wake.longest)),
      });
    }
  }
}
const range = ({ least, most }: Spread): string => `${shown(least)} to ${shown(most)}`;
if (!json) {
  rows.sort((a, b) => b.wake.most - a.wake.most);
  const names = CONDITIONS.map(({ name }) => name).join('; ');
  process.stdout.write(
    `Growth in pages per 1,000 operations between ${LENGTHS[0].toLocaleString('en-US')} and ${LENGTHS[2].toLocaleString('en-US')}, least to most over ${CONDITIONS.length} conditions (${names}), fastest first.\nBend: growth of the last half by that of the half before; 1 is a straight line. Longest chain: of all conditions.\n\n${[' wake burst  hold', 'on waking', 'on need', 'S2', 'on waking by on need', 'bend', 'longest chain'].map((text, i) => (i === 0 ? text : text.padStart(22))).join('')}\n`,
  );
  for (const row of rows) {
    const cells = [row.wake, row.need, row.s2, row.times, row.bend].map((one) =>
      range(one).padStart(22),
    );
    process.stdout.write(`${row.shape}${cells.join('')}${String(row.longest).padStart(22)}\n`);
  }
}
