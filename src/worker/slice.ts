import type { KnobValues } from '../engine/knobs/index.ts';
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

/** What came of a slice. */
export interface Sliced {
  /** A watched event ended it, right after its operation. */
  readonly hit: boolean;
  /** Operations left of those that were allowed. */
  readonly left: number;
}

/**
 * Advances a run by at most `most` operations, for about one slice of wall time; edits are made and
 * keyframes taken where they are due.
 * @param watch kinds of events that end it (setOfKinds)
 */
export function slice(
  { sim, timeline }: LaneRun,
  most: number,
  watch: number,
  pace: Pace,
  now: () => number,
): Sliced {
  const from = now();
  let left = most;
  let hit = false;
  while (left > 0 && sim.status === 'running' && !hit && !sim.awaitsHand) {
    const want = Math.min(left, pace.chunk, timeline.room(sim.op));
    const before = now();
    const { ops } = sim.advance(want, watch);
    left -= ops;
    // Edits are made between operations, and a step may wait for one.
    sim.events.watch = watch;
    timeline.visit(sim);
    sim.events.watch = 0;
    pace.did(ops, want, now() - before);
    hit = watch !== 0 && sim.events.hit;
    if (now() - from >= SLICE_MS) break;
  }
  return { hit, left };
}
