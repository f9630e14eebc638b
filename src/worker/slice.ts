import type { KnobValues } from '../engine/knobs/index.ts';
import { EV, type EventKind } from '../engine/telemetry/events.ts';
import type { Timeline } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import type { Pace } from './pace.ts';
import { SLICE_MS } from './protocol.ts';

/** The run that a lane's worker holds. */
export interface LaneRun {
  readonly knobs: KnobValues;
  readonly sim: Simulation;
  readonly timeline: Timeline;
}

/** A stretch of a run: what happened after operation `from` has happened at `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What came of a slice. */
export interface Sliced {
  /** The stretch that ended it, since an event that is looked for happened there. */
  readonly hit: Stretch | undefined;
  /** Operations left of those that were allowed. */
  readonly left: number;
}

/** What a slice looks out for. */
export interface Lookout {
  readonly kinds: readonly EventKind[];
  /** Operations after which it looks. */
  readonly every: number;
}

/**
 * Advances a run by at most `most` operations, for about one slice of wall time; edits are made and
 * keyframes taken where they are due. A run that is looked at is the run that is not: it is counted afterwards
 * whether there was such an event, since one that were stopped within an operation would stand where no link leads.
 */
export function slice(
  { sim, timeline }: LaneRun,
  most: number,
  lookout: Lookout | undefined,
  pace: Pace,
  now: () => number,
): Sliced {
  const start = now();
  let left = most;
  let hit: Stretch | undefined;
  while (left > 0 && sim.status === 'running' && hit === undefined && !sim.awaitsHand) {
    const room = Math.min(left, pace.chunk, timeline.room(sim.op));
    const want = lookout ? Math.min(room, lookout.every) : room;
    const before = now();
    const from = sim.op;
    const seen = lookout ? countOf(sim, lookout.kinds) : 0;
    const { ops } = sim.advance(want);
    left -= ops;
    // Edits are made between operations, and a step may wait for one.
    timeline.visit(sim);
    pace.did(ops, want, now() - before);
    if (lookout && countOf(sim, lookout.kinds) > seen) hit = { from, to: sim.op };
    if (now() - start >= SLICE_MS) break;
  }
  return { hit, left };
}

/** Events of these kinds so far. */
function countOf({ events }: Simulation, kinds: readonly EventKind[]): number {
  let count = 0;
  for (const kind of kinds) count += events.totals[EV[kind]];
  return count;
}
