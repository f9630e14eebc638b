import { type FrameView, H } from '../worker/frame.ts';
import type { LaneHub } from './hub.ts';
import { invalidate, later } from './raf.ts';

/** Who may be out of sight. */
export interface InSight {
  readonly now: boolean;
  /** Calls back whenever it comes into sight. @returns a function that stops it */
  onReturn(listener: () => void): () => void;
}

/**
 * While runs play, texts are written at ticks of this length, ms, which are the same for all: a frame in which
 * something is laid out lays out everything that has changed, and most frames lay out nothing. People cannot
 * read faster.
 */
export const TICK_MS = 125;

/** What is to be written at the next tick that its number of ticks divides. */
interface Waiting {
  readonly ticks: number;
  readonly write: () => void;
}
const waiting = new Set<Waiting>();
let ticking = false;

const tickOf = (now: number): number => Math.floor(now / TICK_MS);

function awaitTick(): void {
  if (ticking || waiting.size === 0) return;
  ticking = true;
  const now = performance.now();
  const next = tickOf(now) + 1;
  later(
    () => {
      ticking = false;
      // Timers may be early by a fraction, and late by any time.
      const last = Math.max(next, tickOf(performance.now()));
      for (const due of waiting) {
        if (Math.floor(last / due.ticks) * due.ticks < next) continue;
        waiting.delete(due);
        invalidate(due.write, 'text');
      }
      awaitTick();
    },
    next * TICK_MS - now,
  );
}

/**
 * Writes the frames of a lane at most once in about `everyMs`, in whole ticks; the newest always arrives, also
 * when frames stop. What is out of sight is not written while the run plays.
 * @returns a function that stops it
 */
export function follow(
  hub: LaneHub,
  everyMs: number,
  sight: InSight,
  handle: (frame: FrameView) => void,
): () => void {
  const ticks = Math.max(1, Math.round(everyMs / TICK_MS));
  let writtenAt = -Infinity;
  let missed = false;
  let stopped = false;
  const write = (): void => {
    const { latest } = hub;
    if (!latest || stopped) return;
    writtenAt = performance.now();
    handle(latest);
  };
  const own: Waiting = { ticks, write };
  const hear = ({ header }: FrameView): void => {
    const plays = header[H.playing] === 1;
    missed = plays && !sight.now;
    if (missed) waiting.delete(own);
    else if (!plays && performance.now() - writtenAt >= ticks * TICK_MS) {
      waiting.delete(own);
      write();
    } else {
      waiting.add(own);
      awaitTick();
    }
  };
  const stops = [
    hub.subscribe(hear),
    sight.onReturn(() => {
      if (missed) invalidate(write, 'text');
    }),
  ];
  return () => {
    stopped = true;
    waiting.delete(own);
    for (const stop of stops) stop();
  };
}
