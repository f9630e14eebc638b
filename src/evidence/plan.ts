import type { KnobValues } from '../engine/knobs/index.ts';
import {
  type Cell,
  cellKnobs,
  cellsOf,
  columnsOf,
  type Experiment,
  type Reading,
  recipeText,
} from './experiment.ts';
import type { Measure } from './measures.ts';
import type { Rows } from './results.ts';

/** A run that one or several cells read. */
export interface Job {
  readonly knobs: KnobValues;
  readonly readings: readonly Reading[];
  readonly columns: readonly Measure[];
  readonly cells: readonly Cell[];
  /** Rough cost in seconds of processor time, for the order of work and for budgets. */
  readonly seconds: number;
}

const END_OPS = 9e6;
/** Seconds of processor time per million operations, roughly, on a slow core. */
const SECONDS_PER_MILLION = { small: 0.15, mid: 2 };
const opsOf = (reading: Reading): number => (reading === 'end' ? END_OPS : reading);
const byLength = (a: Reading, b: Reading): number =>
  a === b ? 0 : a === 'end' ? 1 : b === 'end' ? -1 : a - b;

function costOf(knobs: KnobValues, readings: readonly Reading[]): number {
  const million = opsOf(readings[readings.length - 1]) / 1e6;
  return million * (knobs.model === 'tiny' ? SECONDS_PER_MILLION.small : SECONDS_PER_MILLION.mid);
}

/** The runs that these cells need, each once, with all that is to be read of it. */
export function planOf(cells: readonly Cell[]): Job[] {
  const byRecipe = new Map<string, Cell[]>();
  for (const cell of cells) {
    const text = recipeText(cell);
    byRecipe.set(text, [...(byRecipe.get(text) ?? []), cell]);
  }
  return [...byRecipe.values()].map((group) => {
    const knobs = cellKnobs(group[0]);
    const readings = [...new Set(group.flatMap(({ experiment }) => experiment.readings))];
    readings.sort(byLength);
    return {
      knobs,
      readings,
      columns: [...new Set(group.flatMap(({ experiment }) => columnsOf(experiment)))],
      cells: group,
      seconds: costOf(knobs, readings),
    };
  });
}

/** What a cell reads, out of all that was read of its run; of a shortened job, as far as it went. */
export function rowsFor(job: Job, cell: Cell, rows: Rows): number[][] {
  const columns = columnsOf(cell.experiment).map((measure) => job.columns.indexOf(measure));
  return cell.experiment.readings
    .filter((reading) => job.readings.includes(reading))
    .map((reading) => {
      const row = rows[job.readings.indexOf(reading)];
      return columns.map((column) => row[column]);
    });
}

/** The same job, up to its first reading alone. */
export function shortened(job: Job): Job {
  const readings = job.readings.slice(0, 1);
  return { ...job, readings, seconds: costOf(job.knobs, readings) };
}

/** All runs of these experiments. */
export const planOfAll = (experiments: readonly Experiment[]): Job[] =>
  planOf(experiments.flatMap(cellsOf));
