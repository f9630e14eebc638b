import type { KnobValues } from './knobs/index.ts';
import { createSimulation } from './simulation.ts';
import type { Simulation } from './types.ts';

/** A run as it stood after so many operations, or where it had ended before. */
export interface Reading {
  readonly op: number;
  readonly virtualNs: number;
  readonly residentBytes: number;
  /** By `C`. */
  readonly counters: readonly number[];
}

/** Operations that are done between two looks at the clock. */
const BITE = 8192;

/** A run that is read at some operations, in bites. */
export class ReadingRun {
  private readonly sim: Simulation;
  private readonly found: Reading[] = [];

  /** @param at operations after which it is read, ascending; at least one */
  constructor(
    knobs: KnobValues,
    private readonly at: readonly number[],
  ) {
    this.sim = createSimulation(knobs, { eventCapacity: 1024 });
  }

  /** How much of the operations is done, 0 to 1. */
  get share(): number {
    return this.sim.op / this.at[this.at.length - 1];
  }

  /** Runs a bite further. @returns a reading for each of the operations, once all are known */
  advance(): { readonly answer: readonly Reading[] } | undefined {
    const { sim, at, found } = this;
    const goal = at[found.length];
    sim.advance(Math.min(BITE, goal - sim.op));
    if (sim.op >= goal || sim.status !== 'running' || sim.awaitsHand) found.push(readingOf(sim));
    return found.length < at.length ? undefined : { answer: found };
  }
}

const readingOf = (sim: Simulation): Reading => ({
  op: sim.op,
  virtualNs: sim.virtualNs,
  residentBytes: sim.residentBytes,
  counters: Array.from(sim.readCounters()),
});

/** A run and its readings at once. */
export function readingsOf(knobs: KnobValues, at: readonly number[]): readonly Reading[] {
  const run = new ReadingRun(knobs, at);
  let known = run.advance();
  while (known === undefined) known = run.advance();
  return known.answer;
}
