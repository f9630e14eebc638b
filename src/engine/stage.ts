import type { Bytes } from '../base/units.ts';
import type { Move } from './moves.ts';
import type { EventRecord } from './telemetry/events.ts';

/** A thread of the stage: the running life of a chain, or its last one. */
export interface StageThread {
  readonly chain: number;
  readonly life: number;
  readonly state: 'runs' | 'asleep' | 'dead';
  /** Operations of the chain so far. */
  readonly ops: number;
}

/** A span as it stands: whose it is, and its blocks as far as they are shown. */
export interface StageSpan {
  readonly row: number;
  /** Counts mappings: a row that is mapped again is another span. */
  readonly serial: number;
  /** Name of its state: one of those that its model shows. */
  readonly state: string;
  readonly cls: number;
  readonly blockBytes: Bytes;
  /** Life that owns it, or owned it, and its chain; below 0: nobody. */
  readonly owner: number;
  readonly ownerChain: number;
  readonly ownerAlive: boolean;
  readonly adoptedFrom: number;
  readonly live: number;
  /** What its counter believes to be live. */
  readonly believed: number;
  readonly queued: number;
  readonly capacity: number;
  /** Blocks that have been used, the lowest numbers first, at most MOST_CELLS: number, BLOCK_STATES index, slot. */
  readonly cells: Int32Array;
  readonly cellStates: Uint8Array;
  readonly cellSlots: Int32Array;
  /** Used blocks that are left out. */
  readonly more: number;
}

/** What stands on the stage after an operation. */
export interface StageScene {
  readonly op: number;
  /** Sequence number of the next event: two scenes of a run with the same operation and this are the same. */
  readonly seq: number;
  /** Main first, then the chains. */
  readonly threads: readonly StageThread[];
  readonly spans: readonly StageSpan[];
  /** Mapped spans that are left out: those of the dead and of nobody first, and of each the oldest. */
  readonly more: number;
  readonly entries: number;
}

/** One movement and what it changed. */
export interface StageBeat extends Move {
  /** Operation that it belongs to: the one that is done after it, or 1 more than was counted when the run ended in it. */
  readonly op: number;
  readonly events: readonly EventRecord[];
  /** Spans that it touched, as they are after it. */
  readonly spans: readonly StageSpan[];
  /** Rows that have no memory any more. */
  readonly gone: readonly number[];
  readonly threads: readonly StageThread[];
  readonly seq: number;
  readonly entries: number;
}

/** What happened after operation `from`, up to `op`. */
export interface StageReel {
  readonly from: number;
  readonly op: number;
  /** Sequence number of the next event when it begins. */
  readonly seq: number;
  /** The stage when it begins, if it was asked for. */
  readonly scene: StageScene | undefined;
  readonly beats: readonly StageBeat[];
}
