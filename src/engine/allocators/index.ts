import { DEFS } from './listed/defs.ts';
import type { Feature, ModelDef } from './model.ts';

/**
 * The models, as list.txt has them. Knobs, their words, options and links follow from this table. No heap
 * is imported here: the page does.
 */
export const MODELS = DEFS satisfies Readonly<Record<string, ModelDef>>;

export type ModelId = keyof typeof MODELS;

export const MODEL_IDS = Object.keys(MODELS) as ModelId[];

/** The model of a recipe that names none. */
export const DEFAULT_MODEL: ModelId = 'tiny';

/** The definition of a model, typed as the plain interface. */
export const modelDef = (id: ModelId): ModelDef => MODELS[id];

/** Whether a model has something to show. */
export const hasFeature = (id: ModelId, feature: Feature): boolean =>
  modelDef(id).features.includes(feature);
