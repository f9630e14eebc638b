import type { Result } from '../../base/result.ts';

/**
 * What a knob is. Owners (the machine, programs, models) keep their knobs as tables of numbers beside
 * their code, and the words for them (`WordsFor`) in a file that workers need not load. index.ts
 * composes the tables, words.ts the words. The range here is the range everywhere: panel, recipe, link,
 * command line and engine.
 */
export type KnobGroup =
  | 'workload'
  | 'shape'
  | 'frees'
  | 'orphans'
  | 'adoption'
  | 'release'
  | 'limits'
  | 'threads'
  | 'time'
  | 'costs'
  | 'inert';

export type KnobValue = number | boolean | string;

/** Values of all knobs by id, as loose as a table must see them that is itself a part of the whole. */
export type Settings = Readonly<Record<string, KnobValue>>;

/** Why a knob has no effect under these settings, as a sentence without its full stop; undefined: it has one. */
export type When = (knobs: Settings) => string | undefined;

interface KnobBase {
  readonly group: KnobGroup;
  /** `live`: a change applies at the current operation. `restart`: the run starts again. */
  readonly apply: 'live' | 'restart';
  /** Short key for links; published, so it never changes. */
  readonly url: string;
  /** It has no effect on any model, which a test proves by the digest. */
  readonly inert?: boolean;
  readonly when?: When;
}

export interface NumberKnob extends KnobBase {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly integer: boolean;
  readonly unit: string;
  readonly scale: 'linear' | 'log';
  /** What the value 0 says on screen, e.g. "off". */
  readonly zero?: string;
}

export interface BoolKnob extends KnobBase {
  readonly kind: 'bool';
  readonly default: boolean;
}

export interface EnumKnob<Option extends string = string> extends KnobBase {
  readonly kind: 'enum';
  readonly default: Option;
  readonly options: readonly Option[];
}

/** A short text in a grammar of its owner's. Its value is trimmed, never longer than `maxLength`, and parses. */
export interface TextKnob extends KnobBase {
  readonly kind: 'text';
  readonly default: string;
  /** Characters. */
  readonly maxLength: number;
  /** What the text means; bad text fails with one sentence that says what is wrong with it. */
  readonly parse: (text: string) => Result<unknown>;
  /** Texts that are far from the default: laws try them. */
  readonly examples: readonly string[];
}

export type KnobDef = NumberKnob | BoolKnob | EnumKnob | TextKnob;

/** An owner's knobs by id. */
export type KnobTable = Readonly<Record<string, KnobDef>>;

export type ValueOf<Def> =
  Def extends EnumKnob<infer Option>
    ? Option
    : Def extends BoolKnob
      ? boolean
      : Def extends TextKnob
        ? string
        : number;

type NumberSpec = Omit<NumberKnob, 'kind' | 'integer' | 'step' | 'scale'> &
  Partial<Pick<NumberKnob, 'step' | 'scale'>>;

/** A whole number. */
export const int = (spec: NumberSpec): NumberKnob => ({
  kind: 'number',
  integer: true,
  step: 1,
  scale: 'linear',
  ...spec,
});

/** Any number. */
export const real = (spec: NumberSpec): NumberKnob => ({
  kind: 'number',
  integer: false,
  step: 0.1,
  scale: 'linear',
  ...spec,
});

/** On or off. */
export const bool = (spec: Omit<BoolKnob, 'kind'>): BoolKnob => ({ kind: 'bool', ...spec });

/** A text. */
export const text = (spec: Omit<TextKnob, 'kind'>): TextKnob => ({ kind: 'text', ...spec });

/** One of several. The options alone say which there are: inferring from `default` too would narrow to it. */
export const choice = <const Option extends string>(
  spec: Omit<EnumKnob<Option>, 'kind' | 'options' | 'default'> & {
    readonly options: readonly Option[];
    readonly default: NoInfer<Option>;
  },
): EnumKnob<Option> => ({ kind: 'enum', ...spec });

/** Costs are charged only when `timeBase` is `costs`. */
export const onlyUnderCosts: When = (knobs) =>
  knobs.timeBase === 'costs' ? undefined : 'The clock follows the document rate';

/** A cost in nanoseconds of virtual time, from 0 to `max`. */
export const cost = (url: string, ns: number, max: number): NumberKnob =>
  real({
    group: 'costs',
    apply: 'live',
    url,
    default: ns,
    min: 0,
    max,
    step: 1,
    unit: 'ns',
    when: onlyUnderCosts,
  });

/** What a knob is called and means. */
export interface KnobWords {
  readonly label: string;
  /** What it should do, in one or two sentences. */
  readonly help: string;
  /** Which view shows the effect. */
  readonly see: string;
  /** Id in the evidence contract, where one exists. */
  readonly kId?: string;
  /** Environment variable, constant or argument of the source. */
  readonly source?: string;
}

/** The words of a choice name its options, too. */
export interface ChoiceWords<Option extends string = string> extends KnobWords {
  readonly options: Readonly<Record<Option, string>>;
}

type WordsOf<Def> = Def extends EnumKnob<infer Option> ? ChoiceWords<Option> : KnobWords;

/** The words for a table: a knob or an option without words does not compile. */
export type WordsFor<Table> = { readonly [Id in keyof Table]: WordsOf<Table[Id]> };

/** The words for several tables, in their order (or by their names). */
export type WordsForAll<Tables> = { readonly [Key in keyof Tables]: WordsFor<Tables[Key]> };

export const costWords = (label: string, help: string): KnobWords => ({
  label,
  help,
  see: 'Modelled operations per second',
  kId: 'K-56',
  source: 'cost table',
});

/** A & B & … of a union A | B | …: what tables are together. */
export type Merged<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  part: infer All,
) => void
  ? All
  : never;

/** Several tables as one. @throws when two have the same id, which is a fault of the tables */
export function merged<Tables extends readonly object[]>(tables: Tables): Merged<Tables[number]> {
  const ids = tables.flatMap((table) => Object.keys(table));
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new Error(`Two owners have a knob ${twice}`);
  return Object.assign({}, ...tables) as Merged<Tables[number]>;
}
