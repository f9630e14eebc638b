import type { ErrorCode } from '../base/result.ts';
import type { Ns, OpIndex } from '../base/units.ts';
import type { Intervention } from '../engine/interventions.ts';
import type { KnobId, KnobValue, KnobValues } from '../engine/knobs/index.ts';
import type { Provenance } from '../engine/provenance.ts';
import type { Edit } from '../engine/recipe.ts';
import type { ReelAsk } from '../engine/reel.ts';
import type { StageReel } from '../engine/stage.ts';
import type { EventKind, EventRecord } from '../engine/telemetry/events.ts';
import type { EndedBy, RunStatus } from '../engine/telemetry/states.ts';
import type {
  Autopsy,
  BlocksDetail,
  HandDetail,
  SpanDetail,
  ThreadDetail,
} from '../engine/types.ts';

/**
 * Every message between page and worker. There is one kind of worker; its first message, `begin`, says
 * what it is to be: a *lane*, which holds a run (the rows below), or one of the pool's, which does *jobs*
 * (jobs.ts).
 *
 * Buffer contract: the page makes four frame buffers per lane and lends them to the worker as
 * credits. The worker fills one and transfers it; the page keeps the one that is shown until a newer one
 * replaces it, and at most two that wait for those of other lanes. Without a free buffer the worker keeps simulating and
 * skips the frame. A frame of an older generation is given back undrawn.
 *
 * Requests: each has an id and always settles, by a reply, by an error or, after `cancel`, by
 * E_ABORTED. At most one knob update is in flight; later ones merge on the page's side.
 * The worker runs in slices of about 8 ms, so that pause and cancel overtake.
 */
export const PROTOCOL_VERSION = 8;
/** Frame buffers per lane. */
export const FRAME_CREDITS = 4;
/** A worker silent for this long while something is owed is asked for a sign of life, then replaced; in ms. */
export const WATCHDOG_MS = 5000;
/** Length of one slice of work in a worker, ms: messages overtake after at most about this long. */
export const SLICE_MS = 8;

/** Where a run stands; JSON-able, small, sent on changes and as a reply. */
export interface Summary {
  readonly generation: number;
  readonly op: OpIndex;
  readonly virtualNs: Ns;
  readonly status: RunStatus;
  readonly endedBy: EndedBy;
  readonly oomSeen: boolean;
  readonly playing: boolean;
  /** It goes on only when the user's hand gives it a call; until then it does not play. */
  readonly awaitsHand: boolean;
  /** The furthest operation that this run has reached. */
  readonly horizon: number;
  /**
   * How much of a journey through time is done, 0 to 1; that it looks for something, and nobody knows how far that is;
   * or that it warms up before its first operation. Undefined: nothing that takes long is under way.
   */
  readonly journey: number | 'looking' | 'warming' | undefined;
}

/** The operation to ask for to stand here again: the one that ended a run is not counted, one more ends it again. */
export const reachOf = ({ op, status }: Pick<Summary, 'op' | 'status'>): number =>
  op + (status === 'running' ? 0 : 1);

/** Where a step to an event, in either direction, came to. */
export interface Arrival extends Summary {
  /** There was none: the run stands where it stood before. */
  readonly missed: boolean;
}

/** Operations per second of wall time, or flat out. */
export type Speed = number | 'max';

export type StepTarget =
  | { readonly by: 'op'; readonly ops: number }
  /** Runs until right after the next event of one of these kinds, or the end. */
  | { readonly by: 'event'; readonly kinds: readonly EventKind[] };

/** What `configure` runs: resolved knobs, then edits in order of op, then straight to `startAt`. */
export interface LaneConfig {
  readonly generation: number;
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
  /** The run is brought here before anything is shown; 0: the start. */
  readonly startAt: number;
  /** Bytes that keyframes may take; undefined: the engine's default. */
  readonly timelineBytes?: number;
  /** Check every invariant after each slice (?audit=1). */
  readonly audit?: boolean;
}

/** What a lane's worker answers: request name → [argument, reply]. One row per message. */
export interface Calls {
  configure: [LaneConfig, Summary];
  play: [{ readonly speed: Speed }, Summary];
  pause: [undefined, Summary];
  step: [StepTarget, Arrival];
  /** Runs to the end, or to `op`, as fast as it can; frames keep coming. */
  runTo: [{ readonly op: number }, Summary];
  /**
   * Brings the run to an operation, in either direction; frames come when it is there. `coarse`: only to
   * the nearest keyframe before it, at once.
   */
  seek: [{ readonly op: number; readonly coarse?: boolean }, Summary];
  /** Brings it to right after the latest event of these kinds before now. */
  previousEvent: [{ readonly kinds: readonly EventKind[] }, Arrival];
  /** Who allocated and freed a block, found by replaying with that one subject recorded. */
  provenance: [
    { readonly span: number; readonly slab: number; readonly block: number },
    Provenance | undefined,
  ];
  setKnobs: [
    { readonly changes: readonly { readonly knob: KnobId; readonly value: KnobValue }[] },
    { readonly op: number },
  ];
  /** Deals a blow to the run where it stands, or makes a call by hand; `refused` says why nothing was done. */
  intervene: [Intervention, { readonly op: number; readonly refused?: string }];
  /**
   * What moved in a stretch of the run, by replaying it beside the run, which does not move; see engine/reel.ts. A
   * newer question takes the place of one that is not answered.
   */
  stage: [ReelAsk, StageReel];
  threads: [undefined, readonly ThreadDetail[]];
  /** What the user's hand sees; undefined: the program makes its own calls. */
  hand: [undefined, HandDetail | undefined];
  inspectSpan: [{ readonly index: number }, SpanDetail | undefined];
  inspectBlocks: [{ readonly span: number; readonly slab: number }, BlocksDetail | undefined];
  /** Events with first <= seq < last that are still kept; at most 1,000. */
  events: [
    {
      readonly first: number;
      readonly last: number;
      readonly kinds?: readonly EventKind[];
      readonly most?: number;
    },
    readonly EventRecord[],
  ];
  /** The chain of causes that ends in this event, oldest first. */
  causes: [{ readonly seq: number }, readonly EventRecord[]];
  /** What is kept of the run, as a file's text; `events` of `all` are in it. */
  exportText: [
    { readonly as: ExportKind; readonly name: string },
    { readonly text: string; readonly events: number; readonly all: number },
  ];
  autopsy: [undefined, Autopsy];
  digest: [undefined, { readonly op: number; readonly digest: string }];
  audit: [undefined, readonly string[]];
}
export type CallName = keyof Calls;
/** Files that a run can be written to. */
export type ExportKind = 'perfetto' | 'history' | 'events';

/** A table of requests: name → [argument, reply]. */
export type Rows<Table> = { readonly [Name in keyof Table]: readonly [unknown, unknown] };
/** The message of each request of a table. */
export type CallOf<Table extends Rows<Table>> = {
  readonly [Name in keyof Table]: {
    readonly t: 'call';
    readonly id: number;
    readonly name: Name;
    readonly arg: Table[Name][0];
  };
}[keyof Table];

/** A request as it goes over the wire. */
export const callOf = <Table extends Rows<Table>, Name extends keyof Table>(
  id: number,
  name: Name,
  arg: Table[Name][0],
): CallOf<Table> => ({ t: 'call', id, name, arg }) as CallOf<Table>;

/** One end of a channel, as a worker sees it; its global scope and a MessagePort both fit. */
export interface Port<In, Out> {
  postMessage(message: Out, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<In>) => void) | null;
}

/** What a worker is to be. */
export type Role = 'lane' | 'job';
/** The first message to any worker. One that speaks another protocol says so and does nothing else. */
export interface Begin {
  readonly t: 'begin';
  readonly role: Role;
  readonly protocol: number;
}
/** To any worker, whatever its role. */
export type ToAny =
  | { readonly t: 'cancel'; readonly id: number }
  | { readonly t: 'ping'; readonly id: number };
/** From any worker, whatever its role. */
export type FromAny =
  | { readonly t: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly t: 'error'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  /** A fault of ours; nothing more is to be expected of this worker. E_PROTOCOL: nor of another one. */
  | { readonly t: 'fault'; readonly code: ErrorCode; readonly message: string }
  | { readonly t: 'pong'; readonly id: number };

export type ToLane =
  | ToAny
  | CallOf<Calls>
  /** A frame buffer lent to the worker. */
  | { readonly t: 'credit'; readonly buffer: ArrayBuffer }
  /**
   * Of the run of this generation, begun or not: operations at which the lane meets others and is shown, in order.
   * Play and ways ahead go no further than the last; undefined: it is alone, and goes as far as it can.
   */
  | {
      readonly t: 'grant';
      readonly generation: number;
      readonly points: readonly number[] | undefined;
    };

export type FromLane =
  | FromAny
  | { readonly t: 'frame'; readonly generation: number; readonly buffer: ArrayBuffer }
  /** Status, end of run, playing or paused: sent when it changes. */
  | { readonly t: 'summary'; readonly summary: Summary };
