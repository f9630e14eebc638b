import { DEFAULT_MODEL, MODEL_IDS, MODELS, type ModelId, modelDef } from '../allocators/index.ts';
import {
  PROGRAM_IDS,
  PROGRAM_KNOBS,
  PROGRAMS,
  type ProgramId,
  programDef,
} from '../programs/index.ts';
import { DURATION_KNOBS, PROGRAM_SHARED_KNOBS } from '../programs/shared.ts';
import { INERT_KNOBS } from './inert.ts';
import { choice, type KnobDef, merged, type ValueOf } from './kinds.ts';
import { MACHINE_KNOBS } from './machine.ts';
import { SHARED_KNOBS } from './shared.ts';

export type {
  BoolKnob,
  EnumKnob,
  KnobDef,
  KnobGroup,
  KnobValue,
  NumberKnob,
  TextKnob,
} from './kinds.ts';

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
      default: DEFAULT_MODEL,
      options: MODEL_IDS,
    }),
    workload: choice({
      group: 'workload',
      apply: 'restart',
      url: 'w',
      default: 'larson',
      options: PROGRAM_IDS,
    }),
  },
  PROGRAM_SHARED_KNOBS,
  PROGRAM_KNOBS,
  DURATION_KNOBS,
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

/** Defaults with some knobs changed; the values must already be valid (see parseKnob). */
export function resolveKnobs(...changes: readonly Partial<KnobValues>[]): KnobValues {
  return Object.assign(defaultKnobs(), ...changes) as KnobValues;
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

/** Programs that have each knob of their own or name it among the shared ones. */
const PROGRAMS_OF = new Map<string, ProgramId[]>(
  Object.keys(PROGRAM_SHARED_KNOBS).map((id) => [id, []]),
);
for (const program of PROGRAM_IDS) {
  const { knobs, sharedKnobs } = programDef(program);
  for (const id of [...Object.keys(knobs), ...sharedKnobs])
    PROGRAMS_OF.set(id, [...(PROGRAMS_OF.get(id) ?? []), program]);
}

/** The programs that a knob belongs to; undefined: it decides nothing of what threads ask for. */
export const programsOfKnob = (id: KnobId): readonly ProgramId[] | undefined => PROGRAMS_OF.get(id);

/** True when the knob decides which operations threads make: where it differs, lanes cannot be compared. */
export const decidesOperations = (id: KnobId): boolean =>
  id === 'workload' || programsOfKnob(id) !== undefined;

/** Why a knob cannot matter under the given settings, or undefined when it can. */
export function whyInapplicable(id: KnobId, knobs: KnobValues): string | undefined {
  const programs = programsOfKnob(id);
  if (programs !== undefined && !programs.includes(knobs.workload)) {
    const labels = programs.map((program) => PROGRAMS[program].label).join('; ');
    return `Belongs to ${programs.length === 1 ? 'another program' : 'other programs'}: ${labels}`;
  }
  const models = modelsOfKnob(id);
  if (models !== undefined && !models.includes(knobs.model)) {
    const labels = models.map((model) => MODELS[model].label).join(', ');
    return `Belongs to ${models.length === 1 ? 'another allocator' : 'other allocators'}: ${labels}`;
  }
  const { sharedWhen } = modelDef(knobs.model);
  const here = new Map(Object.entries(sharedWhen ?? {})).get(id);
  return knobDef(id).when?.(knobs) ?? (typeof here === 'function' ? here(knobs) : here);
}
