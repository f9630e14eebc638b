import path from 'node:path';
import { ok, type Result } from '../base/result.ts';
import type { TraceEvents } from '../engine/programs/trace/events.ts';
import { eventsCsv, historyCsv } from '../engine/telemetry/csv.ts';
import { perfettoTrace } from '../engine/telemetry/perfetto.ts';
import type { Simulation } from '../engine/types.ts';
import { memoryReplayText } from '../traces/recording.ts';
import { OUTPUTS, type OutputKind, type SimArgs } from './args.ts';
import { type Io, shownPath } from './io.ts';
import type { Job } from './run.ts';

/** A file that a run leaves. */
export interface Output {
  readonly kind: OutputKind;
  readonly lane: number;
  readonly path: string;
}

/** FILE of a lane: trace.json → trace.2.json. */
export function numbered(file: string, lane: number): string {
  const { dir, name, ext } = path.parse(file);
  const own = `${name}.${lane}${ext}`;
  return dir === '' ? own : path.join(dir, own);
}

/** The files that the runs will leave, all of which can be written; says so where they are numbered. */
export function outputsOf(
  { files, recipeFile, trace }: SimArgs,
  jobs: readonly Job[],
  io: Io,
): Result<readonly Output[]> {
  const outputs: Output[] = [];
  const notes: string[] = [];
  const taken = new Map<string, string>();
  if (recipeFile !== undefined && recipeFile !== '-')
    taken.set(path.resolve(recipeFile), 'the recipe');
  if (trace !== undefined && trace.file !== '-') taken.set(path.resolve(trace.file), 'the trace');
  for (const kind of OUTPUTS) {
    const file = files[kind];
    if (file === undefined) continue;
    // Into a pipe or a device everything goes one after the other.
    const apart = jobs.length > 1 && !io.isStream(file);
    for (const { lane } of jobs) {
      const target = apart ? numbered(file, lane) : file;
      outputs.push({ kind, lane, path: target });
    }
    const own = outputs.filter((output) => output.kind === kind);
    for (const target of new Set(own.map((output) => output.path))) {
      const other = io.isStream(target) ? undefined : taken.get(path.resolve(target));
      if (other !== undefined)
        return {
          ok: false,
          error: {
            code: 'E_FILE',
            message: `--${kind} ${shownPath(target)} would overwrite ${other}.`,
          },
        };
      taken.set(path.resolve(target), `--${kind}`);
      const writable = io.tryWriting(target);
      if (!writable.ok) return writable;
    }
    if (apart)
      notes.push(
        `--${kind}: a file for each of ${jobs.length} lanes, ${shownPath(own[0].path)} to ${shownPath(own[own.length - 1].path)}.`,
      );
  }
  for (const note of notes) io.say(note);
  return ok(outputs);
}

/** What is in a file. @param calls of the run, if they are asked for */
export function contentOf(
  kind: OutputKind,
  sim: Simulation,
  name: string,
  calls: TraceEvents | undefined,
): string {
  switch (kind) {
    case 'calls':
      return calls === undefined ? '' : [...memoryReplayText(calls)].join('');
    case 'events':
      return eventsCsv(sim);
    case 'csv':
      return historyCsv(sim);
    case 'perfetto':
      return perfettoTrace(sim, name);
  }
}
