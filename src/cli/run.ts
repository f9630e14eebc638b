import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { actText } from '../engine/interventions.ts';
import { type KnobId, type KnobValues, knobDef, resolveKnobs } from '../engine/knobs/index.ts';
import { presetById, variantKnobs } from '../engine/presets.ts';
import { programDef } from '../engine/programs/index.ts';
import type { CallSink } from '../engine/programs/program.ts';
import {
  type Edit,
  ENGINE_VERSION,
  isActEdit,
  MAX_RECIPE_BYTES,
  RECIPE_SCHEMA,
  type Recipe,
} from '../engine/recipe.ts';
import {
  isPlainObject,
  laneKnobs,
  MAX_OPS,
  noPreset,
  parseRecipe,
  quoted,
} from '../engine/recipe-parse.ts';
import { recorderTo } from '../engine/run/recorder.ts';
import { createSimulation } from '../engine/simulation.ts';
import { applyEdit } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import type { SimArgs } from './args.ts';
import { type Io, noFile } from './io.ts';

/** One run to be made. */
export interface Job {
  /** Its number among the lanes or variants, from 0. */
  readonly lane: number;
  readonly name: string;
  readonly preset: string | undefined;
  readonly variant: number | undefined;
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
}

/** Runs that are asked for, and what could not be read of them. */
export interface Jobs {
  readonly jobs: readonly Job[];
  readonly problems: readonly Problem[];
}

/** What the arguments ask for. */
export function jobsOf(args: SimArgs, read: Io['read']): Result<Jobs> {
  const found =
    args.recipeFile === undefined ? presetJobs(args) : recipeJobs(args, args.recipeFile, read);
  if (!found.ok) return found;
  const jobs: Job[] = [];
  for (const job of found.value.jobs) {
    const misfit = programDef(job.knobs.workload).misfit?.(job.knobs);
    if (misfit !== undefined) return fail('E_RANGE', misfit.message);
    const unlimited = withRoom(job, args);
    if (!unlimited.ok) return unlimited;
    jobs.push(unlimited.value);
  }
  return ok({ ...found.value, jobs });
}

/** A limit of a preset or recipe gives way to what the command line asks for; two of the command line's are a contradiction. */
function withRoom(job: Job, { ops, opsFrom, knobs }: SimArgs): Result<Job> {
  const { opLimit } = job.knobs;
  if (ops === undefined || opLimit === 0 || ops <= opLimit) return ok(job);
  if (knobs.opLimit !== undefined)
    return fail(
      'E_RANGE',
      `${opsFrom} ${ops} is beyond --set opLimit=${opLimit}, where the run ends: leave one of them out.`,
    );
  return ok({ ...job, knobs: { ...job.knobs, opLimit: 0 } });
}

function presetJobs(args: SimArgs): Result<Jobs> {
  if (args.preset === undefined) {
    const job: Job = {
      lane: 0,
      name: 'A',
      preset: undefined,
      variant: undefined,
      knobs: resolveKnobs(args.knobs),
      edits: inOrder(args.edits),
    };
    return ok({ jobs: [job], problems: [] });
  }
  const preset = presetById(args.preset);
  if (!preset) return { ok: false, error: noPreset(args.preset) };
  const all = preset.variants.map((variant, lane) => ({
    lane,
    name: variant.name,
    preset: preset.id,
    variant: lane,
    knobs: resolveKnobs(variantKnobs(preset, lane), args.knobs),
    edits: inOrder(args.edits),
  }));
  const { variant } = args;
  if (variant === undefined) return ok({ jobs: all, problems: [] });
  const chosen = all.filter(({ lane, name }) => String(lane) === variant || name === variant);
  if (chosen.length > 0) return ok({ jobs: chosen, problems: [] });
  return fail(
    'E_PRESET',
    `${preset.id} has no variant ${quoted(variant)}: it has 0 to ${all.length - 1} (their names: --list).`,
  );
}

function recipeJobs(args: SimArgs, file: string, read: Io['read']): Result<Jobs> {
  const text = read(file, MAX_RECIPE_BYTES);
  if (!text.ok) return text;
  if (text.value.trim() === '') return noFile(file, 'it is empty');
  let raw: unknown;
  try {
    raw = JSON.parse(text.value);
  } catch {
    return noFile(file, 'it is not JSON');
  }
  if (!isPlainObject(raw)) return noFile(file, 'it is not a recipe');
  const { recipe, problems } = parseRecipe(raw);
  const jobs = recipe.lanes.map((lane, index) => ({
    lane: index,
    name: lane.name,
    preset: recipe.preset,
    variant: recipe.variant,
    knobs: resolveKnobs(laneKnobs(recipe, index), args.knobs),
    edits: inOrder([...recipe.edits.filter((edit) => edit.lane === index), ...args.edits]),
  }));
  return ok({ jobs, problems });
}

const inOrder = (edits: readonly Edit[]): readonly Edit[] => [...edits].sort((a, b) => a.op - b.op);

/**
 * Runs a job to its end, or until it stands at operation `ops`, with the edits of that operation made: the
 * very run that a page shows which was brought there. A run that comes to wait for the user's hand stays
 * there, and edits beyond that are not made.
 * @param refused told of each intervention that the run refuses, in a sentence
 * @param calls told of the calls that the program makes
 */
export function runJob(
  job: Job,
  ops: number | undefined,
  refused: (why: string) => void = () => {},
  calls?: CallSink,
): Simulation {
  const sim = createSimulation(job.knobs, { recorder: calls && recorderTo(calls) });
  const limit = ops ?? MAX_OPS;
  for (let next = 0; ; ) {
    for (; next < job.edits.length && job.edits[next].op <= sim.op; next++) {
      const edit = job.edits[next];
      const why = isActEdit(edit) ? sim.whyNot(edit) : undefined;
      if (isActEdit(edit) && why !== undefined) refused(`${edit.op}:${actText(edit)}: ${why}`);
      applyEdit(sim, edit);
    }
    const until = Math.min(limit, job.edits[next]?.op ?? Infinity);
    if (sim.status !== 'running' || sim.op >= until) return sim;
    sim.advance(until - sim.op);
    // It ended on the way, or waits.
    if (sim.op < until) return sim;
  }
}

/** Edits of a job that its run never came to, because it waits for the user's hand before them. */
export const editsLeft = (job: Job, sim: Simulation): number =>
  sim.awaitsHand ? job.edits.filter(({ op }) => op > sim.op).length : 0;

/** The recipe of one job, as a file that --recipe and the page read again. */
export function recipeOf(job: Job, stoodAt: number | undefined): Recipe {
  const changed = Object.entries(job.knobs).filter(
    ([id, value]) => knobDef(id as KnobId).default !== value,
  );
  return {
    schema: RECIPE_SCHEMA,
    engine: ENGINE_VERSION,
    ...(job.preset === undefined ? {} : { preset: job.preset }),
    ...(job.variant === undefined ? {} : { variant: job.variant }),
    knobs: Object.fromEntries(changed) as Partial<KnobValues>,
    lanes: [{ name: job.name, knobs: {} }],
    // It is the only lane of its recipe.
    edits: job.edits.map((edit) => ({ ...edit, lane: 0 })),
    ...(stoodAt === undefined ? {} : { cursor: stoodAt }),
  };
}
