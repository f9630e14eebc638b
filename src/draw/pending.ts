import { ticks } from 'd3-array';
import type { FrameView } from '../worker/frame.ts';
import { CHART_LEFT, type ChartBox } from './area.ts';
import { compact } from './format.ts';
import type { Palette } from './palette.ts';
import { linear } from './scale.ts';

/** Spans by the number of remote blocks they hold: index 1 to 16, the last for 16 and more. */
export interface PendingCounts {
  readonly enqueued: Float64Array;
  readonly unseen: Float64Array;
}
export const PENDING_BINS = 17;
/** Height of the line of labels above the bars. */
const LABEL = 24;

/**
 * Counts spans with remote blocks, those in a queue and those that nobody was told of.
 * @param waits whether a state, by its index, is one of standing in a queue
 */
export function pendingCounts(
  frame: FrameView,
  waits: readonly boolean[],
  into: PendingCounts,
): void {
  into.enqueued.fill(0);
  into.unseen.fill(0);
  const { queued, state } = frame.columns;
  for (let row = 0; row < frame.shape.rows; row++) {
    if (queued[row] === 0) continue;
    const bin = Math.min(PENDING_BINS - 1, queued[row]);
    if (waits[state[row]]) into.enqueued[bin]++;
    else into.unseen[bin]++;
  }
}

/**
 * Draws the counts as stacked bars, and the threshold as a line between two of them.
 * @param things what is counted: “pages”
 */
export function drawPending(
  ctx: CanvasRenderingContext2D,
  counts: PendingCounts,
  threshold: number,
  box: ChartBox,
  palette: Palette,
  things: string,
): void {
  const most = Math.max(1, ...counts.enqueued.map((n, i) => n + counts.unseen[i]));
  const y = linear([0, most], [box.height - 18, LABEL]);
  const step = (box.width - CHART_LEFT - 8) / (PENDING_BINS - 1);
  const left = (bin: number): number => CHART_LEFT + (bin - 1) * step;
  ctx.font = '11px "Inter Variable", sans-serif';
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  for (const tick of ticks(0, most, 3).filter(Number.isInteger)) {
    ctx.fillStyle = palette.grid;
    ctx.fillRect(CHART_LEFT, Math.round(y(tick)), box.width - CHART_LEFT - 8, 1);
    ctx.fillStyle = palette.text3;
    ctx.fillText(compact(tick), CHART_LEFT - 8, y(tick));
  }
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  for (let bin = 1; bin < PENDING_BINS; bin++) {
    const { [bin]: enqueued } = counts.enqueued;
    const { [bin]: unseen } = counts.unseen;
    ctx.fillStyle = palette.cached;
    ctx.fillRect(left(bin) + 1, y(enqueued), step - 2, y(0) - y(enqueued));
    ctx.fillStyle = palette.below;
    ctx.fillRect(left(bin) + 1, y(enqueued + unseen), step - 2, y(enqueued) - y(enqueued + unseen));
    ctx.fillStyle = palette.text3;
    if (bin % 2 === 1 || step > 26)
      ctx.fillText(
        bin === PENDING_BINS - 1 ? '16+' : String(bin),
        left(bin) + step / 2,
        box.height - 4,
      );
  }
  const at = left(Math.min(PENDING_BINS - 1, threshold));
  ctx.strokeStyle = palette.bad;
  ctx.setLineDash([5, 4]);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(at, 2);
  ctx.lineTo(at, box.height - 18);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = palette.bad;
  ctx.textAlign = 'left';
  ctx.fillText(`enqueued at ${threshold}`, at + 5, 11);
  ctx.fillStyle = palette.text3;
  ctx.textAlign = 'right';
  ctx.fillText(things, CHART_LEFT - 8, 11);
}
