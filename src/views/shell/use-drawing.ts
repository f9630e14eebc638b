import { type RefObject, useEffect, useRef } from 'react';
import { type Palette, readPalette } from '../../draw/palette.ts';
import { onNewLooks } from './looks.ts';
import { rememberDrawing } from './redraws.ts';

/** Draws into a cleared canvas of this size, in CSS pixels. */
type Draw = (
  ctx: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  palette: Palette,
) => void;

/**
 * A canvas of what React knows, not of frames: drawn again with every commit, and when its width or the
 * looks of the page change.
 * @param heightOf height for a width, both in CSS pixels; without it the style sheet says
 */
export function useDrawing(
  draw: Draw,
  heightOf?: (width: number) => number,
): RefObject<HTMLCanvasElement | null> {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ draw, heightOf });
  latest.current = { draw, heightOf };
  const paint = (): void => {
    const canvas = ref.current;
    const ctx = canvas?.getContext('2d');
    const width = canvas?.clientWidth ?? 0;
    if (!canvas || !ctx || width === 0) return;
    const wanted = latest.current.heightOf?.(width);
    if (wanted !== undefined) canvas.style.height = `${wanted}px`;
    const height = wanted ?? canvas.clientHeight;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const onto: Draw = (pen, size, palette) => latest.current.draw(pen, size, palette);
    onto(ctx, { width, height }, readPalette(canvas));
    rememberDrawing(canvas, (pen) => onto(pen, { width, height }, readPalette(canvas)));
  };
  useEffect(paint);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is painted is the latest
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    let width = canvas.clientWidth;
    const sizes = new ResizeObserver(([entry]) => {
      if (entry.contentRect.width === width) return;
      width = entry.contentRect.width;
      paint();
    });
    sizes.observe(canvas);
    const stop = onNewLooks(paint);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, []);
  return ref;
}
