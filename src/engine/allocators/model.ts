import type { INERT_KNOBS } from '../knobs/inert.ts';
import type { KnobTable, When } from '../knobs/kinds.ts';
import type { SHARED_KNOBS } from '../knobs/shared.ts';

/** A knob that no model owns and each that reads it names. */
export type SharedKnobId = keyof typeof SHARED_KNOBS | keyof typeof INERT_KNOBS;

/** What a model can show. A view asks for a feature, never for a model's name. */
export type Feature =
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
  /** Why a shared knob may have no effect in this model. */
  readonly sharedWhen?: Readonly<Partial<Record<SharedKnobId, When>>>;
  readonly features: readonly Feature[];
}
