import { resolveKnobs } from '../engine/knobs/index.ts';
import {
  ROUTE_ROWS,
  ROUTE_WORKLOADS,
  type RouteRow,
  routeKnobs,
} from '../engine/presets/routes.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { combined, MID_SIZES, SCHEDULES } from '../evidence/conditions.ts';
import { shown } from '../evidence/figures.ts';

/**
 * Two tables of MF2's routes on five workloads. First, new pages after 300,000 operations beside what an
 * independent prototype gave. Then how pages grow (per 1,000 operations, over the last half of the run) under
 * both schedules and two ranges of sizes: the middle of the four, and the worst.
 */
const LENGTHS = [75_000, 150_000, 300_000];
const CONDITIONS = combined([SCHEDULES, MID_SIZES]);
/** That of the prototype. */
const FIRST = CONDITIONS[0];
const WIDTH = 26;
const NAME = 34;

const json = process.argv.includes('--json');
const audit = process.argv.includes('--audit');
let faults = 0;

interface Cell {
  /** New pages at each length. */
  readonly pages: readonly number[];
  readonly reuses: number;
  readonly adoptions: number;
  readonly digest: string;
}

function run(row: RouteRow, workload: (typeof ROUTE_WORKLOADS)[number], i: number): Cell {
  const condition = CONDITIONS[i];
  const sim = createSimulation(
    resolveKnobs(routeKnobs(row, workload), condition.knobs, { opLimit: 0 }),
    { eventCapacity: 1024 },
  );
  const pages = LENGTHS.map((length) => {
    sim.advance(length - sim.op);
    return sim.readCounters()[C.newPages];
  });
  if (audit)
    for (const problem of sim.audit()) {
      faults++;
      process.stderr.write(`${row.name}, ${workload.name}, ${condition.name}: ${problem}\n`);
    }
  const counters = sim.readCounters();
  const found = {
    pages,
    reuses: counters[C.pageReuses],
    adoptions: counters[C.adoptions],
    digest: sim.digest(),
  };
  if (json) {
    const prototype = condition === FIRST ? (row.prototype?.[workload.id] ?? null) : null;
    process.stdout.write(
      `${JSON.stringify({ row: row.name, workload: workload.id, condition: condition.name, lengths: LENGTHS, ...found, prototype })}\n`,
    );
  }
  return found;
}

const counts: string[] = [];
const growths: string[] = [];
for (const row of ROUTE_ROWS) {
  const count: string[] = [];
  const growth: string[] = [];
  for (const workload of ROUTE_WORKLOADS) {
    const cells = CONDITIONS.map((_, i) => run(row, workload, i));
    const pages = cells[0].pages[LENGTHS.length - 1];
    const reference = row.prototype?.[workload.id];
    const off = reference === undefined ? '' : ` (${(100 * (pages / reference - 1)).toFixed(1)} %)`;
    count.push(`${pages.toLocaleString('en-US')}${off}`.padStart(WIDTH));
    const slopes = cells
      .map((cell) => (1000 * (cell.pages[2] - cell.pages[1])) / (LENGTHS[2] - LENGTHS[1]))
      .sort((a, b) => a - b);
    growth.push(`${shown((slopes[1] + slopes[2]) / 2)}, worst ${shown(slopes[3])}`.padStart(WIDTH));
  }
  counts.push(`${row.name.padEnd(NAME)}${count.join('')}`);
  growths.push(`${row.name.padEnd(NAME)}${growth.join('')}`);
}
if (!json) {
  const head = `${''.padEnd(NAME)}${ROUTE_WORKLOADS.map(({ name }) => name.padStart(WIDTH)).join('')}`;
  const names = CONDITIONS.map(({ name }) => name).join('; ');
  process.stdout.write(
    `New pages after 300,000 operations, ${FIRST.name} (difference from the prototype)\n${head}\n${counts.join('\n')}\n\nGrowth in pages per 1,000 operations between 150,000 and 300,000: the middle of ${CONDITIONS.length} conditions (${names}), and the worst\n${head}\n${growths.join('\n')}\n`,
  );
}
process.exitCode = faults === 0 ? 0 : 1;
