import { KNOB_IDS, type KnobId, type KnobValues, knobDef, whyInapplicable } from './knobs/index.ts';
import type { Edit } from './recipe.ts';
import { createSimulation } from './simulation.ts';
import { applyEdit } from './timeline.ts';
import type { Outcome, Simulation } from './types.ts';

/**
 * Knobs that decide which operations a program makes, in which two lanes differ, and that apply in at least
 * one of them: their operations are different programs' work, and lanes cannot be compared.
 */
export function differentStreams(a: KnobValues, b: KnobValues): KnobId[] {
  const applies = (id: KnobId): boolean =>
    whyInapplicable(id, a) === undefined || whyInapplicable(id, b) === undefined;
  return KNOB_IDS.filter((id) => knobDef(id).stream === true && a[id] !== b[id] && applies(id));
}

export interface Side {
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
}

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
    this.sim = createSimulation(side.knobs, { eventCapacity: 1024 });
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

/**
 * Runs two lanes side by side and finds the first (chain, k) whose outcome differs: the block it got,
 * or the way it got it. Chains are compared operation by operation, however the two runs interleave.
 * @param maxOps operations of each run to look at
 * @param stop called now and then; true gives up
 */
export function firstDivergence(
  a: Side,
  b: Side,
  maxOps: number,
  stop: (op: number) => boolean = () => false,
): Divergence | undefined {
  const runners = [new Runner(a), new Runner(b)] as const;
  // Outcomes that one run has made and the other not yet, by chain.
  const ahead: [Map<number, Entry[]>, Map<number, Entry[]>] = [new Map(), new Map()];
  let found: Divergence | undefined;
  const put = (which: 0 | 1, entry: Entry): void => {
    const waiting = ahead[1 - which].get(entry.outcome.chain);
    if (waiting === undefined || waiting.length === 0) {
      const own = ahead[which].get(entry.outcome.chain) ?? [];
      own.push(entry);
      ahead[which].set(entry.outcome.chain, own);
      return;
    }
    const other = waiting.shift() as Entry;
    if (same(entry.outcome, other.outcome)) return;
    const [x, y] = which === 0 ? [entry, other] : [other, entry];
    const candidate: Divergence = {
      chain: entry.outcome.chain,
      k: entry.outcome.k,
      opA: x.op,
      opB: y.op,
      a: x.outcome,
      b: y.outcome,
    };
    if (found === undefined || candidate.opA < found.opA) found = candidate;
  };
  for (let op = 0; op < maxOps; op++) {
    let moved = false;
    for (const which of [0, 1] as const) {
      const runner = runners[which];
      if (!runner.next()) continue;
      moved = true;
      put(which, { op: runner.sim.op, outcome: runner.sim.lastOutcome() });
    }
    if (found !== undefined || !moved) return found;
    if (op % 8192 === 0 && stop(op)) return undefined;
  }
  return found;
}

interface Entry {
  readonly op: number;
  readonly outcome: Outcome;
}
const same = (x: Outcome, y: Outcome): boolean =>
  x.k === y.k && x.row === y.row && x.block === y.block && x.path === y.path;
