import { useMemo } from 'react';
import { resolveKnobs } from '../../engine/knobs/index.ts';
import type { Recipe } from '../../engine/recipe.ts';
import { laneKnobs } from '../../engine/recipe-parse.ts';
import { scenarioById } from '../../engine/scenarios.ts';
import { presetRecipe } from '../../state/store.ts';
import { KnobPanel } from '../knobs/panel.tsx';
import { useApp, useFocused, usePerform, useUi } from './context.ts';
import { turnKnob } from './session/edits.ts';
import { copyToAll, foldEdits, resetKnobs } from './session/lanes.ts';
import { LETTERS } from './session/session.ts';

/** The knobs that the scenario gives a lane: what a reset goes back to. */
export function useBase(recipe: Recipe, focus: number) {
  const { preset, variant } = recipe;
  return useMemo(() => {
    const known = preset === undefined ? undefined : scenarioById(preset);
    return known ? laneKnobs(presetRecipe(known.id, variant), focus) : resolveKnobs();
  }, [preset, variant, focus]);
}

/** The knobs of the lane in front. */
export function KnobsSide() {
  const run = usePerform();
  const { focus, knobs, several } = useFocused();
  const recipe = useApp((state) => state.recipe);
  const open = useUi((ui) => ui.panels.knobs);
  const base = useBase(recipe, focus);
  return (
    <aside className={`left${open ? ' open' : ''}`} aria-label="Knobs">
      <KnobPanel
        knobs={knobs}
        base={base}
        lane={several ? `${LETTERS[focus]} · ${recipe.lanes[focus].name}` : undefined}
        onCopyToAll={several ? (id) => run(copyToAll, focus, id) : undefined}
        hasEdits={recipe.edits.length > 0}
        onChange={(id, value) => run(turnKnob, id, value)}
        onResetAll={() => run(resetKnobs)}
        onFold={() => run(foldEdits)}
      />
    </aside>
  );
}
