import fc from 'fast-check';
import {
  type KnobDef,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
} from '../../knobs/index.ts';
import { PROGRAM_IDS, programDef } from '../index.ts';

/** Values of knobs, drawn. */
export type SmallValues = { readonly [Id in KnobId]?: fc.Arbitrary<KnobValues[Id]> };

/**
 * What testing/settings.ts of a folder of programs may say of the programs' own knobs, where the table of
 * knobs does not do: small values under which every stage of the program comes about soon.
 */
export interface SettingsModule {
  /** Drawn in the laws of programs. */
  readonly SMALL?: SmallValues;
  /** One value each, under which everything comes about within a few hundred operations. */
  readonly BASE?: Partial<KnobValues>;
  /** Another value of a knob that changes what the threads ask for, and the settings that it takes beside BASE. */
  readonly OTHER?: Partial<Record<KnobId, readonly [KnobValue, Partial<KnobValues>?]>>;
}

// Found by their place, so that a new program needs no line here.
const MODULES = Object.values(
  import.meta.glob<SettingsModule>('../*/testing/settings.ts', { eager: true }),
);

/** Of the knobs that several programs share. */
const SHARED: SettingsModule = {
  SMALL: {
    threads: fc.integer({ min: 1, max: 4 }),
    chunks: fc.integer({ min: 1, max: 12 }),
    minSize: fc.integer({ min: 1, max: 300 }),
    maxSize: fc.integer({ min: 1, max: 300 }),
    seed: fc.integer({ min: 0, max: 2147483647 }),
    window: fc.integer({ min: 1, max: 6 }),
    workingSet: fc.integer({ min: 256, max: 300 }),
  },
  BASE: { chunks: 10, window: 4, workingSet: 256 },
};

/** Small values of a knob of which no folder says any. */
function smallOf(def: KnobDef): fc.Arbitrary<KnobValue> {
  switch (def.kind) {
    case 'bool':
      return fc.boolean();
    case 'enum':
      return fc.constantFrom(...def.options);
    case 'number': {
      const most = Math.min(def.max, def.min + 9);
      return def.integer
        ? fc.integer({ min: def.min, max: most })
        : fc.constantFrom(def.min, def.default, most);
    }
    case 'text':
      return fc.constantFrom(def.default, ...def.examples);
  }
}

const OWN: readonly KnobId[] = PROGRAM_IDS.flatMap(
  (id) => Object.keys(programDef(id).knobs) as KnobId[],
);
const ALL = [SHARED, ...MODULES];

/** Small settings under which every stage of a program comes about soon. */
export const small = fc.record({
  ...Object.fromEntries(OWN.map((id) => [id, smallOf(knobDef(id))])),
  ...Object.assign({}, ...ALL.map(({ SMALL }) => SMALL)),
}) as fc.Arbitrary<Partial<KnobValues>>;

/** Settings under which everything comes about within a few hundred operations. */
export const BASE: Partial<KnobValues> = Object.assign({}, ...ALL.map((module) => module.BASE));

/** Another value of a knob, and the settings that it takes to matter. */
export function otherOf(id: KnobId): readonly [KnobValue, Partial<KnobValues>] {
  for (const { OTHER } of ALL) {
    const [value, settings = {}] = OTHER?.[id] ?? [];
    if (value !== undefined) return [value, settings];
  }
  const def = knobDef(id);
  const now = BASE[id] ?? def.default;
  switch (def.kind) {
    case 'bool':
      return [now !== true, {}];
    case 'enum':
      return [def.options.find((option) => option !== now) ?? now, {}];
    case 'number':
      return [Number(now) + 7, {}];
    case 'text':
      return [def.examples.find((example) => example !== now) ?? now, {}];
  }
}
