import { TOKENS } from '../draw/palette.ts';
import { hasFeature, MODEL_IDS, type ModelId, modelDef } from '../engine/allocators/index.ts';
import type { Feature, StateShown } from '../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import type { KnobValues } from '../engine/knobs/index.ts';
import { COUNTERS, type CounterName } from '../engine/telemetry/counters.ts';
import { EVENT_KINDS, type EventKind } from '../engine/telemetry/events.ts';
import { type FrameView, H } from '../worker/frame.ts';

/** The model whose run a frame is of. Right after another recipe was opened it may be the one before. */
export const modelOf = (frame: FrameView): ModelId => MODEL_IDS[frame.header[H.model]];

/** What a row of the map is called, and several of them. */
export const noun = (model: ModelId): string => modelDef(model).noun.one;
export const nouns = (model: ModelId): string => modelDef(model).noun.many;

/** What the rows of several models are called together: “SuperSlabs or pages”. */
export const commonNouns = (models: readonly ModelId[]): string =>
  [...new Set(models.map(nouns))].join(' or ');

/** States of a model, by their index in a frame. */
export const statesOf = (model: ModelId): readonly StateShown[] => MODEL_SHOWN[model].states;

/** A state by its name. */
export const stateNamed = (model: ModelId, name: string): StateShown =>
  statesOf(model).find((state) => state.name === name) ?? statesOf(model)[0];

/** The colour of a state or a reason, for a style. */
export const colourVar = (colour: keyof typeof TOKENS): string => `var(${TOKENS[colour]})`;

/** Whether a model has a feature with these knobs. */
export function isInForce(feature: Feature, knobs: Readonly<KnobValues>): boolean {
  const { model } = knobs;
  if (!hasFeature(model, feature)) return false;
  return MODEL_SHOWN[model].inForce?.[feature]?.(knobs) ?? true;
}

/** Names of which some are only of some models: those that a model lists, and those that none lists. */
function ownOrCommon<Name extends string>(
  all: readonly Name[],
  listed: (model: ModelId) => readonly Name[],
): Readonly<Record<ModelId, readonly Name[]>> {
  const special = new Set(MODEL_IDS.flatMap(listed));
  const of = (model: ModelId): readonly Name[] => {
    const own = new Set(listed(model));
    return all.filter((name) => own.has(name) || !special.has(name));
  };
  return Object.fromEntries(MODEL_IDS.map((model) => [model, of(model)])) as Record<
    ModelId,
    readonly Name[]
  >;
}
const COUNTERS_OF = ownOrCommon(COUNTERS, (model) => MODEL_SHOWN[model].counters);
const KINDS_OF = ownOrCommon(EVENT_KINDS, (model) => MODEL_SHOWN[model].events);

/** Counters that a model can raise. */
export const countersOf = (model: ModelId): readonly CounterName[] => COUNTERS_OF[model];
/** Kinds of events that a model has. */
export const kindsOf = (model: ModelId): readonly EventKind[] => KINDS_OF[model];

/** A counter in words: the model's own, else its name taken apart. */
export const counterWords = (model: ModelId, name: CounterName): string =>
  MODEL_SHOWN[model].counterWords?.[name] ?? name.replace(/([A-Z])/g, ' $1').toLowerCase();
