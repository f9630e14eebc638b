import { ACT, callText, handCallOf } from '../engine/interventions.ts';
import { type KnobDef, type KnobId, knobDef } from '../engine/knobs/index.ts';
import { knobWords, optionLabel } from '../engine/knobs/words.ts';
import { type Edit, isActEdit, type Recipe } from '../engine/recipe.ts';

/** One future of the recipe: how it was reached and where it parted from its parent. */
export interface Branch {
  readonly id: number;
  readonly parent: number | undefined;
  readonly recipe: Recipe;
  /** Operation at which it parts from its parent; 0: from the start. */
  readonly op: number;
  readonly label: string;
  /** The notes there were when it was last the present one. */
  readonly notes?: Recipe['notes'];
}

export interface BranchTree {
  readonly branches: readonly Branch[];
  readonly current: number;
  /** Which child undo came from, by parent: what redo goes to. */
  readonly last: Readonly<Record<number, number>>;
}

/** Branches kept; beyond that the oldest that nothing hangs on goes. */
export const MOST_BRANCHES = 24;

/** The tree of a recipe: its edits one after the other, so that each of them can be taken back. */
export function rootTree(recipe: Recipe): BranchTree {
  const whole = bare(recipe);
  const { edits } = whole;
  // The same thing done to several lanes at once is one step.
  const ends = edits.flatMap((edit, i) =>
    edits[i + 1] !== undefined && stepOf(edits[i + 1]) === stepOf(edit) ? [] : [i + 1],
  );
  const steps = [0, ...ends].slice(-MOST_BRANCHES);
  const branches = steps.map((end, id): Branch => {
    const last = edits[end - 1];
    return {
      id,
      parent: id === 0 ? undefined : id - 1,
      recipe: { ...whole, edits: edits.slice(0, end) },
      op: id === 0 || !last ? 0 : last.op,
      label: id === 0 || !last ? 'as it was' : editText(last),
      ...(recipe.notes ? { notes: recipe.notes } : {}),
    };
  });
  const last = Object.fromEntries(branches.slice(1).map(({ id }) => [id - 1, id]));
  return { branches, current: branches.length - 1, last };
}

const stepOf = ({ lane: _lane, ...rest }: Edit): string => JSON.stringify(rest);

/** What a lane is called that runs a branch: the scenario's word for it until something was changed. */
export const nameOf = (branch: Branch): string =>
  branch.parent === undefined ? (branch.recipe.lanes[0]?.name ?? branch.label) : branch.label;

/** The recipe without what is no part of a future: position, notes, selection. */
function bare(recipe: Recipe): Recipe {
  const { cursor: _cursor, notes: _notes, view: _view, ...rest } = recipe;
  return rest;
}

/** An edit in a few words. */
export function editText(edit: Edit): string {
  if (!isActEdit(edit)) return text(edit.knob, edit.value);
  const call = handCallOf(edit);
  if (call) return `${callText(call.act, call.slot, call.bytes)}, thread ${call.chain}`;
  const { label, on, amount } = ACT[edit.act];
  const what =
    on === 'thread' ? `chain ${edit.subject}` : `#${edit.subject.toLocaleString('en-US')}`;
  if (amount === undefined) return `${label}: ${what}`;
  const much = edit.amount.toLocaleString('en-US');
  return `${label}: ${what}, ${amount.unit === 'chain' ? `by chain ${much}` : `${much} ${amount.unit}`}`;
}

const text = (id: KnobId, value: unknown): string => {
  const def = knobDef(id);
  return `${knobWords(id).label}: ${shownValue(id, def.kind, value)}`;
};

function shownValue(id: KnobId, kind: KnobDef['kind'], value: unknown): string {
  switch (kind) {
    case 'enum':
      return optionLabel(id, String(value));
    case 'bool':
      return value === true ? 'on' : 'off';
    case 'number':
      return Number(value).toLocaleString('en-US');
    case 'text':
      return String(value);
  }
}

/** What turned one recipe into another, and from which operation on; undefined: nothing that matters. */
export function describeChange(
  before: Recipe,
  after: Recipe,
): { readonly label: string; readonly op: number } | undefined {
  if (before.lanes.length !== after.lanes.length)
    return {
      label: before.lanes.length < after.lanes.length ? 'lane added' : 'lane removed',
      op: 0,
    };
  const edit = newest(before.edits, after.edits);
  if (edit) return { label: editText(edit), op: edit.op };
  const changed = changedKnobs(before.knobs, after.knobs)[0];
  if (changed)
    return { label: text(changed, after.knobs[changed] ?? knobDef(changed).default), op: 0 };
  for (const [i, lane] of after.lanes.entries()) {
    const id = changedKnobs(before.lanes[i].knobs, lane.knobs)[0];
    if (id)
      return {
        label: `${'ABCD'[i]} · ${text(id, lane.knobs[id] ?? after.knobs[id] ?? knobDef(id).default)}`,
        op: 0,
      };
  }
  return before.edits.length === after.edits.length ? undefined : { label: 'edits dropped', op: 0 };
}

/** The edit that is new, or done once more, or now comes later among those of its operation. */
function newest(before: readonly Edit[], after: readonly Edit[]): Edit | undefined {
  const had = before.map((edit) => JSON.stringify(edit));
  const have = after.map((edit) => JSON.stringify(edit));
  const left = [...had];
  const added = after.filter((_, i) => {
    const at = left.indexOf(have[i]);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (added.length > 0) return added[0];
  if (after.length !== before.length) return undefined;
  return after.findLast((_, i) => had[i] !== have[i]);
}

const changedKnobs = (a: Recipe['knobs'], b: Recipe['knobs']): KnobId[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (id) => a[id as KnobId] !== b[id as KnobId],
  ) as KnobId[];

const withNotes = ({ notes: _old, ...branch }: Branch, { notes }: Recipe): Branch =>
  notes ? { ...branch, notes } : branch;

/** The tree after the recipe changed: a new branch, or the same one with another name or order. */
export function grow(tree: BranchTree, after: Recipe): BranchTree {
  const now = tree.branches.find(({ id }) => id === tree.current);
  const moved =
    now?.recipe.preset !== after.preset ||
    (after.variant !== undefined && now?.recipe.variant !== after.variant);
  if (!now || moved) return rootTree(after);
  const change = describeChange(now.recipe, after);
  if (!change) {
    const branches = tree.branches.map((branch) =>
      branch.id === now.id ? withNotes({ ...branch, recipe: bare(after) }, after) : branch,
    );
    return { ...tree, branches };
  }
  const same = tree.branches.find(
    (branch) => JSON.stringify(branch.recipe) === JSON.stringify(bare(after)),
  );
  if (same) return { ...tree, current: same.id };
  const id = Math.max(...tree.branches.map((branch) => branch.id)) + 1;
  const added = withNotes({ id, parent: now.id, recipe: bare(after), ...change }, after);
  return prune({
    branches: [...tree.branches, added],
    current: id,
    last: { ...tree.last, [now.id]: id },
  });
}

function prune(tree: BranchTree): BranchTree {
  let { branches } = tree;
  while (branches.length > MOST_BRANCHES) {
    const leaf = branches.find(
      ({ id }) => id !== tree.current && id !== 0 && !branches.some(({ parent }) => parent === id),
    );
    // One long line of changes: its oldest link goes, what hung on it hangs on the one before.
    const gone = leaf ?? branches.find(({ id }) => id !== tree.current && id !== 0);
    if (!gone) break;
    branches = branches
      .filter(({ id }) => id !== gone.id)
      .map((branch) => (branch.parent === gone.id ? { ...branch, parent: gone.parent } : branch));
  }
  return { ...tree, branches };
}

/** The branch that undo leads to. */
export const parentOf = (tree: BranchTree): Branch | undefined => {
  const now = tree.branches.find(({ id }) => id === tree.current);
  return tree.branches.find(({ id }) => id === now?.parent);
};
/** The branch that redo leads to: the child that was left last, else the newest. */
export const childOf = (tree: BranchTree): Branch | undefined => {
  const children = tree.branches.filter(({ parent }) => parent === tree.current);
  return children.find(({ id }) => id === tree.last[tree.current]) ?? children.at(-1);
};

/** Rows for drawing: each branch on its own line below its parent, in order of birth. */
export function rowsOf(tree: BranchTree): readonly { branch: Branch; row: number; from: number }[] {
  const rows: { branch: Branch; row: number; from: number }[] = [];
  const visit = (branch: Branch, from: number): void => {
    const row = rows.length;
    rows.push({ branch, row, from });
    for (const child of tree.branches) if (child.parent === branch.id) visit(child, row);
  };
  const root = tree.branches.find(({ parent }) => parent === undefined);
  if (root) visit(root, 0);
  return rows;
}
