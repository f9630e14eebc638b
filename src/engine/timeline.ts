import { type Edit, isActEdit, withEdits } from './recipe.ts';
import type { Simulation, Snapshot } from './types.ts';

/** Bytes of the snapshots that one run keeps, unless told otherwise. */
export const TIMELINE_BYTES = 160 * 2 ** 20;
/** Operations between keyframes at first; it doubles whenever the budget is used up. */
const FIRST_INTERVAL = 16_384;
const MOST_KEYFRAMES = 96;

/** Does to a run what an edit says. */
export function applyEdit(sim: Simulation, edit: Edit): void {
  if (isActEdit(edit)) sim.act(edit);
  else sim.setKnob(edit.knob, edit.value);
}

interface Keyframe {
  readonly op: number;
  readonly snapshot: Snapshot;
  readonly bytes: number;
}

/**
 * Keyframes of a run and the edits that made it, so that any operation can be reached again: restore the
 * nearest keyframe before it, then replay. Memory is bounded: when the budget is used up every other
 * keyframe goes and the interval doubles, so that keyframes stay spread over the whole run.
 */
export class Timeline {
  private readonly keyframes: Keyframe[] = [];
  private bytes = 0;
  private list: Edit[];
  /** Edits already applied, by index. */
  private applied = 0;
  /** The run as it stood before the edits of an operation, so that they can be made again. */
  private stem: { readonly op: number; readonly snapshot: Snapshot } | undefined;
  /** The furthest operation that this run has reached. */
  horizon = 0;

  constructor(
    edits: readonly Edit[],
    private readonly budget = TIMELINE_BYTES,
    private interval = FIRST_INTERVAL,
  ) {
    // One run has one lane, whichever it is on screen.
    this.list = edits.map((edit) => ({ ...edit, lane: 0 })).sort((a, b) => a.op - b.op);
  }

  get edits(): readonly Edit[] {
    return this.list;
  }
  get keptBytes(): number {
    return this.bytes;
  }
  get count(): number {
    return this.keyframes.length;
  }

  /** Operations that may be done before the next edit or keyframe is due; at least 1. */
  room(op: number): number {
    const edit = this.list[this.applied]?.op ?? Infinity;
    const last = this.keyframes.at(-1)?.op ?? 0;
    const frame = op < last ? Infinity : (Math.floor(op / this.interval) + 1) * this.interval;
    return Math.max(1, Math.min(edit, frame) - op);
  }

  /** Applies edits that are due and keeps a keyframe where one is; call it wherever the run stands. */
  visit(sim: Simulation): void {
    // The start is kept before its edits: an edit there may end the run, or be made anew.
    if (this.keyframes.length === 0) this.keep(sim);
    this.applyEdits(sim);
    if (sim.op > this.horizon) this.horizon = sim.op;
    const last = this.keyframes.at(-1);
    const due = last !== undefined && sim.op > last.op && sim.op % this.interval === 0;
    if (due && sim.status === 'running') this.keep(sim);
  }

  private applyEdits(sim: Simulation): void {
    for (
      let edit = this.list[this.applied];
      edit !== undefined && edit.op <= sim.op;
      edit = this.list[this.applied]
    ) {
      applyEdit(sim, edit);
      this.applied++;
    }
  }

  private keep(sim: Simulation): void {
    const snapshot = sim.snapshot();
    const bytes = weigh(snapshot.parts);
    this.keyframes.push({ op: sim.op, snapshot, bytes });
    this.bytes += bytes;
    while (
      this.keyframes.length > 2 &&
      (this.bytes > this.budget || this.keyframes.length > MOST_KEYFRAMES)
    )
      this.thin();
  }

  /** Doubles the interval; keyframes that are not at a multiple of it go, the first one stays. */
  private thin(): void {
    this.interval *= 2;
    const kept = this.keyframes.filter(({ op }, i) => i === 0 || op % this.interval === 0);
    this.keyframes.splice(0, this.keyframes.length, ...kept);
    this.bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The nearest keyframe at or before an operation; the first one is at the start. */
  before(op: number): Keyframe {
    let found = this.keyframes[0];
    for (const frame of this.keyframes) if (frame.op <= op) found = frame;
    return found;
  }

  /** Brings the run to the nearest keyframe at or before `op`; replaying to `op` is the caller's. */
  rewind(sim: Simulation, op: number): void {
    const frame = this.before(op);
    sim.restore(frame.snapshot);
    this.applied = this.list.filter((edit) => isPast(edit, frame.op)).length;
    this.applyEdits(sim);
  }

  /**
   * Edits made now: what lay ahead is another future, its edits and keyframes go. A knob turned again at
   * the same operation replaces its earlier turn: the run goes back to before the edits of this operation
   * and makes them anew, so that it is what its recipe says.
   */
  edit(sim: Simulation, edits: readonly Edit[]): void {
    const { op } = sim;
    const before = this.list.filter((edit) => edit.op <= op);
    const after = withEdits(before, op, 0, edits);
    const replaced = after.length < before.length + edits.length;
    const first = !before.some((edit) => edit.op === op);
    if (this.keyframes.length === 0) this.keep(sim);
    const kept = this.keyframes.filter((frame) => frame.op < op || frame.op === 0);
    this.keyframes.splice(0, this.keyframes.length, ...kept);
    this.bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    if (first) this.stem = { op, snapshot: op === 0 ? kept[0].snapshot : sim.snapshot() };
    this.list = after;
    if (replaced) this.return(sim, op);
    else {
      this.applied = after.length;
      for (const edit of edits) applyEdit(sim, edit);
    }
    this.horizon = op;
  }

  /** Brings the run to `op` again and makes the edits of the list on the way. */
  private return(sim: Simulation, op: number): void {
    const { stem } = this;
    if (stem?.op === op) {
      sim.restore(stem.snapshot);
      this.applied = this.list.filter((edit) => edit.op < op).length;
      this.applyEdits(sim);
      return;
    }
    this.rewind(sim, op);
    runTo(sim, this, op);
  }
}

/** Whether a keyframe at `op` was taken after this edit: all are, but for the one at the start. */
export const isPast = (edit: Edit, op: number): boolean => edit.op <= op && op > 0;

/** Bytes of all typed arrays in a snapshot, and a little for the rest. */
export function weigh(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weigh(item), 16);
  if (typeof value === 'object' && value !== null)
    return Object.values(value).reduce((sum: number, item) => sum + weigh(item), 32);
  return 8;
}

/**
 * Runs to an operation, keyframes and edits on the way; the plain form of what the worker does in slices.
 * A run that waits for the user's hand gets no further than that.
 */
export function runTo(sim: Simulation, timeline: Timeline, op: number): void {
  timeline.visit(sim);
  while (sim.op < op && sim.status === 'running' && !sim.awaitsHand) {
    sim.advance(Math.min(op - sim.op, timeline.room(sim.op)));
    timeline.visit(sim);
  }
}

/** Brings a run to an operation from wherever it stands. */
export function seek(sim: Simulation, timeline: Timeline, op: number): void {
  // Ahead, a keyframe may be nearer than where the run stands.
  const nearer = timeline.count > 0 && timeline.before(op).op > sim.op;
  if (op < sim.op || nearer || sim.status !== 'running') timeline.rewind(sim, op);
  runTo(sim, timeline, op);
}
