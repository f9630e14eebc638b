import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { MF2_BASE } from '../engine/presets/routes.ts';
import { createSimulation } from '../engine/simulation.ts';
import { C } from '../engine/telemetry/counters.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

const OPERATIONS = 100_000;
const PERIODS = [1, 2, 4, 16, 64, 256];
const BURSTS = [1, 4, 16];
const HOLDS = [0, 16, 256, 2048];

const pagesOf = (knobs: Partial<KnobValues>): Float64Array => {
  const base: Partial<KnobValues> = { ...MF2_BASE, workload: 'wakers', opLimit: OPERATIONS };
  const sim = createSimulation(resolveKnobs(base, knobs));
  sim.advance(OPERATIONS);
  return sim.readCounters();
};

interface Row {
  readonly period: number;
  readonly burst: number;
  readonly hold: number;
  readonly onWake: number;
  readonly onNeed: number;
  readonly s2: number;
  readonly longest: number;
}

/**
 * How far adoption without need multiplies pages: a sweep over the wakers' period, burst and hold at
 * equal demand (the same operations), under CDA with and without adoption on waking and under S2.
 * The factor is reported, never aimed at; the preset `domino` is the sweep's worst case.
 */
export const domino = plainCommand(
  'domino',
  ['Pages that adoption without need makes, by the period, burst and hold of wakers.'],
  [flag('--json', 'one JSON object per line and setting')],
  table,
);

function table(flags: ReadonlySet<string>, io: Io): number {
  const rows = sweep();
  if (flags.has('--json')) {
    for (const row of rows) io.out(`${JSON.stringify({ ops: OPERATIONS, ...row })}\n`);
    return STATUS.done;
  }
  io.out(
    `Pages after ${OPERATIONS.toLocaleString('en-US')} operations, largest factor first\n${'period burst  hold   on waking     on need  factor          S2  longest chain'}\n`,
  );
  for (const row of rows) {
    io.out(
      `${[
        String(row.period).padStart(6),
        String(row.burst).padStart(5),
        String(row.hold).padStart(5),
        row.onWake.toLocaleString('en-US').padStart(11),
        row.onNeed.toLocaleString('en-US').padStart(11),
        (row.onWake / row.onNeed).toFixed(2).padStart(7),
        row.s2.toLocaleString('en-US').padStart(11),
        String(row.longest).padStart(14),
      ].join(' ')}\n`,
    );
  }
  return STATUS.done;
}

/** The largest factor first. */
function sweep(): Row[] {
  const rows: Row[] = [];
  for (const period of PERIODS) {
    for (const burst of BURSTS) {
      for (const hold of HOLDS) {
        const shape = { wakePeriod: period, burst, hold };
        const woken = pagesOf({ ...shape, route: 'cda', adoptOnWake: true });
        rows.push({
          period,
          burst,
          hold,
          onWake: woken[C.newPages],
          onNeed: pagesOf({ ...shape, route: 'cda' })[C.newPages],
          s2: pagesOf({ ...shape, route: 's2' })[C.newPages],
          longest: woken[C.chainMax],
        });
      }
    }
  }
  return rows.sort((a, b) => b.onWake / b.onNeed - a.onWake / a.onNeed);
}
