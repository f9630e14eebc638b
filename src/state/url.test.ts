import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOB_IDS, KNOBS, type KnobId, type KnobValue, knobDef } from '../engine/knobs.ts';
import { PRESETS } from '../engine/presets.ts';
import { laneKnobs, parseRecipe, remarks } from '../engine/recipe-parse.ts';
import { createAppStore, presetRecipe } from './store.ts';
import { hashOf, recipeOf } from './url.ts';

/** A legal value of a knob. */
const anyValueOf = (id: KnobId): fc.Arbitrary<KnobValue> => {
  const def = knobDef(id);
  switch (def.kind) {
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...def.options);
    case 'number':
      return def.integer
        ? fc.integer({
            min: def.min,
            max: Math.min(def.max, 15000) < def.min ? def.min : Math.min(def.max, 15000),
          })
        : fc.double({ min: def.min, max: def.max, noNaN: true });
  }
};

const recipeArb = fc
  .record({
    preset: fc.constantFrom(...PRESETS),
    variant: fc.nat(),
    knobs: fc
      .uniqueArray(fc.constantFrom(...KNOB_IDS), { maxLength: 12 })
      .chain((ids) =>
        fc.tuple(...ids.map((id) => anyValueOf(id).map((value) => [id, value] as const))),
      ),
  })
  .map(({ preset, variant, knobs }) => {
    const base = presetRecipe(preset.id, variant % preset.variants.length);
    return parseRecipe({ ...base, knobs: { ...base.knobs, ...Object.fromEntries(knobs) } }).recipe;
  });

describe('links', () => {
  it('bring back every recipe', () => {
    fc.assert(
      fc.property(recipeArb, (recipe) => {
        const hash = hashOf(recipe);
        const { recipe: again, problems } = recipeOf(hash);
        expect(problems).toEqual([]);
        expect(laneKnobs(again, 0)).toEqual(laneKnobs(recipe, 0));
        expect(again.preset).toBe(recipe.preset);
        expect(again.variant).toBe(recipe.variant);
        expect(hash.length).toBeLessThan(2000);
      }),
      { numRuns: 500 },
    );
  });

  it('bring back edits and position', () => {
    const recipe = {
      ...presetRecipe('larson-oom'),
      edits: [{ op: 5000, lane: 0, knob: 'orphanPolicy' as const, value: 'adopt' }],
      cursor: 7000,
    };
    const { recipe: again, problems } = recipeOf(hashOf(recipe));
    expect(problems).toEqual([]);
    expect(again).toEqual(recipe);
  });

  it('are short and readable', () => {
    expect(hashOf(presetRecipe('larson-oom'))).toBe('#v1/larson-oom');
    expect(
      hashOf({
        ...presetRecipe('larson-oom'),
        knobs: { ...presetRecipe('larson-oom').knobs, orphanPolicy: 'adopt' },
      }),
    ).toBe('#v1/larson-oom?op=adopt');
  });

  it.each([
    ['#v1/larson-om', /did you mean larson-oom/],
    ['#v1/larson-oom?t=0', /goes from 1 to 64/],
    ['#v1/larson-oom?t=NaN', /needs a number/],
    ['#v1/larson-oom?t=2.5', /whole number/],
    ['#v1/larson-oom?op=adobt', /Did you mean adopt/],
    ['#v1/larson-oom?zz=1', /no knob/],
    ['#v1/larson-oom.9', /1 variants/],
    ['#v1/larson-oom?e=5:op', /cannot be read/],
    ['#v1/larson-oom?e=5:t:3', /cannot change during a run/],
    ['#v1/larson-oom?at=1000000000000', /position/],
    ['#v1/larson-oom?t=%E0%A4%A', /cannot be read/],
    ['#v9/larson-oom', /version 9/],
    ['#v0/larson-oom', /version 0/],
    ['#v1/larson-o', /did you mean|no preset/],
    ['#v1', /cannot be read/],
    ['#<script>alert(1)</script>', /cannot be read/],
    ['#v1/larson-oom?t=64&n=100000', /goes from/],
    [`#${'x'.repeat(30000)}`, /too long/],
  ])('%s gets one clear sentence and the page goes on', (hash, message) => {
    const { recipe, problems } = recipeOf(hash);
    expect(problems).toHaveLength(1);
    expect(problems[0].message).toMatch(message);
    expect(problems[0].message.length).toBeLessThan(220);
    expect(problems[0].kept).toBeDefined();
    expect(laneKnobs(recipe, 0).threads).toBeGreaterThan(0);
  });

  it('survive 10,000 fuzzed hashes', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom(
        '#',
        'v1',
        '/',
        'larson-oom',
        '?',
        '&',
        '=',
        'e=',
        'op=',
        't=',
        ':',
        '%',
        '.',
        '9'.repeat(40),
        '__proto__',
        'constructor',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { recipe } = recipeOf(`#${pieces.join('')}`);
        const knobs = laneKnobs(recipe, 0);
        for (const id of KNOB_IDS) expect(typeof knobs[id]).toBe(typeof KNOBS[id].default);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('recipes', () => {
  it('survive anything', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        const { recipe } = parseRecipe(input);
        expect(recipe.lanes.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuse a newer schema and say so', () => {
    const { problems } = parseRecipe({ schema: 99 });
    expect(problems[0].message).toMatch(/schema 99/);
  });

  it('take as many slots as the knobs allow', () => {
    const { recipe, problems } = parseRecipe({ knobs: { threads: 64, chunks: 10000 } });
    expect(problems).toEqual([]);
    expect(laneKnobs(recipe, 0).chunks).toBe(10000);
  });

  it('say what a minimum above the maximum means', () => {
    const { recipe } = parseRecipe({ knobs: { minSize: 5, maxSize: 1 } });
    expect(remarks(laneKnobs(recipe, 0))[0]).toMatch(/from 5 to 8 B/);
  });
});

describe('store', () => {
  it('counts a new run only when one begins', () => {
    const store = createAppStore(presetRecipe('larson-oom'));
    const { addEdit, setStartKnob, foldEdits, resetKnobs, replayWith } = store.getState();
    addEdit(10, 'orphanPolicy', 'adopt');
    expect(store.getState().run).toBe(0);
    expect(store.getState().recipe.edits).toHaveLength(1);
    foldEdits();
    expect(store.getState().run).toBe(1);
    expect(store.getState().recipe.edits).toEqual([]);
    expect(store.getState().recipe.knobs.orphanPolicy).toBe('adopt');
    setStartKnob('threads', 2);
    expect(store.getState().recipe.knobs.threads).toBe(2);
    replayWith({ decOnRemote: true });
    expect(store.getState().recipe.knobs).toMatchObject({
      threads: 2,
      orphanPolicy: 'adopt',
      decOnRemote: true,
    });
    resetKnobs();
    expect(store.getState().recipe.knobs).toEqual(presetRecipe('larson-oom').knobs);
  });

  it('says a thing once and forgets the oldest', () => {
    const store = createAppStore(presetRecipe('larson-oom'));
    for (let i = 0; i < 20; i++) store.getState().notify('info', `notice ${i % 10}`);
    expect(store.getState().notices.length).toBeLessThanOrEqual(6);
  });
});
