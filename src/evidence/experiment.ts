import { WordHash } from '../base/hash.ts';
import { KNOB_IDS, type KnobValues, knobDef, resolveKnobs } from '../engine/knobs/index.ts';
import type { Measure } from './measures.ts';
import type { Results } from './results.ts';

/**
 * A sentence of ours as an experiment: ways of doing it (lanes) under conditions, over seeds, read at several
 * lengths, and a function that says of the readings whether the sentence holds. Pure data and functions; what
 * runs them is run.ts.
 */
export type ExperimentId = `O-${string}`;

/** One of the ways that are compared. */
export interface Lane {
  readonly id: string;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

/** Circumstances under which all lanes run. */
export interface Condition {
  readonly id: string;
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
  /**
   * The sentence does not speak of it: tried all the same, to say how far it reaches. It does not decide the
   * verdict, and the first of them under which the sentence fails is reported.
   */
  readonly beyond?: boolean;
  /** Lanes that are tried under it; all unless given. */
  readonly lanes?: readonly string[];
  /** Seeds, unless the experiment's. */
  readonly seeds?: readonly number[];
}

/** Operations after which a run is read; `end`: when it has ended by itself. */
export type Reading = number | 'end';

export interface Experiment {
  readonly id: ExperimentId;
  /** The sentence, in our words, with its conditions. */
  readonly says: string;
  /** Said by us once and taken back: the verdict must be that it fails. No text may rest on it. */
  readonly withdrawn?: boolean;
  /** Knobs of every run. */
  readonly base: Partial<KnobValues>;
  readonly lanes: readonly Lane[];
  readonly conditions: readonly Condition[];
  /** The knob that seeds turn; the program's own unless given. Those of chance are counted over, and no text names them. */
  readonly seedKnob?: 'mixedSeed';
  readonly seeds: readonly number[];
  /** Ascending; three lengths where growth is claimed. */
  readonly readings: readonly Reading[];
  readonly measures: readonly Measure[];
  /** What the readings say. Must not look at anything else. */
  holds(results: Results): Findings;
}

/** A number that texts may use, with what it stands for. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** What was found under one condition. */
export interface Case {
  readonly condition: string;
  readonly holds: boolean;
  /** The readings that decide it, in words. */
  readonly found: string;
}

export interface Findings {
  readonly cases: readonly Case[];
  readonly figures: readonly Figure[];
}

/** One run of an experiment. */
export interface Cell {
  readonly experiment: Experiment;
  readonly lane: Lane;
  readonly condition: Condition;
  readonly seed: number;
  /** `lane | condition | seed`, unique within the experiment. */
  readonly key: string;
}

export const cellKey = (lane: string, condition: string, seed: number): string =>
  `${lane} | ${condition} | ${seed}`;

/** All runs of an experiment, conditions first. */
export function cellsOf(experiment: Experiment): Cell[] {
  return experiment.conditions.flatMap((condition) =>
    experiment.lanes
      .filter(({ id }) => condition.lanes?.includes(id) ?? true)
      .flatMap((lane) =>
        (condition.seeds ?? experiment.seeds).map((seed) => ({
          experiment,
          lane,
          condition,
          seed,
          key: cellKey(lane.id, condition.id, seed),
        })),
      ),
  );
}

/** Knobs of a run: the experiment's, then the condition's, then the lane's. The length is the reader's business. */
export const cellKnobs = ({ experiment, lane, condition, seed }: Cell): KnobValues =>
  resolveKnobs(experiment.base, condition.knobs, lane.knobs, {
    [experiment.seedKnob ?? 'seed']: seed,
    opLimit: 0,
  });

/** Columns of a reading: how far the run had come, and what is measured. */
export const columnsOf = (experiment: Experiment): readonly Measure[] => [
  'ops',
  ...experiment.measures.filter((measure) => measure !== 'ops'),
];

/** Knobs of a run that are not at their defaults, as text: runs that have it in common are the same run. */
export function recipeText(cell: Cell): string {
  const knobs = cellKnobs(cell);
  const changed = KNOB_IDS.filter((id) => knobs[id] !== knobDef(id).default).sort();
  return changed.map((id) => `${id}=${knobs[id]}`).join(' ');
}

/** Changes when the recipe of a run does; a new knob at its default changes none. */
export const recipeDigest = (cell: Cell): string => new WordHash().text(recipeText(cell)).digest();
