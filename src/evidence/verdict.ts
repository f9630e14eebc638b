import { assert } from '../base/assert.ts';
import type { Case, Experiment, ExperimentId, Figure } from './experiment.ts';
import { Results, type Rows } from './results.ts';

/** `holds`: under every condition that the sentence claims; `fails`: under none of them. */
export type Outcome = 'holds' | 'partly' | 'fails';

/** What became of a sentence. */
export interface Verdict {
  readonly id: ExperimentId;
  readonly says: string;
  readonly withdrawn: boolean;
  readonly outcome: Outcome;
  /** Conditions that the sentence claims: those under which it holds, of all. */
  readonly held: number;
  readonly tried: number;
  /** The first claimed condition under which it fails. */
  readonly fails: Case | undefined;
  /** Conditions beyond those it claims: under how many it holds all the same, of all, and the first that ends it. */
  readonly heldBeyond: number;
  readonly triedBeyond: number;
  readonly endsAt: Case | undefined;
  readonly cases: readonly Case[];
  readonly figures: readonly Figure[];
  /** Runs that it rests on. */
  readonly runs: number;
}

/** Judges an experiment by the readings of its runs, by cell key. */
export function verdictOf(experiment: Experiment, cells: ReadonlyMap<string, Rows>): Verdict {
  const { cases, figures } = experiment.holds(new Results(experiment, cells));
  const beyond = new Map(experiment.conditions.map((one) => [one.id, one.beyond === true]));
  for (const { condition } of cases)
    assert(beyond.has(condition), `${experiment.id} judges ${condition}, which it does not have`);
  const claimed = cases.filter(({ condition }) => beyond.get(condition) === false);
  const outside = cases.filter(({ condition }) => beyond.get(condition) === true);
  assert(claimed.length > 0, `${experiment.id} judges no condition that it claims`);
  const held = claimed.filter(({ holds }) => holds).length;
  return {
    id: experiment.id,
    says: experiment.says,
    withdrawn: experiment.withdrawn === true,
    outcome: held === claimed.length ? 'holds' : held === 0 ? 'fails' : 'partly',
    held,
    tried: claimed.length,
    fails: claimed.find(({ holds }) => !holds),
    heldBeyond: outside.filter(({ holds }) => holds).length,
    triedBeyond: outside.length,
    endsAt: outside.find(({ holds }) => !holds),
    cases,
    figures,
    runs: cells.size,
  };
}
