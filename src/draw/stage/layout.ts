import type { StageSpan } from '../../engine/stage.ts';
import { type Actor, actorsOf, NOBODY, type StageState } from './state.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Rect extends Point {
  readonly w: number;
  readonly h: number;
}

/** A span's box and where its blocks are in it. */
export interface SpanBox extends Rect {
  /** Side of a cell with its gap, px; cells in a row, and how many have room. */
  readonly cell: number;
  readonly columns: number;
  readonly room: number;
  /** Width of the queue's mouth at its right end; 0: the box has none. */
  readonly mouth: number;
  /** There is room for words under the cells. */
  readonly words: boolean;
}
export interface ActorBox extends Rect {
  readonly actor: Actor;
  /** Where a block is in its hand. */
  readonly hand: Point;
}

/** Where everything is, all in CSS px. */
export interface StageLayout {
  readonly width: number;
  readonly height: number;
  readonly actors: ReadonlyMap<number, ActorBox>;
  readonly spans: ReadonlyMap<number, SpanBox>;
  /** Size classes, top to bottom: class, block bytes and the middle of the row. */
  readonly rows: readonly { readonly cls: number; readonly bytes: number; readonly y: number }[];
  /** Dead threads that have no room, and what they own. */
  readonly hidden: { readonly actors: number; readonly spans: number };
}

export interface LayoutOptions {
  /** Spans have queues of blocks that others have freed. */
  readonly queues: boolean;
  /** Rows are size classes. */
  readonly classes: boolean;
  /** Threads that must have room, whatever else has none. */
  readonly wanted?: readonly number[];
}

const LABELS = 54;
const GAP = 16;
export const HEADS = 74;
const ROW_MIN = 36;
const ROW_MAX = 58;
/** All rows together are about so high. */
const ROWS_PX = 330;
const COLUMN_MIN = 112;
const MOUTH = 34;
/** Radius of the valve between cells and mouth, px, and the mouth that has one. */
export const VALVE = 7;
export const VALVE_FROM = 26;
const PAD = 4;
const LEAST_CELL = 5;

/** Height that the stage takes, px, with so many rows. */
export const stageHeight = (rows: number): number =>
  HEADS + Math.max(1, rows) * rowHeight(rows) + 10;
const rowHeight = (rows: number): number =>
  Math.min(ROW_MAX, Math.max(ROW_MIN, ROWS_PX / Math.max(1, rows)));

/**
 * Places actors in columns and spans in rows of their class beneath their owners. The same state and width always give
 * the same places; who has no room are the dead that died first.
 */
export function layoutStage(state: StageState, width: number, options: LayoutOptions): StageLayout {
  const all = actorsOf(state);
  const shown = chosen(
    all,
    Math.max(2, Math.floor((width - LABELS) / COLUMN_MIN)),
    options.wanted ?? [],
  );
  const classes = new Map<number, number>();
  for (const { spans } of all)
    for (const { cls, blockBytes } of spans)
      classes.set(options.classes ? cls : 0, options.classes ? blockBytes : 0);
  const sorted = [...classes].sort(([a], [b]) => a - b);
  const high = rowHeight(sorted.length);
  const rows = sorted.map(([cls, bytes], i) => ({ cls, bytes, y: HEADS + (i + 0.5) * high }));
  const rowOf = new Map(rows.map((row) => [row.cls, row]));
  const actors = new Map<number, ActorBox>();
  const spans = new Map<number, SpanBox>();
  // What is nobody's is wide: it is the whole heap of whoever shares one.
  const weight = ({ life }: Actor): number => (life === NOBODY ? 2.5 : 1);
  const units = shown.reduce((sum, actor) => sum + weight(actor), 0);
  let x = LABELS;
  for (const actor of shown) {
    const w = ((width - LABELS) * weight(actor)) / Math.max(1, units);
    const inner = Math.max(20, w - GAP);
    actors.set(actor.life, {
      actor,
      x,
      y: 4,
      w: inner,
      h: HEADS - 12,
      hand: { x: x + Math.min(22, inner / 2), y: HEADS - 14 },
    });
    for (const [cls, row] of rowOf) {
      const own = actor.spans.filter((span) => !options.classes || span.cls === cls);
      placeRow(own, { x, y: row.y - high / 2 + 2, w: inner, h: high - 5 }, options.queues, spans);
    }
    x += w;
  }
  const out = all.filter(({ life }) => !actors.has(life));
  return {
    width,
    height: stageHeight(sorted.length),
    actors,
    spans,
    rows: options.classes ? rows : [],
    hidden: { actors: out.length, spans: out.reduce((sum, { spans: own }) => sum + own.length, 0) },
  };
}

/** Those that have room, in their order: the living and the wanted, then the latest dead. */
function chosen(all: readonly Actor[], room: number, wanted: readonly number[]): readonly Actor[] {
  if (all.length <= room) return all;
  const rank = ({ life, state }: Actor): number => {
    if (wanted.includes(life)) return 3e9;
    if (state === 'none') return 2.9e9;
    if (state === 'runs') return 2e9 - life;
    if (state === 'asleep') return 1.5e9 - life;
    return life;
  };
  const kept = new Set([...all].sort((a, b) => rank(b) - rank(a)).slice(0, room));
  return all.filter((actor) => kept.has(actor));
}

/** Boxes of one owner and class, beside each other, in as many lines as keep them legible. */
function placeRow(
  own: readonly StageSpan[],
  { x, y, w, h }: Rect,
  queues: boolean,
  into: Map<number, SpanBox>,
): void {
  if (own.length === 0) return;
  const lines = own.length <= 2 ? 1 : own.length <= 8 ? 2 : 3;
  const perLine = Math.ceil(own.length / lines);
  const boxW = (w - (perLine - 1) * 3) / perLine;
  const boxH = (h - (lines - 1) * 3) / lines;
  own.forEach((span, i) => {
    const line = Math.floor(i / perLine);
    const rect = { x: x + (i % perLine) * (boxW + 3), y: y + line * (boxH + 3), w: boxW, h: boxH };
    into.set(span.row, { ...rect, ...cellsIn(rect, queues, span.cells.length) });
  });
}

function cellsIn(
  { w, h }: Rect,
  queues: boolean,
  wanted: number,
): Pick<SpanBox, 'cell' | 'columns' | 'room' | 'mouth' | 'words'> {
  const mouth = queues ? (w >= 84 ? MOUTH : Math.max(0, Math.min(18, w * 0.3))) : 0;
  const pad = h < 24 ? 2 * PAD - 3 : 2 * PAD;
  const valve = mouth >= VALVE_FROM ? VALVE : 0;
  const inside = Math.max(4, w - mouth - valve - 2 * PAD);
  const words = h >= 40 && w >= 100;
  const high = Math.max(4, h - pad - (words ? 13 : 0));
  for (let cell = 14; cell >= LEAST_CELL; cell--) {
    const columns = Math.max(1, Math.floor(inside / cell));
    const room = columns * Math.max(cell === LEAST_CELL ? 1 : 0, Math.floor(high / cell));
    if ((room >= wanted && room > 0) || cell === LEAST_CELL)
      return { cell, columns, room, mouth, words };
  }
  return { cell: LEAST_CELL, columns: 1, room: 1, mouth, words };
}

/** Middle of the cell of a block; of one that is not shown, the middle of its box. */
export function cellAt(box: SpanBox, span: StageSpan, block: number): Point {
  const i = span.cells.indexOf(block);
  if (i < 0 || i >= box.room) return { x: box.x + (box.w - box.mouth) / 2, y: box.y + box.h / 2 };
  return {
    x: box.x + PAD + ((i % box.columns) + 0.5) * box.cell,
    y: box.y + PAD + (Math.floor(i / box.columns) + 0.5) * box.cell,
  };
}

/** Where a block enters the queue of a span. */
export const mouthAt = (box: SpanBox): Point => ({
  x: box.x + box.w - box.mouth / 2,
  y: box.y + box.h / 2,
});

/** What is at a point: a span's row, an actor's life, or nothing. */
export function hitStage(
  layout: StageLayout,
  x: number,
  y: number,
): { readonly row: number } | { readonly life: number } | undefined {
  const inside = (rect: Rect): boolean =>
    x >= rect.x && x <= rect.x + rect.w && y >= rect.y && y <= rect.y + rect.h;
  for (const [row, box] of layout.spans) if (inside(box)) return { row };
  for (const [life, box] of layout.actors) if (inside(box)) return { life };
  return undefined;
}
