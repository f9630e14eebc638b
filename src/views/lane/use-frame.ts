import { type RefObject, useContext, useEffect, useLayoutEffect, useRef } from 'react';
import { unbroken } from '../../draw/format.ts';
import { type Palette, readPalette } from '../../draw/palette.ts';
import { follow, TICK_MS } from '../../live/follow.ts';
import type { Lane } from '../../live/lane.ts';
import { invalidate, later } from '../../live/raf.ts';
import type { FrameView } from '../../worker/frame.ts';
import { onNewLooks } from '../shell/looks.ts';
import { rememberDrawing } from '../shell/redraws.ts';
import { SightContext } from './sight.tsx';

const TURNS = 4;
let turn = 0;

/**
 * Writes text computed from frames straight into an element: no React commit per frame.
 * The newest text always arrives, also when frames stop.
 */
export function useFrameText<T extends HTMLElement>(
  lane: Lane,
  text: (frame: FrameView) => string,
): RefObject<T | null> {
  const ref = useRef<T>(null);
  useFrames(lane, (frame) => {
    const next = unbroken(text(frame));
    if (ref.current && ref.current.textContent !== next) ref.current.textContent = next;
  });
  return ref;
}

/**
 * Writes what frames say into elements that React made, with all other texts of the page at the same ticks, so that a
 * title, a legend and a head never speak of two moments; and at once after every commit, before it is painted: what
 * React has made anew is never seen without its numbers. While the part of the page around it is out of sight and
 * the run plays, nothing is written.
 */
export function useFrames(lane: Lane, write: (frame: FrameView) => void): void {
  useLanesFrames([lane], () => {
    const frame = lane.hub.latest;
    if (frame) write(frame);
  });
}

/** The same of several lanes, up to four: `write` reads the newest frame of each. */
export function useLanesFrames(lanes: readonly Lane[], write: () => void): void {
  const latest = useRef(write);
  latest.current = write;
  useLayoutEffect(() => latest.current());
  const sight = useContext(SightContext);
  useEffect(() => {
    const stops = lanes.map(({ hub }) => follow(hub, TICK_MS, sight, () => latest.current()));
    return () => {
      for (const stop of stops) stop();
    };
  }, [lanes[0], lanes[1], lanes[2], lanes[3], sight]);
}

/**
 * Calls back with frames at most about every `everyMs`, and always with the newest in the end: for what asks the
 * worker, or draws, which need not keep step with the texts. Out of sight nothing is called while the run plays.
 */
export function usePacedFrames(
  lane: Lane,
  everyMs: number,
  handle: (frame: FrameView) => void,
): void {
  const latest = useRef(handle);
  latest.current = handle;
  const sight = useContext(SightContext);
  useEffect(
    () => follow(lane.hub, everyMs, sight, (frame) => latest.current(frame)),
    [lane, everyMs, sight],
  );
}

export type CanvasDraw = (
  ctx: CanvasRenderingContext2D,
  frame: FrameView,
  size: { width: number; height: number },
  palette: Palette,
) => void;

export interface LaneCanvas {
  readonly ref: RefObject<HTMLCanvasElement | null>;
  /** Draws the latest frame again in the next animation frame. */
  redraw(): void;
}

/**
 * A canvas that draws the frames of a lane, follows its size, its pixel ratio and the theme. While it
 * is out of sight nothing is drawn.
 * @param everyMs frames are drawn at most this often; what changes slowly need not be painted at 60 Hz
 */
export function useLaneCanvas(lane: Lane, draw: CanvasDraw, everyMs = 0): LaneCanvas {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const redraw = useRef(() => {});
  useEffect(() => {
    const canvas = ref.current;
    const ctx = canvas?.getContext('2d');
    if (!canvas || !ctx) return;
    let palette = readPalette(canvas);
    let width = 0;
    let height = 0;
    let inSight = true;
    // Canvases of one pace take turns, so that no animation frame has to paint them all.
    let last = performance.now() - (everyMs * (turn++ % TURNS)) / TURNS - everyMs;
    let callOff = (): void => {};
    const paint = (frame: FrameView): void => {
      if (width === 0 || height === 0 || !inSight) return;
      const ratio = window.devicePixelRatio || 1;
      const w = Math.round(width * ratio);
      const h = Math.round(height * ratio);
      if (canvas.width !== w) canvas.width = w;
      if (canvas.height !== h) canvas.height = h;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width, height);
      latest.current(ctx, frame, { width, height }, palette);
    };
    rememberDrawing(canvas, (pen) => {
      const frame = lane.hub.latest;
      if (frame && width > 0) latest.current(pen, frame, { width, height }, palette);
    });
    const again = (): void => {
      const frame = lane.hub.latest;
      if (frame) paint(frame);
    };
    const paced = (frame: FrameView): void => {
      const now = performance.now();
      callOff();
      if (now - last < everyMs) {
        // The newest frame is always painted in the end.
        callOff = later(() => invalidate(again), everyMs);
        return;
      }
      // Keep the turn: the next one is due a whole pace later, not whenever this one came late.
      last = everyMs === 0 ? now : now - ((now - last) % everyMs);
      paint(frame);
    };
    const sight = new IntersectionObserver(([entry]) => {
      inSight = entry.isIntersecting;
      if (inSight) invalidate(again);
    });
    sight.observe(canvas);
    redraw.current = () => invalidate(again);
    const sizes = new ResizeObserver(([entry]) => {
      width = entry.contentRect.width;
      height = entry.contentRect.height;
      invalidate(again);
    });
    sizes.observe(canvas);
    const stopLooks = onNewLooks(() => {
      palette = readPalette(canvas);
      invalidate(again);
    });
    const stop = lane.hub.subscribe(paced, 'picture');
    return () => {
      stop();
      callOff();
      sight.disconnect();
      sizes.disconnect();
      stopLooks();
    };
  }, [lane, everyMs]);
  return { ref, redraw: () => redraw.current() };
}
