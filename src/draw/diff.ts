import type { ChartBox } from './area.ts';
import { compact } from './format.ts';
import type { Palette } from './palette.ts';
import { linear } from './scale.ts';

/** Room for a sign before the number. */
const LEFT = 68;

export interface DiffSeries {
  /** Operations at which both lanes were looked at, ascending. */
  readonly ops: readonly number[];
  /** Second lane minus first. */
  readonly values: readonly number[];
}

/**
 * Draws how far the second lane is above (orange) or below (blue) the first. The two colours differ in
 * lightness, too, and the sign is the side of the line.
 */
export function drawDiff(
  ctx: CanvasRenderingContext2D,
  series: DiffSeries,
  box: ChartBox,
  palette: Palette,
  format: (value: number) => string,
): void {
  const { ops, values } = series;
  const last = ops.at(-1) ?? 1;
  const most = Math.max(1, ...values.map(Math.abs));
  const x = linear([0, Math.max(1, last)], [LEFT, box.width - 8]);
  const y = linear([-most, most], [box.height - 18, 8]);
  ctx.font = '11px "Inter Variable", sans-serif';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  // Without a difference there is nothing to be measured.
  for (const tick of values.some((value) => value !== 0) ? [-most, 0, most] : [0]) {
    ctx.fillStyle = palette.grid;
    ctx.fillRect(LEFT, Math.round(y(tick)), box.width - LEFT - 8, 1);
    ctx.fillStyle = palette.text3;
    const sign = tick > 0 ? '+' : tick < 0 ? '−' : '';
    ctx.fillText(`${sign}${format(Math.abs(tick))}`, LEFT - 8, y(tick));
  }
  ctx.textBaseline = 'alphabetic';
  ctx.textAlign = 'right';
  ctx.fillText(`${compact(last)} ops`, box.width - 8, box.height - 4);
  for (const sign of [1, -1]) {
    ctx.beginPath();
    ctx.moveTo(x(0), y(0));
    for (const [i, op] of ops.entries())
      ctx.lineTo(x(op), y(sign > 0 ? Math.max(0, values[i]) : Math.min(0, values[i])));
    ctx.lineTo(x(last), y(0));
    ctx.closePath();
    ctx.fillStyle = sign > 0 ? palette.owners[6] : palette.owners[2];
    ctx.fill();
  }
}
