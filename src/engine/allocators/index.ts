import { firstfitDef } from './firstfit/def.ts';
import { mf2Def } from './mf2/def.ts';
import type { Feature, ModelDef } from './model.ts';
import { tinyDef } from './tiny/def.ts';

/** The models. Knobs, their words, options and links follow from this list. No heap is imported here: the page does. */
export const MODELS = {
  tiny: tinyDef,
  mf2: mf2Def,
  firstfit: firstfitDef,
} as const satisfies Record<string, ModelDef>;

export type ModelId = keyof typeof MODELS;

export const MODEL_IDS = Object.keys(MODELS) as ModelId[];

/** The definition of a model, typed as the plain interface. */
export const modelDef = (id: ModelId): ModelDef => MODELS[id];

/** Whether a model has something to show. */
export const hasFeature = (id: ModelId, feature: Feature): boolean =>
  modelDef(id).features.includes(feature);
