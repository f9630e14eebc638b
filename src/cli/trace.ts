import { fail, type Result } from '../base/result.ts';
import { visible } from '../base/text.ts';
import { count, percent } from '../draw/format.ts';
import { type ReadTrace, TraceReader } from '../traces/reader.ts';
import type { TraceSummary } from '../traces/summary.ts';
import type { TraceArgs } from './args.ts';
import { type Io, noFile } from './io.ts';
import { line } from './print.ts';

/** Reads the trace that the arguments name. */
export function readTrace(args: TraceArgs, io: Io): Result<ReadTrace> {
  const { file, process, member, skip, take = Number.POSITIVE_INFINITY } = args;
  const reader = new TraceReader({ stretch: { skip, take }, process, member });
  const done = io.readBytes(file, (bytes) => reader.push(bytes));
  if (!done.ok) return done;
  const read = reader.end();
  if (!read.ok) return noFile(file, read.error.message);
  if (skip > 0 && read.value.process.events.count === 0)
    return fail('E_RANGE', `--skip ${skip} leaves nothing of this trace.`);
  return read;
}

const bytes = (value: number): string => `${count(value)} B`;

/** A few lines for people. */
export function traceText(name: string, trace: TraceSummary): string {
  const { allocs, frees, remote, liveBlocks, liveBytes, lives, livesEnded } = trace;
  const share = percent(frees === 0 ? 0 : remote / frees);
  const process = trace.process === null ? '' : `, process ${trace.process}`;
  return [
    `${visible(name)}: ${trace.format}${process}, ${count(trace.events)} events`,
    line('calls', `${count(allocs)} allocations, ${count(frees)} frees, ${share} of them remote`),
    line('lives', `${count(lives)}, ${count(livesEnded)} ended`),
    line(
      'live',
      `${count(liveBlocks)} blocks at the end, ${bytes(liveBytes)}; peak ${count(trace.peakBlocks)} blocks, ${bytes(trace.peakBytes)}`,
    ),
    ...trace.notes.map((note) => line('note', visible(note))),
  ].join('\n');
}
