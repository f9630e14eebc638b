import { fail, ok, type Result } from '../base/result.ts';
import { visible } from '../base/text.ts';
import { count, percent } from '../draw/format.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import { MAX_CHAINS } from '../engine/programs/program.ts';
import { provideTrace } from '../engine/programs/trace/plan.ts';
import { parseKnobValue } from '../engine/recipe-parse.ts';
import { type ReadTrace, TraceReader } from '../traces/reader.ts';
import type { TraceSummary } from '../traces/summary.ts';
import type { TraceArgs } from './args.ts';
import { type Io, noFile } from './io.ts';
import { line } from './print.ts';

/** Duration of a run of a trace unless one is set: it ends with the last call. */
const LONG_SECONDS = 3600;

/**
 * Keeps a trace where programs find it.
 * @returns the knobs that run it. Fails when it has more threads at a time than a run
 */
export function knobsOf(
  read: ReadTrace,
  { file }: TraceArgs,
  digest: string,
  notes: string[],
): Result<Partial<KnobValues>> {
  const plan = provideTrace(read.process.events, digest);
  if (!plan.ok) return plan;
  const { cutShort } = plan.value;
  if (cutShort > 0)
    notes.push(
      `${count(cutShort)} threads that the trace does not end are ended after their last call: no more than ${MAX_CHAINS - 1} run at a time.`,
    );
  const name = visible(file.split(/[\\/]/).at(-1) ?? '').slice(-MOST_NAME);
  const trace = parseKnobValue('trace', `${digest} ${name}`.trim());
  return trace.ok
    ? ok({ workload: 'trace', trace: String(trace.value), seconds: LONG_SECONDS })
    : trace;
}

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

/** Characters of a file's name that a recipe keeps. */
const MOST_NAME = 80;
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
