import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { PRESETS, presetById, variantKnobs } from '../engine/presets.ts';
import { programDef } from '../engine/programs/index.ts';
import type { Edit } from '../engine/recipe.ts';
import { laneKnobs, MAX_OPS, nearest, parseRecipe, quoted } from '../engine/recipe-parse.ts';
import { createSimulation } from '../engine/simulation.ts';
import { applyEdit } from '../engine/timeline.ts';
import type { Simulation } from '../engine/types.ts';
import type { SimArgs } from './args.ts';

/** One run to be made. */
export interface Job {
  readonly lane: number;
  readonly name: string;
  readonly preset: string | undefined;
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
}

/** What the arguments ask for. `readFile` is given so that this stays free of the file system. */
export function jobsOf(
  args: SimArgs,
  readFile: (path: string) => string,
): Result<{ jobs: Job[]; problems: Problem[] }> {
  const jobs =
    args.recipeFile === undefined ? presetJobs(args) : recipeJobs(args, args.recipeFile, readFile);
  if (!jobs.ok) return jobs;
  for (const { knobs } of jobs.value.jobs) {
    const misfit = programDef(knobs.workload).misfit?.(knobs);
    if (misfit !== undefined) return fail('E_RANGE', misfit.message);
  }
  return jobs;
}

function presetJobs(args: SimArgs): Result<{ jobs: Job[]; problems: Problem[] }> {
  if (args.preset === undefined) {
    return ok({
      jobs: [{ lane: 0, name: 'A', preset: undefined, knobs: resolveKnobs(args.knobs), edits: [] }],
      problems: [],
    });
  }
  const preset = presetById(args.preset);
  if (!preset) {
    const near = nearest(
      args.preset,
      PRESETS.map(({ id }) => id),
    );
    return fail(
      'E_PRESET',
      `There is no preset ${quoted(args.preset)}${near ? `; did you mean ${near}?` : ' (see --list).'}`,
    );
  }
  const all = preset.variants.map((variant, lane) => ({
    lane,
    name: variant.name,
    preset: preset.id,
    knobs: resolveKnobs(variantKnobs(preset, lane), args.knobs),
    edits: [],
  }));
  if (args.variant === undefined) return ok({ jobs: all, problems: [] });
  const chosen = all.filter(
    ({ lane, name }) => String(lane) === args.variant || name === args.variant,
  );
  if (chosen.length > 0) return ok({ jobs: chosen, problems: [] });
  return fail(
    'E_PRESET',
    `${preset.id} has no variant ${quoted(args.variant)}: ${all.map(({ name }) => name).join(', ')}.`,
  );
}

function recipeJobs(
  args: SimArgs,
  file: string,
  readFile: (path: string) => string,
): Result<{ jobs: Job[]; problems: Problem[] }> {
  let raw: unknown;
  try {
    raw = JSON.parse(readFile(file));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be opened';
    return fail('E_FILE', `${file}: ${why}.`);
  }
  const { recipe, problems } = parseRecipe(raw);
  const jobs = recipe.lanes.map((lane, index) => ({
    lane: index,
    name: lane.name,
    preset: recipe.preset,
    knobs: resolveKnobs(laneKnobs(recipe, index), args.knobs),
    edits: recipe.edits.filter((edit) => edit.lane === index),
  }));
  return ok({ jobs, problems });
}

/** Runs a job to its end or to the operation limit, edits at their operations. */
export function runJob(job: Job, ops: number | undefined): Simulation {
  const sim = createSimulation(job.knobs);
  const limit = ops ?? MAX_OPS;
  for (const edit of job.edits) {
    if (edit.op >= limit) break;
    sim.advance(edit.op - sim.op);
    if (sim.status !== 'running') return sim;
    applyEdit(sim, edit);
  }
  sim.advance(limit - sim.op);
  if (sim.status === 'running') sim.stopAtLimit();
  return sim;
}
