import { type KnobId, type KnobValues, knobDef } from '../../engine/knobs/index.ts';
import type { DocumentFigure, Preset, Variant } from '../../engine/presets.ts';
import type { Recipe } from '../../engine/recipe.ts';
import { laneKnobs } from '../../engine/recipe-parse.ts';

/** The variant of a scenario that a lane shows. */
export const variantOf = (
  preset: Preset | undefined,
  recipe: Recipe,
  lane: number,
): Variant | undefined =>
  preset?.variants.find(({ name }) => name === recipe.lanes[lane].name) ??
  preset?.variants[recipe.variant ?? 0];

/** Figures of documents that belong to the lanes on screen, each once. */
export function figuresOf(preset: Preset | undefined, names: readonly string[]): DocumentFigure[] {
  if (!preset) return [];
  const own = preset.variants
    .filter(({ name }) => names.includes(name))
    .flatMap(({ documentFigures }) => documentFigures ?? []);
  return [...preset.documentFigures, ...own];
}

/** The headless command that makes a lane's run again. */
export function simCommand(recipe: Recipe, lane: number, op: number): string {
  const changed = Object.entries(laneKnobs(recipe, lane)).filter(
    ([id, value]) => knobDef(id as KnobId).default !== value,
  );
  const sets = changed.map(([id, value]) => ` --set ${id}=${value}`).join('');
  const edits = recipe.edits.some((edit) => edit.lane === lane)
    ? ' # without its edits: use the recipe file'
    : '';
  return `npm run sim --${sets}${op > 0 ? ` --ops ${op}` : ''} --json${edits}`;
}

/** The arguments one would give to larson; of the pair exchange, its own in words. */
export function commandOf(knobs: KnobValues): string {
  if (knobs.workload === 'pair' || knobs.workload === 'wakers') {
    const wakers =
      knobs.workload === 'wakers'
        ? `, ${knobs.wakers} wakers every ${knobs.wakePeriod}, burst ${knobs.burst}, hold ${knobs.hold}`
        : '';
    return `pair, window ${knobs.window}${wakers}`;
  }
  return `${knobs.seconds} ${knobs.minSize} ${knobs.maxSize} ${knobs.chunks} ${knobs.rounds} ${knobs.seed} ${knobs.threads}`;
}
