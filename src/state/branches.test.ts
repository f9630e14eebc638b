import { describe, expect, it } from 'vitest';
import { childOf, MOST_BRANCHES, parentOf, rowsOf } from './branches.ts';
import { createAppStore, presetRecipe } from './store.ts';

const open = () => createAppStore(presetRecipe('larson-oom'));

describe('branches', () => {
  it('keep the old future when a knob is turned, and undo and redo walk them', () => {
    const store = open();
    store.getState().addEdit(1000, 'orphanPolicy', 'adopt');
    store.getState().addEdit(5000, 'decOnRemote', true);
    expect(store.getState().tree.branches.map(({ label, op }) => `${label} @${op}`)).toEqual([
      'as it was @0',
      'Memory of dead owners: Adopt @1000',
      'Remote frees are counted: on @5000',
    ]);
    store.getState().undo(2000);
    expect(store.getState().recipe.edits).toHaveLength(1);
    expect(store.getState().recipe.cursor).toBe(2000);
    store.getState().undo(2000);
    expect(store.getState().recipe.edits).toHaveLength(0);
    expect(parentOf(store.getState().tree)).toBeUndefined();
    store.getState().redo(2000);
    store.getState().redo(2000);
    expect(store.getState().recipe.edits).toHaveLength(2);
    expect(childOf(store.getState().tree)).toBeUndefined();
  });

  it('part where a knob is turned in the past', () => {
    const store = open();
    store.getState().addEdit(9000, 'orphanPolicy', 'adopt');
    store.getState().addEdit(400, 'ssLg', 20);
    const { tree, recipe } = store.getState();
    expect(recipe.edits.map(({ op }) => op)).toEqual([400]);
    // The future with the other edit is still there.
    expect(tree.branches.some(({ recipe: kept }) => kept.edits[0]?.op === 9000)).toBe(true);
    expect(rowsOf(tree)).toHaveLength(3);
  });

  it('open beside each other as lanes', () => {
    const store = open();
    store.getState().addEdit(1000, 'orphanPolicy', 'adopt');
    store.getState().undo(0);
    const adopted = store.getState().tree.branches[1];
    store.getState().branchAsLane(adopted.id, 500);
    const { recipe } = store.getState();
    expect(recipe.lanes).toHaveLength(2);
    expect(recipe.edits).toEqual([{ op: 1000, lane: 1, knob: 'orphanPolicy', value: 'adopt' }]);
    expect(recipe.cursor).toBe(500);
  });

  it('begin anew with another scenario, and stay bounded', () => {
    const store = open();
    for (let op = 1; op < 60; op++) store.getState().addEdit(op * 10, 'emptyReserve', op % 7);
    expect(store.getState().tree.branches.length).toBeLessThanOrEqual(MOST_BRANCHES);
    store.getState().openPreset('domino');
    expect(store.getState().tree.branches).toHaveLength(1);
  });

  it('are rebuilt from the edits of a link, one step each', () => {
    const store = createAppStore({
      ...presetRecipe('fix-grid'),
      edits: [
        { op: 500, lane: 0, act: 'kill', subject: 2, amount: 0 },
        { op: 500, lane: 1, act: 'kill', subject: 2, amount: 0 },
        { op: 900, lane: 0, knob: 'orphanPolicy', value: 'adopt' },
      ],
    });
    expect(store.getState().tree.branches.map(({ label }) => label)).toEqual([
      'as it was',
      'Kill: chain 2',
      'Memory of dead owners: Adopt',
    ]);
    store.getState().undo(1000);
    expect(store.getState().recipe.edits).toHaveLength(2);
    store.getState().undo(1000);
    expect(store.getState().recipe.edits).toEqual([]);
    store.getState().redo(1000);
    store.getState().redo(1000);
    expect(store.getState().recipe.edits).toHaveLength(3);
  });

  it('tell the same blow dealt twice, and another order, from what was before', () => {
    const store = open();
    const burst = { op: 1000, lane: 0, act: 'burst', subject: 1, amount: 5 } as const;
    const stall = { op: 1000, lane: 0, act: 'stall', subject: 1, amount: 5 } as const;
    store.getState().addEdits([burst]);
    store.getState().addEdits([burst]);
    expect(store.getState().tree.branches.map(({ op }) => op)).toEqual([0, 1000, 1000]);
    store.getState().addEdit(1000, 'orphanPolicy', 'adopt');
    store.getState().addEdits([stall]);
    const before = store.getState().tree.branches.length;
    store.getState().addEdit(1000, 'orphanPolicy', 'adopt');
    const { tree } = store.getState();
    expect(tree.branches).toHaveLength(before + 1);
    expect(tree.branches.at(-1)?.label).toBe('Memory of dead owners: Adopt');
  });

  it('keep their names as lanes: what parted from a scenario is not called as it', () => {
    const store = open();
    store.getState().addEdit(1000, 'orphanPolicy', 'adopt');
    store.getState().branchAsLane(0, 2000);
    expect(store.getState().recipe.lanes.map(({ name }) => name)).toEqual([
      'Memory of dead owners: Adopt',
      'As shipped',
    ]);
  });

  it('notes stay with their lanes', () => {
    const store = createAppStore({
      ...presetRecipe('fix-grid'),
      notes: [0, 1, 2, 3].map((lane) => ({ op: lane, lane, text: `of ${lane}` })),
    });
    const notes = (): string[] =>
      (store.getState().recipe.notes ?? []).map(({ lane, text }) => `${lane}: ${text}`);
    store.getState().moveLane(0, 0);
    expect(notes()).toEqual(['1: of 0', '0: of 1', '2: of 2', '3: of 3']);
    store.getState().removeLane(0, 0);
    expect(notes()).toEqual(['0: of 0', '1: of 2', '2: of 3']);
  });

  it('bring back the notes of lanes that were removed or moved', () => {
    const store = createAppStore({
      ...presetRecipe('domino'),
      notes: [{ op: 1000, lane: 3, text: 'x' }],
    });
    const lanes = (): number[] => (store.getState().recipe.notes ?? []).map(({ lane }) => lane);
    store.getState().removeLane(3, 0);
    expect(lanes()).toEqual([]);
    store.getState().undo(0);
    expect(lanes()).toEqual([3]);
    store.getState().moveLane(2, 0);
    expect(lanes()).toEqual([2]);
    store.getState().undo(0);
    expect(lanes()).toEqual([3]);
    // Words written since stay when only a knob is taken back.
    store.getState().addEdit(2000, 'pendingThreshold', 2);
    store.getState().addNote({ op: 2500, lane: 0, text: 'y' });
    store.getState().undo(0);
    expect(lanes()).toEqual([3, 0]);
  });

  it('take a knob of all lanes as one step, and stand where the run stands at its start', () => {
    const store = createAppStore({ ...presetRecipe('domino'), cursor: 0 });
    store.getState().setAllLanes('memPressure', 0.5);
    expect(store.getState().tree.branches).toHaveLength(2);
    expect(store.getState().recipe.cursor).toBe(0);
    store.getState().undo(0);
    expect(store.getState().recipe.knobs.memPressure).toBeUndefined();
  });
});
