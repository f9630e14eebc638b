import type { Side } from '../engine/compare.ts';
import type { Divergence } from '../engine/divergence.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import type { Reading } from '../engine/readings.ts';
import type { Verdict } from '../engine/verdict.ts';
import type { CallOf, FromAny, ToAny } from './protocol.ts';

/**
 * Jobs: work on whole runs that needs no lane. A job is told everything it needs and gives the same answer
 * in any worker, so that one that was lost with its worker can be done by another. Search functions are in
 * job-host.ts; this file is the page's too and must not bring the engine along.
 */
export interface Jobs {
  /** The first operation that two lanes did differently; undefined: none in `maxOps` operations of each. */
  divergence: [
    { readonly a: Side; readonly b: Side; readonly maxOps: number },
    Divergence | undefined,
  ];
  /** How a whole run comes out, of at most so many operations. */
  verdict: [{ readonly knobs: KnobValues; readonly maxOps: number }, Verdict];
  /** A run as it stands after each of some operations, ascending. */
  readings: [{ readonly knobs: KnobValues; readonly at: readonly number[] }, readonly Reading[]];
}
export type JobName = keyof Jobs;

export type ToJob = ToAny | CallOf<Jobs>;

export type FromJob =
  | FromAny
  /** How much of a job is done, 0 to 1; sent now and then. */
  | { readonly t: 'progress'; readonly id: number; readonly share: number };
