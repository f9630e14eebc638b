import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ENGINE_VERSION } from '../engine/recipe.ts';
import { type Cell, cellsOf, type Experiment } from '../evidence/experiment.ts';
import { keptText, parseKept } from '../evidence/kept.ts';
import { EXPERIMENTS, experimentById } from '../evidence/list.ts';
import { withTable } from '../evidence/page.ts';
import { type Job, planOfAll, rowsFor, shortened } from '../evidence/plan.ts';
import { verdictText } from '../evidence/print.ts';
import type { Rows } from '../evidence/results.ts';
import { runJob } from '../evidence/run.ts';
import { type Verdict, verdictOf } from '../evidence/verdict.ts';
import { type EvidenceArgs, HELP, parseEvidenceArgs } from './evidence-args.ts';
import { BadInput, type Io, STATUS } from './io.ts';
import { runCommand } from './node.ts';

const FIXTURES = 'src/evidence/fixtures';
const PAGE = 'docs/evidence.md';

const fixture = ({ id }: Experiment): string => path.join(FIXTURES, `${id}.json`);

function refuse(message: string): never {
  throw new BadInput(message);
}

/** Jobs that a call makes: those of the experiments, whole or up to their first reading. */
const jobsOf = (experiments: readonly Experiment[], whole: boolean): Job[] => {
  const jobs = planOfAll(experiments);
  return whole ? jobs : jobs.map(shortened);
};

/** What a worker is told, and what it answers. */
interface Orders {
  readonly ids: readonly string[];
  readonly whole: boolean;
}
interface Answer {
  readonly job: number;
  readonly rows: number[][];
}

function chosen(ids: readonly string[]): Experiment[] {
  return ids.length === 0
    ? [...EXPERIMENTS]
    : ids.map((id) => experimentById(id) ?? refuse(`There is no experiment ${id}.`));
}

/** A worker: makes the runs whose numbers it is sent, one after the other. */
function serve({ ids, whole }: Orders): void {
  const jobs = jobsOf(chosen(ids), whole);
  parentPort?.on('message', (job: number) => {
    const answer: Answer = { job, rows: runJob(jobs[job]) };
    parentPort?.postMessage(answer);
  });
}

/** Makes the runs of these numbers on several threads, the longest first. */
function runAll(
  orders: Orders,
  jobs: readonly Job[],
  numbers: readonly number[],
  threads: number,
): Promise<Map<number, Rows>> {
  const waiting = [...numbers].sort((a, b) => jobs[a].seconds - jobs[b].seconds);
  const found = new Map<number, Rows>();
  const total = waiting.length;
  return new Promise((resolve, reject) => {
    if (total === 0) resolve(found);
    for (let i = 0; i < Math.min(threads, total); i++) {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: orders });
      const next = (): void => {
        const job = waiting.pop();
        if (job === undefined) void worker.terminate();
        else worker.postMessage(job);
      };
      worker.on('error', reject);
      worker.on('message', ({ job, rows }: Answer) => {
        found.set(job, rows);
        if (process.stderr.isTTY) process.stderr.write(`\r${found.size} of ${total} runs`);
        if (found.size === total) {
          if (process.stderr.isTTY) process.stderr.write('\n');
          resolve(found);
        }
        next();
      });
      next();
    }
  });
}

/** Readings as they are kept, by experiment. */
function readKept(experiment: Experiment, cells: readonly Cell[]): ReadonlyMap<string, Rows> {
  let text: string;
  try {
    text = readFileSync(fixture(experiment), 'utf8');
  } catch {
    refuse(`${experiment.id} was never run: npm run evidence -- --id ${experiment.id} --keep`);
  }
  const kept = parseKept(experiment, cells, text);
  return kept.ok ? kept.value : refuse(kept.error.message);
}

/** All runs anew, experiment by experiment, and what they say; `say` hears each verdict as soon as it is there. */
async function deep(
  args: EvidenceArgs,
  experiments: readonly Experiment[],
  say: (verdict: Verdict) => void,
): Promise<void> {
  const orders: Orders = { ids: args.ids, whole: true };
  const jobs = jobsOf(experiments, true);
  const rows = new Map<string, Rows>();
  const nameOf = ({ experiment, key }: Cell): string => `${experiment.id} ${key}`;
  for (const experiment of experiments) {
    const numbers = [...jobs.keys()].filter((i) =>
      jobs[i].cells.some((cell) => cell.experiment === experiment && !rows.has(nameOf(cell))),
    );
    const found = await runAll(orders, jobs, numbers, args.jobs ?? threadsHere());
    for (const [i, read] of found)
      for (const cell of jobs[i].cells) rows.set(nameOf(cell), rowsFor(jobs[i], cell, read));
    const cells = cellsOf(experiment).map((cell) => ({ cell, rows: rows.get(nameOf(cell)) ?? [] }));
    if (args.keep) {
      mkdirSync(FIXTURES, { recursive: true });
      writeFileSync(fixture(experiment), keptText(experiment, ENGINE_VERSION, cells));
    }
    say(verdictOf(experiment, new Map(cells.map(({ cell, rows: of }) => [cell.key, of]))));
  }
}

const threadsHere = (): number => Math.max(1, availableParallelism() - 1);

/** What kept readings say, after the cheapest run of each experiment was made again. */
async function fast(
  args: EvidenceArgs,
  experiments: readonly Experiment[],
  say: (verdict: Verdict) => void,
  stale: (line: string) => void,
): Promise<void> {
  const jobs = jobsOf(experiments, false);
  const kept = new Map(experiments.map((one) => [one.id, readKept(one, cellsOf(one))]));
  const first = new Map<string, number>();
  jobs.forEach((job, i) => {
    for (const { experiment } of job.cells) {
      const before = first.get(experiment.id);
      if (before === undefined || jobs[before].seconds > job.seconds) first.set(experiment.id, i);
    }
  });
  const numbers = [...new Set(first.values())];
  const found = await runAll({ ids: args.ids, whole: false }, jobs, numbers, args.jobs ?? 1);
  for (const number of numbers) {
    const job = jobs[number];
    for (const cell of job.cells) {
      const [before] = kept.get(cell.experiment.id)?.get(cell.key) ?? [];
      if (cell.experiment.readings[0] !== job.readings[0]) continue;
      const [now] = rowsFor(job, cell, found.get(number) ?? []);
      if (JSON.stringify(now) === JSON.stringify(before)) continue;
      stale(
        `${cell.experiment.id}: ${cell.key} gives ${now.join(', ')}, kept is ${before?.join(', ')}. --keep keeps what is so now.`,
      );
    }
  }
  for (const one of experiments) say(verdictOf(one, kept.get(one.id) ?? new Map()));
}

/** `npm run evidence`: what holds of what we say. */
async function evidence(argv: readonly string[], io: Io): Promise<number> {
  const parsed = parseEvidenceArgs(argv);
  if (!parsed.ok) refuse(parsed.error.message);
  const args = parsed.value;
  if (args.help) {
    io.out(`${HELP}\n`);
    return STATUS.done;
  }
  let status: number = STATUS.done;
  const stale = (line: string): void => {
    status = STATUS.ourFault;
    io.say(line);
  };
  const experiments = chosen(args.ids);
  const say = (verdict: Verdict): void => {
    io.out(
      args.json
        ? `${JSON.stringify({ engine: ENGINE_VERSION, ...verdict })}\n`
        : `${verdictText(verdict, args.ids.length > 0, args.figures)}\n\n`,
    );
    if ((verdict.outcome === 'holds') === verdict.withdrawn) status = STATUS.ourFault;
  };
  if (args.deep) await deep(args, experiments, say);
  else await fast(args, experiments, say, stale);
  if (args.keep) {
    const all = EXPERIMENTS.map((one) => verdictOf(one, readKept(one, cellsOf(one))));
    writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), all));
  }
  return status;
}

if (isMainThread) await runCommand(evidence);
else serve(workerData as Orders);
