import { UNMAPPED } from '../engine/allocators/model.ts';
import { SPAN_FLAG } from '../engine/types.ts';
import type { FrameView } from '../worker/frame.ts';
import { classSize, count } from './format.ts';
import type { MapColour, MapColours } from './map-colours.ts';
import { cellOf, MAP_LABEL_WIDTH, type MapBand, type MapGeometry } from './map-layout.ts';
import type { Palette } from './palette.ts';

export interface MapOptions {
  readonly colourBy: MapColour;
  /** Bits of states hidden by the legend. */
  readonly hidden: number;
  /** Only these spans keep their colour, when given. */
  readonly lit?: ((frame: FrameView, row: number) => boolean) | undefined;
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
}

/** A small canvas that holds one pixel per span; made by the page, reused every frame. */
export interface PixelSurface {
  readonly canvas: CanvasImageSource;
  /** A buffer of at least width × height pixels, row-major. */
  pixels(width: number, height: number): Uint32Array;
  /** Puts the buffer's first width × height pixels into the canvas. */
  commit(width: number, height: number): void;
}

/** From this cell size on, slabs and marks are drawn. */
const DETAIL_PX = 15;
/** With more cells than this in sight they are drawn without: each takes fifty strokes. */
const MOST_DETAILS = 300;
/** More lines between cells than this are left out. */
const MOST_LINES = 12_000;

/**
 * Draws the map: one band per size class. From afar each span is one pixel of a small image that
 * is scaled up without smoothing; near by, its slabs, occupancy, queue and adoption are drawn too.
 */
export function drawMap(
  ctx: CanvasRenderingContext2D,
  frame: FrameView,
  bands: readonly MapBand[],
  geometry: MapGeometry,
  surface: PixelSurface,
  colours: MapColours,
  palette: Palette,
  options: MapOptions,
): void {
  const { rows, columns, window, left, width, bandHeight, gap } = geometry;
  ctx.font = '500 11px "Inter Variable", sans-serif';
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  const background = colours.of(frame, 0, options.colourBy, 0xffff);
  const gridded =
    geometry.cellWidth >= 5 &&
    geometry.cellHeight >= 5 &&
    (rows + columns) * bands.length <= MOST_LINES;
  const detailed =
    geometry.cellWidth >= DETAIL_PX &&
    geometry.cellHeight >= DETAIL_PX &&
    rows * columns * bands.length <= MOST_DETAILS;
  bands.forEach((band, index) => {
    const y = index * (bandHeight + gap);
    const pixels = surface.pixels(columns, rows);
    pixels.fill(0, 0, columns * rows);
    const end = Math.min(band.order.length, window.start + rows * columns);
    for (let position = window.start; position < end; position++) {
      const shown = position - window.start;
      const row = band.order[position];
      const colour =
        options.lit && !options.lit(frame, row)
          ? background
          : colours.of(frame, row, options.colourBy, options.hidden);
      pixels[(shown % rows) * columns + Math.floor(shown / rows)] =
        colour === background ? 0 : colour;
    }
    surface.commit(columns, rows);
    ctx.fillStyle = palette.ghost;
    ctx.fillRect(left, y, width, bandHeight);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(surface.canvas, 0, 0, columns, rows, left, y, width, bandHeight);
    ctx.fillStyle = palette.text2;
    ctx.fillText(
      band.blockBytes > 0 ? classSize(band.blockBytes) : 'all',
      MAP_LABEL_WIDTH - 8,
      y + bandHeight / 2 - (bandHeight > 26 ? 6 : 0),
    );
    if (bandHeight > 26) {
      ctx.fillStyle = palette.text3;
      ctx.fillText(count(band.count), MAP_LABEL_WIDTH - 8, y + bandHeight / 2 + 8);
    }
    if (gridded) grid(ctx, geometry, y, palette);
    if (detailed) {
      for (let position = window.start; position < end; position++) {
        detail(ctx, frame, band, position, geometry, y, palette);
      }
    }
  });
  for (const [row, colour] of [
    [options.hovered, palette.text],
    [options.selected, palette.accent],
  ] as const) {
    const cell = row === undefined ? undefined : cellOf(bands, geometry, row);
    if (!cell) continue;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    const w = Math.max(cell.width, 7);
    const h = Math.max(cell.height, 7);
    ctx.strokeRect(
      cell.x + (cell.width - w) / 2 - 1,
      cell.y + (cell.height - h) / 2 - 1,
      w + 2,
      h + 2,
    );
  }
}

function grid(
  ctx: CanvasRenderingContext2D,
  geometry: MapGeometry,
  y: number,
  palette: Palette,
): void {
  ctx.fillStyle = palette.surface;
  for (let column = 1; column < geometry.columns; column++) {
    ctx.fillRect(geometry.left + column * geometry.cellWidth - 0.5, y, 1, geometry.bandHeight);
  }
  for (let line = 1; line < geometry.rows; line++) {
    ctx.fillRect(geometry.left, y + line * geometry.cellHeight - 0.5, geometry.width, 1);
  }
}

/** Slabs as a mini grid, queue as hatching, adoption as a second border. */
function detail(
  ctx: CanvasRenderingContext2D,
  frame: FrameView,
  band: MapBand,
  position: number,
  geometry: MapGeometry,
  bandY: number,
  palette: Palette,
): void {
  const { columns } = frame;
  const row = band.order[position];
  if (columns.state[row] === UNMAPPED) return;
  const shown = position - geometry.window.start;
  const x = geometry.left + Math.floor(shown / geometry.rows) * geometry.cellWidth;
  const y = bandY + (shown % geometry.rows) * geometry.cellHeight;
  const w = geometry.cellWidth - 1;
  const h = geometry.cellHeight - 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  const slabs = columns.slabs[row];
  const across = 8;
  const size = Math.max(2, Math.min(w / across, h / 4) - 1);
  ctx.fillStyle = palette.sunken;
  ctx.globalAlpha = 0.55;
  for (let slab = 0; slab < Math.min(32, slabs); slab++) {
    ctx.fillRect(
      x + 2 + (slab % across) * (size + 1),
      y + 2 + Math.floor(slab / across) * (size + 1),
      size,
      size,
    );
  }
  if (columns.queued[row] > 0) {
    ctx.globalAlpha = 0.5;
    ctx.strokeStyle = palette.sunken;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let d = -h; d < w; d += 5) {
      ctx.moveTo(x + d, y + h);
      ctx.lineTo(x + d + h, y);
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  if ((columns.flags[row] & SPAN_FLAG.adopted) !== 0) {
    ctx.strokeStyle = palette.text;
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 1.5, y + 1.5, w - 3, h - 3);
    ctx.strokeRect(x + 3.5, y + 3.5, w - 7, h - 7);
  }
  if (w > 64 && h > 30) {
    ctx.fillStyle = palette.text;
    ctx.textAlign = 'left';
    ctx.fillText(`${count(columns.live[row])} live`, x + 6, y + h - 9);
    ctx.textAlign = 'right';
  }
  ctx.restore();
}
