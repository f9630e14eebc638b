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
});
