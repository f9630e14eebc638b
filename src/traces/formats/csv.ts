import type { Calls } from '../calls.ts';
import { LINE, type LineFormat, type LineKind } from './format.ts';
import { type Column, columnOf, hasCalls, TableReader } from './table.ts';

const SEPARATORS = [',', '\t', ';'] as const;
const MOST_COLUMNS = 64;

/** Cells of a line; in quotes a separator is none, and two quotes are one. */
export function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator, MOST_COLUMNS);
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length && cells.length < MOST_COLUMNS; at++) {
    const letter = line[at];
    if (letter === '"') {
      if (quoted && line[at + 1] === '"') {
        cell += letter;
        at++;
      } else quoted = !quoted;
    } else if (letter === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  cells.push(cell);
  return cells;
}

/** Columns of a line of heads and what is between them; undefined: it is no such line. */
function headsOf(line: string): { separator: string; columns: (Column | undefined)[] } | undefined {
  for (const separator of SEPARATORS) {
    if (!line.includes(separator)) continue;
    const columns = cellsOf(line, separator).map(columnOf);
    if (hasCalls(new Set(columns))) return { separator, columns };
  }
  return undefined;
}

/** A table with a line of heads, after comments: `ts,tid,op,ptr,size[,old_ptr][,align]`, in any order, with tabs or semicolons too. */
class Csv extends TableReader {
  private separator = '';
  private readonly place = new Map<Column, number>();

  line(line: string, number: number): LineKind {
    if (line.trim() === '' || line.startsWith('#')) return LINE.other;
    if (this.separator === '') {
      const heads = headsOf(line);
      if (heads === undefined) return LINE.bad;
      this.separator = heads.separator;
      heads.columns.forEach((column, place) => {
        if (column !== undefined && !this.place.has(column)) this.place.set(column, place);
      });
      return LINE.other;
    }
    const cells = cellsOf(line, this.separator);
    return this.row((column) => cells[this.place.get(column) ?? -1] ?? '', number);
  }
}

export const csv: LineFormat = {
  by: 'line',
  name: 'CSV',
  threads: true,
  lacks: [],
  looks: (line) => headsOf(line) !== undefined,
  reader: (calls: Calls) => new Csv(calls),
};
