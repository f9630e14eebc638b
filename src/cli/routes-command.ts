import { resolveKnobs } from '../engine/knobs/index.ts';
import {
  ROUTE_ROWS,
  ROUTE_WORKLOADS,
  type RouteRow,
  type RouteWorkload,
  routeKnobs,
} from '../engine/presets/routes.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { combined, MID_SIZES, SCHEDULES } from '../evidence/conditions.ts';
import { shown } from '../evidence/figures.ts';
import { spreadOf } from '../evidence/results.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

const LENGTHS = [75_000, 150_000, 300_000];
const CONDITIONS = combined([SCHEDULES, MID_SIZES]);
/** That of the prototype. */
const FIRST = CONDITIONS[0];
const WIDTH = 26;
const NAME = 34;

/**
 * Two tables of MF2's routes on five workloads. The first is that of engine.md section 9, regenerated: new pages
 * after 300,000 operations, beside what an independent prototype gave. The second says how pages grow (per 1,000
 * operations, over the last half of the run) under both schedules and two ranges of sizes.
 */
export const routes = plainCommand(
  'routes',
  [
    'New pages of MF2 by route and workload, beside an independent prototype, and how they grow over four conditions.',
  ],
  [
    flag('--json', 'one JSON object per line, route, workload and condition'),
    flag('--audit', 'check every invariant at the end of each run (exit 1 when one fails)'),
  ],
  table,
);

/** New pages of one run at each length, and what else the JSON has. */
interface Cell {
  readonly pages: readonly number[];
  readonly reuses: number;
  readonly adoptions: number;
  readonly digest: string;
  readonly problems: readonly string[];
}

function run(row: RouteRow, workload: RouteWorkload, condition: number, audit: boolean): Cell {
  const sim = createSimulation(
    resolveKnobs(routeKnobs(row, workload), CONDITIONS[condition].knobs, { opLimit: 0 }),
    { eventCapacity: 1024 },
  );
  const pages = LENGTHS.map((length) => {
    sim.advance(length - sim.op);
    return sim.readCounters()[C.newPages];
  });
  const counters = sim.readCounters();
  return {
    pages,
    reuses: counters[C.pageReuses],
    adoptions: counters[C.adoptions],
    digest: sim.digest(),
    problems: audit ? sim.audit() : [],
  };
}

/** Growth over the last half: the middle of the conditions, and the worst of them. */
function growthOf(cells: readonly Cell[]): string {
  const { typical, most } = spreadOf(
    cells.map(({ pages }) => (1000 * (pages[2] - pages[1])) / (LENGTHS[2] - LENGTHS[1])),
  );
  return `${shown(typical)}, worst ${shown(most)}`;
}

function table(flags: ReadonlySet<string>, io: Io): number {
  let status: number = STATUS.done;
  const counts: string[] = [];
  const growths: string[] = [];
  for (const row of ROUTE_ROWS) {
    const count: string[] = [];
    const growth: string[] = [];
    for (const workload of ROUTE_WORKLOADS) {
      const reference = row.prototype?.[workload.id];
      const cells = CONDITIONS.map((condition, i) => {
        const { problems, ...cell } = run(row, workload, i, flags.has('--audit'));
        for (const problem of problems) {
          status = STATUS.ourFault;
          io.say(`${row.name}, ${workload.name}, ${condition.name}: ${problem}`);
        }
        const prototype = condition === FIRST ? (reference ?? null) : null;
        if (flags.has('--json'))
          io.out(
            `${JSON.stringify({ row: row.name, workload: workload.id, condition: condition.name, lengths: LENGTHS, ...cell, prototype })}\n`,
          );
        return { ...cell, problems };
      });
      const pages = cells[0].pages[LENGTHS.length - 1];
      const off =
        reference === undefined ? '' : ` (${(100 * (pages / reference - 1)).toFixed(1)} %)`;
      count.push(`${pages.toLocaleString('en-US')}${off}`.padStart(WIDTH));
      growth.push(growthOf(cells).padStart(WIDTH));
    }
    counts.push(`${row.name.padEnd(NAME)}${count.join('')}`);
    growths.push(`${row.name.padEnd(NAME)}${growth.join('')}`);
  }
  if (flags.has('--json')) return status;
  const head = `${''.padEnd(NAME)}${ROUTE_WORKLOADS.map(({ name }) => name.padStart(WIDTH)).join('')}`;
  const names = CONDITIONS.map(({ name }) => name).join('; ');
  io.out(
    `New pages after 300,000 operations, ${FIRST.name} (difference from the prototype)\n${head}\n${counts.join('\n')}\n\nGrowth in pages per 1,000 operations between 150,000 and 300,000: the middle of ${CONDITIONS.length} conditions (${names}), and the worst\n${head}\n${growths.join('\n')}\n`,
  );
  return status;
}
