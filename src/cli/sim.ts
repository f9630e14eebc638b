import { readFileSync, writeFileSync } from 'node:fs';
import { type KnobId, type KnobValues, knobDef } from '../engine/knobs/index.ts';
import { ENGINE_VERSION, RECIPE_SCHEMA } from '../engine/recipe.ts';
import { reportOf } from '../engine/report.ts';
import { eventsCsv, historyCsv } from '../engine/telemetry/csv.ts';
import { perfettoTrace } from '../engine/telemetry/perfetto.ts';
import { HELP, parseArgs } from './args.ts';
import { listing, summaryText } from './print.ts';
import { editsLeft, type Job, jobsOf, runJob } from './run.ts';

const BAD_INPUT = 2;
const OUR_FAULT = 1;

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(BAD_INPUT);
}

/** The recipe of one job, as a file that --recipe reads again. */
function recipeOf(job: Job): unknown {
  const changed = Object.entries(job.knobs).filter(
    ([id, value]) => knobDef(id as KnobId).default !== value,
  );
  return {
    schema: RECIPE_SCHEMA,
    engine: ENGINE_VERSION,
    ...(job.preset === undefined ? {} : { preset: job.preset }),
    knobs: Object.fromEntries(changed) as Partial<KnobValues>,
    lanes: [{ name: job.name, knobs: {} }],
    edits: job.edits,
  };
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    refuse(`${file}: it cannot be written.`);
  }
}

const args = parseArgs(process.argv.slice(2));
if (!args.ok) refuse(args.error.message);
if (args.value.help || args.value.list) {
  process.stdout.write(`${args.value.help ? HELP : listing()}\n`);
  process.exit(0);
}
const found = jobsOf(args.value, (file) => readFileSync(file, 'utf8'));
if (!found.ok) refuse(found.error.message);
if (found.value.problems.length > 0)
  refuse(found.value.problems.map(({ message }) => message).join(' '));

let faults = 0;
for (const job of found.value.jobs) {
  const from = performance.now();
  const sim = runJob(job, args.value.ops, (why) => process.stderr.write(`${job.name}: ${why}\n`));
  const wallMs = performance.now() - from;
  if (args.value.json) {
    const { status, endedBy, ops, virtualNs, ...rest } = reportOf(sim);
    const line = {
      recipe: recipeOf(job),
      lane: job.lane,
      name: job.name,
      status,
      endedBy,
      ops,
      virtualNs,
      wallMs,
      ...rest,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } else process.stdout.write(`${summaryText(job.name, sim, wallMs, editsLeft(job, sim))}\n`);
  const { eventsFile, csvFile, perfettoFile } = args.value;
  if (perfettoFile !== undefined) write(perfettoFile, perfettoTrace(sim, job.name));
  if (eventsFile !== undefined) write(eventsFile, eventsCsv(sim));
  if (csvFile !== undefined) write(csvFile, historyCsv(sim));
  if (args.value.audit) {
    for (const problem of sim.audit()) {
      faults++;
      process.stderr.write(`audit: ${problem}\n`);
    }
  }
}
process.exitCode = faults === 0 ? 0 : OUR_FAULT;
