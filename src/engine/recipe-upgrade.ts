import { fail, ok, type Result } from '../base/result.ts';
import { RECIPE_SCHEMA } from './recipe.ts';

type Raw = Record<string, unknown>;

/**
 * Upgrader to each schema version from the one before; version 1 is the first. Version 2 brought
 * interventions, notes and the selection, all of them optional. Before version 3 the pair exchange ran on
 * the mid allocator alone, and brought it along unsaid.
 */
const UPGRADERS: Readonly<Record<number, (recipe: Raw) => Raw>> = {
  1: (recipe) => recipe,
  2: (recipe) => recipe,
  3: withMidNamed,
};

const asObject = (value: unknown): Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
const isPair = (workload: unknown): boolean => workload === 'pair' || workload === 'wakers';

/** Names the mid allocator wherever a recipe of version 2 had it by its program. */
function withMidNamed(recipe: Raw): Raw {
  const common = asObject(recipe.knobs);
  const knobs = isPair(common.workload) ? { ...common, model: 'mf2' } : common;
  if (!Array.isArray(recipe.lanes)) return { ...recipe, knobs };
  const lanes = recipe.lanes.map((lane: unknown) => {
    const own = asObject(asObject(lane).knobs);
    if (!isPair(own.workload ?? common.workload)) return lane;
    return { ...asObject(lane), knobs: { ...own, model: 'mf2' } };
  });
  return { ...recipe, knobs, lanes };
}

for (let version = 1; version <= RECIPE_SCHEMA; version++) {
  if (!UPGRADERS[version]) throw new Error(`no recipe upgrader to schema ${version}`);
}

/** Brings a recipe of any known version to the present schema. */
export function upgradeRecipe(input: unknown): Result<Raw> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return fail('E_RECIPE_FORMAT', 'This is not a recipe: it is not an object.');
  }
  let raw = input as Raw;
  const schema = raw.schema ?? RECIPE_SCHEMA;
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) {
    return fail('E_RECIPE_VERSION', 'The recipe does not say which schema it follows.');
  }
  if (schema > RECIPE_SCHEMA) {
    return fail(
      'E_RECIPE_VERSION',
      `This recipe follows schema ${schema}; this version of Slabscope reads up to ${RECIPE_SCHEMA}.`,
    );
  }
  for (let version = schema + 1; version <= RECIPE_SCHEMA; version++) raw = UPGRADERS[version](raw);
  return ok({ ...raw, schema: RECIPE_SCHEMA });
}
