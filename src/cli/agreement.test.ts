import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fail } from '../base/result.ts';
import { cases } from '../base/testing/fuzz.ts';
import { ACT, ACT_IDS } from '../engine/interventions.ts';
import { KNOB_IDS, type KnobId, knobDef } from '../engine/knobs/index.ts';
import { PRESETS } from '../engine/presets.ts';
import { laneKnobs, parseRecipe } from '../engine/recipe-parse.ts';
import { hashOf, loadPacker, recipeOf as recipeOfLink } from '../state/url.ts';
import { parseArgs } from './args.ts';
import { jobsOf, recipeOf } from './run.ts';

await loadPacker();

/** A value of a knob as somebody may type it. */
function typed(id: KnobId): fc.Arbitrary<string> {
  const def = knobDef(id);
  const odd = fc.constantFrom('', '-1', '-0', '1e3', ' 7 ', '0x10', 'on', '“', '\u0000', '1e999');
  const legal = ((): fc.Arbitrary<string> => {
    switch (def.kind) {
      case 'bool':
        return fc.constantFrom('on', 'off', 'true', 'false', '1', '0');
      case 'enum':
        return fc.constantFrom(...def.options);
      case 'number':
        return fc
          .oneof(
            fc.constantFrom(def.min, def.max, def.default),
            def.integer
              ? fc.integer({ min: Math.ceil(def.min), max: Math.floor(def.max) })
              : fc.double({ min: def.min, max: def.max, noNaN: true }),
          )
          .map(String);
      case 'text':
        return fc.constantFrom(def.default, ` ${def.default}`, ...def.examples);
    }
  })();
  return fc.oneof({ weight: 40, arbitrary: legal }, { weight: 1, arbitrary: odd });
}

const set = fc
  .constantFrom(...KNOB_IDS)
  .chain((id) => typed(id).map((value) => ['--set', `${id}=${value}`]));
const turn = fc
  .constantFrom(...KNOB_IDS.filter((id) => knobDef(id).apply === 'live'))
  .chain((id) =>
    fc.tuple(fc.nat(1e6), typed(id)).map(([op, value]) => ['--turn', `${op}:${id}=${value}`]),
  );
const act = fc
  .tuple(fc.nat(1e6), fc.constantFrom(...ACT_IDS), fc.integer({ min: 1, max: 8 }))
  .map(([op, id, subject]) => ['--act', `${op}:${id}:${subject}:${ACT[id].amount?.default ?? 0}`]);
const preset = fc
  .constantFrom(...PRESETS)
  .chain(({ id, variants }) =>
    fc.nat(variants.length).map((v) => ['--preset', id, '--variant', String(v)]),
  );
const line = fc
  .tuple(
    fc.option(preset, { nil: [] }),
    fc.array(set, { maxLength: 4 }),
    fc.array(fc.oneof(turn, act), { maxLength: 4 }),
  )
  .map((parts) => parts.flat(2));

it('what a command line is accepted for, its JSON and the page’s link and file say without complaint', () => {
  let accepted = 0;
  let lines = 0;
  fc.assert(
    fc.property(line, fc.nat(1e6), (argv, at) => {
      lines++;
      const args = parseArgs(argv);
      const found = args.ok ? jobsOf(args.value, () => fail('E_USAGE', 'no files')) : args;
      if (!found.ok) {
        // Refused in a sentence.
        expect(found.error.message).toMatch(/^\S.*[.?]$/s);
        return;
      }
      expect(found.value.problems).toEqual([]);
      for (const job of found.value.jobs) {
        accepted++;
        const written = JSON.stringify(recipeOf(job, at));
        const file = parseRecipe(JSON.parse(written));
        expect(file.problems).toEqual([]);
        expect(laneKnobs(file.recipe, 0)).toEqual(job.knobs);
        expect(file.recipe.edits).toEqual(job.edits.map((edit) => ({ ...edit, lane: 0 })));
        expect(file.recipe.cursor).toBe(at);
        const link = recipeOfLink(hashOf(file.recipe));
        expect(link.problems).toEqual([]);
        expect(laneKnobs(link.recipe, 0)).toEqual(job.knobs);
        expect(link.recipe.edits).toEqual(file.recipe.edits);
        expect(link.recipe.cursor ?? 0).toBe(at);
      }
    }),
    cases(5000),
  );
  // Not all of them are refused.
  expect(accepted).toBeGreaterThan(lines / 4);
});
