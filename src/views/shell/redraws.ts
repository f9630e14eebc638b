/** Draws what a canvas shows into another context of the same size, in CSS pixels. */
type Redraw = (pen: CanvasRenderingContext2D) => void;

const redraws = new WeakMap<HTMLCanvasElement, Redraw>();

/** Tells exports how a canvas can be drawn again, line by line instead of as pixels. */
export function rememberDrawing(canvas: HTMLCanvasElement, redraw: Redraw): void {
  redraws.set(canvas, redraw);
}

/** How a canvas can be drawn again; undefined: nobody said. */
export const redrawOf = (canvas: HTMLCanvasElement): Redraw | undefined => redraws.get(canvas);
