import type { Problem } from '../base/result.ts';
import { visible } from '../base/text.ts';
import { count } from '../draw/format.ts';
import { modelDef } from '../engine/allocators/index.ts';
import { reportOf } from '../engine/report.ts';
import type { Simulation } from '../engine/types.ts';
import { Recording } from '../traces/recording.ts';
import { summaryOf, type TraceSummary } from '../traces/summary.ts';
import { HELP, parseArgs, type SimArgs } from './args.ts';
import { stateOf, stateText } from './dump.ts';
import { endedOf, standing } from './ended.ts';
import { type Io, refuse, STATUS, shownPath } from './io.ts';
import { contentOf, outputsOf } from './outputs.ts';
import { listing, summaryText } from './print.ts';
import { editsLeft, type Job, jobsOf, recipeOf, runJob } from './run.ts';
import { knobsOf, readTrace, traceText } from './trace.ts';

/** Main lives as long as the run. */
const MAIN_LIFE = 0;
/** Problems of a recipe that are told one by one. */
const MOST_TOLD = 3;

/** Says what is wrong with a recipe: the first few, and how many more there are. */
function refuseAll(io: Io, problems: readonly Problem[]): number {
  for (const { message } of problems.slice(0, MOST_TOLD)) io.say(message);
  const more = problems.length - MOST_TOLD;
  if (more > 0) io.say(`And ${count(more)} more.`);
  return STATUS.badInput;
}

/** JSON in which nothing acts on a terminal either. */
const json = (value: unknown): string =>
  JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** Everything about a run, in stable order: keys are added at the end and never change. */
function lineOf(
  job: Job,
  sim: Simulation,
  wallMs: number,
  dump: boolean,
  trace: TraceSummary | undefined,
): Record<string, unknown> {
  const { ops, virtualNs, ...rest } = reportOf(sim);
  return {
    recipe: recipeOf(job, sim.status === 'running' ? sim.op : undefined),
    lane: job.lane,
    name: job.name,
    ...standing(sim),
    ops,
    virtualNs,
    wallMs,
    ...Object.fromEntries(
      Object.entries(rest).filter(([key]) => key !== 'status' && key !== 'endedBy'),
    ),
    ended: endedOf(sim),
    noun: modelDef(sim.model).noun,
    ...(dump ? stateOf(sim) : {}),
    ...(trace === undefined ? {} : { trace }),
  };
}

function print(
  job: Job,
  sim: Simulation,
  wallMs: number,
  args: SimArgs,
  trace: TraceSummary | undefined,
): string {
  if (args.json) return json(lineOf(job, sim, wallMs, args.dump, trace));
  const name = visible(job.name);
  return args.dump ? stateText(name, sim) : summaryText(name, sim, wallMs, editsLeft(job, sim));
}

/** `npm run sim`: runs recipes, presets or single settings and says what came of them. */
export function sim(argv: readonly string[], io: Io): number {
  const parsed = parseArgs(argv);
  if (!parsed.ok) return refuse(io, parsed.error.message);
  const args = parsed.value;
  if (args.help || args.list) {
    io.out(`${args.help ? HELP : listing()}\n`);
    return STATUS.done;
  }
  let trace: TraceSummary | undefined;
  let { knobs } = args;
  if (args.trace !== undefined) {
    const read = readTrace(args.trace, io);
    if (!read.ok) return refuse(io, read.error.message);
    const summary = summaryOf(read.value);
    const notes = [...summary.notes];
    trace = { ...summary, notes };
    const own = args.trace.readOnly
      ? undefined
      : knobsOf(read.value, args.trace, summary.digest, notes);
    if (!own?.ok || !args.json)
      io.out(`${args.json ? json({ trace }) : traceText(shownPath(args.trace.file), trace)}\n`);
    if (own === undefined) return STATUS.done;
    if (!own.ok) return refuse(io, own.error.message);
    // A recipe names its trace itself.
    if (args.recipeFile === undefined) knobs = { ...own.value, ...knobs };
  }
  const found = jobsOf({ ...args, knobs }, io.read);
  if (!found.ok) return refuse(io, found.error.message);
  const { jobs, problems } = found.value;
  const bad = problems.filter(({ code }) => code !== 'E_RECIPE_ENGINE');
  if (bad.length > 0) return refuseAll(io, bad);
  // Another engine is no reason not to run a recipe, but one to say so.
  for (const { message } of problems) io.say(message);
  const outputs = outputsOf(args, jobs, io);
  if (!outputs.ok) return refuse(io, outputs.error.message);

  let status: number = STATUS.done;
  for (const job of jobs) {
    const from = io.now();
    const own = outputs.value.filter(({ lane }) => lane === job.lane);
    const calls = own.some(({ kind }) => kind === 'calls') ? new Recording() : undefined;
    const run = runJob(job, args.ops, (why) => io.say(`${job.name}: ${why}`), calls);
    io.out(`${print(job, run, io.now() - from, args, trace)}\n`);
    const running = new Set(run.listThreads().flatMap((one) => (one.running ? [one.life] : [])));
    const ended = (life: number): boolean => life !== MAIN_LIFE && !running.has(life);
    for (const { kind, path } of own) {
      const written = io.write(path, contentOf(kind, run, job.name, calls?.finish(ended)));
      if (!written.ok) return refuse(io, written.error.message);
    }
    if (!args.audit) continue;
    const faults = run.audit();
    if (faults.length > 0) status = STATUS.ourFault;
    for (const fault of faults) io.say(`audit: ${fault}`);
  }
  return status;
}
