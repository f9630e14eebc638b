import { csv } from './csv.ts';
import type { LineFormat, TextFormat, TraceFormat } from './format.ts';
import { heaptrack } from './heaptrack.ts';
import { jemalloc } from './jemalloc.ts';
import { jsonLines } from './jsonl.ts';
import { logalloc } from './logalloc.ts';
import { ltrace } from './ltrace.ts';
import { lttng } from './lttng.ts';
import { memoryReplay } from './memory-replay.ts';
import { mtrace } from './mtrace.ts';
import { rep } from './rep.ts';

const BY_LINE: readonly LineFormat[] = [
  memoryReplay,
  logalloc,
  lttng,
  ltrace,
  heaptrack,
  mtrace,
  csv,
  jsonLines,
  rep,
];
const BY_TEXT: readonly TextFormat[] = [jemalloc];

/** Published names of all formats that are read. */
export const FORMAT_NAMES: readonly string[] = [...BY_LINE, ...BY_TEXT].map(({ name }) => name);

/** Which format a text is in, by how it begins; undefined: none that is read. */
export function formatOf(head: string): TraceFormat | undefined {
  for (const format of BY_TEXT) if (format.begins(head)) return format;
  const votes = new Map<LineFormat, number>();
  for (const line of head.split(/\r?\n/)) {
    const format = BY_LINE.find(({ looks }) => looks(line));
    if (format !== undefined) votes.set(format, (votes.get(format) ?? 0) + 1);
    // What begins a file says more than what follows: heads of tables and of heaptrack come once.
    if (format === csv || format === heaptrack) return format;
  }
  let best: LineFormat | undefined;
  for (const [format, count] of votes)
    if (best === undefined || count > (votes.get(best) ?? 0)) best = format;
  return best;
}
