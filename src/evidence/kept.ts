import { fail, ok, type Result } from '../base/result.ts';
import { type Cell, columnsOf, type Experiment, recipeDigest } from './experiment.ts';
import type { Rows } from './results.ts';

/** A run as it is kept: a digest of its recipe, and its readings. */
interface KeptRun {
  readonly recipe: string;
  readonly rows: Rows;
}

/**
 * Readings of all runs of an experiment, as they are kept in `fixtures/<id>.json`. They are made by
 * `npm run evidence -- --keep` and made again by the tests: a few in each run, all of them with `--deep`.
 */
interface Kept {
  /** Engine that gave them. */
  readonly engine: string;
  readonly columns: readonly string[];
  readonly readings: readonly (number | 'end')[];
  readonly runs: Readonly<Record<string, KeptRun>>;
}

/** As text: a line for each run, so that a change shows which runs it changed. */
export function keptText(
  experiment: Experiment,
  engine: string,
  cells: readonly { readonly cell: Cell; readonly rows: Rows }[],
): string {
  const runs = cells.map(
    ({ cell, rows }) =>
      `    ${JSON.stringify(cell.key)}: ${JSON.stringify({ recipe: recipeDigest(cell), rows })}`,
  );
  return `{
  "engine": ${JSON.stringify(engine)},
  "columns": ${JSON.stringify(columnsOf(experiment))},
  "readings": ${JSON.stringify(experiment.readings)},
  "runs": {
${runs.join(',\n')}
  }
}
`;
}

const isRow = (row: unknown): boolean =>
  Array.isArray(row) && row.every((number) => typeof number === 'number');

function isRun(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  const { recipe, rows } = raw as Record<string, unknown>;
  return typeof recipe === 'string' && Array.isArray(rows) && rows.every(isRow);
}

function isKept(raw: unknown): raw is Kept {
  if (typeof raw !== 'object' || raw === null) return false;
  const { engine, columns, readings, runs } = raw as Record<string, unknown>;
  return (
    typeof engine === 'string' &&
    Array.isArray(columns) &&
    Array.isArray(readings) &&
    typeof runs === 'object' &&
    runs !== null &&
    Object.values(runs).every(isRun)
  );
}

/** Reads kept readings by the keys of their cells; they must be of this experiment as it is now. */
export function parseKept(
  experiment: Experiment,
  cells: readonly Cell[],
  text: string,
): Result<ReadonlyMap<string, Rows>> {
  const stale = (why: string) =>
    fail(
      'E_FILE',
      `The kept readings of ${experiment.id} are of ${why}: npm run evidence -- --id ${experiment.id} --keep makes them again.`,
    );
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return stale('no known form');
  }
  if (!isKept(raw)) return stale('no known form');
  if (JSON.stringify(raw.columns) !== JSON.stringify(columnsOf(experiment)))
    return stale('other measures');
  if (JSON.stringify(raw.readings) !== JSON.stringify(experiment.readings))
    return stale('other lengths');
  const found = new Map<string, Rows>();
  for (const cell of cells) {
    const run = raw.runs[cell.key];
    if (run === undefined || run.recipe !== recipeDigest(cell))
      return stale(`other runs (${cell.key})`);
    found.set(cell.key, run.rows);
  }
  return found.size === Object.keys(raw.runs).length ? ok(found) : stale('more runs');
}
