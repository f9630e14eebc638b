import { Suspense } from 'react';
import { KNOB_IDS } from '../../engine/knobs/index.ts';
import { isCall } from '../../engine/recipe.ts';
import { scenarioById } from '../../engine/scenarios.ts';
import { MAX_LANES } from '../../state/store.ts';
import { Boundary } from '../shell/boundary.tsx';
import { lazily } from '../shell/lazily.tsx';
import { useApp, useFocused, usePerform, useStanding, useUi } from './context.ts';
import { useBase } from './knobs-side.tsx';
import { laneWith, replayWith } from './session/lanes.ts';
import { hasEnded } from './session/session.ts';
import { copyLink } from './session/share.ts';
import { variantOf } from './texts.ts';

const LessonPanel = lazily(async () => (await import('../lessons/panel.tsx')).LessonPanel);
const BreakIt = lazily(async () => (await import('../side/break-it.tsx')).BreakIt);
const Notes = lazily(async () => (await import('../side/notes.tsx')).Notes);
const Inspector = lazily(async () => (await import('../side/inspector.tsx')).Inspector);
const AutopsyCard = lazily(async () => (await import('../side/autopsy.tsx')).AutopsyCard);
const Story = lazily(async () => (await import('../story/story.tsx')).Story);

/** What is said of the lane in front: lesson, blows, notes, inspector, autopsy and story. */
export function RightSide() {
  const run = usePerform();
  const { focus, lane, knobs } = useFocused();
  const recipe = useApp((state) => state.recipe);
  const selection = useApp((state) => state.selection);
  const lesson = useUi((ui) => ui.lesson);
  const panels = useUi((ui) => ui.panels);
  const ended = useStanding(hasEnded);
  const autopsy = useStanding((standing) => standing.autopsy);
  const base = useBase(recipe, focus);
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  const variant = variantOf(preset, recipe, focus);
  const turned =
    preset !== undefined &&
    (recipe.edits.some((edit) => !isCall(edit)) || KNOB_IDS.some((id) => knobs[id] !== base[id]));
  return (
    <aside className="right" aria-label="Story, autopsy and inspector">
      <Boundary what="This side of the page" of={recipe} onLink={() => run(copyLink)}>
        <Suspense>
          {lesson && <LessonPanel key={`${lesson.id}.${lesson.attempt}`} id={lesson.id} />}
          {panels.breakIt && <BreakIt key={focus} />}
          {panels.notes !== false && <Notes />}
        </Suspense>
        <Suspense>{selection && <Inspector selection={selection} />}</Suspense>
        <Suspense>
          {autopsy && ended && (
            <AutopsyCard
              lane={lane}
              autopsy={autopsy}
              knobs={knobs}
              of={preset?.id}
              variant={variant?.name}
              onReplay={(changes) => run(replayWith, changes)}
              onLane={
                recipe.lanes.length < MAX_LANES
                  ? (changes, name) => run(laneWith, changes, name)
                  : undefined
              }
            />
          )}
        </Suspense>
        <Suspense>
          {!lesson && preset && (
            <Story
              key={preset.id}
              lane={lane}
              id={preset.id}
              variant={variant?.name}
              knobs={knobs}
              told={knobs.model === base.model && knobs.workload === base.workload}
              turned={turned}
            />
          )}
        </Suspense>
      </Boundary>
    </aside>
  );
}
