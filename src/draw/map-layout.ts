import { UNMAPPED } from '../engine/allocators/model.ts';
import type { FrameView } from '../worker/frame.ts';
import { orderBy } from './order.ts';

export type MapSort = 'creation' | 'owner' | 'occupancy' | 'age';

/** Spans of one size class, in drawing order. */
export interface MapBand {
  readonly cls: number;
  /** 0: a model without classes. */
  readonly blockBytes: number;
  readonly order: Int32Array;
  readonly count: number;
}

/** The part of each band that is on screen, by position in its order. */
export interface MapWindow {
  readonly start: number;
  readonly size: number;
}

/** Where everything is, in CSS pixels. */
export interface MapGeometry {
  readonly left: number;
  readonly width: number;
  readonly bandHeight: number;
  readonly gap: number;
  readonly rows: number;
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly window: MapWindow;
}

export const MAP_LABEL_WIDTH = 58;
const BAND_GAP = 4;

/**
 * Splits the mapped rows of a frame by class. Rows that the OS has back keep their place, so that the
 * map does not jump when a pass frees some; trailing ones are cut off.
 */
export function bandsOf(frame: FrameView, sort: MapSort): MapBand[] {
  const { columns, classBytes, shape } = frame;
  // Spans of blocks of any size are one band.
  const classes = Math.max(1, shape.classes);
  const counts = new Int32Array(classes);
  const lengths = new Int32Array(classes);
  for (let row = 0; row < shape.rows; row++) {
    const c = columns.cls[row];
    if (c >= classes) continue;
    lengths[c]++;
    if (columns.state[row] !== UNMAPPED) counts[c]++;
  }
  const bands: MapBand[] = [];
  const orders: (Int32Array | undefined)[] = [];
  for (let c = 0; c < classes; c++) {
    orders.push(lengths[c] > 0 ? new Int32Array(lengths[c]) : undefined);
  }
  const at = new Int32Array(classes);
  for (let row = 0; row < shape.rows; row++) {
    const c = columns.cls[row];
    const order = orders[c];
    if (order) order[at[c]++] = row;
  }
  orders.forEach((order, cls) => {
    if (!order) return;
    if (sort !== 'creation') sortBand(order, frame, sort);
    bands.push({ cls, blockBytes: classBytes[cls] ?? 0, order, count: counts[cls] });
  });
  return bands;
}

function sortBand(
  order: Int32Array,
  { columns }: FrameView,
  sort: Exclude<MapSort, 'creation'>,
): void {
  switch (sort) {
    case 'owner':
      orderBy(order, columns.owner, (owner) => Math.max(0, owner));
      orderBy(order, columns.chain);
      return;
    case 'occupancy':
      // The fullest first.
      orderBy(order, columns.live, (live) => ~live);
      return;
    case 'age':
      orderBy(order, columns.born);
      return;
  }
}

/** The next size at which the layout changes: it grows by half, so that cells stay put in between. */
export function roomFor(length: number): number {
  let room = 24;
  while (room < length) room = Math.ceil(room * 1.5);
  return room;
}

/** What a map needs room for. */
export interface MapSize {
  readonly bands: number;
  /** Spans of its longest band. */
  readonly longest: number;
  /** Classes that have a band; of spans without classes the one band is of class 0. */
  readonly classes: ReadonlySet<number>;
}

/** What the maps of several frames need room for together, each beside the others. */
export function commonSize(frames: readonly FrameView[]): MapSize {
  const sizes = frames.map(sizeOf);
  const classes = new Set(sizes.flatMap((size) => [...size.classes]));
  return {
    // Bands of one class stand beside each other where the lanes have the same classes.
    bands: sameClasses(frames) ? classes.size : Math.max(0, ...sizes.map(({ bands }) => bands)),
    longest: Math.max(0, ...sizes.map(({ longest }) => longest)),
    classes,
  };
}

/** Whether frames have classes of the same sizes. */
export const sameClasses = ([first, ...others]: readonly FrameView[]): boolean =>
  others.every(
    ({ classBytes }) =>
      classBytes.length === first.classBytes.length &&
      classBytes.every((size, i) => size === first.classBytes[i]),
  );

const sizes = new WeakMap<FrameView, MapSize>();

/** Counted once a frame: every lane asks for those of all. */
function sizeOf(frame: FrameView): MapSize {
  const known = sizes.get(frame);
  if (known) return known;
  const lengths = new Int32Array(Math.max(1, frame.shape.classes));
  const { cls } = frame.columns;
  for (let row = 0; row < frame.shape.rows; row++) {
    if (cls[row] < lengths.length) lengths[cls[row]]++;
  }
  const classes = new Set<number>();
  let longest = 0;
  lengths.forEach((length, c) => {
    if (length > 0) classes.add(c);
    if (length > longest) longest = length;
  });
  const size = { bands: classes.size, longest, classes };
  sizes.set(frame, size);
  return size;
}

/** Bands with an empty one for each class that only other lanes have, so that rows are beside each other. */
export function withClasses(
  bands: readonly MapBand[],
  classes: ReadonlySet<number>,
  classBytes: ArrayLike<number>,
): MapBand[] {
  const own = new Map(bands.map((band) => [band.cls, band]));
  return [...new Set([...classes, ...own.keys()])]
    .sort((a, b) => a - b)
    .map(
      (cls) =>
        own.get(cls) ?? {
          cls,
          blockBytes: classBytes[cls] ?? 0,
          order: new Int32Array(0),
          count: 0,
        },
    );
}

/**
 * Lays out bands in a box; cells are about square and all bands share columns.
 * @param room bands that there must be room for, where another map of the same scale has more
 */
export function layoutMap(
  bands: readonly MapBand[],
  width: number,
  height: number,
  window: MapWindow,
  room = bands.length,
): MapGeometry {
  const left = MAP_LABEL_WIDTH;
  const inner = Math.max(20, width - left);
  const shown = Math.max(1, bands.length, room);
  const bandHeight = Math.max(6, Math.min(64, (height - BAND_GAP * (shown - 1)) / shown));
  const size = Math.max(1, window.size);
  const rows = Math.max(1, Math.round(Math.sqrt((size * bandHeight) / inner)));
  const columns = Math.ceil(size / rows);
  return {
    left,
    width: inner,
    bandHeight,
    gap: BAND_GAP,
    rows,
    columns,
    cellWidth: inner / columns,
    cellHeight: bandHeight / rows,
    window,
  };
}

export interface MapHit {
  readonly row: number;
  readonly band: number;
  readonly position: number;
}

/** The span at a point, or undefined. */
export function hitMap(
  bands: readonly MapBand[],
  geometry: MapGeometry,
  x: number,
  y: number,
): MapHit | undefined {
  const pitch = geometry.bandHeight + geometry.gap;
  const index = Math.floor(y / pitch);
  const band = bands[index];
  const inBand = y - index * pitch;
  if (!band || x < geometry.left || inBand > geometry.bandHeight) return undefined;
  const column = Math.floor((x - geometry.left) / geometry.cellWidth);
  const line = Math.min(geometry.rows - 1, Math.floor(inBand / geometry.cellHeight));
  if (column < 0 || column >= geometry.columns) return undefined;
  const position = geometry.window.start + column * geometry.rows + line;
  const row = band.order[position];
  return row === undefined ? undefined : { row, band: index, position };
}

/** The cell of a span, or undefined when it is outside the window. */
export function cellOf(
  bands: readonly MapBand[],
  geometry: MapGeometry,
  row: number,
):
  | { x: number; y: number; width: number; height: number; band: number; position: number }
  | undefined {
  for (let index = 0; index < bands.length; index++) {
    const position = bands[index].order.indexOf(row);
    if (position < 0) continue;
    const shown = position - geometry.window.start;
    if (shown < 0 || shown >= geometry.rows * geometry.columns) return undefined;
    return {
      x: geometry.left + Math.floor(shown / geometry.rows) * geometry.cellWidth,
      y:
        index * (geometry.bandHeight + geometry.gap) +
        (shown % geometry.rows) * geometry.cellHeight,
      width: geometry.cellWidth,
      height: geometry.cellHeight,
      band: index,
      position,
    };
  }
  return undefined;
}
