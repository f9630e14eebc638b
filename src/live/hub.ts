import type { FrameView } from '../worker/frame.ts';
import type { Summary } from '../worker/protocol.ts';
import { invalidate, STAGES, type Stage } from './raf.ts';

type Draw = (frame: FrameView) => void;

/**
 * The latest frame of a lane and who draws it. Subscribers run in the page's one animation frame and
 * keep no view of the frame past their call: its buffer goes back to the worker.
 */
export class LaneHub {
  private frame: FrameView | undefined;
  private last: Summary | undefined;
  private readonly draws: Readonly<Record<Stage, Set<() => void>>> = {
    picture: new Set(),
    text: new Set(),
  };
  private readonly listeners = new Set<(summary: Summary) => void>();

  get latest(): FrameView | undefined {
    return this.frame;
  }
  get summary(): Summary | undefined {
    return this.last;
  }

  /** Draws every newer frame, and the present one at the next animation frame, among what is of its stage. */
  subscribe(draw: Draw, stage: Stage = 'text'): () => void {
    const draws = this.draws[stage];
    const own = (): void => {
      if (this.frame && draws.has(own)) draw(this.frame);
    };
    draws.add(own);
    if (this.frame) invalidate(own, stage);
    return () => draws.delete(own);
  }

  subscribeSummary(listener: (summary: Summary) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A newer frame is there; the older one's buffer is about to leave. */
  setFrame(frame: FrameView): void {
    this.frame = frame;
    this.redraw();
  }

  setSummary(summary: Summary): void {
    this.last = summary;
    for (const listener of this.listeners) listener(summary);
  }

  /** Draws the present frame again, after a resize or a change of colours. */
  redraw(): void {
    for (const stage of STAGES) for (const own of this.draws[stage]) invalidate(own, stage);
  }
}
