import type { Bytes, Ns, OpIndex } from '../base/units.ts';
import type { ModelId } from './allocators/index.ts';
import type { Intervention } from './interventions.ts';
import type { KnobId, KnobValue, KnobValues } from './knobs/index.ts';
import type { Move } from './moves.ts';
import type { HandCall } from './programs/program.ts';
import type { CounterName } from './telemetry/counters.ts';
import type { EventLog } from './telemetry/events.ts';
import type { History } from './telemetry/history.ts';
import type { EndedBy, RunStatus } from './telemetry/states.ts';

export type { ModelId };

/** Columns of spans (SuperSlabs, pages) that a frame carries; the engine fills them, row = map position. */
export interface SpanColumns {
  /** SS_STATES index. */
  readonly state: Uint8Array;
  readonly cls: Uint8Array;
  /** Chain slot of the owner: 0 main, 1..threads; 255 none (central list). */
  readonly chain: Uint8Array;
  /** SPAN_FLAG bits. */
  readonly flags: Uint8Array;
  /** Slabs acquired so far. */
  readonly slabs: Uint8Array;
  /** Blocks truly allocated. */
  readonly live: Uint32Array;
  /** Blocks that its counter believes to be live. */
  readonly believed: Uint32Array;
  /** Blocks that it has room for. */
  readonly capacity: Uint32Array;
  /** Blocks waiting in remote queues. */
  readonly queued: Uint32Array;
  /** Life that owns it, or owned it. */
  readonly owner: Int32Array;
  /** Operation index at which it was mapped. */
  readonly born: Uint32Array;
}

/** What a frame says of spans and their remote queues. */
export interface RowsShown {
  /** At least as long as there are rows; what lies beyond means nothing. */
  readonly columns: SpanColumns;
  /** Queued blocks by chain (rows, living owner first, then the chain's dead) and class: 2 × chains × classes. */
  readonly queues: Float64Array;
}

export const SPAN_FLAG = { ownerDead: 1, adopted: 2, persistent: 4 } as const;

/** One slab in the close view of a span. */
export interface SlabDetail {
  readonly index: number;
  readonly acquired: boolean;
  readonly owner: number;
  readonly ownerAlive: boolean;
  readonly capacity: number;
  readonly carved: number;
  readonly live: number;
  readonly free: number;
  readonly queued: number;
  readonly believed: number;
  readonly residentPages: number;
  /** Where slabs are slots of a shared pool: in what state it is, and of which class (0: none). */
  readonly slot?: { readonly state: SlotState; readonly blockBytes: Bytes };
}

/** States of a slot of a shared pool: never taken, or without a class again; owned; given back. */
export type SlotState = 'unused' | 'active' | 'empty';

export interface SpanDetail {
  readonly index: number;
  readonly serial: number;
  /** Name of its state: one of those that its model shows. */
  readonly state: string;
  readonly cls: number;
  readonly blockBytes: Bytes;
  readonly bytes: Bytes;
  /** Start address in the modelled address space, as hexadecimal text. */
  readonly address: string;
  readonly owner: number;
  readonly ownerChain: number;
  readonly ownerAlive: boolean;
  readonly adoptedFrom: number;
  readonly bornOp: OpIndex;
  readonly bornNs: Ns;
  readonly live: number;
  readonly believed: number;
  readonly queued: number;
  readonly capacity: number;
  /** Pinned by an intervention. */
  readonly pinned: boolean;
  readonly slabs: readonly SlabDetail[];
}

/** One chain of lives, for menus. */
export interface ThreadDetail {
  readonly chain: number;
  /** Its running life, or its last one. */
  readonly life: number;
  readonly running: boolean;
  /** Waits to be woken. */
  readonly asleep: boolean;
  readonly clockNs: Ns;
  /** Operations of the chain so far. */
  readonly ops: number;
  /** SuperSlabs or pages that its running life owns. */
  readonly owned: number;
}

export const BLOCK_STATES = ['live', 'free', 'queued', 'uncarved'] as const;
export type BlockState = (typeof BLOCK_STATES)[number];

/** All blocks of one slab, from walking its lists. */
export interface BlocksDetail {
  readonly span: number;
  readonly slab: number;
  readonly blockBytes: Bytes;
  readonly headerBytes: number;
  /** BLOCK_STATES index per block. */
  readonly states: Uint8Array;
  /** Requested bytes of live blocks, 0 otherwise. */
  readonly requested: Uint32Array;
  /** Workload slot of live blocks, -1 otherwise; thread tables are -2. */
  readonly slots: Int32Array;
  /** Where blocks differ in size: first byte of each, from the span's beginning, and its bytes, tags included. */
  readonly offsets?: Float64Array;
  readonly bytes?: Float64Array;
  /** Where a block's place in this list is not its number in an Outcome: the numbers; below 0: none. */
  readonly numbers?: Int32Array;
  /** Bytes of each block that are the allocator's (a header byte, tags), and how many of them are in front. */
  readonly overhead: number;
  readonly lead: number;
}

/**
 * What `superslab_refill` writes when it fails (S-12), with the names of D1's line: the SuperSlab that the thread
 * had for the class (*prev_ss*, -1: none), the counter, the bitmap of its slabs in use as far as 32 bits go, and of
 * its current slab blocks used, capacity and index. *reused_freelist*: a free list was found; *free_idx*: a slab not
 * in use, -1: none, -2: there was nowhere to look.
 */
export interface RefillLog {
  readonly op: OpIndex;
  readonly ns: Ns;
  readonly life: number;
  readonly blockBytes: Bytes;
  readonly class: number;
  readonly prevSs: number;
  readonly active: number;
  readonly bitmap: number;
  readonly used: number;
  readonly cap: number;
  readonly slabIdx: number;
  readonly reusedFreelist: 0 | 1;
  readonly freeIdx: number;
  readonly errno: number;
}

/** What the autopsy card says; every figure is counted from states. */
export interface Autopsy {
  readonly model: ModelId;
  readonly status: RunStatus;
  readonly endedBy: EndedBy;
  readonly op: OpIndex;
  readonly ns: Ns;
  /** The first refused mapping, if any. */
  readonly refused?: {
    readonly what: 'superslab' | 'stack';
    readonly life: number;
    readonly chain: number;
    readonly op: OpIndex;
    readonly ns: Ns;
    readonly entries: number;
    readonly classBytes: Bytes;
  };
  readonly crash?: {
    readonly reason: keyof typeof import('./telemetry/events.ts').CRASH;
    readonly superslab: number;
    readonly life: number;
  };
  /** What the first refill that returned NULL had to say, where the allocator writes such a line. */
  readonly refill?: RefillLog;
  /** How many refills did, and the lines of the first of them, oldest first. */
  readonly refills?: { readonly failed: number; readonly logs: readonly RefillLog[] };
  readonly lives: number;
  readonly livesAlive: number;
  readonly superslabs: number;
  readonly superslabsPerLife: number;
  readonly liveBlocks: number;
  readonly workloadBlocks: number;
  readonly threadTables: number;
  /** live 0, counter above 0: nobody can tell that they are empty. */
  readonly inflated: number;
  /** Of these, where a living thread allocates now. */
  readonly inflatedCurrent: number;
  /** live 0, counter 0, owner dead or not current: a trim could free them. */
  readonly freeable: number;
  /** Of these, kept in reserve: a trim pass, the pool or prewarming has left them on purpose. */
  readonly kept: number;
  readonly orphansHolding: number;
  readonly livingOwned: number;
  /** Spans with room that their living owners have set aside and never look into again. */
  readonly forgotten: number;
  /** Adoptions though the adopter’s own span had room. */
  readonly unneeded: number;
  /** Free blocks that no list leads to. */
  readonly graveyard: number;
  /** Spans whose pages were given up and whose mapping stays, for nobody. */
  readonly retired: number;
  readonly entries: {
    readonly superslabs: number;
    readonly stacks: number;
    readonly base: number;
    readonly other: number;
  };
  readonly entriesOfDeadStacks: number;
  readonly bands: readonly {
    readonly band: string;
    readonly bytes: Bytes;
    readonly resident: Bytes;
  }[];
}

export interface AdvanceResult {
  /** Operations done by this call. */
  readonly ops: number;
  /** True when the call stopped because a watched event happened. */
  readonly hit: boolean;
}

/** Where a block of the user's hand is; undefined for one that something else than the allocator's spans holds. */
export interface HandPlace {
  /** Span, slab and block as `inspectBlocks` counts them. */
  readonly row: number;
  readonly slab: number;
  readonly block: number;
  /** First byte of the program's. */
  readonly address: number;
  /** Bytes that the program may use, at least those it asked for. */
  readonly usable: number;
  /** Bytes that the block takes up, tags and headers of its own included. */
  readonly bytes: number;
}

/** One of the program's slots, as a user's hand finds it. */
export interface HandSlot {
  /** Requested bytes; 0: it is empty. */
  readonly bytes: number;
  /** Chain that allocated it. */
  readonly by: number;
  readonly place: HandPlace | undefined;
}

/** A call by hand that was carried out, and what came of it. */
export interface HandDone {
  /** Operation that it was. */
  readonly op: OpIndex;
  readonly act: 'malloc' | 'realloc' | 'free';
  readonly chain: number;
  readonly slot: number;
  readonly bytes: number;
  readonly before: HandSlot;
  readonly after: HandSlot;
  /** How it was served, as in an Outcome. */
  readonly path: number;
  /** Virtual time that it took, ns. */
  readonly ns: Ns;
  /** What it counted: counters that are no gauges, by name, in their order. */
  readonly counted: readonly { readonly counter: CounterName; readonly by: number }[];
}

/** A stretch of memory with blocks in it, for a picture. */
export interface HandStretch {
  /** Address of its first byte, and its bytes. */
  readonly address: number;
  readonly bytes: Bytes;
  /** Life that owns it; below 0: nobody. */
  readonly owner: number;
  readonly ownerChain: number;
  readonly blocks: BlocksDetail;
}

/** What a user's hand sees of a run. */
export interface HandDetail {
  readonly op: OpIndex;
  readonly slots: readonly HandSlot[];
  /** Threads that can make calls, by their chains; those that have ended are left out. */
  readonly threads: readonly number[];
  /** A call that was given and is the next operation. */
  readonly due: HandCall | undefined;
  readonly latest: HandDone | undefined;
  /**
   * Where blocks differ in size, the whole heap in address order; else the slabs or pages with a block that
   * is not free, and those that the latest call was about. The first sixteen.
   */
  readonly stretches: readonly HandStretch[];
  /** Stretches left out. */
  readonly more: number;
}

/** What the latest operation came to. */
export interface Outcome {
  readonly chain: number;
  /** Which operation of the chain, from 0. */
  readonly k: number;
  /** Row of the SuperSlab or page that served it; -1: something else did. */
  readonly row: number;
  /** Block in its slab or page, slab × 65,536 + block under tiny. */
  readonly block: number;
  /** How it was served: 0 fast, else the stage of the slow path, or that there was one. */
  readonly path: number;
  /** Slot of the program that holds the block; slot whose block the operation freed, -1: none. */
  readonly slot: number;
  readonly freed: number;
  readonly life: number;
}

/** One record of the program's stream, and the block that it was about. */
export interface RecordOutcome {
  readonly chain: number;
  readonly life: number;
  readonly slot: number;
  /** The slot's block was freed; else one was allocated into the slot, in `row`, as `block`. */
  readonly freed: boolean;
  readonly row: number;
  readonly block: number;
}

/** Opaque copy of everything that decides the future of a run. */
export interface Snapshot {
  readonly op: number;
  readonly bytes: number;
  readonly parts: Readonly<Record<string, unknown>>;
}

/** Where the map entries are, the numbers a frame and the JSON carry. */
export interface MapEntries {
  superslabs: number;
  stacks: number;
  base: number;
  other: number;
}

/**
 * One run of one lane. Deterministic: the same knobs and the same sequence of operations and knob
 * changes give the same digest, however the calls to `advance` are sliced.
 */
export interface Simulation {
  readonly model: ModelId;
  readonly knobs: Readonly<KnobValues>;
  readonly op: OpIndex;
  /** Virtual time of the run: the smallest clock of the threads that still run. */
  readonly virtualNs: Ns;
  readonly status: RunStatus;
  readonly endedBy: EndedBy;
  /**
   * The run goes on only when the user's hand gives it a call: until then `advance` does nothing, and
   * virtual time stands.
   */
  readonly awaitsHand: boolean;
  /** True once some mapping was refused. */
  readonly oomSeen: boolean;
  readonly counters: Float64Array;
  readonly events: EventLog;
  readonly history: History;
  /** Block size of each class, in bytes; the header byte is part of it. */
  readonly classBytes: readonly number[];
  /** Rows of the span columns in use, unmapped ones included. */
  readonly rows: number;
  /** Chains of lives, main (slot 0) included. */
  readonly chains: number;

  /** Its warm-up is not done: it stands before operation 0, and nothing else may be asked of it than to go on or be restored. */
  readonly warming: boolean;
  /** Goes on with the warm-up. @param enough asked after every few calls: true to stop there */
  warmUp(enough?: () => boolean): void;
  /** Does at most `maxOps` operations. `watch`: kinds of events that stop it right after the operation (setOfKinds). */
  advance(maxOps: number, watch?: number): AdvanceResult;
  /** Newest life; ids go from 0, main, to this. */
  readonly lastLife: number;
  /** Chain slot of a life. */
  chainOf(life: number): number;
  /** What the latest operation came to; call it after `advance(1)`. */
  lastOutcome(): Outcome;
  /** Records carried out by the latest `advance(1)`, of whatever operation and chain, oldest first. */
  lastRecords(): readonly RecordOutcome[];
  /**
   * From now on tells of each movement right after it, while the run stands as it left things; undefined: no more.
   * It only looks: a run that is watched is the run that is not, at a fraction of its speed. To be used with
   * `advance(1)`.
   */
  watchMoves(tell: ((move: Move) => void) | undefined): void;
  /** Turns a knob now. The value must be valid and the knob `live`. */
  setKnob(id: KnobId, value: KnobValue): void;
  /**
   * Why an intervention cannot be done now, in one sentence; undefined: it can. Changes nothing.
   * @param instead a call by hand is to take the place of those that are due and were given at this operation
   */
  whyNot(act: Intervention, instead?: boolean): string | undefined;
  /** Does an intervention, or notes as an event that it could not be done. */
  act(act: Intervention): void;
  /** The chains, main left out. */
  listThreads(): ThreadDetail[];
  /** Ends the run on the user's word. */
  abort(): void;
  /** Ends the run because the operations asked for are done. */
  stopAtLimit(): void;

  /** Brings the gauge counters up to date and returns the column. */
  readCounters(): Float64Array;
  /** Fills BANDS bytes and resident bytes; both columns have BAND_COUNT entries. */
  readLedger(mapped: Float64Array, resident: Float64Array): void;
  readEntries(): MapEntries;
  readonly mappedBytes: Bytes;
  readonly residentBytes: Bytes;
  readonly peakMappedBytes: Bytes;
  readonly peakResidentBytes: Bytes;
  /** What the map shows of `rows` rows, as they are now: the run's own columns, to be read before it goes on. */
  readRows(): RowsShown;

  inspectSpan(index: number): SpanDetail | undefined;
  inspectBlocks(span: number, slab: number): BlocksDetail | undefined;
  /** What the user's hand sees; undefined: the program works by itself. */
  readHand(): HandDetail | undefined;
  autopsy(): Autopsy;

  /** Sixteen hexadecimal digits over state and counters, not over the recipe. */
  digest(): string;
  /** Empty when every invariant holds; else one sentence per violation. */
  audit(): string[];
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
}
