import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { ACT, ACT_IDS } from '../engine/interventions.ts';
import { KNOB_IDS, type KnobId, knobDef } from '../engine/knobs/index.ts';
import { PRESETS } from '../engine/presets.ts';
import type { Recipe } from '../engine/recipe.ts';
import { laneKnobs, MAX_OPS, parseRecipe } from '../engine/recipe-parse.ts';
import { unsqueeze } from './squeeze.ts';
import { hashOf, loadPacker, recipeOf } from './url.ts';

await loadPacker();

/** Values at which things go wrong, whatever a field is. */
const odd = fc.constantFrom<unknown>(
  -1,
  -0,
  0.5,
  1e11,
  1e300,
  Number.NaN,
  '',
  '7',
  'on',
  true,
  null,
  undefined,
  [],
  {},
  '\u0000',
  '😀'.repeat(40),
  '\ud800',
  '__proto__',
);

/** A value of a knob: its bounds, what lies between, and now and then something else. */
function knobValue(id: KnobId): fc.Arbitrary<unknown> {
  const def = knobDef(id);
  const legal = ((): fc.Arbitrary<unknown> => {
    switch (def.kind) {
      case 'bool':
        return fc.boolean();
      case 'enum':
        return fc.constantFrom(...def.options);
      case 'number': {
        const { min, max } = def;
        const between = def.integer
          ? fc.integer({ min: Math.ceil(min), max: Math.floor(max) })
          : fc.double({ min, max, noNaN: true });
        return fc.oneof(fc.constantFrom(min, max, def.default), between);
      }
      case 'text':
        return fc.constantFrom(def.default, ` ${def.default} `, ...def.examples);
    }
  })();
  return fc.oneof({ arbitrary: legal, weight: 30 }, { arbitrary: odd, weight: 1 });
}

const knobs = fc
  .uniqueArray(fc.constantFrom(...KNOB_IDS), { maxLength: 10 })
  .chain((ids) => fc.tuple(...ids.map((id) => knobValue(id).map((value) => [id, value] as const))))
  .map((entries) => Object.fromEntries(entries));

/** A count, mostly. */
const count = (most: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: fc.oneof(fc.nat(most), fc.constantFrom(0, most, most + 1)), weight: 20 },
    { arbitrary: odd, weight: 1 },
  );
const op = count(MAX_OPS);
const lane = count(3);
const words = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 30 }));
const live = KNOB_IDS.filter((id) => knobDef(id).apply === 'live');

const knobEdit = fc
  .constantFrom(...live)
  .chain((knob) => fc.record({ op, lane, knob: fc.constant(knob), value: knobValue(knob) }));
const actEdit = fc.constantFrom(...ACT_IDS).chain((act) => {
  const { amount } = ACT[act];
  return fc.record({
    op,
    lane,
    act: fc.constant(act),
    subject: fc.oneof(fc.integer({ min: 1, max: 127 }), count(4_194_304)),
    amount:
      amount === undefined
        ? fc.constant(0)
        : fc.oneof(fc.constant(amount.default), count(amount.max)),
  });
});

/** What a file may hold: anything, though much of it by the rules. */
const raw = fc.record(
  {
    schema: fc.constantFrom(1, 2, 3),
    engine: fc.constantFrom('2', '4', 'x'),
    preset: fc.oneof(
      { arbitrary: fc.constantFrom(...PRESETS.map(({ id }) => id)), weight: 5 },
      { arbitrary: fc.constantFrom<unknown>('larson-om', 'custom', 7), weight: 1 },
    ),
    variant: count(4),
    knobs,
    lanes: fc.array(fc.record({ name: words, knobs }, { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 5,
    }),
    edits: fc.array(fc.oneof(knobEdit, actEdit), { maxLength: 20 }),
    cursor: op,
    notes: fc.array(
      fc.record(
        { op, lane, row: count(0x7fffffff), text: words },
        { requiredKeys: ['op', 'text'] },
      ),
      { maxLength: 5 },
    ),
    view: fc.record(
      {
        focus: lane,
        selection: fc.record(
          { superslab: count(5000), slab: count(63), block: count(65_536) },
          { requiredKeys: ['superslab'] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** Everything that a recipe means: two that mean the same are the same run, shown in the same way. */
function meaning(recipe: Recipe): unknown {
  const { knobs: _, lanes, ...rest } = recipe;
  return JSON.parse(
    JSON.stringify({
      ...rest,
      lanes: lanes.map(({ name }, i) => ({ name, knobs: laneKnobs(recipe, i) })),
    }),
  );
}

describe('whoever writes a recipe and whoever reads it', () => {
  it('agree on every recipe that was accepted: link and file', () => {
    fc.assert(
      fc.property(raw, (input) => {
        const { recipe } = parseRecipe(input);
        const link = recipeOf(hashOf(recipe));
        expect(link.problems).toEqual([]);
        expect(meaning(link.recipe)).toEqual(meaning(recipe));
        const file = parseRecipe(JSON.parse(JSON.stringify(recipe)));
        expect(file.problems).toEqual([]);
        expect(meaning(file.recipe)).toEqual(meaning(recipe));
        // What was read once stays as it is, to the letter.
        expect(JSON.stringify(parseRecipe(file.recipe).recipe)).toBe(JSON.stringify(file.recipe));
      }),
      cases(10_000),
    );
  });

  it('agree on the largest recipe that there can be', () => {
    const lanes = [1, 2, 3, 4].map(() => ({ name: '“'.repeat(60), knobs: { sizes: '16' } }));
    const edits = Array.from({ length: 10_000 }, (_, i) => ({
      op: (i * 7_919_777) % MAX_OPS,
      lane: i % 4,
      ...(i % 2 === 0
        ? { knob: 'memPressure', value: ((i * 0.618_033_988_7) % 1) * 0.9 }
        : { act: 'adopt', subject: (i * 7919) % 4_194_304, amount: 1 + (i % 127) }),
    }));
    const notes = Array.from({ length: 50 }, (_, i) => ({ op: i, text: '“'.repeat(280) }));
    const { recipe, problems } = parseRecipe({ schema: 3, lanes, edits, notes });
    expect(problems).toEqual([]);
    const hash = hashOf(recipe);
    expect(hash).toMatch(/^#v4z\//);
    // Where nothing can be loaded that deflates it, it is written in plain.
    for (const form of [hash, `#v4/${unsqueeze(hash.slice('#v4z/'.length))}`]) {
      const link = recipeOf(form);
      expect(link.problems).toEqual([]);
      expect(meaning(link.recipe)).toEqual(meaning(recipe));
    }
  });

  it.each([
    [{ preset: 'larson-om' }, /did you mean larson-oom/],
    [{ preset: 'fix-grid', variant: 4 }, /variants 0 to 3, and no “4”/],
    [{ variant: 0 }, /belongs to a preset/],
  ])('%j: what is not taken is told, and not written', (more, pattern) => {
    const { recipe, problems } = parseRecipe({ schema: 3, knobs: { threads: 2 }, ...more });
    expect(problems).toMatchObject([{ message: expect.stringMatching(pattern), code: 'E_PRESET' }]);
    expect(recipe.knobs.threads).toBe(2);
    expect(recipeOf(hashOf(recipe))).toMatchObject({
      problems: [],
      recipe: { knobs: { threads: 2 } },
    });
  });
});
