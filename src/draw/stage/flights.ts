import type { Palette } from '../palette.ts';
import type { Flow } from './flows.ts';
import { font, lifeColour } from './heads.ts';
import { HEADS, type Point, type StageLayout } from './layout.ts';
import type { Ends } from './moment.ts';

/** A block on its way, in colours of whom it came from. */
interface Flight {
  readonly from: Point;
  readonly to: Point;
  readonly t: number;
  readonly colour: string;
}

export function flightOf({ stroke, place, hand, span }: Ends, t: number, palette: Palette): Flight {
  const colour = lifeColour(span.owner, palette);
  return stroke.is === 'take'
    ? { from: place, to: hand, t, colour }
    : { from: hand, to: place, t, colour };
}

const TOKEN = { w: 15, h: 12 } as const;

/** A block under way: along a bow, three ghosts behind it; as a still, the bow with its arrow alone. */
export function drawFlight(
  ctx: CanvasRenderingContext2D,
  { from, to, t, colour }: Flight,
  palette: Palette,
  reduced: boolean,
): void {
  const bow: Point = {
    x: (from.x + to.x) / 2 + (to.y - from.y) * 0.12,
    y: Math.min(from.y, to.y) + 18,
  };
  const at = (s: number): Point => ({
    x: (1 - s) ** 2 * from.x + 2 * s * (1 - s) * bow.x + s ** 2 * to.x,
    y: (1 - s) ** 2 * from.y + 2 * s * (1 - s) * bow.y + s ** 2 * to.y,
  });
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = reduced ? 2 : 1.4;
  ctx.setLineDash(reduced ? [] : [2, 4]);
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.quadraticCurveTo(bow.x, bow.y, to.x, to.y);
  ctx.stroke();
  ctx.setLineDash([]);
  const near = at(0.9);
  const angle = Math.atan2(to.y - near.y, to.x - near.x);
  ctx.fillStyle = palette.accent;
  ctx.beginPath();
  ctx.moveTo(to.x, to.y);
  for (const side of [2.6, -2.6])
    ctx.lineTo(to.x + 8 * Math.cos(angle + side), to.y + 8 * Math.sin(angle + side));
  ctx.fill();
  for (const [i, behind] of (reduced ? [0] : [0.24, 0.16, 0.08, 0]).entries())
    drawToken(ctx, at(Math.max(0, (reduced ? 0 : t) - behind)), colour, palette, behind, i);
}

/** @param behind 0: the block itself; else it is a ghost of it, the `nth` */
function drawToken(
  ctx: CanvasRenderingContext2D,
  { x, y }: Point,
  colour: string,
  palette: Palette,
  behind: number,
  nth: number,
): void {
  ctx.globalAlpha = behind === 0 ? 1 : 0.2 + 0.15 * nth;
  ctx.fillStyle = colour;
  ctx.fillRect(x - TOKEN.w / 2, y - TOKEN.h / 2, TOKEN.w, TOKEN.h);
  if (behind === 0) {
    ctx.strokeStyle = palette.accent;
    ctx.lineWidth = 1.6;
    ctx.strokeRect(x - TOKEN.w / 2 - 1.5, y - TOKEN.h / 2 - 1.5, TOKEN.w + 3, TOKEN.h + 3);
  }
  ctx.globalAlpha = 1;
}

/** One of many in the air: a token, and no more. */
export function drawSwarmer(ctx: CanvasRenderingContext2D, { from, to, t, colour }: Flight): void {
  const size = 8;
  ctx.fillStyle = colour;
  const x = from.x + (to.x - from.x) * t;
  const y = from.y + (to.y - from.y) * t - 14 * Math.sin(Math.PI * t);
  ctx.fillRect(x - size / 2, y - size / 2, size, size);
}

/** Rates as dashes that drift from a hand to an owner's memory, or back: wide as the rate's logarithm. */
export function drawFlows(
  ctx: CanvasRenderingContext2D,
  layout: StageLayout,
  flows: readonly Flow[],
  drift: number,
  palette: Palette,
): void {
  for (const { is, life, owner, perSecond } of flows) {
    const who = layout.actors.get(life);
    const whose = layout.actors.get(owner);
    if (!who || !whose) continue;
    const own = life === owner;
    const lane = is === 'take' ? 0 : 12;
    const hand: Point = { x: who.hand.x + lane, y: who.hand.y };
    const place: Point = own
      ? { x: hand.x, y: (layout.height + HEADS) / 2 }
      : { x: whose.x + whose.w / 2 + lane, y: (layout.height + HEADS) / 2 };
    ctx.strokeStyle = is === 'push' ? palette.inflated : lifeColour(owner, palette);
    ctx.lineWidth = 1 + Math.log10(1 + perSecond);
    ctx.setLineDash([7, 7]);
    ctx.lineDashOffset = is === 'take' ? drift : -drift;
    ctx.beginPath();
    ctx.moveTo(hand.x, hand.y);
    ctx.quadraticCurveTo((hand.x + place.x) / 2, hand.y + 10, place.x, place.y);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** A mapping that the kernel refuses: a box that unfolds to half, shakes, and stops. */
export function drawRefusal(
  ctx: CanvasRenderingContext2D,
  layout: StageLayout,
  { life, t }: { readonly life: number; readonly t: number },
  palette: Palette,
  reduced: boolean,
): void {
  const who = layout.actors.get(life) ?? layout.actors.get(0);
  if (!who) return;
  const shake = reduced || t >= 1 ? 0 : 4 * Math.sin(t * Math.PI * 6) * t;
  const high = 30 * Math.min(0.5, t);
  ctx.strokeStyle = palette.bad;
  ctx.lineWidth = 2;
  ctx.setLineDash([4, 3]);
  ctx.strokeRect(who.x + shake, HEADS - high / 2 + 8, who.w, high + 6);
  ctx.setLineDash([]);
  ctx.font = font(12, 700);
  ctx.fillStyle = palette.bad;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText('refused', who.x + shake + 6, HEADS + 11, who.w - 8);
}
