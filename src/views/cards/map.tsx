import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { classSize, count, plural } from '../../draw/format.ts';
import { drawMap, type PixelSurface } from '../../draw/map.ts';
import { type MapColour, MapColours, NOBODY } from '../../draw/map-colours.ts';
import {
  bandsOf,
  commonSize,
  hitMap,
  layoutMap,
  type MapBand,
  type MapGeometry,
  type MapSort,
  type MapWindow,
  roomFor,
  sameClasses,
  withClasses,
} from '../../draw/map-layout.ts';
import type { Palette } from '../../draw/palette.ts';
import { hasFeature, type ModelId } from '../../engine/allocators/index.ts';
import { type Feature, UNMAPPED } from '../../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { SPAN_FLAG } from '../../engine/types.ts';
import { invalidate } from '../../live/raf.ts';
import {
  COLOUR_BY,
  type ColourBy,
  type Selection,
  SORT_BY,
  type SortBy,
} from '../../state/store.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { BAND_GROUPS, groupLabel } from '../lane/band-groups.ts';
import { useLane } from '../lane/context.ts';
import { kindName } from '../lane/event-text.ts';
import { useLaneCanvas } from '../lane/use-frame.ts';
import { modelOf, noun, nouns, statesOf } from '../models.ts';
import { useApp, usePerform } from '../page/context.ts';
import { select } from '../page/session/lanes.ts';
import { Card } from './card.tsx';
import { MapLegend, stateCounts } from './map-legend.tsx';

const COLOUR_LABELS: Readonly<Record<ColourBy, string>> = {
  state: 'state',
  occupancy: 'live blocks',
  owner: 'owner',
  age: 'age',
  remote: 'remote queue',
  class: 'size class',
};
/** What a colouring or an order tells apart only where the model has it. */
const COLOUR_NEEDS: Readonly<Partial<Record<ColourBy, Feature>>> = {
  owner: 'owners',
  remote: 'remoteQueues',
  class: 'classes',
};
const ORDER_NEEDS: Readonly<Partial<Record<SortBy, Feature>>> = { owner: 'owners' };
const SORT_LABELS: Readonly<Record<SortBy, string>> = {
  creation: 'place',
  owner: 'owner',
  occupancy: 'live blocks',
  age: 'age',
};

/** Sentence above the map: the most telling count there is. */
export function mapFinding(frame: FrameView): string {
  const { counters } = frame;
  const model = modelOf(frame);
  const now = counters[C.superslabsNow];
  const shown = MODEL_SHOWN[model];
  if (shown.reasons.some(({ counted }) => counted)) return reasonFinding(frame, model);
  // As the legend counts: without those where a thread allocates now.
  const claiming = shown.states.findIndex(({ claims }) => claims !== undefined);
  const inflated = claiming < 0 ? 0 : stateCounts(frame)[claiming];
  const orphans = counters[C.orphanSuperslabs];
  const forgotten = counters[C.forgottenSuperslabs];
  if (forgotten > now / 5 && forgotten > inflated) {
    return `${count(forgotten)} of ${plural(now, noun(model), nouns(model))} ${forgotten === 1 ? 'has room, and its living owner never looks' : 'have room, and their living owners never look'} back`;
  }
  if (inflated > 0 && inflated > now / 5) {
    return `${plural(inflated, `${noun(model)} is empty, but its counter says it is`, `${nouns(model)} are empty, but their counters say they are`)} in use`;
  }
  if (counters[C.adoptions] > 0) {
    return `${plural(now, noun(model), nouns(model))} after ${plural(counters[C.threadLives], 'life', 'lives')}; ${plural(counters[C.adoptions], 'adoption')}`;
  }
  if (orphans > 0)
    return `${count(orphans)} of ${plural(now, noun(model), nouns(model))} ${orphans === 1 ? 'belongs to a dead thread' : 'belong to dead threads'}`;
  const { chain, state } = frame.columns;
  if (
    hasFeature(model, 'owners') &&
    chain.every((of, row) => of !== NOBODY || state[row] === UNMAPPED)
  )
    return `${plural(now, noun(model), nouns(model))}, ${now === 1 ? '' : 'each '}with a living owner`;
  const live = plural(counters[C.liveBlocks], 'live block');
  return `${plural(now, `${noun(model)} holds`, `${nouns(model)} hold`)} ${live}`;
}

/** The same for a model that says of each span why it was necessary. */
function reasonFinding({ counters }: FrameView, model: ModelId): string {
  const { newSpan, reasons } = MODEL_SHOWN[model];
  const because = new Map<string, number>();
  let made = 0;
  for (const { counted } of reasons) {
    if (!counted) continue;
    const times = counters[C[counted.counter]];
    made += times;
    because.set(counted.because, (because.get(counted.because) ?? 0) + times);
  }
  if (made === 0) return `No ${kindName(newSpan, model)} yet`;
  const [why, most] = [...because].reduce((a, b) => (b[1] > a[1] ? b : a));
  return `${plural(made, `${noun(model)} was made`, `${nouns(model)} were made`)}, ${count(most)} ${why}`;
}

/** Pace of the map beside other lanes, ms. */
const MAP_MS = 120;
/** Spans per band at the closest zoom of the map. */
const MIN_SHOWN = 12;

/** View state of the map that never needs React. */
interface MapView {
  bands: MapBand[];
  /** Spans of the longest band that the scale has room for. */
  longest: number;
  geometry: MapGeometry | undefined;
  window: MapWindow | undefined;
  hovered: number | undefined;
  drag: { x: number; start: number } | undefined;
}

/** Every span; wheel, +/− and drag zoom and move, click or Enter selects. */
export function MapCard() {
  const { lane, index, knobs, axes, lit, onLit } = useLane();
  const { model } = knobs;
  const run = usePerform();
  const has = (feature: Feature | undefined): boolean =>
    feature === undefined || hasFeature(model, feature);
  const colourings = COLOUR_BY.filter((key) => has(COLOUR_NEEDS[key]));
  const orders = SORT_BY.filter((key) => has(ORDER_NEEDS[key]));
  const colourBy = useApp((state) =>
    colourings.includes(state.colourBy) ? state.colourBy : colourings[0],
  );
  const sortBy = useApp((state) => (orders.includes(state.sortBy) ? state.sortBy : orders[0]));
  const setColourBy = useApp((state) => state.setColourBy);
  const setSortBy = useApp((state) => state.setSortBy);
  const selection = useApp((state) => (state.focus === index ? state.selection : undefined));
  const onSelect = (next: Selection | undefined): void => run(select, next, index);
  const [hidden, setHidden] = useState(0);
  const view = useRef<MapView>({
    bands: [],
    longest: 0,
    geometry: undefined,
    window: undefined,
    hovered: undefined,
    drag: undefined,
  });
  const tip = useRef<HTMLDivElement>(null);
  const surface = useRef<PixelSurface | undefined>(undefined);
  const colours = useRef<{ palette: Palette; model: ModelId; made: MapColours } | undefined>(
    undefined,
  );
  const canvas = useLaneCanvas(
    lane,
    (ctx, frame, size, palette) => {
      surface.current ??= pixelSurface();
      const shown = modelOf(frame);
      if (colours.current?.palette !== palette || colours.current.model !== shown)
        colours.current = {
          palette,
          model: shown,
          made: new MapColours(palette, statesOf(shown)),
        };
      const state = view.current;
      // One scale for all lanes that share their axes: a span is as large in one map as in the other.
      const beside = axes?.shared ? axes.frames : [frame];
      const room = commonSize(beside);
      const bands = bandsOf(frame, sortBy as MapSort);
      state.bands = sameClasses(beside)
        ? withClasses(bands, room.classes, frame.classBytes)
        : bands;
      state.longest = room.longest;
      const window = state.window ?? { start: 0, size: roomFor(room.longest) };
      state.geometry = layoutMap(state.bands, size.width, size.height, window, room.bands);
      drawMap(
        ctx,
        frame,
        state.bands,
        state.geometry,
        surface.current,
        colours.current.made,
        palette,
        {
          colourBy: colourBy as MapColour,
          hidden,
          selected: selection?.superslab,
          hovered: state.hovered,
          lit: BAND_GROUPS.find(({ label }) => label === lit)?.lights,
        },
      );
      invalidate(showTip, 'text');
    },
    axes ? MAP_MS : 0,
  );
  // A new selection, colour or order shows at once, also while the run stands still.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas is redrawn because these changed
  useEffect(() => canvas.redraw(), [selection, colourBy, sortBy, hidden, lit]);

  function showTip(): void {
    const box = tip.current;
    const row = view.current.hovered;
    const frame = lane.hub.latest;
    if (!box || !frame) return;
    const text = row === undefined || row >= frame.shape.rows ? '' : describe(frame, row);
    if (box.textContent !== text) box.textContent = text;
  }

  function zoom(factor: number, anchor: number): void {
    const { geometry, longest } = view.current;
    if (!geometry) return;
    const full = roomFor(longest);
    // Beyond the last step lie single blocks: the inspector draws those of the span in sight.
    if (factor < 1 && geometry.window.size <= MIN_SHOWN && view.current.hovered !== undefined) {
      onSelect({ superslab: view.current.hovered });
      return;
    }
    const size = Math.max(MIN_SHOWN, geometry.window.size * factor);
    if (size >= full) view.current.window = undefined;
    else {
      const at = geometry.window.start + geometry.window.size * anchor;
      const start = Math.max(0, Math.min(full - size, at - size * anchor));
      view.current.window = { start: Math.round(start), size: Math.round(size) };
    }
    canvas.redraw();
  }
  function pan(by: number): void {
    const { window, geometry, longest } = view.current;
    if (!window || !geometry) return;
    const start = Math.max(
      0,
      Math.min(Math.max(0, longest - window.size), window.start + Math.round(by * window.size)),
    );
    view.current.window = { ...window, start };
    canvas.redraw();
  }

  useEffect(() => {
    // React's wheel handlers are passive; zooming must keep the page from scrolling.
    const element = canvas.ref.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      if (
        !event.ctrlKey &&
        !event.altKey &&
        !event.shiftKey &&
        Math.abs(event.deltaY) < Math.abs(event.deltaX)
      )
        return;
      event.preventDefault();
      const { geometry } = view.current;
      if (!geometry) return;
      const x = event.clientX - element.getBoundingClientRect().left;
      zoom(
        event.deltaY > 0 ? 1.25 : 0.8,
        Math.max(0, Math.min(1, (x - geometry.left) / geometry.width)),
      );
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  });

  const onMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const { geometry, bands, drag } = view.current;
    if (!geometry) return;
    if (drag && view.current.window) {
      const moved = (drag.x - event.clientX) / geometry.width;
      const { size } = view.current.window;
      view.current.window = { size, start: Math.max(0, Math.round(drag.start + moved * size)) };
    }
    view.current.hovered = hitMap(
      bands,
      geometry,
      event.clientX - box.left,
      event.clientY - box.top,
    )?.row;
    canvas.redraw();
  };
  const onDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (view.current.window)
      view.current.drag = { x: event.clientX, start: view.current.window.start };
  };
  const onUp = (event: PointerEvent<HTMLCanvasElement>): void => {
    const dragged = view.current.drag && Math.abs(event.clientX - view.current.drag.x) > 4;
    view.current.drag = undefined;
    const { hovered } = view.current;
    if (!dragged && hovered !== undefined) onSelect({ superslab: hovered });
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const { bands, geometry, hovered } = view.current;
    if (!geometry || bands.length === 0) return;
    const handled = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (event.key === '+' || event.key === '=') {
      handled();
      zoom(0.6, 0.5);
    } else if (event.key === '-') {
      handled();
      zoom(1.7, 0.5);
    } else if (event.key === '0') {
      handled();
      view.current.window = undefined;
      canvas.redraw();
    } else if (event.key === 'PageUp' || event.key === 'PageDown') {
      handled();
      pan(event.key === 'PageUp' ? -0.5 : 0.5);
    } else if (event.key.startsWith('Arrow')) {
      handled();
      let band = Math.max(
        0,
        bands.findIndex((b) => hovered !== undefined && b.order.includes(hovered)),
      );
      let position = hovered === undefined ? 0 : Math.max(0, bands[band].order.indexOf(hovered));
      if (event.key === 'ArrowLeft') position -= 1;
      if (event.key === 'ArrowRight') position += 1;
      if (event.key === 'ArrowUp') band = Math.max(0, band - 1);
      if (event.key === 'ArrowDown') band = Math.min(bands.length - 1, band + 1);
      position = Math.max(0, Math.min(bands[band].order.length - 1, position));
      view.current.hovered = bands[band].order[position];
      canvas.redraw();
    } else if (event.key === 'Enter' && hovered !== undefined) {
      handled();
      onSelect({ superslab: hovered });
    } else if (event.key === 'Escape') {
      handled();
      onSelect(undefined);
    }
  };

  const litGroup = BAND_GROUPS.find(({ label }) => label === lit);
  return (
    <Card
      className="map-card"
      title={mapFinding}
      table={{
        head: [has('classes') ? 'Class' : 'Blocks', 'Count', 'States'],
        rows: (frame) => {
          const table = bandsOf(frame, 'creation').map((band) => {
            const counts = statesOf(modelOf(frame)).map(() => 0);
            for (const row of band.order) counts[frame.columns.state[row]]++;
            return [
              band.blockBytes > 0 ? classSize(band.blockBytes) : 'any size',
              count(band.count),
              inWords(frame, counts),
            ];
          });
          return [
            ...table,
            ['All', count(frame.counters[C.superslabsNow]), inWords(frame, stateCounts(frame))],
          ];
        },
      }}
      actions={
        <>
          <label className="mini-select">
            colour
            <select
              value={colourBy}
              onChange={(event) => setColourBy(event.target.value as ColourBy)}
            >
              {colourings.map((key) => (
                <option key={key} value={key}>
                  {COLOUR_LABELS[key]}
                </option>
              ))}
            </select>
          </label>
          <label className="mini-select">
            order
            <select value={sortBy} onChange={(event) => setSortBy(event.target.value as SortBy)}>
              {orders.map((key) => (
                <option key={key} value={key}>
                  {SORT_LABELS[key]}
                </option>
              ))}
            </select>
          </label>
        </>
      }
    >
      <MapLegend by={colourBy} hidden={hidden} onHidden={setHidden} />
      {litGroup && (
        <p className="lit">
          Lit: {nouns(model)} that can hold “{groupLabel(litGroup, model)}”.{' '}
          <button type="button" className="link" onClick={() => onLit(undefined)}>
            Show all
          </button>
        </p>
      )}
      <div className="map-box">
        <canvas
          ref={canvas.ref}
          className="map-canvas"
          tabIndex={0}
          role="application"
          aria-roledescription={`map of ${nouns(model)}`}
          aria-label={`Every ${noun(model)}${has('classes') ? ', one band per size class' : ''}. Arrow keys walk, Enter inspects, plus and minus zoom, 0 shows all.`}
          onPointerMove={onMove}
          onPointerDown={onDown}
          onPointerUp={onUp}
          onPointerLeave={() => {
            view.current.hovered = undefined;
            view.current.drag = undefined;
            canvas.redraw();
          }}
          onDoubleClick={() => zoom(0.4, 0.5)}
          onKeyDown={onKey}
        />
        <div className="map-tip" ref={tip} role="status" />
        <fieldset className="map-zoom">
          <legend className="sr">Zoom of the map</legend>
          <button type="button" onClick={() => zoom(0.6, 0.5)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => zoom(1.7, 0.5)} aria-label="Zoom out">
            −
          </button>
          <button
            type="button"
            onClick={() => {
              view.current.window = undefined;
              canvas.redraw();
            }}
          >
            all
          </button>
        </fieldset>
      </div>
    </Card>
  );
}

/** Counts of states in words, the empty ones left out. */
function inWords(frame: FrameView, counts: readonly number[]): string {
  return statesOf(modelOf(frame))
    .map(({ label }, i) => (i > 0 && counts[i] > 0 ? `${count(counts[i])} ${label}` : ''))
    .filter((text) => text !== '')
    .join('; ');
}

/** One span in a sentence. */
export function describe(frame: FrameView, row: number): string {
  const { columns, classBytes, header } = frame;
  const model = modelOf(frame);
  const state = columns.state[row];
  const { label } = statesOf(model)[state];
  if (state === UNMAPPED) return `Place ${count(row)}: given back to the OS`;
  const live = count(columns.live[row]);
  const said = [`${noun(model)} ${count(row)}`];
  if (hasFeature(model, 'classes')) said.push(classSize(classBytes[columns.cls[row]]));
  if (hasFeature(model, 'owners')) said.push(ownerOf(frame, row));
  const blocks = hasFeature(model, 'lyingCounter')
    ? `${live} live, counter ${count(columns.believed[row])}`
    : columns.capacity[row] > 0
      ? `${live} of ${count(columns.capacity[row])} live`
      : `${live} live`;
  const queued = hasFeature(model, 'remoteQueues') ? `, ${count(columns.queued[row])} queued` : '';
  const age = header[H.op] - columns.born[row];
  return [...said, `${blocks}${queued}`, label, `mapped ${count(age)} ops ago`].join(' · ');
}

function ownerOf({ columns }: FrameView, row: number): string {
  const owner = columns.owner[row];
  if (owner < 0) return 'no owner';
  const dead = (columns.flags[row] & SPAN_FLAG.ownerDead) !== 0;
  return owner === 0 ? 'main' : `life ${count(owner)}${dead ? ', dead' : ''}`;
}

/** An off-screen canvas of one pixel per span. */
function pixelSurface(): PixelSurface {
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d');
  let image = new ImageData(1, 1);
  let words = new Uint32Array(image.data.buffer);
  return {
    canvas,
    pixels(width, height) {
      if (image.width !== width || image.height !== height) {
        image = new ImageData(width, height);
        words = new Uint32Array(image.data.buffer);
        canvas.width = width;
        canvas.height = height;
      }
      return words;
    },
    commit() {
      ctx?.putImageData(image, 0, 0);
    },
  };
}
