import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useDrawing } from '../shell/use-drawing.ts';

/** Points of a drawn curve. */
export const CURVE_POINTS = 40;

interface Props {
  readonly label: string;
  readonly drawn: readonly number[];
  /** The true curve, once it may be seen. */
  readonly real: readonly number[] | undefined;
  onDraw(values: readonly number[]): void;
}

/** A canvas to draw a guess on, with pointer or arrow keys; afterwards it shows guess and truth. */
export function CurveCanvas({ label, drawn, real, onDraw }: Props) {
  const column = useRef(0);
  const last = useRef<number | undefined>(undefined);
  const canvas = useDrawing((pen, { width, height }, palette) => {
    pen.strokeStyle = palette.line;
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    const line = (values: readonly number[], top: number, colour: string, dash: number[]): void => {
      pen.strokeStyle = colour;
      pen.setLineDash(dash);
      pen.lineWidth = 2.5;
      pen.beginPath();
      values.forEach((value, i) => {
        const x = 4 + (i / Math.max(1, values.length - 1)) * (width - 8);
        const y = height - 6 - (value / top) * (height - 14);
        if (i === 0) pen.moveTo(x, y);
        else pen.lineTo(x, y);
      });
      pen.stroke();
      pen.setLineDash([]);
    };
    // The top of the frame is the highest that the run comes to, before and after.
    line(drawn, 1, palette.accent, []);
    if (real) line(real, Math.max(...real, 1e-9), palette.living, [6, 4]);
  });
  const at = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (real || event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const index = Math.max(0, Math.min(CURVE_POINTS - 1, Math.round(share * (CURVE_POINTS - 1))));
    const value = Math.max(0, Math.min(1, 1 - (event.clientY - box.top) / box.height));
    const next = [...drawn];
    // A fast stroke skips columns: what lies between follows it.
    const from = last.current ?? index;
    const start = next[from];
    const steps = Math.max(1, Math.abs(index - from));
    for (let i = 0; i <= steps; i++) {
      const column = from + Math.round(((index - from) * i) / steps);
      next[column] = start + ((value - start) * i) / steps;
    }
    last.current = index;
    onDraw(next);
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const by = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (real || (by === undefined && move === undefined)) return;
    event.preventDefault();
    event.stopPropagation();
    if (move !== undefined) {
      column.current = Math.max(0, Math.min(CURVE_POINTS - 1, column.current + move));
      return;
    }
    // Everything from here on rises or falls together: a curve in a few keys.
    onDraw(
      drawn.map((value, i) =>
        i >= column.current ? Math.max(0, Math.min(1, value + (by ?? 0))) : value,
      ),
    );
  };
  return (
    <canvas
      ref={canvas}
      className="curve"
      tabIndex={0}
      role="application"
      aria-label={
        real
          ? `Your curve of ${label}, and dashed the run’s own`
          : `Draw ${label} over the run: with the pointer, or left and right to a place and up and down from there on`
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        last.current = undefined;
        at(event);
      }}
      onPointerMove={at}
      onKeyDown={onKey}
    />
  );
}
