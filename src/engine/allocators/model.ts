import type { KnobValues } from '../knobs/index.ts';
import type { INERT_KNOBS } from '../knobs/inert.ts';
import type { KnobTable, When } from '../knobs/kinds.ts';
import type { MACHINE_KNOBS } from '../knobs/machine.ts';
import type { SHARED_KNOBS } from '../knobs/shared.ts';
import type { CounterName } from '../telemetry/counters.ts';
import type { EventKind, EventRecord } from '../telemetry/events.ts';
import type { BandName } from '../telemetry/ledger.ts';

/** A knob that no model owns and each that reads it names. */
export type SharedKnobId = keyof typeof SHARED_KNOBS | keyof typeof INERT_KNOBS;

/** What a model can show. A view asks for a feature, never for a model's name. */
export type Feature =
  /** A span belongs to a thread. */
  | 'owners'
  /** A span holds blocks of one size. */
  | 'classes'
  /** A span is divided into slabs with owners of their own. */
  | 'parts'
  /** Blocks freed by another thread wait in a queue of their own. */
  | 'remoteQueues'
  /** A living thread can take over memory of another owner. */
  | 'adoption'
  /** Owners have queues of spans that hold remotely freed blocks. */
  | 'pendingQueues'
  /** A pass gives empty spans back to the OS. */
  | 'trim'
  /** A counter of live blocks can be above the truth. */
  | 'lyingCounter'
  /** Each new span says why none that there was could serve. */
  | 'causes'
  /** Spans belong to arenas that several threads share. */
  | 'arenas'
  /** Threads keep caches of free blocks in front of the spans. */
  | 'threadCaches'
  /** Free pages are given back while their span stays mapped. */
  | 'purge'
  /** Memory of ended threads stays theirs. */
  | 'orphans'
  /** The C library serves what it does not, and free must tell whose a block is. */
  | 'mixedHeaps'
  /** D0's plan is in force: what it calls fixed can be checked. */
  | 'checklist'
  /** Layers in front of it and behind it are told apart. */
  | 'layers'
  /** Threads that sleep matter to it. */
  | 'sleepers';

/** What there is to know of an allocator without its heap. Data: the page and the tables import it. */
export interface ModelDef {
  readonly id: string;
  /** Its name on a button. */
  readonly label: string;
  /** What one span (a row of the map) is called. */
  readonly noun: { readonly one: string; readonly many: string };
  /** What it is, in one or two sentences. */
  readonly help: string;
  /** Its own knobs. */
  readonly knobs: KnobTable;
  /** Knobs of knobs/shared.ts and knobs/inert.ts that it reads, or that its documents name. */
  readonly sharedKnobs: readonly SharedKnobId[];
  /** Why a shared knob or one of the machine's has no effect in this model: a text, always; else at times. */
  readonly sharedWhen?: Readonly<
    Partial<Record<SharedKnobId | keyof typeof MACHINE_KNOBS, string | When>>
  >;
  readonly features: readonly Feature[];
}

/** A colour of the page's palette, by what it stands for; the page maps it to a token of each theme. */
export type ColourToken =
  | 'ghost'
  | 'living'
  | 'owned'
  | 'dead'
  | 'inflated'
  | 'inflatedLow'
  | 'empty'
  | 'kept'
  | 'cached'
  | 'retired'
  | 'lazy'
  | 'full'
  | 'below'
  | 'bad'
  | 'mark';

/** State 0 of every model's spans: the row is not in use, its memory is the OS's again. */
export const UNMAPPED = 0;

/** What the map and the inspector show of a state. */
export interface StateShown<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly colour: ColourToken;
  /** Told apart by more than colour: what its swatch looks like. */
  readonly pattern?: 'hatched' | 'ringed' | 'hollow';
  /** The counter says more than there is: its colour goes from this one to its own with what it claims. */
  readonly claims?: ColourToken;
  /** The band of the ledger that the free bytes of such a span are in, where the state alone says so. */
  readonly band?: BandName;
  /** The span waits in a queue of spans. */
  readonly waits?: true;
}

/** States in the order of their indices: a list that names them in another order does not compile. */
export type StatesShown<Names extends readonly ['unmapped', ...string[]]> = {
  readonly [Index in keyof Names]: StateShown<Names[Index]>;
};

/** A reason that a model does not have. */
export const NO_REASON: ReasonShown = { text: '' };

/** Why a new span was necessary, by the argument b of its event. */
export interface ReasonShown {
  /** After a colon: “life 7 maps SuperSlab 3 for 64 B: …”. */
  readonly text: string;
  /** What it is in the lanes' legend and in the sentence over the map, where the model counts it. */
  readonly counted?: {
    readonly counter: CounterName;
    readonly label: string;
    readonly colour: ColourToken;
    /** “1,204 pages were made, 800 …”. Reasons with the same words are one. */
    readonly because: string;
  };
}

/** What the page shows of a model, in words and colours. Data; workers need none of it. */
export interface ModelShown {
  /** What one looks at, in two or three sentences; *terms* stand out. */
  readonly about: string;
  /** By the index of the state column. */
  readonly states: readonly StateShown[];
  /** First figure of a lane's head: a counter, and beside it its peak or what happens per 1,000 operations. */
  readonly figure: {
    readonly label: string;
    readonly counter: CounterName;
    readonly peak?: CounterName;
    readonly per1000?: CounterName;
  };
  /** Counters that not every model raises and this one does. */
  readonly counters: readonly CounterName[];
  /** What a counter is called here, where its name is another model's word. */
  readonly counterWords?: Readonly<Partial<Record<CounterName, string>>>;
  /** Kinds of events that not every model has and this one does. */
  readonly events: readonly EventKind[];
  readonly eventWords?: Readonly<Partial<Record<EventKind, string>>>;
  /** What an event says here in a sentence, where it is not what it is elsewhere. `who`: “life 7”. */
  readonly eventSays?: Readonly<
    Partial<Record<EventKind, (event: EventRecord, who: string) => string>>
  >;
  /** The event of a new span, and why it was necessary. */
  readonly newSpan: EventKind;
  readonly reasons: readonly ReasonShown[];
  /** Counters that sum to spans taken again instead of new ones. */
  readonly reuses: readonly CounterName[];
  /** How an operation was served (Outcome.path), the last for all further stages. */
  readonly paths: readonly string[];
  /** Bytes that were mapped with the event of a new span. */
  spanBytes(knobs: Readonly<KnobValues>, event: Pick<EventRecord, 'a'>): number;
  /** What is worth saying about legal but surprising settings of its knobs, a sentence each. */
  remarks?(knobs: Readonly<KnobValues>): readonly string[];
  /** Features that only some knobs bring into force. */
  readonly inForce?: Readonly<Partial<Record<Feature, (knobs: Readonly<KnobValues>) => boolean>>>;
}

/**
 * Values in the order of their indices: a list that names its entries instead of counting them.
 * @param missing stands for those that are not named
 */
export function byIndex<Name extends string, Value>(
  indices: Readonly<Record<Name, number>>,
  values: Readonly<Partial<Record<Name, Value>>>,
  missing: Value,
): readonly Value[] {
  const list: Value[] = [];
  for (const name of Object.keys(indices) as Name[]) list[indices[name]] = values[name] ?? missing;
  return list;
}
