import type { Palette } from '../palette.ts';
import type { ActorBox } from './layout.ts';
import { NOBODY } from './state.ts';

/** A life's colour: main's own, then six in turn. */
export const lifeColour = (life: number, { owners, dead }: Palette): string =>
  life < 0 ? dead : life === 0 ? owners[0] : owners[1 + ((life - 1) % (owners.length - 1))];

/** What a thread is doing, in a word. */
export type Doing = 'working' | 'waiting' | 'asleep' | 'dead' | 'shared';

export function doingOf({ actor }: ActorBox, acts: boolean): Doing {
  switch (actor.state) {
    case 'none':
      return 'shared';
    case 'dead':
      return 'dead';
    case 'asleep':
      return acts ? 'working' : 'asleep';
    case 'runs':
      return acts ? 'working' : 'waiting';
  }
}

const FONT = '"Inter Variable", Inter, sans-serif';
export const font = (px: number, weight = 400): string => `${weight} ${px}px ${FONT}`;
export const HEAD = 30;

/**
 * A thread: its head, whose eyes say what its word says, or its stone.
 * @param sunk 0: it stands; 1: it is gone, and its stone has risen
 * @param look direction in which it looks, -1 to 1
 */
export function drawActor(
  ctx: CanvasRenderingContext2D,
  box: ActorBox,
  doing: Doing,
  palette: Palette,
  sunk: number,
  look: number,
): void {
  const { x, y, w, actor } = box;
  const colour = lifeColour(actor.life, palette);
  const top = y + 8;
  if (sunk > 0) drawStone(ctx, x, top, palette, sunk);
  if (sunk < 1 && actor.life !== NOBODY) {
    ctx.globalAlpha = 1 - sunk;
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.roundRect(x, top + sunk * HEAD, HEAD, HEAD * (1 - sunk), 8);
    ctx.fill();
    if (sunk === 0) drawEyes(ctx, x, top, doing, palette, look);
    ctx.globalAlpha = 1;
  }
  const left = actor.life === NOBODY ? x : x + HEAD + 8;
  const room = w - (left - x);
  if (room < 30) return;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.font = font(13, 600);
  ctx.fillStyle = doing === 'dead' ? palette.text2 : palette.text;
  ctx.fillText(nameOf(actor.life), left, top + 12, room);
  ctx.font = font(11.5, 500);
  ctx.fillStyle =
    doing === 'dead' ? palette.bad : doing === 'working' ? palette.accent : palette.text2;
  ctx.fillText(doing, left, top + 27, room);
}

export const nameOf = (life: number): string =>
  life === NOBODY ? 'One heap for all' : life === 0 ? 'main' : `Thread ${life}`;

function drawStone(
  ctx: CanvasRenderingContext2D,
  x: number,
  top: number,
  palette: Palette,
  risen: number,
): void {
  const high = (HEAD + 2) * risen;
  const from = top + HEAD + 2 - high;
  ctx.fillStyle = palette.ghost;
  ctx.strokeStyle = palette.dead;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.roundRect(x + 3, from, HEAD - 6, high, [12, 12, 0, 0]);
  ctx.fill();
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - 1, top + HEAD + 2);
  ctx.lineTo(x + HEAD + 1, top + HEAD + 2);
  if (risen === 1) {
    ctx.moveTo(x + HEAD / 2, top + 8);
    ctx.lineTo(x + HEAD / 2, top + 23);
    ctx.moveTo(x + HEAD / 2 - 5, top + 13);
    ctx.lineTo(x + HEAD / 2 + 5, top + 13);
  }
  ctx.stroke();
}

function drawEyes(
  ctx: CanvasRenderingContext2D,
  x: number,
  top: number,
  doing: Doing,
  palette: Palette,
  look: number,
): void {
  for (const side of [9, 21]) {
    ctx.beginPath();
    if (doing === 'asleep') {
      ctx.strokeStyle = palette.sunken;
      ctx.lineWidth = 1.6;
      ctx.arc(x + side, top + 12, 4, 0.2, Math.PI - 0.2);
      ctx.stroke();
      continue;
    }
    ctx.fillStyle = palette.dark ? palette.text : palette.surface;
    const half = doing === 'waiting';
    ctx.arc(x + side, top + 13, 4.6, half ? 0 : -Math.PI, Math.PI);
    ctx.fill();
    ctx.beginPath();
    ctx.fillStyle = palette.dark ? palette.sunken : palette.text;
    ctx.arc(x + side + 1.8 * look, top + 14.4, 2.2, 0, 2 * Math.PI);
    ctx.fill();
  }
  if (doing !== 'asleep') return;
  ctx.font = font(9, 700);
  ctx.fillStyle = palette.text2;
  ctx.textAlign = 'left';
  ctx.fillText('z', x + HEAD, top + 1);
}
