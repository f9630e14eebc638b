import { createStore } from 'zustand/vanilla';
import type { Problem } from '../base/result.ts';
import { clip } from '../base/text.ts';
import { type KnobId, type KnobValue, type KnobValues, knobDef } from '../engine/knobs/index.ts';
import {
  type Edit,
  isActEdit,
  MAX_NOTES,
  type Note,
  type Recipe,
  type Selection,
  withEdits,
} from '../engine/recipe.ts';
import { defaultRecipe, laneKnobs, withKnob } from '../engine/recipe-parse.ts';
import { scenarioById, variantKnobs } from '../engine/scenarios.ts';
import { type BranchTree, childOf, grow, nameOf, parentOf, rootTree } from './branches.ts';
import { initialUi, type Panels, type Ui } from './ui.ts';

export type { Selection } from '../engine/recipe.ts';

export const COLOUR_BY = ['state', 'occupancy', 'owner', 'age', 'remote', 'class'] as const;
export type ColourBy = (typeof COLOUR_BY)[number];
export const SORT_BY = ['creation', 'owner', 'occupancy', 'age'] as const;
export type SortBy = (typeof SORT_BY)[number];

/** What comparisons put under each other. */
export const ALIGN_BY = ['op', 'ns', 'adoption', 'oom'] as const;
export type AlignBy = (typeof ALIGN_BY)[number];
export const MAX_LANES = 4;

export interface Notice {
  readonly id: number;
  readonly kind: 'problem' | 'info';
  readonly text: string;
  readonly kept?: string;
  /** What can be pressed for it. */
  readonly action?: 'reload';
}

/** Intent only: what the user wants to see. Frames never enter the store. */
export interface AppState {
  readonly recipe: Recipe;
  /** Counts starts of a run: a change means "run this recipe from its start". */
  readonly run: number;
  /** Counts recipes that were opened in place of another: what was meant for the one before is not for this one. */
  readonly opened: number;
  readonly selection: Selection | undefined;
  readonly colourBy: ColourBy;
  readonly sortBy: SortBy;
  /** Lane that knobs, inspector and story speak of. */
  readonly focus: number;
  readonly alignBy: AlignBy;
  /** Every future this recipe has had, and which one it is in. */
  readonly tree: BranchTree;
  readonly notices: readonly Notice[];
  readonly announcement: string;
  readonly ui: Ui;
}

export interface AppActions {
  /** Another recipe in place of the present one. */
  openRecipe(recipe: Recipe): void;
  /** Starts a run of the recipe as it has become. */
  goOnWith(recipe: Recipe): void;
  openPreset(id: string, variant?: number): void;
  /** Starts the present recipe again with some knobs changed. */
  replayWith(knobs: Partial<KnobValues>): void;
  /** Changes a knob of the recipe's start; edits of that knob go. */
  setStartKnob(id: KnobId, value: KnobValue): void;
  resetKnobs(): void;
  /** The same for one lane only. */
  setLaneKnob(lane: number, id: KnobId, value: KnobValue): void;
  /** The same for all lanes at once. */
  setAllLanes(id: KnobId, value: KnobValue): void;
  /** Gives every lane this lane's value of a knob. */
  copyToAll(lane: number, id: KnobId): void;
  /** Another lane with the knobs of this one, and changes; it joins at operation `at`. */
  duplicateLane(lane: number, at: number, changes?: Partial<KnobValues>, name?: string): void;
  removeLane(lane: number, at: number): void;
  renameLane(lane: number, name: string): void;
  /** Exchanges a lane with its right neighbour. */
  moveLane(lane: number, at: number): void;
  /** Back to the future before the latest change; the run is brought to operation `at`. */
  undo(at: number): void;
  redo(at: number): void;
  goToBranch(id: number, at: number): void;
  /** Opens a branch as one more lane. */
  branchAsLane(id: number, at: number): void;
  focusOn(lane: number): void;
  setAlignBy(alignBy: AlignBy): void;
  addEdit(op: number, id: KnobId, value: KnobValue, lane?: number): void;
  /** Notes edits that the lanes have made, each at its operation. */
  addEdits(edits: readonly Edit[]): void;
  addNote(note: Note): void;
  removeNote(index: number): void;
  /** Makes the values that the edits led to the start of a new run. */
  foldEdits(): void;
  /** Notes where the run was brought to, for the link; nothing runs anew. */
  setCursor(op: number): void;
  restart(): void;
  select(selection: Selection | undefined): void;
  setColourBy(colourBy: ColourBy): void;
  setSortBy(sortBy: SortBy): void;
  notify(kind: Notice['kind'], text: string, kept?: string, action?: Notice['action']): void;
  report(problems: readonly Problem[]): void;
  dismiss(id: number): void;
  dismissAll(): void;
  announce(text: string): void;
  setUi(changes: Partial<Ui>): void;
  setPanels(changes: Partial<Panels>): void;
}

export type Store = ReturnType<typeof createAppStore>;

/**
 * Recipe of a preset: its variants side by side, or one of them alone.
 * @param variant index of the one to show; undefined: as the preset says. Unknown ids fall back to the default recipe.
 */
export function presetRecipe(id: string, variant?: number): Recipe {
  const preset = scenarioById(id);
  if (!preset) return defaultRecipe();
  const base = defaultRecipe();
  if (variant === undefined && preset.lanes !== undefined) {
    return {
      ...base,
      preset: id,
      knobs: preset.knobs,
      lanes: preset.lanes.map((index) => ({
        name: preset.variants[index].name,
        knobs: preset.variants[index].knobs,
      })),
    };
  }
  const index = Math.min(Math.max(0, variant ?? 0), preset.variants.length - 1);
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
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  const base: Record<string, unknown> = preset ? presetRecipe(preset.id, recipe.variant).knobs : {};
  return Object.fromEntries(
    Object.entries(recipe.knobs).filter(([id, value]) => base[id] !== value),
  ) as Partial<KnobValues>;
}

const MAX_NOTICES = 6;

/**
 * The store of the page, without React.
 * @param ui what differs from a page that has just been opened
 */
export function createAppStore({ view, ...initial }: Recipe, ui: Partial<Ui> = {}) {
  let nextNotice = 1;
  const store = createStore<AppState & AppActions>()((set, get) => ({
    recipe: initial,
    run: 0,
    opened: 0,
    selection: view?.selection,
    colourBy: 'state',
    sortBy: 'creation',
    focus: Math.min(view?.focus ?? 0, initial.lanes.length - 1),
    alignBy: 'op',
    tree: rootTree(initial),
    notices: [],
    announcement: '',
    ui: withNotes(initialUi(ui), initial),
    openRecipe: (recipe) => {
      set({ opened: get().opened + 1 });
      get().goOnWith(recipe);
    },
    goOnWith: ({ view, ...recipe }) =>
      set({
        // What was said of another scenario would be false of this one.
        ...(recipe.preset === get().recipe.preset
          ? {}
          : { notices: get().notices.filter(({ action }) => action !== undefined) }),
        recipe,
        run: get().run + 1,
        selection: view?.selection,
        focus: Math.min(view?.focus ?? get().focus, recipe.lanes.length - 1),
        ui: withNotes(get().ui, recipe),
      }),
    openPreset: (id, variant) => get().openRecipe(presetRecipe(id, variant)),
    replayWith: (knobs) => {
      const folded = fold(get().recipe);
      let recipe = folded;
      for (const [id, value] of Object.entries(knobs))
        recipe = withKnob(recipe, id as KnobId, value);
      get().goOnWith(recipe);
    },
    setStartKnob: (id, value) => {
      const { recipe } = get();
      const edits = recipe.edits.filter((edit) => !turns(edit, id));
      get().goOnWith({ ...withKnob(recipe, id, value), edits });
    },
    resetKnobs: () => {
      const { recipe } = get();
      get().goOnWith(
        recipe.preset === undefined ? defaultRecipe() : presetRecipe(recipe.preset, recipe.variant),
      );
    },
    setLaneKnob: (lane, id, value) => {
      const { recipe } = get();
      const common = recipe.knobs[id] ?? knobDef(id).default;
      const lanes = recipe.lanes.map((entry, i) => {
        if (i !== lane) return entry;
        const { [id]: _old, ...rest } = entry.knobs;
        return { ...entry, knobs: common === value ? rest : { ...rest, [id]: value } };
      });
      const edits = recipe.edits.filter((edit) => !turns(edit, id) || edit.lane !== lane);
      get().goOnWith(anew({ ...recipe, lanes, edits }));
    },
    copyToAll: (lane, id) => get().setAllLanes(id, laneKnobs(get().recipe, lane)[id]),
    setAllLanes: (id, value) => {
      const { recipe } = get();
      const edits = recipe.edits.filter((edit) => !turns(edit, id));
      get().goOnWith(anew({ ...withKnob(recipe, id, value), edits }));
    },
    duplicateLane: (lane, at, changes = {}, name) => {
      const { recipe } = get();
      const from = recipe.lanes[lane];
      if (!from || recipe.lanes.length >= MAX_LANES) return;
      const copy = { name: name ?? `${from.name}, copy`, knobs: { ...from.knobs, ...changes } };
      const lanes = [...recipe.lanes, copy];
      const edits = recipe.edits
        .filter(
          (edit) => edit.lane === lane && (isActEdit(edit) || changes[edit.knob] === undefined),
        )
        .map((edit) => ({ ...edit, lane: lanes.length - 1 }));
      const { variant: _variant, ...rest } = recipe;
      get().goOnWith(placed({ ...rest, lanes, edits: [...recipe.edits, ...edits] }, at));
      set({ focus: lanes.length - 1 });
    },
    removeLane: (lane, at) => {
      const { recipe, focus } = get();
      if (recipe.lanes.length < 2) return;
      const lanes = recipe.lanes.filter((_, i) => i !== lane);
      const edits = recipe.edits
        .filter((edit) => edit.lane !== lane)
        .map((edit) => (edit.lane > lane ? { ...edit, lane: edit.lane - 1 } : edit));
      const notes = notesBy(recipe, (on) => (on === lane ? undefined : on > lane ? on - 1 : on));
      set({ focus: focus > lane ? focus - 1 : Math.min(focus, lanes.length - 1) });
      get().goOnWith(placed({ ...recipe, ...notes, lanes, edits }, at));
    },
    renameLane: (lane, name) => {
      const { recipe } = get();
      const lanes = recipe.lanes.map((entry, i) =>
        i === lane && name.trim() !== '' ? { ...entry, name: clip(name.trim(), 60) } : entry,
      );
      set({ recipe: { ...recipe, lanes } });
    },
    moveLane: (lane, at) => {
      const { recipe, focus } = get();
      const to = lane + 1;
      if (to >= recipe.lanes.length) return;
      const lanes = [...recipe.lanes];
      [lanes[lane], lanes[to]] = [lanes[to], lanes[lane]];
      const swap = (i: number): number => (i === lane ? to : i === to ? lane : i);
      set({ focus: swap(focus) });
      get().goOnWith(
        placed(
          {
            ...recipe,
            ...notesBy(recipe, swap),
            lanes,
            edits: recipe.edits.map((edit) => ({ ...edit, lane: swap(edit.lane) })),
          },
          at,
        ),
      );
    },
    undo: (at) => {
      const { tree } = get();
      const parent = parentOf(tree);
      if (!parent) return;
      set({ tree: { ...tree, last: { ...tree.last, [parent.id]: tree.current } } });
      get().goToBranch(parent.id, at);
    },
    redo: (at) => {
      const child = childOf(get().tree);
      if (child) get().goToBranch(child.id, at);
    },
    goToBranch: (id, at) => {
      const { tree } = get();
      const branch = tree.branches.find((entry) => entry.id === id);
      if (!branch) return;
      set({ tree: { ...tree, current: id } });
      // Words stay, unless the lanes were others: then they are what they were there.
      const { recipe } = get();
      const same = JSON.stringify(recipe.lanes) === JSON.stringify(branch.recipe.lanes);
      const notes = same ? recipe.notes : branch.notes;
      get().goOnWith(placed({ ...branch.recipe, ...(notes ? { notes } : {}) }, at));
    },
    branchAsLane: (id, at) => {
      const { tree, recipe } = get();
      const branch = tree.branches.find((entry) => entry.id === id);
      if (!branch || recipe.lanes.length >= MAX_LANES) return;
      const theirs = laneKnobs(branch.recipe, 0);
      const knobs = Object.fromEntries(
        Object.entries(theirs).filter(
          ([knob, value]) =>
            value !== (recipe.knobs[knob as KnobId] ?? knobDef(knob as KnobId).default),
        ),
      ) as Partial<KnobValues>;
      const lane = recipe.lanes.length;
      // A run that has parted from its scenario is no longer what the scenario calls it.
      const here = tree.branches.find((entry) => entry.id === tree.current);
      const first =
        lane === 1 && here ? [{ ...recipe.lanes[0], name: nameOf(here) }] : recipe.lanes;
      const edits = branch.recipe.edits
        .filter((edit) => edit.lane === 0)
        .map((edit) => ({ ...edit, lane }));
      const { variant: _variant, ...rest } = recipe;
      get().goOnWith(
        placed(
          {
            ...rest,
            lanes: [...first, { name: nameOf(branch), knobs }],
            edits: [...recipe.edits, ...edits],
          },
          at,
        ),
      );
    },
    focusOn: (focus) => set({ focus, selection: undefined }),
    setAlignBy: (alignBy) => set({ alignBy }),
    addEdit: (op, knob, value, lane = 0) => get().addEdits([{ op, lane, knob, value }]),
    addEdits: (added) => {
      const { recipe } = get();
      let { edits } = recipe;
      for (const edit of added) edits = withEdits(edits, edit.op, edit.lane, [edit]);
      set({ recipe: { ...recipe, edits } });
    },
    addNote: (note) => {
      const { recipe } = get();
      const notes = recipe.notes ?? [];
      if (notes.length >= MAX_NOTES) {
        get().notify('problem', `A recipe has at most ${MAX_NOTES} notes.`, 'the notes there are');
        return;
      }
      set({ recipe: { ...recipe, notes: [...notes, note].sort((a, b) => a.op - b.op) } });
    },
    removeNote: (index) => {
      const { recipe } = get();
      const notes = (recipe.notes ?? []).filter((_, i) => i !== index);
      const { notes: _old, ...rest } = recipe;
      set({ recipe: notes.length > 0 ? { ...rest, notes } : rest });
    },
    foldEdits: () => get().goOnWith(fold(get().recipe)),
    setCursor: (op) => {
      const { recipe } = get();
      if ((recipe.cursor ?? 0) !== op) set({ recipe: placed(recipe, op) });
    },
    restart: () => get().goOnWith({ ...unplaced(get().recipe), view: { focus: get().focus } }),
    select: (selection) => set({ selection }),
    setColourBy: (colourBy) => set({ colourBy }),
    setSortBy: (sortBy) => set({ sortBy }),
    notify: (kind, text, kept, action) => {
      const notice = {
        id: nextNotice++,
        kind,
        text,
        ...(kept === undefined ? {} : { kept }),
        ...(action === undefined ? {} : { action }),
      };
      set({
        notices: [...get().notices.filter((n) => n.text !== text), notice].slice(-MAX_NOTICES),
      });
    },
    report: (problems) => {
      const shown = problems.length > MAX_NOTICES ? problems.slice(0, MAX_NOTICES - 1) : problems;
      for (const { message, kept } of shown) get().notify('problem', message, kept);
      const more = problems.length - shown.length;
      if (more > 0)
        get().notify(
          'problem',
          `${more.toLocaleString('en-US')} more parts cannot be read.`,
          'the rest',
        );
    },
    dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
    dismissAll: () => set({ notices: [] }),
    announce: (announcement) => set({ announcement }),
    setUi: (changes) => set({ ui: { ...get().ui, ...changes } }),
    setPanels: (changes) => get().setUi({ panels: { ...get().ui.panels, ...changes } }),
  }));
  store.subscribe((now, before) => {
    if (now.recipe === before.recipe) return;
    const tree = grow(now.tree, now.recipe);
    if (tree !== now.tree) store.setState({ tree });
  });
  return store;
}

/** A recipe that brings words shows them. */
const withNotes = (ui: Ui, { notes }: Recipe): Ui =>
  (notes ?? []).length === 0 || ui.panels.notes !== false
    ? ui
    : { ...ui, panels: { ...ui.panels, notes: 'byRecipe' } };

/** A recipe that starts from the beginning. */
function unplaced(recipe: Recipe): Recipe {
  const { cursor: _cursor, ...rest } = recipe;
  return rest;
}
/** A recipe that starts again: playing, unless it stands at its start. */
const anew = (recipe: Recipe): Recipe => (recipe.cursor === 0 ? recipe : unplaced(recipe));
/** A recipe whose lanes are all brought to this operation first. */
function placed(recipe: Recipe, at: number): Recipe {
  return at > 0 ? { ...recipe, cursor: at } : unplaced(recipe);
}
/** The notes of a recipe with their lanes numbered anew; those of a lane that is gone go with it. */
function notesBy(recipe: Recipe, lane: (on: number) => number | undefined): { notes?: Note[] } {
  if (!recipe.notes) return {};
  const notes = recipe.notes.flatMap((note) => {
    const on = lane(note.lane);
    return on === undefined ? [] : [{ ...note, lane: on }];
  });
  return { notes };
}
const turns = (edit: Edit, id: KnobId): boolean => !isActEdit(edit) && edit.knob === id;

/** The recipe with what the user looks at, for links and files. */
export function withView(recipe: Recipe, focus: number, selection: Selection | undefined): Recipe {
  if (focus === 0 && selection === undefined) return recipe;
  return {
    ...recipe,
    view: { ...(focus > 0 ? { focus } : {}), ...(selection ? { selection } : {}) },
  };
}

/** Turns edits into knobs of the start, lane by lane; interventions have no start to go to. */
function fold(recipe: Recipe): Recipe {
  const single = recipe.lanes.length === 1;
  let folded: Recipe = { ...recipe, edits: [] };
  for (const edit of recipe.edits) {
    if (isActEdit(edit)) continue;
    if (single) folded = withKnob(folded, edit.knob, edit.value);
    else {
      const lanes = folded.lanes.map((lane, i) =>
        i === edit.lane ? { ...lane, knobs: { ...lane.knobs, [edit.knob]: edit.value } } : lane,
      );
      folded = { ...folded, lanes };
    }
  }
  return unplaced(folded);
}

/** Knobs now in force in a lane: the start's, then the edits. */
export function knobsInForce(recipe: Recipe, lane = 0): KnobValues {
  return laneKnobs(fold(recipe), lane);
}
