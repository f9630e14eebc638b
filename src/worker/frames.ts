import type { Simulation } from '../engine/types.ts';
import { type FrameContext, writeFrame } from './frame-writer.ts';

/** Building frames takes at most one part in this many of the worker's time. */
const FRAME_SHARE = 8;
/** At most one frame in this time while running, ms. */
const FRAME_MS = 15;

export interface FrameDeps {
  /** Wall clock, ms. */
  now(): number;
  /** What a frame shows now; undefined: nothing yet. */
  scene(): { readonly sim: Simulation; readonly context: FrameContext } | undefined;
  /** Gives a buffer with a frame in it away. */
  post(generation: number, buffer: ArrayBuffer): void;
}

/**
 * Frames of a lane: the buffers that the page has lent (credits) and when to fill one. Without a free
 * buffer the page is behind: a frame while running is skipped, one that is owed is sent when a buffer comes.
 */
export class FrameFeed {
  private readonly credits: ArrayBuffer[] = [];
  private owed = false;
  private sentAt = -Infinity;
  /** Time between frames now, ms: large frames are sent less often. */
  private intervalMs = FRAME_MS;
  private sentOp = -1;

  constructor(private readonly deps: FrameDeps) {}

  /** Operation of the latest frame of the present run, -1: none yet. */
  get op(): number {
    return this.sentOp;
  }
  /** Another run begins. */
  forget(): void {
    this.sentOp = -1;
  }

  /** The page lends a buffer. */
  lend(buffer: ArrayBuffer): void {
    this.credits.push(buffer);
    if (this.owed) this.send();
  }

  /** The page must see how the run stands now: at once, or as soon as there is a buffer. */
  want(): void {
    this.owed = true;
    this.send();
  }

  /** The run moves: a frame when it is time for one. */
  tick(): void {
    if (this.deps.now() - this.sentAt >= this.intervalMs) this.send();
  }

  private send(): void {
    const scene = this.deps.scene();
    const buffer = scene ? this.credits.pop() : undefined;
    if (!scene || buffer === undefined) return;
    const { sim, context } = scene;
    const from = this.deps.now();
    const filled = writeFrame(buffer, sim, context);
    this.sentAt = this.deps.now();
    this.intervalMs = Math.max(FRAME_MS, FRAME_SHARE * (this.sentAt - from));
    this.sentOp = sim.op;
    this.owed = false;
    this.deps.post(context.generation, filled);
  }
}
