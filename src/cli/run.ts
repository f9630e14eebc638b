import { fail, ok, type Problem, type Result } from '../base/result.ts';
import { actText } from '../engine/interventions.ts';
import { type KnobValues, resolveKnobs } from '../engine/knobs/index.ts';
import { PRESETS, presetById, variantKnobs } from '../engine/presets.ts';
import { programDef } from '../engine/programs/index.ts';
import { type Edit, isActEdit } from '../engine/recipe.ts';
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
      jobs: [
        {
          lane: 0,
          name: 'A',
          preset: undefined,
          knobs: resolveKnobs(args.knobs),
          edits: inOrder(args.acts),
        },
      ],
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
    edits: inOrder(args.acts),
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
    edits: inOrder([...recipe.edits.filter((edit) => edit.lane === index), ...args.acts]),
  }));
  return ok({ jobs, problems });
}

const inOrder = (edits: readonly Edit[]): readonly Edit[] => [...edits].sort((a, b) => a.op - b.op);

/**
 * Runs a job to its end or to the operation limit, edits at their operations. A run that comes to wait for
 * the user's hand stays running, and edits beyond that are not made.
 * @param refused told of each intervention that the run refuses, in a sentence
 */
export function runJob(
  job: Job,
  ops: number | undefined,
  refused: (why: string) => void = () => {},
): Simulation {
  const sim = createSimulation(job.knobs);
  const limit = ops ?? MAX_OPS;
  for (const edit of job.edits) {
    if (edit.op >= limit) break;
    sim.advance(edit.op - sim.op);
    if (sim.status !== 'running') return sim;
    if (sim.op < edit.op) break;
    const why = isActEdit(edit) ? sim.whyNot(edit) : undefined;
    if (isActEdit(edit) && why !== undefined) refused(`${edit.op}:${actText(edit)}: ${why}`);
    applyEdit(sim, edit);
  }
  sim.advance(limit - sim.op);
  if (sim.status === 'running' && !sim.awaitsHand) sim.stopAtLimit();
  return sim;
}

/** Edits of a job that its run never came to, because it waits for the user's hand before them. */
export const editsLeft = (job: Job, sim: Simulation): number =>
  sim.awaitsHand ? job.edits.filter(({ op }) => op > sim.op).length : 0;
