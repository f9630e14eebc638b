import { actText } from '../../engine/interventions.ts';
import {
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  knobDef,
  programsOfKnob,
} from '../../engine/knobs/index.ts';
import { programDef } from '../../engine/programs/index.ts';
import { isActEdit, type Recipe } from '../../engine/recipe.ts';
import { laneKnobs } from '../../engine/recipe-parse.ts';
import type { Scenario } from '../../engine/scenarios.ts';

/** The variant of a scenario that a lane shows. */
export const variantOf = (
  preset: Scenario | undefined,
  recipe: Recipe,
  lane: number,
): Scenario['variants'][number] | undefined =>
  preset?.variants.find(({ name }) => name === recipe.lanes[lane].name) ??
  preset?.variants[recipe.variant ?? 0];

/** An argument as a shell reads it back. */
const quotedForShell = (text: string): string =>
  /^[\w=.,:+-]*$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;

/**
 * The headless command that makes a lane's run again.
 * @param op operation at which it stops, with the digest that the run has there; 0: where it ends by itself
 */
export function simCommand(recipe: Recipe, lane: number, op: number): string {
  const changed = Object.entries(laneKnobs(recipe, lane)).filter(
    ([id, value]) => knobDef(id as KnobId).default !== value,
  );
  const sets = changed.map(([id, value]) => ` --set ${quotedForShell(`${id}=${value}`)}`).join('');
  const edits = recipe.edits
    .filter((edit) => edit.lane === lane)
    .map((edit) =>
      isActEdit(edit)
        ? ` --act ${edit.op}:${actText(edit)}`
        : ` --turn ${quotedForShell(`${edit.op}:${edit.knob}=${edit.value}`)}`,
    );
  return `npm run sim --${sets}${edits.join('')}${op > 0 ? ` --ops ${op}` : ''} --json`;
}

/** What the numbers of commandOf are; of other programs, what the program is. */
export function commandTitle({ workload }: KnobValues): string {
  const { label } = programDef(workload);
  switch (workload) {
    case 'larson':
    case 'larson-immortal':
    case 'larson-shared':
      return `${label}: seconds, sizes, chunks, rounds, seed, threads`;
    case 'pair':
    case 'wakers':
      return label;
    default:
      return `${label}, and what differs from its defaults`;
  }
}

/** The arguments one would give to larson; of other programs, what is said of them in words. */
export function commandOf(knobs: KnobValues): string {
  switch (knobs.workload) {
    case 'larson':
    case 'larson-immortal':
    case 'larson-shared':
      return `${knobs.seconds} ${knobs.minSize} ${knobs.maxSize} ${knobs.chunks} ${knobs.rounds} ${knobs.seed} ${knobs.threads}`;
    case 'pair':
      return `pair, window ${knobs.window}`;
    case 'wakers':
      return `pair, window ${knobs.window}, ${knobs.wakers} wakers every ${knobs.wakePeriod}, burst ${knobs.burst}, hold ${knobs.hold}`;
    default: {
      const changed = KNOB_IDS.filter(
        (id) => programsOfKnob(id)?.includes(knobs.workload) && knobs[id] !== knobDef(id).default,
      );
      return [knobs.workload, ...changed.map((id) => `${id} ${knobs[id]}`)].join(', ');
    }
  }
}
