import type { FrameView } from '../worker/frame.ts';
import type { Summary } from '../worker/protocol.ts';
import { invalidate } from './raf.ts';

type Draw = (frame: FrameView) => void;

/**
 * The latest frame of a lane and who draws it. Subscribers run in the page's one animation frame and
 * keep no view of the frame past their call: its buffer goes back to the worker.
 */
export class LaneHub {
  private frame: FrameView | undefined;
  private last: Summary | undefined;
  private readonly draws = new Set<Draw>();
  private readonly listeners = new Set<(summary: Summary) => void>();
  private readonly paint = (): void => {
    const { frame } = this;
    if (!frame) return;
    for (const draw of this.draws) draw(frame);
  };

  get latest(): FrameView | undefined {
    return this.frame;
  }
  get summary(): Summary | undefined {
    return this.last;
  }

  /** Draws every newer frame, and the present one at the next animation frame. */
  subscribe(draw: Draw): () => void {
    const own: Draw = (frame) => draw(frame);
    this.draws.add(own);
    if (this.frame) {
      invalidate(() => {
        if (this.frame && this.draws.has(own)) own(this.frame);
      });
    }
    return () => this.draws.delete(own);
  }

  subscribeSummary(listener: (summary: Summary) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A newer frame is there; the older one's buffer is about to leave. */
  setFrame(frame: FrameView): void {
    this.frame = frame;
    invalidate(this.paint);
  }

  setSummary(summary: Summary): void {
    this.last = summary;
    for (const listener of this.listeners) listener(summary);
  }

  /** Draws the present frame again, after a resize or a change of colours. */
  redraw(): void {
    invalidate(this.paint);
  }
}
