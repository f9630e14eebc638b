import { fail } from '../../../base/result.ts';
import { presetRecipe } from '../../../state/store.ts';
import { DONE, type Outcome, type Session, stateOf } from './session.ts';

/** Opens a lesson on its scenario, standing at the start until the prediction is made. */
export async function openLesson(session: Session, id: string): Promise<Outcome> {
  const { lessonById } = await import('../../../lessons/list.ts');
  const lesson = lessonById(id);
  if (!lesson) return fail('E_PRESET', `There is no lesson ${id}.`, 'the present run');
  const { number, preset, variant, speed } = lesson;
  const { ui, setUi, openRecipe } = stateOf(session);
  const attempt = (ui.lesson?.attempt ?? 0) + 1;
  setUi({ overlay: undefined, lesson: { id, number, preset, variant, attempt }, speed });
  const opened = presetRecipe(preset, variant);
  const knobs = { ...opened.knobs, ...lesson.knobs };
  // A lesson speaks of lane A.
  openRecipe({ ...opened, knobs, cursor: 0, view: { focus: 0 } });
  return DONE;
}

export function closeLesson(session: Session): Outcome {
  stateOf(session).setUi({ lesson: undefined });
  return DONE;
}

/** Lets the run of a lesson begin, or go on, at the lesson's own speed. */
export async function playLesson(session: Session, speed: number): Promise<Outcome> {
  stateOf(session).setUi({ speed });
  await session.lockstep.play(speed);
  return DONE;
}

/** A lesson judges its own scenario: another one closes it. Knobs and lanes are the learner's. */
export function closeForeignLesson(session: Session): void {
  const { recipe, ui, setUi, notify } = stateOf(session);
  const { lesson } = ui;
  if (!lesson) return;
  const other = recipe.variant !== undefined && recipe.variant !== (lesson.variant ?? 0);
  if (recipe.preset === lesson.preset && !other) return;
  setUi({ lesson: undefined });
  notify(
    'info',
    `Lesson ${lesson.number} is closed: another scenario is open. The list of lessons leads back.`,
  );
}
