import { MODEL_IDS, MODELS, type ModelId, modelDef } from '../allocators/index.ts';
import { PROGRAM_KNOBS } from '../workloads/knobs.ts';
import { INERT_KNOBS } from './inert.ts';
import { choice, type KnobDef, type KnobValue, merged, type ValueOf } from './kinds.ts';
import { MACHINE_KNOBS } from './machine.ts';
import { SHARED_KNOBS } from './shared.ts';

export type { BoolKnob, EnumKnob, KnobDef, KnobGroup, KnobValue, NumberKnob } from './kinds.ts';

/**
 * The one table of knobs: panel, recipe, URL, command line and engine all read it. It is composed of what
 * the owners keep beside their code, and follows from the lists of models and of programs: a new one of
 * either needs no line here. The words are in words.ts.
 */
const TABLE = merged([
  {
    model: choice({
      group: 'workload',
      apply: 'restart',
      url: 'm',
      default: 'tiny',
      options: MODEL_IDS,
      when: (knobs) =>
        needsMid(knobs.workload) ? 'The pair exchange runs on the mid allocator' : undefined,
    }),
  },
  ...PROGRAM_KNOBS,
  SHARED_KNOBS,
  ...MODEL_IDS.map((id) => MODELS[id].knobs),
  MACHINE_KNOBS,
  INERT_KNOBS,
]);
type Table = typeof TABLE;

/** The table. Checked against KnobDef here, because `satisfies` would widen the options of the enums. */
export const KNOBS: Readonly<Table> & Readonly<Record<keyof Table, KnobDef>> = TABLE;

export type KnobId = keyof Table;

/** All knobs, resolved. */
export type KnobValues = { -readonly [Id in KnobId]: ValueOf<Table[Id]> };

export const KNOB_IDS = Object.keys(KNOBS) as KnobId[];

/** The definition of a knob, typed as the plain union. */
export const knobDef = (id: KnobId): KnobDef => KNOBS[id];

/** True when the text is the id of a knob. */
export const isKnobId = (text: string): text is KnobId => Object.hasOwn(KNOBS, text);

/** The default of every knob. */
export function defaultKnobs(): KnobValues {
  return Object.fromEntries(KNOB_IDS.map((id) => [id, KNOBS[id].default])) as KnobValues;
}

/**
 * Defaults with some knobs changed; the values must already be valid (see parseKnob). The pair
 * exchange is a workload of the mid allocator, and brings it along.
 */
export function resolveKnobs(...changes: readonly Partial<KnobValues>[]): KnobValues {
  const knobs = Object.assign(defaultKnobs(), ...changes) as KnobValues;
  if (needsMid(knobs.workload)) knobs.model = 'mf2';
  return knobs;
}

function needsMid(workload: KnobValue | undefined): boolean {
  return workload === 'pair' || workload === 'wakers';
}

/** Models that have each knob of their own or name it among the shared ones. */
const MODELS_OF = new Map<string, ModelId[]>(
  Object.keys({ ...SHARED_KNOBS, ...INERT_KNOBS }).map((id) => [id, []]),
);
for (const model of MODEL_IDS) {
  const { knobs, sharedKnobs } = modelDef(model);
  for (const id of [...Object.keys(knobs), ...sharedKnobs])
    MODELS_OF.set(id, [...(MODELS_OF.get(id) ?? []), model]);
}

/** The models that a knob belongs to; undefined: it is the machine's or a program's and meets every model. */
export const modelsOfKnob = (id: KnobId): readonly ModelId[] | undefined => MODELS_OF.get(id);

/** Why a knob cannot matter under the given settings, or undefined when it can. */
export function whyInapplicable(id: KnobId, knobs: KnobValues): string | undefined {
  const models = modelsOfKnob(id);
  if (models !== undefined && !models.includes(knobs.model)) {
    const labels = models.map((model) => MODELS[model].label).join(', ');
    return `Belongs to ${models.length === 1 ? 'another allocator' : 'other allocators'}: ${labels}`;
  }
  const { sharedWhen } = modelDef(knobs.model);
  const here = new Map(Object.entries(sharedWhen ?? {})).get(id);
  return knobDef(id).when?.(knobs) ?? here?.(knobs);
}
