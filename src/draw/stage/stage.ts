import { classSize } from '../format.ts';
import type { Palette } from '../palette.ts';
import { drawFlight, drawFlows, drawRefusal, drawSwarmer, flightOf } from './flights.ts';
import type { Flow } from './flows.ts';
import { drawActor, font, lifeColour } from './heads.ts';
import {
  type ActorBox,
  HEADS,
  type LayoutOptions,
  type SpanBox,
  type StageLayout,
} from './layout.ts';
import { Moment } from './moment.ts';
import type { StagePicture } from './player.ts';
import { drawSpan } from './spans.ts';
import type { Swarmer } from './swarm.ts';

/** A focus that walks over the stage by keyboard. */
export type StageFocus = { readonly row: number } | { readonly life: number };

export interface StageLook extends LayoutOptions {
  /** Stills with arrows in place of movements. */
  readonly reduced: boolean;
  readonly focus: StageFocus | undefined;
  /** Blocks in the air beside the picture's own, and rates in their place. */
  readonly swarm?: readonly Swarmer[];
  readonly flows?: readonly Flow[];
  /** How far dashes of flows have drifted, px. */
  readonly drift?: number;
}

/**
 * Draws one moment of the stage.
 * @returns the layout that it stands in, for hit tests
 */
export function drawStage(
  ctx: CanvasRenderingContext2D,
  picture: StagePicture,
  width: number,
  palette: Palette,
  look: StageLook,
): StageLayout {
  const moment = new Moment(picture, width, look);
  drawRows(ctx, moment.after, palette);
  for (const [, box] of moment.after.actors) drawLines(ctx, box, moment, palette);
  for (const [row, box] of moment.boxes()) drawAt(ctx, moment, row, box, palette);
  const busy = new Set([
    ...(look.swarm ?? []).map(({ stroke }) => stroke.life),
    ...(look.flows ?? []).map(({ life }) => life),
  ]);
  for (const [life, box] of moment.after.actors) {
    const { doing, sunk, toward } = moment.actor(life, box, busy);
    drawActor(ctx, box, doing, palette, sunk, toward);
  }
  for (const { stroke, t } of look.swarm ?? []) {
    const ends = moment.ends(stroke);
    if (ends) drawSwarmer(ctx, flightOf(ends, t, palette));
  }
  drawFlows(ctx, moment.after, look.flows ?? [], look.drift ?? 0, palette);
  const refusal = moment.refusal();
  if (refusal) drawRefusal(ctx, moment.after, refusal, palette, look.reduced);
  const flight = moment.flight();
  if (flight) drawFlight(ctx, flightOf(flight.ends, flight.t, palette), palette, look.reduced);
  drawFocus(ctx, moment.after, look.focus, palette);
  return moment.after;
}

function drawRows(ctx: CanvasRenderingContext2D, layout: StageLayout, palette: Palette): void {
  ctx.font = font(11, 600);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  for (const { bytes, y } of layout.rows) {
    ctx.fillStyle = palette.text2;
    ctx.fillText(classSize(bytes), 44, y);
  }
}

/** From a head down to what it owns; cut and grey when it is dead. */
function drawLines(
  ctx: CanvasRenderingContext2D,
  box: ActorBox,
  moment: Moment,
  palette: Palette,
): void {
  const { actor } = box;
  const mine = actor.spans.flatMap(({ row }) => moment.after.spans.get(row) ?? []);
  if (mine.length === 0 || actor.state === 'none') return;
  const x = box.x - 6;
  const dead = actor.state === 'dead';
  ctx.strokeStyle = dead ? palette.dead : lifeColour(actor.life, palette);
  ctx.lineWidth = dead ? 1.2 : 2.2;
  if (dead) ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(box.x + (dead ? 0 : 12), HEADS - 30);
  ctx.quadraticCurveTo(x, HEADS - 26, x, HEADS - 10);
  ctx.lineTo(x, Math.max(...mine.map(({ y, h }) => y + h / 2)));
  for (const { x: left, y, h } of mine)
    if (left - x < 10) {
      ctx.moveTo(x, y + h / 2);
      ctx.lineTo(left, y + h / 2);
    }
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawAt(
  ctx: CanvasRenderingContext2D,
  moment: Moment,
  row: number,
  box: SpanBox,
  palette: Palette,
): void {
  const found = moment.span(row);
  if (found) drawSpan(ctx, box, found.span, palette, found.acting);
}

function drawFocus(
  ctx: CanvasRenderingContext2D,
  layout: StageLayout,
  focus: StageFocus | undefined,
  palette: Palette,
): void {
  if (focus === undefined) return;
  const box = 'row' in focus ? layout.spans.get(focus.row) : layout.actors.get(focus.life);
  if (box === undefined) return;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 2;
  ctx.strokeRect(box.x - 4, box.y - 4, box.w + 8, box.h + 8);
}
