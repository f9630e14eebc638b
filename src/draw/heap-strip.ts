import { B } from '../engine/telemetry/ledger.ts';
import { BLOCK_STATES, type HandPlace, type HandStretch } from '../engine/types.ts';
import { count } from './format.ts';
import type { Palette } from './palette.ts';

/** A chunk of a heap whose blocks differ in size. */
export interface StripChunk {
  /** First byte, tags included, from the heap's beginning, and its bytes. */
  readonly at: number;
  readonly bytes: number;
  readonly free: boolean;
  /** The program's slot; -1: none, -2: a thread table. */
  readonly slot: number;
  readonly requested: number;
  /** Bytes in front of the program's, and of all that are the allocator's. */
  readonly lead: number;
  readonly overhead: number;
}

/** A heap in address order. */
export interface Strip {
  /** Address of its first byte. */
  readonly address: number;
  readonly chunks: readonly StripChunk[];
  /** Where the last chunk ends and where the heap does, from its beginning. */
  readonly used: number;
  readonly mapped: number;
}

const FREE = BLOCK_STATES.indexOf('free');

/** Puts the stretches of a heap together; a chunk that lies in several of them is one. */
export function stripOf(stretches: readonly HandStretch[]): Strip {
  const address = stretches[0]?.address ?? 0;
  const last = stretches.at(-1);
  const found = new Map<number, StripChunk>();
  for (const { address: base, blocks } of stretches) {
    const { offsets, bytes, states, slots, requested, lead, overhead } = blocks;
    if (offsets === undefined || bytes === undefined) continue;
    for (const [i, offset] of offsets.entries()) {
      const at = base - address + offset;
      const chunk = { slot: slots[i], requested: requested[i], lead, overhead };
      found.set(at, { at, bytes: bytes[i], free: states[i] === FREE, ...chunk });
    }
  }
  const chunks = [...found.values()].sort((a, b) => a.at - b.at);
  const end = chunks.at(-1);
  return {
    address,
    chunks,
    used: end ? end.at + end.bytes : 0,
    mapped: last ? last.address + last.bytes - address : 0,
  };
}

export interface StripGeometry {
  /** Left edge of the lines, px: what is before it names their addresses. */
  readonly left: number;
  readonly width: number;
  /** Bytes that a line stands for. */
  readonly perLine: number;
  readonly lines: number;
  readonly height: number;
}

const LINE_PX = 34;
const BAR_PX = 26;
const GUTTER_PX = 58;
const LEAST_PER_LINE = 256;
const MOST_LINES = 6;
/** Narrow pictures have more lines, so that words still fit into small chunks. */
const NARROW_PX = 520;
const MOST_NARROW = 10;
const LABEL_PX = 11;
const FONT = '600 11px "Inter Variable", Inter, sans-serif';
const SMALL = '10px "JetBrains Mono Variable", ui-monospace, monospace';

/** Lines of equal scale, a power of two of bytes each, as few bytes as the lines allow. */
export function layoutStrip(strip: Strip, width: number): StripGeometry {
  const most = width < NARROW_PX ? MOST_NARROW : MOST_LINES;
  let perLine = LEAST_PER_LINE;
  while (Math.ceil((strip.used + 1) / perLine) > most) perLine *= 2;
  const lines = Math.max(1, Math.ceil((strip.used + 1) / perLine));
  return {
    left: GUTTER_PX,
    width: Math.max(1, width - GUTTER_PX),
    perLine,
    lines,
    height: lines * LINE_PX,
  };
}

/** Pieces of a stretch of bytes, line by line, in px. */
function piecesOf(
  from: number,
  to: number,
  { left, width, perLine, lines }: StripGeometry,
): { readonly x: number; readonly y: number; readonly width: number }[] {
  const pieces = [];
  for (let line = Math.floor(from / perLine); line < lines && line * perLine < to; line++) {
    const begin = Math.max(from, line * perLine) - line * perLine;
    const end = Math.min(to, (line + 1) * perLine) - line * perLine;
    if (end <= begin) continue;
    const scale = width / perLine;
    pieces.push({ x: left + begin * scale, y: line * LINE_PX, width: (end - begin) * scale });
  }
  return pieces;
}

/** What stands out in a picture. */
export interface StripMarks {
  /** The block of this slot. */
  readonly slot: number | undefined;
  /** Where the latest call found the block that it freed or moved. */
  readonly was: HandPlace | undefined;
}

/** Draws a heap in true proportion: live blocks, their tags and what rounding adds, holes, the top. */
export function drawStrip(
  ctx: CanvasRenderingContext2D,
  strip: Strip,
  geometry: StripGeometry,
  palette: Palette,
  marks: StripMarks,
): void {
  const fill = (from: number, to: number, colour: string): void => {
    ctx.fillStyle = colour;
    for (const { x, y, width } of piecesOf(from, to, geometry)) ctx.fillRect(x, y, width, BAR_PX);
  };
  const { bands } = palette;
  drawTop(ctx, strip, geometry, palette);
  for (const chunk of strip.chunks) {
    const { at, bytes, lead, overhead, requested } = chunk;
    const end = at + bytes;
    const first = at + lead;
    const last = end - (overhead - lead);
    fill(at, end, bands[B.headers]);
    if (chunk.free) {
      fill(first, last, palette.surface);
      hatch(ctx, first, last, geometry, palette.empty);
    } else {
      fill(first, last, bands[B.rounding]);
      fill(first, first + requested, bands[chunk.slot === -2 ? B.runtime : B.live]);
    }
    edges(ctx, at, end, geometry, palette.surface);
    label(ctx, chunk, first, last, geometry, palette);
  }
  ctx.setLineDash([4, 3]);
  if (marks.was) {
    const from = marks.was.address - strip.address - (strip.chunks[0]?.lead ?? 0);
    frame(ctx, from, from + marks.was.bytes, geometry, palette.accent, 1.5);
  }
  ctx.setLineDash([]);
  const marked = strip.chunks.find(({ slot }) => slot === marks.slot && slot >= 0);
  if (marked) frame(ctx, marked.at, marked.at + marked.bytes, geometry, palette.accent, 2.5);
  ctx.font = SMALL;
  ctx.fillStyle = palette.text3;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (let line = 0; line < geometry.lines; line++)
    ctx.fillText(`+${count(line * geometry.perLine)}`, 0, line * LINE_PX + BAR_PX / 2);
}

/** What of the heap no block has: the rest of the last line stands for it, whatever its size. */
function drawTop(
  ctx: CanvasRenderingContext2D,
  { used, mapped }: Strip,
  geometry: StripGeometry,
  palette: Palette,
): void {
  if (mapped <= used) return;
  const to = geometry.lines * geometry.perLine;
  for (const { x, y, width } of piecesOf(used, to, geometry)) {
    const fade = ctx.createLinearGradient(x, 0, x + width, 0);
    fade.addColorStop(0, palette.ghost);
    fade.addColorStop(1, palette.surface);
    ctx.fillStyle = fade;
    ctx.fillRect(x, y, width, BAR_PX);
    const words = `top: ${count(mapped - used)} B →`;
    ctx.font = FONT;
    ctx.fillStyle = palette.text2;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    for (const text of [words, 'top →'])
      if (text.length * LABEL_PX * 0.6 < width) {
        ctx.fillText(text, x + 8, y + BAR_PX / 2);
        break;
      }
  }
}

function hatch(
  ctx: CanvasRenderingContext2D,
  from: number,
  to: number,
  geometry: StripGeometry,
  colour: string,
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  for (const { x, y, width } of piecesOf(from, to, geometry)) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, width, BAR_PX);
    ctx.clip();
    ctx.beginPath();
    for (let start = x - BAR_PX; start < x + width; start += 7) {
      ctx.moveTo(start, y + BAR_PX);
      ctx.lineTo(start + BAR_PX, y);
    }
    ctx.globalAlpha = 0.45;
    ctx.stroke();
    ctx.restore();
    ctx.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), BAR_PX - 1);
  }
}

/** Chunks side by side are told apart. */
function edges(
  ctx: CanvasRenderingContext2D,
  from: number,
  to: number,
  geometry: StripGeometry,
  colour: string,
): void {
  const [first] = piecesOf(from, to, geometry);
  if (first === undefined) return;
  ctx.fillStyle = colour;
  ctx.fillRect(first.x - 0.5, first.y, 1, BAR_PX);
}

function frame(
  ctx: CanvasRenderingContext2D,
  from: number,
  to: number,
  geometry: StripGeometry,
  colour: string,
  thick: number,
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = thick;
  for (const { x, y, width } of piecesOf(from, to, geometry))
    ctx.strokeRect(x, y + thick / 2, Math.max(1, width), BAR_PX - thick);
}

/** The longest of its names that fits into the widest piece of a chunk. */
function label(
  ctx: CanvasRenderingContext2D,
  { free, slot, requested }: StripChunk,
  from: number,
  to: number,
  geometry: StripGeometry,
  palette: Palette,
): void {
  const name = slot === -2 ? 'thread table' : `p${slot}`;
  const names = free
    ? [`free ${count(to - from)}`, count(to - from)]
    : [`${name} · ${count(requested)}`, name];
  const [widest] = piecesOf(from, to, geometry).sort((a, b) => b.width - a.width);
  if (widest === undefined) return;
  ctx.font = FONT;
  const text = names.find((words) => words.length * LABEL_PX * 0.6 + 4 <= widest.width);
  if (text === undefined) return;
  const middle = widest.x + widest.width / 2;
  const y = widest.y + BAR_PX / 2;
  if (free) {
    const half = (text.length * LABEL_PX * 0.58) / 2 + 3;
    ctx.fillStyle = palette.surface;
    ctx.fillRect(middle - half, y - 8, half * 2, 16);
  }
  ctx.fillStyle = free ? palette.text : palette.sunken;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, middle, y + 0.5);
}

/** The chunk at a point, or undefined. */
export function hitStrip(
  strip: Strip,
  { left, width, perLine }: StripGeometry,
  x: number,
  y: number,
): StripChunk | undefined {
  const along = (x - left) / width;
  if (along < 0 || along >= 1 || y < 0) return undefined;
  const byte = (Math.floor(y / LINE_PX) + along) * perLine;
  return strip.chunks.find(({ at, bytes }) => byte >= at && byte < at + bytes);
}
