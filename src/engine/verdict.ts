import type { KnobValues } from './knobs/index.ts';
import { prepareSimulation, warmABit } from './simulation.ts';
import type { EndedBy } from './telemetry/states.ts';
import type { Simulation } from './types.ts';

/** How a whole run came out. */
export interface Verdict {
  readonly endedBy: EndedBy;
  /** Operations that it made. */
  readonly op: number;
  /** It came to its end, as D1's test has it: whatever it lacked on the way, the program printed its result. */
  readonly passed: boolean;
}

/** Ends at which a program prints its result. Where its threads could start no successors Larson says nothing of it. */
const PRINTS: ReadonlySet<EndedBy> = new Set<EndedBy>(['time', 'opsLimit', 'chainsEnded']);

/** Whether a run that ended so passes. */
export const printsResult = (endedBy: EndedBy): boolean => PRINTS.has(endedBy);

/** Operations that are done between two looks at the clock. */
const BITE = 512;

/** A whole run for its verdict, in bites. */
export class VerdictRun {
  private readonly sim: Simulation;

  /** @param maxOps operations after which it counts as having passed */
  constructor(
    knobs: KnobValues,
    private readonly maxOps: number,
  ) {
    this.sim = prepareSimulation(knobs, { eventCapacity: 1024 });
  }

  /** How much of the operations at most is done, 0 to 1. */
  get share(): number {
    return this.sim.op / this.maxOps;
  }

  /** Runs a bite further. @returns the verdict once it is known */
  advance(): { readonly answer: Verdict } | undefined {
    const { sim, maxOps } = this;
    if (warmABit(sim)) return undefined;
    sim.advance(Math.min(BITE, maxOps - sim.op));
    if (sim.status === 'running' && sim.op >= maxOps) sim.stopAtLimit();
    if (sim.status === 'running') return undefined;
    return { answer: { endedBy: sim.endedBy, op: sim.op, passed: printsResult(sim.endedBy) } };
  }
}

/** A whole run at once. */
export function verdictOf(knobs: KnobValues, maxOps: number): Verdict {
  const run = new VerdictRun(knobs, maxOps);
  let known = run.advance();
  while (known === undefined) known = run.advance();
  return known.answer;
}
