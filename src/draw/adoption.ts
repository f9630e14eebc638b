import { asNs } from '../base/units.ts';
import { ADOPTION, type EventRecord } from '../engine/telemetry/events.ts';
import { FOLD_PX, type Fold, folded } from './folded.ts';
import { duration } from './format.ts';
import { apart } from './labels.ts';
import type { Palette } from './palette.ts';

export interface AdoptionBox {
  readonly width: number;
  readonly height: number;
}

const LEFT = 58;
const RIGHT = 10;
const TOP = 6;
const BOTTOM = 18;
const BEND = 18;
/** Height of a name of a chain. */
const LETTERS = 11;

/** Colour of an adoption: out of need, without need, of an orphan. */
export function adoptionColours(palette: Palette): readonly string[] {
  const colours: string[] = [];
  colours[ADOPTION.needed] = palette.living;
  colours[ADOPTION.unneeded] = palette.bad;
  colours[ADOPTION.orphan] = palette.empty;
  colours[ADOPTION.forced] = palette.accent;
  return colours;
}

export interface AdoptionLayout {
  x(ns: number): number;
  y(chain: number): number;
  readonly from: number;
  readonly to: number;
  /** Breaks of the time axis: spells in which none of the events fell. */
  readonly folds: readonly Fold[];
}

/** Line of the chain that an event happened in, and of the chain it did something to (-1: none). */
const chainOf = ({ chain }: EventRecord): number => chain ?? 0;
const otherOf = ({ other }: EventRecord): number => other ?? -1;

/**
 * Time from the earliest event on (clocks differ, so not the first in sequence), one line per chain. Spells without an
 * event are folded, so that one event of long ago, or a clock that runs behind, squeezes nothing into a corner.
 */
export function layoutAdoption(
  events: readonly EventRecord[],
  chains: number,
  nowNs: number,
  box: AdoptionBox,
): AdoptionLayout {
  const from = events.length === 0 ? 0 : Math.min(...events.map(({ ns }) => ns));
  const to = Math.max(nowNs, from + 1, ...events.map(({ ns }) => ns));
  const x = folded([from, to, ...events.map(({ ns }) => ns)], [LEFT, box.width - RIGHT]);
  const pitch = (box.height - TOP - BOTTOM) / Math.max(1, chains);
  return { x: (ns) => x(ns), y: (chain) => TOP + pitch * (chain + 0.5), from, to, folds: x.folds };
}

/**
 * Lives as bars, adoptions as arcs, new spans as triangles, refusals as crosses, grace as shading.
 * @param reasons colour of a new span by why it was necessary; the shape is the same, the legend names them
 */
export function drawAdoption(
  ctx: CanvasRenderingContext2D,
  events: readonly EventRecord[],
  chains: number,
  rfrWindowNs: number,
  layout: AdoptionLayout,
  box: AdoptionBox,
  palette: Palette,
  reasons: readonly string[],
  selected: number | undefined,
): void {
  const { x, y, from, to } = layout;
  ctx.font = '11px "Inter Variable", sans-serif';
  ctx.textBaseline = 'middle';
  // Where chains are closer than letters are high, some have a name.
  const named = Math.max(1, Math.ceil(LETTERS / Math.max(1, y(1) - y(0))));
  for (let chain = 0; chain < chains; chain++) {
    ctx.textAlign = 'right';
    ctx.fillStyle = palette.text2;
    if (chain % named === 0)
      ctx.fillText(chain === 0 ? 'main' : `chain ${chain}`, LEFT - 8, y(chain));
    ctx.fillStyle = palette.grid;
    ctx.fillRect(LEFT, y(chain) - 3, box.width - LEFT - RIGHT, 6);
  }
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = palette.text3;
  ctx.textAlign = 'left';
  const labels = [
    { text: duration(asNs(from)), at: LEFT },
    { text: duration(asNs(to)), at: box.width - RIGHT },
    ...layout.folds.map((fold) => ({
      text: `${duration(asNs(fold.to - fold.from))} left out`,
      at: fold.px,
    })),
  ];
  const widthOf = (text: string): number => ctx.measureText(text).width;
  for (const { text, left } of apart(labels, widthOf, LEFT, box.width - RIGHT, LABEL_REACH))
    ctx.fillText(text, left, box.height - 4);
  for (const fold of layout.folds) drawFold(ctx, fold, box, palette);
  if (rfrWindowNs > 0) {
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = palette.cached;
    for (const event of events) {
      if (event.kind !== 'pageEnqueued' || otherOf(event) < 0) continue;
      const left = x(event.ns);
      ctx.fillRect(left, y(otherOf(event)) - 7, Math.max(1, x(event.ns + rfrWindowNs) - left), 14);
    }
    ctx.globalAlpha = 1;
  }
  const arcs = adoptionColours(palette);
  for (const event of events) {
    const px = x(event.ns);
    const py = y(chainOf(event));
    switch (event.kind) {
      case 'threadStart':
      case 'threadExit':
        ctx.fillStyle = event.kind === 'threadStart' ? palette.living : palette.dead;
        ctx.fillRect(px - 1, y(event.kind === 'threadStart' ? event.a : chainOf(event)) - 8, 2, 16);
        break;
      case 'wake':
        ctx.strokeStyle = palette.text3;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.arc(px, py, 3, 0, 2 * Math.PI);
        ctx.stroke();
        break;
      case 'adoptionBlocked':
        ctx.strokeStyle = palette.text3;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(px - 2.5, py - 2.5);
        ctx.lineTo(px + 2.5, py + 2.5);
        ctx.moveTo(px + 2.5, py - 2.5);
        ctx.lineTo(px - 2.5, py + 2.5);
        ctx.stroke();
        break;
      case 'pageAdopted':
      case 'superslabAdopted': {
        const how = event.kind === 'pageAdopted' ? event.b : ADOPTION.orphan;
        const oy = y(otherOf(event));
        ctx.strokeStyle = arcs[how];
        ctx.lineWidth = event.seq === selected ? 3 : 1.4;
        ctx.setLineDash(how === ADOPTION.unneeded ? [4, 3] : []);
        ctx.beginPath();
        ctx.moveTo(px, oy);
        // Arcs bend to the side where there is room.
        const bend = px + BEND > box.width - RIGHT ? -BEND : BEND;
        ctx.quadraticCurveTo(px + bend, (oy + py) / 2, px, py);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.fillStyle = arcs[how];
        ctx.beginPath();
        ctx.arc(px, py, 2.5, 0, 2 * Math.PI);
        ctx.fill();
        break;
      }
      case 'pageNew': {
        const size = event.seq === selected ? 7 : 4.5;
        ctx.fillStyle = reasons[event.b] ?? palette.text;
        ctx.beginPath();
        ctx.moveTo(px, py - size);
        ctx.lineTo(px + size, py + size);
        ctx.lineTo(px - size, py + size);
        ctx.closePath();
        ctx.fill();
        if (event.seq === selected) {
          ctx.strokeStyle = palette.text;
          ctx.lineWidth = 1.5;
          ctx.stroke();
        }
        break;
      }
    }
  }
}

/** Pixels that the words under a break may stand beside it. */
const LABEL_REACH = 80;

/** A break of the axis: what it leaves out is not drawn; how long it is stands under it where there is room. */
function drawFold(
  ctx: CanvasRenderingContext2D,
  { px }: Fold,
  box: AdoptionBox,
  palette: Palette,
): void {
  ctx.fillStyle = palette.sunken;
  ctx.fillRect(px - FOLD_PX / 2, TOP, FOLD_PX, box.height - TOP - BOTTOM);
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const side of [-3, 3]) {
    ctx.moveTo(px + side, TOP);
    ctx.lineTo(px + side, box.height - BOTTOM);
  }
  ctx.stroke();
}

/** The event nearest to a point, within reach of a finger. */
export function hitAdoption(
  events: readonly EventRecord[],
  layout: AdoptionLayout,
  px: number,
  py: number,
): EventRecord | undefined {
  let best: EventRecord | undefined;
  let nearest = 16 * 16;
  for (const event of events) {
    if (event.kind === 'pageEnqueued') continue;
    const dx = layout.x(event.ns) - px;
    const dy = layout.y(chainOf(event)) - py;
    const distance = dx * dx + dy * dy;
    if (distance < nearest) {
      nearest = distance;
      best = event;
    }
  }
  return best;
}
