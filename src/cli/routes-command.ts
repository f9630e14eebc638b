import { resolveKnobs } from '../engine/knobs/index.ts';
import { ROUTE_ROWS, ROUTE_WORKLOADS, routeKnobs } from '../engine/presets/routes.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

/**
 * The table of engine.md section 9 for MF2, regenerated: new pages per route and workload after
 * 300,000 operations, beside what the independent prototype gave.
 */
export const routes = plainCommand(
  'routes',
  ['New pages of MF2 by route and workload, beside an independent prototype.'],
  [
    flag('--json', 'one JSON object per line, route and workload'),
    flag('--audit', 'check every invariant at the end of each run (exit 1 when one fails)'),
  ],
  table,
);

function table(flags: ReadonlySet<string>, io: Io): number {
  const json = flags.has('--json');
  let status: number = STATUS.done;
  const lines: string[] = [];
  for (const row of ROUTE_ROWS) {
    const cells: string[] = [];
    for (const workload of ROUTE_WORKLOADS) {
      const sim = createSimulation(resolveKnobs(routeKnobs(row, workload)));
      sim.advance(1e9);
      const counters = sim.readCounters();
      const pages = counters[C.newPages];
      const reference = row.prototype?.[workload.id];
      if (flags.has('--audit'))
        for (const problem of sim.audit()) {
          status = STATUS.ourFault;
          io.say(`${row.name}: ${problem}`);
        }
      if (json) {
        io.out(
          `${JSON.stringify({ row: row.name, workload: workload.id, newPages: pages, pageReuses: counters[C.pageReuses], adoptions: counters[C.adoptions], prototype: reference ?? null, digest: sim.digest() })}\n`,
        );
      }
      const off =
        reference === undefined ? '' : ` (${(100 * (pages / reference - 1)).toFixed(1)} %)`;
      cells.push(`${pages.toLocaleString('en-US')}${off}`.padStart(20));
    }
    lines.push(`${row.name.padEnd(34)}${cells.join('')}`);
  }
  if (!json) {
    io.out(
      `New pages after 300,000 operations (difference from the prototype)\n${''.padEnd(34)}${ROUTE_WORKLOADS.map(({ name }) => name.padStart(20)).join('')}\n${lines.join('\n')}\n`,
    );
  }
  return status;
}
