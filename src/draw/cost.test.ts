// @module-tag slow
import { describe, expect, it } from 'vitest';
import { asBytes, asNs, asOp } from '../base/units.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import type { EventKind, EventRecord } from '../engine/telemetry/events.ts';
import { S, SERIES, SERIES_COUNT } from '../engine/telemetry/series.ts';
import { BLOCK_STATES, type BlocksDetail } from '../engine/types.ts';
import { type FrameShape, type FrameView, frameBytes, H, layFrame } from '../worker/frame.ts';
import { drawAdoption, layoutAdoption } from './adoption.ts';
import { drawAreas } from './area.ts';
import { drawBlocks, layoutBlocks } from './blocks.ts';
import { drawDiff } from './diff.ts';
import { count } from './format.ts';
import { drawMap, type PixelSurface } from './map.ts';
import { MapColours } from './map-colours.ts';
import { bandsOf, layoutMap, type MapSort, roomFor } from './map-layout.ts';
import { drawPending, PENDING_BINS, pendingCounts } from './pending.ts';
import { loggingContext } from './testing/frames.ts';
import { PALETTE } from './testing/palette.ts';

/**
 * What is asked of a canvas for one picture, whatever the run: no card may keep the page from its answers. Each
 * call takes about a microsecond.
 */
const MOST_CALLS = 25_000;
const SIZE = { width: 1400, height: 268 };
const SAMPLES = 512;

/** A frame of a run as large as they come. */
function frameOfSize(rows: number, chains: number, classes: number): FrameView {
  const shape: FrameShape = { rows, chains, classes, samples: SAMPLES, events: 64 };
  const frame = layFrame(new ArrayBuffer(Math.ceil(frameBytes(shape) / 8) * 8), shape);
  const { header, columns, classBytes, history } = frame;
  header[H.op] = 1e9;
  header[H.virtualNs] = 1e12;
  for (let c = 0; c < classes; c++) classBytes[c] = 16 * (c + 1);
  let state = 1;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let row = 0; row < rows; row++) {
    columns.state[row] = 1 + draw(5);
    columns.cls[row] = draw(classes);
    columns.chain[row] = draw(chains);
    columns.flags[row] = draw(256);
    columns.slabs[row] = draw(33);
    columns.live[row] = draw(4096);
    columns.queued[row] = draw(64);
    columns.owner[row] = draw(1e6);
    columns.born[row] = draw(1e9);
  }
  for (let i = 0; i < SAMPLES; i++)
    for (let s = 0; s < SERIES_COUNT; s++) history[i * SERIES_COUNT + s] = draw(1e9);
  for (const axis of ['op', 'ns'] as const)
    for (let i = 0; i < SAMPLES; i++) history[i * SERIES_COUNT + S[axis]] = i * 1000;
  return frame;
}

const SHAPES = [
  { rows: 0, chains: 2, classes: 1 },
  { rows: 49_000, chains: 65, classes: 8 },
  { rows: 300, chains: 65, classes: 1 },
  { rows: 3000, chains: 5, classes: 128 },
  { rows: 1_000_000, chains: 129, classes: 128 },
];

/** Counts what a picture asks of its canvas. */
function callsOf(draw: (ctx: CanvasRenderingContext2D) => void): number {
  const { ctx, log } = loggingContext();
  draw(ctx);
  return log.length;
}

const surface = (): PixelSurface & { readonly most: number } => {
  let most = 0;
  let pixels = new Uint32Array(0);
  return {
    canvas: {} as CanvasImageSource,
    pixels: (width, height) => {
      most = Math.max(most, width * height);
      if (pixels.length < width * height) pixels = new Uint32Array(width * height);
      return pixels;
    },
    commit: () => {},
    get most() {
      return most;
    },
  };
};

describe.each(SHAPES)('$rows spans, $chains chains, $classes classes', (shape) => {
  const frame = frameOfSize(shape.rows, shape.chains, shape.classes);

  it.each(['creation', 'owner', 'occupancy', 'age'] as const)(
    'the map by %s, at every zoom',
    (sort: MapSort) => {
      const bands = bandsOf(frame, sort);
      const longest = Math.max(1, ...bands.map(({ order }) => order.length));
      const colours = new MapColours(PALETTE, MODEL_SHOWN.tiny.states);
      for (let size = roomFor(longest); size >= 12; size = Math.floor(size / 1.7)) {
        const pixels = surface();
        const geometry = layoutMap(bands, SIZE.width, SIZE.height, { start: 0, size });
        const options = { colourBy: 'state' as const, hidden: 0, selected: 0, hovered: 1 };
        const calls = callsOf((ctx) =>
          drawMap(ctx, frame, bands, geometry, pixels, colours, PALETTE, options),
        );
        expect(calls).toBeLessThan(MOST_CALLS);
        // A cell is a pixel: no picture in between is larger than what there is to show.
        expect(pixels.most).toBeLessThan(2 * size + SIZE.width);
      }
    },
  );

  it('charts of as many layers as there are series', () => {
    const layers = SERIES.map((name) => ({ series: [name], colour: '#123456' }));
    for (const rate of [false, true])
      for (const some of [layers.slice(0, 1), layers.slice(0, 16)])
        expect(
          callsOf((ctx) =>
            drawAreas(ctx, frame, SIZE, PALETTE, {
              x: 'op',
              layers: some,
              format: count,
              cursor: 3,
              rate,
              limit: { value: 1e6, label: 'limit' },
            }),
          ),
        ).toBeLessThan(MOST_CALLS);
  });

  it('pending pages', () => {
    const counts = {
      enqueued: new Float64Array(PENDING_BINS),
      unseen: new Float64Array(PENDING_BINS),
    };
    pendingCounts(
      frame,
      MODEL_SHOWN.mf2.states.map(({ waits }) => waits === true),
      counts,
    );
    expect(callsOf((ctx) => drawPending(ctx, counts, 3, SIZE, PALETTE, 'pages'))).toBeLessThan(
      MOST_CALLS,
    );
  });

  it('adoption lanes with as many events as can be asked for', () => {
    const kinds: readonly EventKind[] = [
      'threadStart',
      'pageAdopted',
      'pageNew',
      'adoptionBlocked',
      'wake',
      'pageEnqueued',
    ];
    const events = Array.from(
      { length: 600 },
      (_, seq): EventRecord => ({
        seq,
        kind: kinds[seq % kinds.length],
        op: asOp(seq),
        ns: asNs(seq * 1e6),
        life: 1,
        subject: 0,
        a: seq % shape.chains,
        b: seq % 3,
        cause: -1,
        chain: (seq * 7) % shape.chains,
        other: (seq * 5) % shape.chains,
      }),
    );
    const layout = layoutAdoption(events, shape.chains, 1e9, SIZE);
    const { ctx, log } = loggingContext();
    const reasons = ['#1', '#2', '#3'];
    drawAdoption(ctx, events, shape.chains, 1000, layout, SIZE, PALETTE, reasons, 3);
    expect(log.length).toBeLessThan(MOST_CALLS);
    // Names do not stand on each other.
    const named = log
      .filter((line) => /^fillText\((main|chain)/.test(line))
      .map((line) => Number(line.slice(0, -1).split(', ').at(-1)));
    for (let i = 1; i < named.length; i++)
      expect(named[i] - named[i - 1]).toBeGreaterThanOrEqual(10.9);
  });
});

it('the difference of two lanes and the blocks of the largest slab', () => {
  const ops = Array.from({ length: SAMPLES }, (_, i) => i * 1000);
  const values = ops.map((op) => Math.sin(op) * 1e9);
  expect(callsOf((ctx) => drawDiff(ctx, { ops, values }, SIZE, PALETTE, count))).toBeLessThan(
    MOST_CALLS,
  );
  const blocks = 8192;
  const detail: BlocksDetail = {
    span: 0,
    slab: 0,
    blockBytes: asBytes(8),
    headerBytes: 1024,
    overhead: 0,
    lead: 0,
    states: Uint8Array.from({ length: blocks }, (_, i) => i % BLOCK_STATES.length),
    requested: new Uint32Array(blocks),
    slots: new Int32Array(blocks),
  };
  expect(
    callsOf((ctx) => drawBlocks(ctx, detail, layoutBlocks(blocks, 280, 260), PALETTE, 3)),
  ).toBeLessThan(MOST_CALLS);
});
