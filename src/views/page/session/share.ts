import { fail, ok, type Result } from '../../../base/result.ts';
import { MAX_RECIPE_BYTES, type Recipe } from '../../../engine/recipe.ts';
import { isPlainObject, parseRecipe } from '../../../engine/recipe-parse.ts';
import { withView } from '../../../state/store.ts';
import { hashOf } from '../../../state/url.ts';
import { isPlaying, now, reach } from './position.ts';
import { DONE, focusOf, noticed, type Outcome, type Session, stateOf } from './session.ts';

/** The recipe with the place where the run stands and what is looked at. */
export function recipeNow(session: Session): Recipe {
  const { recipe, selection } = stateOf(session);
  const seen = withView(recipe, focusOf(session), selection);
  // A run that plays from its start does so for whoever opens its link, too.
  const placed = !isPlaying(session) || recipe.cursor !== undefined;
  return placed && now(session) > 0 ? { ...seen, cursor: reach(session) } : seen;
}

/** @param page address of the page without its hash */
export const linkNow = (
  session: Session,
  page = `${location.origin}${location.pathname}`,
): string => `${page}${hashOf(recipeNow(session))}`;

/** Puts the link on the clipboard, or on the screen where the browser forbids that. */
export async function copyLink(session: Session): Promise<Outcome> {
  const link = linkNow(session);
  try {
    await navigator.clipboard.writeText(link);
    return noticed('The link is on the clipboard.');
  } catch {
    return noticed(`This browser keeps the clipboard to itself; the link is ${link}`);
  }
}

/** The text of a file that may be a recipe, or why it is none. */
async function readText(file: File): Promise<Result<string>> {
  if (file.size > MAX_RECIPE_BYTES)
    return fail('E_FILE', 'That file is too large to be a recipe.', KEPT);
  try {
    return ok(await file.text());
  } catch {
    return fail('E_FILE', 'That cannot be read as a file.', KEPT);
  }
}
const KEPT = 'the present run';

/** Opens a recipe file. What is none gets one sentence and leaves the run as it is. */
export async function openFile(session: Session, file: File): Promise<Outcome> {
  const text = await readText(file);
  return text.ok ? openText(session, text.value) : text;
}

/** Opens the text of a recipe file. */
export function openText(session: Session, text: string): Outcome {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return fail('E_FILE', 'That file is not a recipe: it is not JSON.', KEPT);
  }
  if (!isPlainObject(raw) || raw.schema === undefined)
    return fail('E_FILE', 'That file is not a recipe: it has no schema.', KEPT);
  const { recipe, problems } = parseRecipe(raw);
  const unread = problems.find(({ code }) => code === 'E_RECIPE_VERSION');
  if (unread) return fail(unread.code, unread.message, KEPT);
  const { setUi, dismissAll, openRecipe, report } = stateOf(session);
  setUi({ overlay: undefined });
  dismissAll();
  openRecipe(recipe);
  report(problems);
  return DONE;
}
