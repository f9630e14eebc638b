import type { Bytes, Ns } from '../base/units.ts';

/** What a record did to a block; `none`: the movement is one of threads or spans, which its events tell. */
export type MoveAct = 'malloc' | 'realloc' | 'free' | 'none';

/** A block: its span's row, and its number there as in an Outcome (slab × 65,536 + block where a span has slabs). */
export interface MovePlace {
  readonly row: number;
  readonly block: number;
}

/**
 * One thing that happened on the stage: a record that was carried out to its end, a thread table that the runtime
 * allocated or freed, or events that belong to neither. Every event of a run is in exactly one movement, in order.
 */
export interface Move {
  /** Whose thread did it, and the life of it now. */
  readonly chain: number;
  readonly life: number;
  /** Clock of that thread when it was done. */
  readonly ns: Ns;
  readonly act: MoveAct;
  /** Slot of the program, or of a thread table; -1: none. */
  readonly slot: number;
  /** Bytes asked for; 0: none. */
  readonly bytes: Bytes;
  /** Where the block of the slot was before: of a free and of a realloc. */
  readonly from: MovePlace | undefined;
  /** Where it is now: of a malloc and of a realloc; undefined: nowhere, or something else than the heap served it. */
  readonly to: MovePlace | undefined;
  /** It was freed by another than the owner of its memory, and counted so. */
  readonly remote: boolean;
  /** The runtime did it, for a thread table; not the program. */
  readonly runtime: boolean;
  /** Events from `firstEvent` up to `endEvent` - 1 were raised by it, or on the way to it. */
  readonly firstEvent: number;
  readonly endEvent: number;
}
