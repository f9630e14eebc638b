import type { Side } from './compare.ts';
import type { Edit } from './recipe.ts';
import { prepareSimulation, warmABit } from './simulation.ts';
import { applyEdit } from './timeline.ts';
import type { Outcome, Simulation } from './types.ts';

/** The first operation of a chain that came out differently in two runs. */
export interface Divergence {
  readonly chain: number;
  /** Which operation of the chain, from 0. */
  readonly k: number;
  /** Operation counts of the two runs right after it. */
  readonly opA: number;
  readonly opB: number;
  readonly a: Outcome;
  readonly b: Outcome;
}

class Runner {
  readonly sim: Simulation;
  private readonly edits: Edit[];
  constructor(side: Side) {
    this.sim = prepareSimulation(side.knobs, { eventCapacity: 1024 });
    this.edits = [...side.edits].sort((x, y) => x.op - y.op);
  }
  /** One operation. @returns false when the run is over */
  next(): boolean {
    while (this.edits[0] !== undefined && this.edits[0].op <= this.sim.op) {
      const edit = this.edits.shift();
      if (edit) applyEdit(this.sim, edit);
    }
    return this.sim.status === 'running' && this.sim.advance(1).ops === 1;
  }
}

interface Entry {
  readonly op: number;
  readonly outcome: Outcome;
}

/** Operations of each run that a search does between two looks at the clock. */
const BITE = 64;

/**
 * Runs two lanes side by side and finds the first (chain, k) whose outcome differs: the block it got,
 * or the way it got it. Chains are compared operation by operation, however the two runs interleave.
 * A search may go on for millions of operations, so it is done in bites.
 */
export class DivergenceSearch {
  private readonly runners: readonly [Runner, Runner];
  /** Outcomes that one run has made and the other not yet, by chain. */
  private readonly ahead: readonly [Map<number, Entry[]>, Map<number, Entry[]>] = [
    new Map(),
    new Map(),
  ];
  private found: Divergence | undefined;
  private op = 0;

  /** @param maxOps operations of each run to look at */
  constructor(
    a: Side,
    b: Side,
    private readonly maxOps: number,
  ) {
    this.runners = [new Runner(a), new Runner(b)];
  }

  /** How much of the operations to look at was looked at, 0 to 1. */
  get share(): number {
    return this.maxOps > 0 ? this.op / this.maxOps : 1;
  }

  /** Runs a bite further. @returns what was found, once it is known; undefined: there is more to look at */
  advance(): { readonly answer: Divergence | undefined } | undefined {
    if (this.runners.some(({ sim }) => warmABit(sim))) return undefined;
    const end = Math.min(this.maxOps, this.op + BITE);
    for (; this.op < end; this.op++) {
      const movedA = this.step(0);
      const movedB = this.step(1);
      if (this.found !== undefined || !(movedA || movedB)) return { answer: this.found };
    }
    return this.op < this.maxOps ? undefined : { answer: this.found };
  }

  /** One operation of one run. @returns false when it is over */
  private step(which: 0 | 1): boolean {
    const runner = this.runners[which];
    if (!runner.next()) return false;
    this.put(which, { op: runner.sim.op, outcome: runner.sim.lastOutcome() });
    return true;
  }

  private put(which: 0 | 1, entry: Entry): void {
    const { chain, k } = entry.outcome;
    const other = this.ahead[which === 0 ? 1 : 0].get(chain)?.shift();
    if (other === undefined) {
      const own = this.ahead[which].get(chain) ?? [];
      own.push(entry);
      this.ahead[which].set(chain, own);
      return;
    }
    if (same(entry.outcome, other.outcome)) return;
    const [x, y] = which === 0 ? [entry, other] : [other, entry];
    if (this.found !== undefined && this.found.opA <= x.op) return;
    this.found = { chain, k, opA: x.op, opB: y.op, a: x.outcome, b: y.outcome };
  }
}

const same = (x: Outcome, y: Outcome): boolean =>
  x.k === y.k && x.row === y.row && x.block === y.block && x.path === y.path;

/** A whole search at once. */
export function firstDivergence(a: Side, b: Side, maxOps: number): Divergence | undefined {
  const search = new DivergenceSearch(a, b, maxOps);
  let found = search.advance();
  while (found === undefined) found = search.advance();
  return found.answer;
}
