import type { StageSpan } from '../../engine/stage.ts';
import { BLOCK_STATES } from '../../engine/types.ts';
import { count } from '../format.ts';
import type { Palette } from '../palette.ts';
import { font, lifeColour } from './heads.ts';
import { type Point, type SpanBox, VALVE, VALVE_FROM } from './layout.ts';

/** What of a span is in the middle of something. */
export interface SpanActing {
  /** A block that is on its way, -1: none. */
  readonly flying: number;
  /** How much of its queue has been emptied, 0 to 1. */
  readonly drained: number;
  /** It is what happens now. */
  readonly lit: boolean;
  /** It was taken over from another: two borders. */
  readonly stitched: boolean;
  readonly ownerAsleep: boolean;
}
export const STILL: SpanActing = {
  flying: -1,
  drained: 0,
  lit: false,
  stitched: false,
  ownerAsleep: false,
};

const QUEUED = BLOCK_STATES.indexOf('queued');
const LIVE = BLOCK_STATES.indexOf('live');
const PAD = 4;
const ofLife = (life: number): string => (life === 0 ? 'main’s' : `thread ${count(life)}’s`);

/** A span: its blocks on the left, the mouth of its queue on the right, and between them whether its owner may empty it. */
export function drawSpan(
  ctx: CanvasRenderingContext2D,
  box: SpanBox,
  span: StageSpan,
  palette: Palette,
  acting: SpanActing,
): void {
  const { x, y, w, h, mouth } = box;
  const colour = span.ownerAlive ? lifeColour(span.owner, palette) : palette.dead;
  const queued = span.queued - Math.round(span.queued * acting.drained);
  ctx.fillStyle = palette.sunken;
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, 5);
  ctx.fill();
  if (mouth > 0 && queued > 0) {
    ctx.fillStyle = palette.inflatedLow;
    ctx.fillRect(x + w - mouth, y + 1, mouth - 1, h - 2);
  }
  if (span.cells.length + span.more < span.capacity)
    drawNever(ctx, box, span.cells.length, palette);
  drawCells(ctx, box, span, palette, acting);
  ctx.strokeStyle = acting.lit ? palette.accent : colour;
  ctx.lineWidth = acting.lit ? 2 : 1.2;
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, 5);
  ctx.stroke();
  if (acting.stitched) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(x - 2.5, y - 2.5, w + 5, h + 5, 7);
    ctx.stroke();
  }
  if (mouth > 0) drawMouth(ctx, box, span, palette, queued, acting);
  if (!box.words) return;
  ctx.font = font(10.5);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  const lies = span.believed > span.live;
  ctx.fillStyle = lies ? palette.inflated : palette.text2;
  const used = `in use ${count(span.live)}`;
  const text = lies ? `counter ${count(span.believed)}, ${used}` : used;
  const whose = acting.stitched ? `, was ${ofLife(span.adoptedFrom)}` : '';
  const valve = mouth >= VALVE_FROM ? VALVE : 0;
  ctx.fillText(text + whose, x + PAD + 1, y + h - 5, w - mouth - valve - 2 * PAD);
}

/** What was never used: hatched, behind the cells that were. */
function drawNever(
  ctx: CanvasRenderingContext2D,
  { x, y, w, h, mouth, cell, columns, words }: SpanBox,
  used: number,
  palette: Palette,
): void {
  const top = y + PAD + Math.ceil(used / columns) * cell;
  const bottom = y + h - (words ? 16 : 3);
  const left = x + PAD;
  const right = x + w - mouth - PAD - (mouth >= VALVE_FROM ? VALVE : 0);
  ctx.strokeStyle = palette.grid;
  ctx.lineWidth = 1;
  ctx.beginPath();
  // Beside the last line of cells, and below it.
  const after = left + (used % columns) * cell;
  if (used % columns > 0) hatch(ctx, after, top - cell + 1, right, Math.min(top, bottom));
  hatch(ctx, left, top, right, bottom);
  ctx.stroke();
}

const HATCH_PX = 7;
function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  top: number,
  right: number,
  bottom: number,
): void {
  const high = bottom - top;
  if (high < 4) return;
  for (let x = left; x + high <= right; x += HATCH_PX) {
    ctx.moveTo(x, bottom);
    ctx.lineTo(x + high, top);
  }
}

function drawCells(
  ctx: CanvasRenderingContext2D,
  box: SpanBox,
  span: StageSpan,
  palette: Palette,
  acting: SpanActing,
): void {
  const { cell, columns, room } = box;
  const side = cell - 2;
  const shown = Math.min(room, span.cells.length);
  let waiting = 0;
  for (let i = 0; i < shown; i++) if (span.cellStates[i] === QUEUED) waiting++;
  const freed = Math.round(waiting * acting.drained);
  const at = (i: number): Point => ({
    x: box.x + PAD + (i % columns) * cell + 1,
    y: box.y + PAD + Math.floor(i / columns) * cell + 1,
  });
  // One state after the other: what is set for each is set once, since frames have thousands of cells.
  const live: Point[] = [];
  const queued: Point[] = [];
  const free: Point[] = [];
  let flying: Point | undefined;
  let seen = 0;
  for (let i = 0; i < shown; i++) {
    const state = span.cellStates[i];
    if (span.cells[i] === acting.flying) flying = at(i);
    else if (state === LIVE) live.push(at(i));
    else if (state === QUEUED && seen++ >= freed) queued.push(at(i));
    else free.push(at(i));
  }
  ctx.fillStyle = lifeColour(span.owner, palette);
  for (const { x, y } of live) ctx.fillRect(x, y, side, side);
  if (queued.length > 0) {
    ctx.fillStyle = palette.inflated;
    // Told apart by more than colour.
    ctx.strokeStyle = palette.sunken;
    ctx.lineWidth = 1.3;
    ctx.beginPath();
    for (const { x, y } of queued) {
      ctx.fillRect(x, y, side, side);
      ctx.moveTo(x, y + side);
      ctx.lineTo(x + side, y);
    }
    ctx.stroke();
  }
  if (free.length > 0) {
    ctx.strokeStyle = palette.empty;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    for (const { x, y } of free) ctx.rect(x + 0.6, y + 0.6, side - 1.2, side - 1.2);
    ctx.stroke();
  }
  if (flying) {
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 1.2;
    ctx.setLineDash([2, 2]);
    ctx.strokeRect(flying.x, flying.y, side, side);
    ctx.setLineDash([]);
  }
  const left = span.cells.length - shown + span.more;
  // Where there are words they have the counts.
  if (left === 0 || box.w < 60 || box.words) return;
  ctx.font = font(9.5);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = palette.text2;
  ctx.fillText(`+ ${count(left)}`, box.x + box.w - box.mouth - 12, box.y + box.h - 5);
}

function drawMouth(
  ctx: CanvasRenderingContext2D,
  { x, y, w, h, mouth }: SpanBox,
  span: StageSpan,
  palette: Palette,
  queued: number,
  acting: SpanActing,
): void {
  const at = x + w - mouth;
  const middle = y + h / 2;
  ctx.strokeStyle = queued > 0 ? palette.inflated : palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(at, y + 1);
  ctx.lineTo(at, y + h - 1);
  ctx.stroke();
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  if (queued > 0) {
    ctx.font = font(mouth < 26 ? 11 : 15, 700);
    ctx.fillStyle = palette.text;
    ctx.fillText(count(queued), at + mouth / 2 + (mouth < 26 ? 0 : 3), middle, mouth - 3);
  }
  if (mouth < VALVE_FROM || h < 24) return;
  // Whether somebody may empty it: its owner, who is awake, asleep or dead.
  const dead = !span.ownerAlive;
  const colour = dead ? palette.bad : acting.ownerAsleep ? palette.mark : palette.text2;
  ctx.fillStyle = palette.sunken;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3;
  ctx.beginPath();
  ctx.arc(at, middle, VALVE, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colour;
  ctx.font = font(9.5, 700);
  ctx.fillText(dead ? '×' : acting.ownerAsleep ? 'z' : '←', at, middle + 0.5);
}
