import { createStore } from 'zustand/vanilla';
import type { Problem } from '../base/result.ts';
import type { KnobId, KnobValue, KnobValues } from '../engine/knobs.ts';
import { presetById, variantKnobs } from '../engine/presets.ts';
import type { Recipe } from '../engine/recipe.ts';
import { defaultRecipe, withKnob } from '../engine/recipe-parse.ts';

/** What is selected in the map; finer fields only when the coarser are there. */
export interface Selection {
  readonly superslab: number;
  readonly slab?: number;
  readonly block?: number;
}

export const COLOUR_BY = ['state', 'occupancy', 'owner', 'age', 'remote', 'class'] as const;
export type ColourBy = (typeof COLOUR_BY)[number];
export const SORT_BY = ['creation', 'owner', 'occupancy', 'age'] as const;
export type SortBy = (typeof SORT_BY)[number];

export interface Notice {
  readonly id: number;
  readonly kind: 'problem' | 'info';
  readonly text: string;
  readonly kept?: string;
}

/** Intent only: what the user wants to see. Frames never enter the store. */
export interface AppState {
  readonly recipe: Recipe;
  /** Counts starts of a run: a change means "run this recipe from its start". */
  readonly run: number;
  readonly selection: Selection | undefined;
  readonly colourBy: ColourBy;
  readonly sortBy: SortBy;
  readonly notices: readonly Notice[];
  readonly announcement: string;
}

export interface AppActions {
  openRecipe(recipe: Recipe): void;
  openPreset(id: string, variant?: number): void;
  /** Starts the present recipe again with some knobs changed. */
  replayWith(knobs: Partial<KnobValues>): void;
  /** Changes a knob of the recipe's start; edits of that knob go. */
  setStartKnob(id: KnobId, value: KnobValue): void;
  resetKnobs(): void;
  addEdit(op: number, id: KnobId, value: KnobValue): void;
  /** Makes the values that the edits led to the start of a new run. */
  foldEdits(): void;
  restart(): void;
  select(selection: Selection | undefined): void;
  setColourBy(colourBy: ColourBy): void;
  setSortBy(sortBy: SortBy): void;
  notify(kind: Notice['kind'], text: string, kept?: string): void;
  report(problems: readonly Problem[]): void;
  dismiss(id: number): void;
  announce(text: string): void;
}

export type Store = ReturnType<typeof createAppStore>;

/** Recipe of a preset's variant. Unknown ids fall back to the default recipe. */
export function presetRecipe(id: string, variant = 0): Recipe {
  const preset = presetById(id);
  if (!preset) return defaultRecipe();
  const base = defaultRecipe();
  const index = Math.min(Math.max(0, variant), preset.variants.length - 1);
  return {
    ...base,
    preset: id,
    variant: index,
    knobs: variantKnobs(preset, index),
    lanes: [{ name: preset.variants[index].name, knobs: {} }],
  };
}

/** The knobs in which a recipe differs from the preset it came from. */
export function changedFromPreset(recipe: Recipe): Partial<KnobValues> {
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
  const base: Record<string, unknown> = preset ? variantKnobs(preset, recipe.variant ?? 0) : {};
  return Object.fromEntries(
    Object.entries(recipe.knobs).filter(([id, value]) => base[id] !== value),
  ) as Partial<KnobValues>;
}

const MAX_NOTICES = 6;

/** The store of the page, without React. */
export function createAppStore(initial: Recipe) {
  let nextNotice = 1;
  return createStore<AppState & AppActions>()((set, get) => ({
    recipe: initial,
    run: 0,
    selection: undefined,
    colourBy: 'state',
    sortBy: 'creation',
    notices: [],
    announcement: '',
    openRecipe: (recipe) => set({ recipe, run: get().run + 1, selection: undefined }),
    openPreset: (id, variant = 0) => get().openRecipe(presetRecipe(id, variant)),
    replayWith: (knobs) => {
      const folded = fold(get().recipe);
      let recipe = folded;
      for (const [id, value] of Object.entries(knobs))
        recipe = withKnob(recipe, id as KnobId, value);
      get().openRecipe(recipe);
    },
    setStartKnob: (id, value) => {
      const { recipe } = get();
      const edits = recipe.edits.filter((edit) => edit.knob !== id);
      get().openRecipe({ ...withKnob(recipe, id, value), edits });
    },
    resetKnobs: () => {
      const { recipe } = get();
      get().openRecipe(
        recipe.preset === undefined ? defaultRecipe() : presetRecipe(recipe.preset, recipe.variant),
      );
    },
    addEdit: (op, knob, value) => {
      const { recipe } = get();
      const edits = recipe.edits.filter((edit) => edit.op !== op || edit.knob !== knob);
      set({ recipe: { ...recipe, edits: [...edits, { op, lane: 0, knob, value }] } });
    },
    foldEdits: () => get().openRecipe(fold(get().recipe)),
    restart: () => set({ run: get().run + 1, selection: undefined }),
    select: (selection) => set({ selection }),
    setColourBy: (colourBy) => set({ colourBy }),
    setSortBy: (sortBy) => set({ sortBy }),
    notify: (kind, text, kept) => {
      const notice = { id: nextNotice++, kind, text, ...(kept === undefined ? {} : { kept }) };
      set({
        notices: [...get().notices.filter((n) => n.text !== text), notice].slice(-MAX_NOTICES),
      });
    },
    report: (problems) => {
      for (const { message, kept } of problems) get().notify('problem', message, kept);
    },
    dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
    announce: (announcement) => set({ announcement }),
  }));
}

/** Turns edits into knobs of the start. */
function fold(recipe: Recipe): Recipe {
  let folded: Recipe = { ...recipe, edits: [] };
  for (const edit of recipe.edits) folded = withKnob(folded, edit.knob, edit.value);
  const { cursor: _cursor, ...rest } = folded;
  return rest;
}

/** Values now in force: the start's knobs, then the edits. */
export function knobsInForce(recipe: Recipe): Partial<KnobValues> {
  return fold(recipe).knobs;
}
