import { assert } from '../base/assert.ts';
import { type Condition, cellKey, columnsOf, type Experiment } from './experiment.ts';
import type { Measure } from './measures.ts';

/** Readings of a run: one row for each of the experiment's readings, one number for each of its columns. */
export type Rows = readonly (readonly number[])[];

/** The same number over seeds: the middle one, and the extremes. */
export interface Spread {
  readonly typical: number;
  readonly least: number;
  readonly most: number;
}

/** Middle value; the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  assert(values.length > 0, 'a median needs values');
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  typical: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** A number of one run. */
export type RunValue = (run: RunReadings) => number;

/** The readings of one run, by measure. `reading` counts from the end when negative. */
export class RunReadings {
  constructor(
    private readonly columns: ReadonlyMap<Measure, number>,
    readonly rows: Rows,
  ) {}

  at(measure: Measure, reading = -1): number {
    const column = this.columns.get(measure);
    const row = this.rows.at(reading);
    assert(column !== undefined && row !== undefined, `no reading of ${measure}`);
    return row[column];
  }

  /** Growth per 1,000 operations from one reading to another; 0 when the run ended before. */
  slope(measure: Measure, from = 0, to = -1): number {
    const ops = this.at('ops', to) - this.at('ops', from);
    return ops > 0 ? (1000 * (this.at(measure, to) - this.at(measure, from))) / ops : 0;
  }
}

/** The value of a measure, at the last reading unless another is named. */
export const value =
  (measure: Measure, reading = -1): RunValue =>
  (run) =>
    run.at(measure, reading);
/** Its growth per 1,000 operations, over all readings unless others are named. */
export const slope =
  (measure: Measure, from = 0, to = -1): RunValue =>
  (run) =>
    run.slope(measure, from, to);

/** What an experiment's runs gave. */
export class Results {
  private readonly columns: ReadonlyMap<Measure, number>;

  constructor(
    readonly experiment: Experiment,
    private readonly cells: ReadonlyMap<string, Rows>,
  ) {
    this.columns = new Map(columnsOf(experiment).map((measure, i) => [measure, i]));
  }

  run(lane: string, condition: string, seed: number): RunReadings {
    const key = cellKey(lane, condition, seed);
    const rows = this.cells.get(key);
    assert(rows !== undefined, `${this.experiment.id} has no run ${key}`);
    return new RunReadings(this.columns, rows);
  }

  /** The number for each seed of a condition, in their order. */
  values(lane: string, condition: Condition, of: RunValue): number[] {
    return (condition.seeds ?? this.experiment.seeds).map((seed) =>
      of(this.run(lane, condition.id, seed)),
    );
  }

  spread(lane: string, condition: Condition, of: RunValue): Spread {
    return spreadOf(this.values(lane, condition, of));
  }

  /** One lane's number by another's, seed by seed. */
  ratio(lane: string, other: string, condition: Condition, of: RunValue): Spread {
    const base = this.values(other, condition, of);
    return spreadOf(this.values(lane, condition, of).map((number, i) => number / base[i]));
  }
}
