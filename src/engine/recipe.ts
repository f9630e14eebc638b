import { type Intervention, isHandAct } from './interventions.ts';
import type { KnobId, KnobValue, KnobValues } from './knobs/index.ts';

/**
 * The recipe is the document: everything a run is. It is the link, the bug report, the command
 * line's input file and what restarts a run after a fault. See recipe-parse.ts for reading one.
 */
export const RECIPE_SCHEMA = 3;
/** A recipe is small; a file that is larger is something else, and nobody reads it. */
export const MAX_RECIPE_BYTES = 3_000_000;
/** Changes when the engine may give other digests for the same recipe. */
export const ENGINE_VERSION = '4';

/** A knob turned at an operation. */
export interface KnobEdit {
  readonly op: number;
  readonly lane: number;
  readonly knob: KnobId;
  readonly value: KnobValue;
}
/** An intervention at an operation. */
export interface ActEdit extends Intervention {
  readonly op: number;
  readonly lane: number;
}
/** What happens to a lane during its run; edits of one operation happen in their order. */
export type Edit = KnobEdit | ActEdit;

export const isActEdit = (edit: Edit): edit is ActEdit => 'act' in edit;
/** A call by hand: it is the next operation. */
export const isCall = (edit: Edit): boolean => isActEdit(edit) && isHandAct(edit.act);

/**
 * The edits after some more were made at operation `op` of one lane: what lay ahead in that lane was
 * another future and goes. A knob turned again at the same operation takes the place of its earlier turn, a
 * call by hand that of the calls of the same operation: none of them has been carried out. Page, worker and
 * link all use this, so that they agree on what the run is.
 */
export function withEdits(
  list: readonly Edit[],
  op: number,
  lane: number,
  added: readonly Edit[],
): Edit[] {
  const again = (edit: Edit): boolean =>
    edit.op === op &&
    (isActEdit(edit)
      ? isCall(edit) && added.some(isCall)
      : added.some((next) => !isActEdit(next) && next.knob === edit.knob));
  const kept = list.filter((edit) => edit.lane !== lane || (edit.op <= op && !again(edit)));
  return [...kept, ...added];
}

/** One lane: the knobs in which it differs from the recipe's common ones; the allocator is one of them. */
export interface LaneRecipe {
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

/** A user's words, pinned to an operation or to a SuperSlab or page. Shown as text, never as markup. */
export interface Note {
  readonly op: number;
  readonly lane: number;
  /** Row it is pinned to; undefined: to the operation. */
  readonly row?: number;
  readonly text: string;
}
export const MAX_NOTES = 50;
export const MAX_NOTE_CHARS = 280;

/** What is selected in a map; finer fields only when the coarser are there. */
export interface Selection {
  readonly superslab: number;
  readonly slab?: number;
  readonly block?: number;
}

/** What the sharer looked at; no part of the run. */
export interface RecipeView {
  readonly focus?: number;
  readonly selection?: Selection;
}

export interface Recipe {
  readonly schema: typeof RECIPE_SCHEMA;
  readonly engine: string;
  /** Preset the recipe came from; its story and document figures are shown. */
  readonly preset?: string;
  /** Which variant of the preset is shown (presets that compare). */
  readonly variant?: number;
  /** Knobs common to all lanes, where they differ from default. */
  readonly knobs: Partial<KnobValues>;
  readonly lanes: readonly LaneRecipe[];
  readonly edits: readonly Edit[];
  /** Where the run stands; undefined: play from the start. */
  readonly cursor?: number;
  readonly notes?: readonly Note[];
  readonly view?: RecipeView;
}
