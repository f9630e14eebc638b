import type { Calls } from '../calls.ts';
import { LINE, type LineFormat, type LineKind } from './format.ts';
import { type Column, columnOf, hasCalls, TableReader } from './table.ts';

/** Fields of a line that is one JSON object; undefined: it is none. Numbers keep all their digits. */
function fieldsOf(line: string): Map<Column, string> | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  let read: unknown;
  try {
    // Numbers of more digits than are exact would lose some: as texts they do not.
    read = JSON.parse(text.replace(/([[:,]\s*)(\d{16,})(?=\s*[,}\]])/g, '$1"$2"'));
  } catch {
    return undefined;
  }
  const fields = new Map<Column, string>();
  for (const [name, value] of Object.entries(read as object)) {
    const column = columnOf(name);
    if (column === undefined || fields.has(column)) continue;
    if (typeof value === 'string' || typeof value === 'number') fields.set(column, String(value));
  }
  return fields;
}

/** One JSON object a line, with the fields that a CSV has as columns. */
class JsonLines extends TableReader {
  line(line: string, number: number): LineKind {
    if (line.trim() === '' || line.startsWith('#')) return LINE.other;
    const fields = fieldsOf(line);
    return fields === undefined ? LINE.bad : this.row((column) => fields.get(column) ?? '', number);
  }
}

export const jsonLines: LineFormat = {
  by: 'line',
  name: 'JSON lines',
  threads: true,
  lacks: [],
  looks: (line) => {
    const fields = fieldsOf(line);
    return fields !== undefined && hasCalls(new Set(fields.keys()));
  },
  reader: (calls: Calls) => new JsonLines(calls),
};
