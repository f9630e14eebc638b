import { describe, expect, it } from 'vitest';
import { asBytes, asNs, asOp } from '../base/units.ts';
import { MODEL_SHOWN } from '../engine/allocators/shown.ts';
import { C } from '../engine/telemetry/counters.ts';
import type { EventKind, EventRecord } from '../engine/telemetry/events.ts';
import { PG } from '../engine/telemetry/states.ts';
import { BLOCK_STATES, type BlocksDetail } from '../engine/types.ts';
import { drawAdoption, hitAdoption, layoutAdoption } from './adoption.ts';
import { drawAreas, sampleNear, valueTicks } from './area.ts';
import { drawBlocks, hitBlock, layoutBlocks } from './blocks.ts';
import { drawDiff } from './diff.ts';
import {
  bytes,
  compact,
  count,
  difference,
  duration,
  ordinal,
  percent,
  signed,
  unbroken,
} from './format.ts';
import { drawMap, type PixelSurface } from './map.ts';
import { MapColours } from './map-colours.ts';
import {
  bandsOf,
  cellOf,
  commonSize,
  hitMap,
  layoutMap,
  roomFor,
  withClasses,
} from './map-layout.ts';
import { mixPacked, packed } from './palette.ts';
import { drawPending, PENDING_BINS, pendingCounts } from './pending.ts';
import { frameAt, loggingContext } from './testing/frames.ts';
import { PALETTE } from './testing/palette.ts';

describe('format', () => {
  it('writes numbers as people read them', () => {
    expect(count(49121)).toBe('49,121');
    expect(compact(8380549)).toBe('8.38 M');
    expect(compact(512)).toBe('512');
    expect(bytes(asBytes(167_731_184 * 1024))).toBe('160 GiB');
    expect(bytes(asBytes(0))).toBe('0 B');
    expect(percent(0.6333)).toBe('63.3 %');
    expect(percent(0.00001)).toBe('< 0.1 %');
    expect(duration(asNs(2_000_160_381))).toBe('2.000 s');
    expect(duration(asNs(954))).toBe('954 ns');
    expect([1, 2, 3, 4, 11, 12, 13, 21, 112, 1022].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 112th 1,022nd',
    );
    expect(difference(49121, 49123)).toBe('−0.004 %');
    expect(difference(5000, 10)).toBe('+49,900 %');
    expect(signed(-0.0000001, percent)).toBe('< 0.1 %');
    expect(signed(-3, count)).toBe('−3');
    expect(difference(0, 0)).toBe('0 %');
    expect(difference(3, 0)).toBe('—');
  });

  it('writes no exponents, and does not tear numbers from their units', () => {
    for (const value of [7.35e-7, -1e-9, 1e-300, 0.0123, 12.5, 1e5, 1e9])
      expect(compact(value)).not.toMatch(/e/);
    expect(compact(7.35e-7)).toBe('< 0.001');
    expect(signed(-7.35e-7, compact)).toBe('< 0.001');
    expect(unbroken('14.4 k of 1.20 GiB, 63.3 % in 2 ms')).toBe(
      '14.4\u00a0k of 1.20\u00a0GiB, 63.3\u00a0% in 2\u00a0ms',
    );
    expect(unbroken('after 3 kills')).toBe('after 3 kills');
  });

  it('ticks bytes at round binary numbers', () => {
    for (const tick of valueTicks(160 * 2 ** 30, true)) expect(tick % 2 ** 30).toBe(0);
    expect(valueTicks(70_000, false)).toContain(40_000);
  });
});

describe('colours', () => {
  it('packs for ImageData, little-endian', () => {
    expect(packed('#112233')).toBe(0xff332211);
    expect(mixPacked(packed('#000000'), packed('#ffffff'), 0)).toBe(packed('#000000'));
    expect(mixPacked(packed('#000000'), packed('#ffffff'), 1)).toBe(packed('#ffffff'));
  });
});

describe('map', () => {
  const frame = frameAt(3000);
  const bands = bandsOf(frame, 'creation');

  it('puts every mapped SuperSlab into the band of its class', () => {
    const drawn = bands.reduce((sum, band) => sum + band.count, 0);
    expect(drawn).toBe(frame.counters[2]);
    for (const band of bands) {
      for (const row of band.order) expect(frame.columns.cls[row]).toBe(band.cls);
    }
  });

  it('finds under the pointer what it drew there', () => {
    const longest = Math.max(...bands.map((band) => band.order.length));
    const geometry = layoutMap(bands, 800, 260, { start: 0, size: roomFor(longest) });
    for (const band of bands) {
      for (const row of band.order) {
        const cell = cellOf(bands, geometry, row);
        expect(cell).toBeDefined();
        if (!cell) continue;
        expect(
          hitMap(bands, geometry, cell.x + cell.width / 2, cell.y + cell.height / 2)?.row,
        ).toBe(row);
      }
    }
    expect(hitMap(bands, geometry, 2, 2)).toBeUndefined();
    expect(hitMap(bands, geometry, 400, 9999)).toBeUndefined();
  });

  it('keeps its layout until half as many again are there', () => {
    expect(roomFor(1)).toBe(24);
    expect(roomFor(25)).toBe(36);
    expect(roomFor(8188)).toBeGreaterThanOrEqual(8188);
    expect(roomFor(8188)).toBeLessThan(8188 * 1.5);
  });

  it.each(['owner', 'occupancy', 'age'] as const)('sorts by %s without losing a row', (sort) => {
    const sorted = bandsOf(frame, sort);
    sorted.forEach((band, i) => {
      expect([...band.order].sort((a, b) => a - b)).toEqual([...bands[i].order]);
    });
  });

  it('draws a band per class and writes every SuperSlab as a pixel', () => {
    const { ctx, log } = loggingContext();
    let pixels = new Uint32Array(0);
    let written = 0;
    const surface: PixelSurface = {
      canvas: {} as CanvasImageSource,
      pixels: (width, height) => {
        pixels = new Uint32Array(width * height);
        return pixels;
      },
      commit: () => {
        written += pixels.filter((pixel) => pixel !== 0).length;
      },
    };
    const geometry = layoutMap(bands, 800, 260, { start: 0, size: 400 });
    drawMap(
      ctx,
      frame,
      bands,
      geometry,
      surface,
      new MapColours(PALETTE, MODEL_SHOWN.tiny.states),
      PALETTE,
      {
        colourBy: 'state',
        hidden: 0,
        selected: bands[0].order[0],
        hovered: undefined,
      },
    );
    expect(written).toBe(frame.counters[2]);
    expect(log.filter((line) => line.startsWith('drawImage'))).toHaveLength(bands.length);
    expect(log.filter((line) => line.startsWith('strokeRect')).length).toBeGreaterThan(0);
  });
});

describe('maps beside each other', () => {
  const of = (threads: number, ops: number) => frameAt(ops, { threads, chunks: 200 });
  const frames = [of(1, 400), of(4, 60_000)] as const;
  const room = commonSize(frames);
  const layouts = frames.map((one) => {
    const bands = withClasses(bandsOf(one, 'creation'), room.classes, one.classBytes);
    const window = { start: 0, size: roomFor(room.longest) };
    return { bands, geometry: layoutMap(bands, 300, 260, window, room.bands) };
  });

  it('have one scale: a span is as large in the map of few as in that of many', () => {
    expect(frames[1].shape.rows).toBeGreaterThan(20 * frames[0].shape.rows);
    expect(layouts[0].geometry).toEqual(layouts[1].geometry);
    // Each alone would have a scale of its own.
    const alone = frames.map((one) => {
      const bands = bandsOf(one, 'creation');
      const longest = Math.max(...bands.map(({ order }) => order.length));
      return layoutMap(bands, 300, 260, { start: 0, size: roomFor(longest) }).cellWidth;
    });
    expect(alone[0]).toBeGreaterThan(2 * alone[1]);
  });

  it('have rows beside each other: a class is in the same band of each', () => {
    const classes = layouts.map(({ bands }) => bands.map(({ cls }) => cls));
    expect(classes[0]).toEqual(classes[1]);
    layouts.forEach(({ bands }, i) => {
      const drawn = bands.reduce((sum, { order }) => sum + order.length, 0);
      expect(drawn).toBe(frames[i].shape.rows);
    });
  });
});

describe('areas', () => {
  const frame = frameAt(5000);
  const options = {
    x: 'op' as const,
    layers: [{ series: ['entries.superslabs' as const], colour: '#123456' }],
    format: count,
    cursor: undefined,
  };

  it('draws one filled shape per layer, and the limit when it is in sight', () => {
    const { ctx, log } = loggingContext();
    drawAreas(ctx, frame, { width: 500, height: 160 }, PALETTE, {
      ...options,
      limit: { value: 300, label: 'limit' },
    });
    expect(log.filter((line) => line.startsWith('fill(')).length).toBe(1);
    expect(log.some((line) => line.startsWith('fillText(limit'))).toBe(true);
    const { ctx: far, log: without } = loggingContext();
    drawAreas(far, frame, { width: 500, height: 160 }, PALETTE, {
      ...options,
      limit: { value: 1e9, label: 'limit' },
    });
    expect(without.some((line) => line.startsWith('fillText(limit'))).toBe(false);
  });

  it('draws a target where it falls into the picture, and keeps the scale', () => {
    const ticks = (target?: { value: number; label: string }): string[] => {
      const { ctx, log } = loggingContext();
      const more = target === undefined ? {} : { target };
      drawAreas(ctx, frame, { width: 500, height: 160 }, PALETTE, { ...options, ...more });
      return log.filter((line) => line.startsWith('fillText('));
    };
    const bare = ticks();
    expect(ticks({ value: 1e9, label: 'far' })).toEqual(bare);
    const near = ticks({ value: 1, label: 'near' });
    expect(near).toHaveLength(bare.length + 1);
    expect(near.filter((line) => line.includes('near'))).toHaveLength(1);
  });

  it('ticks whole numbers of what is counted, and any of a rate', () => {
    const ticks = (rate: boolean): string[] => {
      const { ctx, log } = loggingContext();
      const one = { ...options, format: compact, rate, share: () => (rate ? 1.08 : 2.1) };
      drawAreas(ctx, frame, { width: 500, height: 160 }, PALETTE, one);
      return log.flatMap((line) => /^fillText\(([\d.]+), 50,/.exec(line)?.[1] ?? []);
    };
    expect(ticks(false)).toEqual(['0', '1', '2']);
    expect(ticks(true)).toContain('0.500');
  });

  it('writes the unit above the highest tick, whatever the highest value', () => {
    for (const ops of [200, 900, 5000, 20_000]) {
      const { ctx, log } = loggingContext();
      const units = { ...options, unit: 'entries' };
      drawAreas(ctx, frameAt(ops), { width: 500, height: 160 }, PALETTE, units);
      const texts = log.flatMap((line) => {
        const [, text, x, y] = /^fillText\((.*), (-?[\d.]+), (-?[\d.]+)\)$/.exec(line) ?? [];
        return text === undefined ? [] : [{ text, x: Number(x), y: Number(y) }];
      });
      const unit = texts.find(({ text }) => text === 'entries');
      const highest = Math.min(
        ...texts.filter(({ text, x }) => text !== 'entries' && x < 60).map(({ y }) => y),
      );
      expect(unit).toBeDefined();
      expect(highest - (unit?.y ?? 0)).toBeGreaterThanOrEqual(11);
    }
  });

  it('finds the sample under a position', () => {
    expect(sampleNear(frame, { width: 500, height: 160 }, 'op', 0)).toBe(0);
    expect(sampleNear(frame, { width: 500, height: 160 }, 'op', 5000)).toBe(
      frame.shape.samples - 1,
    );
  });

  it('draws nothing wild for a run that has not begun', () => {
    const { ctx, log } = loggingContext();
    drawAreas(ctx, frameAt(0), { width: 300, height: 100 }, PALETTE, options);
    expect(log.join(' ')).not.toContain('NaN');
  });
});

describe('blocks', () => {
  const detail: BlocksDetail = {
    span: 0,
    slab: 0,
    blockBytes: asBytes(64),
    headerBytes: 1024,
    overhead: 0,
    lead: 0,
    states: Uint8Array.from({ length: 40 }, (_, i) => i % BLOCK_STATES.length),
    requested: new Uint32Array(40),
    slots: new Int32Array(40),
  };

  it('fits, and finds under the pointer what it drew there', () => {
    const geometry = layoutBlocks(40, 280, 260);
    for (let block = 0; block < 40; block++) {
      const x = (block % geometry.columns) * geometry.cell + 1;
      const y = Math.floor(block / geometry.columns) * geometry.cell + 1;
      expect(hitBlock(detail, geometry, x, y)).toBe(block);
    }
    expect(hitBlock(detail, geometry, -1, 0)).toBeUndefined();
    expect(layoutBlocks(8192, 280, 260).cell).toBe(3);
  });

  it('tells states apart by more than colour', () => {
    const { ctx, log } = loggingContext();
    drawBlocks(ctx, detail, layoutBlocks(40, 280, 260), PALETTE, 3);
    expect(log.some((line) => line.startsWith('strokeRect'))).toBe(true);
    expect(log.some((line) => line.startsWith('lineTo'))).toBe(true);
  });
});

/** Colour of a new page by why it was necessary, as the lanes of the mid allocator have it. */
const REASONS = MODEL_SHOWN.mf2.reasons.map(({ counted }) => PALETTE[counted?.colour ?? 'living']);

describe('adoption lanes', () => {
  const event = (
    seq: number,
    kind: EventKind,
    ns: number,
    more: Partial<EventRecord>,
  ): EventRecord => ({
    seq,
    kind,
    op: asOp(seq),
    ns: asNs(ns),
    life: 1,
    subject: 0,
    a: 0,
    b: 0,
    cause: -1,
    chain: 1,
    other: -1,
    ...more,
  });
  const box = { width: 400, height: 200 };
  const events = [
    event(1, 'threadStart', 0, { a: 1 }),
    event(2, 'pageAdopted', 500, { b: 1, chain: 2, other: 1 }),
    event(3, 'pageNew', 900, { b: 1 }),
    event(4, 'adoptionBlocked', 1000, { chain: 2, other: 1 }),
  ];
  const layout = layoutAdoption(events, 3, 1000, box);

  it('draws an arc from owner to adopter, a triangle per page and a cross per refusal', () => {
    const { ctx, log } = loggingContext();
    drawAdoption(ctx, events, 3, 0, layout, box, PALETTE, REASONS, 3);
    const lines = log.join('\n');
    expect(lines).toContain('setLineDash(object)');
    expect(log.filter((line) => line.startsWith('quadraticCurveTo'))).toHaveLength(1);
    // A page that an adoption made necessary has the warning colour.
    expect(lines).toContain('fillStyle = #ff0000');
    expect(log.filter((line) => line === 'closePath()')).toHaveLength(1);
  });

  it('shades the time of first refusal only where there is one', () => {
    const queued = [...events, event(5, 'pageEnqueued', 200, { other: 1 })];
    const without = loggingContext();
    drawAdoption(without.ctx, queued, 3, 0, layout, box, PALETTE, REASONS, undefined);
    const shaded = loggingContext();
    drawAdoption(shaded.ctx, queued, 3, 300, layout, box, PALETTE, REASONS, undefined);
    expect(without.log).not.toContain('globalAlpha = 0.2');
    expect(shaded.log).toContain('globalAlpha = 0.2');
  });

  it('does not collapse: 200 events after one of long ago fill the axis, and the break is said', () => {
    const late = Array.from({ length: 200 }, (_, i) =>
      event(i + 9, 'pageNew', 96_000_000 + 20_000 * i, { b: 1 }),
    );
    const many = [event(1, 'threadStart', 0, { a: 1 }), ...late];
    const wide = layoutAdoption(many, 3, 100_000_000, box);
    const width = wide.x(late[199].ns) - wide.x(late[0].ns);
    expect(width).toBeGreaterThan(0.8 * (box.width - 68));
    const { ctx, log } = loggingContext();
    drawAdoption(ctx, many, 3, 0, wide, box, PALETTE, REASONS, undefined);
    expect(log.join('\n')).toContain('fillText(96.0 ms left out,');
  });

  it('finds an event under the pointer', () => {
    expect(hitAdoption(events, layout, layout.x(900), layout.y(1))?.seq).toBe(3);
    expect(hitAdoption(events, layout, layout.x(500), layout.y(0) - 30)).toBeUndefined();
  });
});

describe('pending queues', () => {
  const frame = frameAt(4000, {
    model: 'mf2',
    route: 'cda',
    pendingThreshold: 3,
    minSize: 2048,
    maxSize: 8000,
    chunks: 40,
    threads: 3,
    mapMode: 'direct',
  });
  const waits = MODEL_SHOWN.mf2.states.map((state) => state.waits === true);
  const counts = {
    enqueued: new Float64Array(PENDING_BINS),
    unseen: new Float64Array(PENDING_BINS),
  };

  it('counts pages by remote blocks, and the counts are those of the engine', () => {
    pendingCounts(frame, waits, counts);
    const { queued, state } = frame.columns;
    let blocks = 0;
    let waiting = 0;
    for (let row = 0; row < frame.shape.rows; row++) {
      blocks += queued[row];
      if (queued[row] > 0 && (state[row] === PG.pending || state[row] === PG.orphanPending))
        waiting++;
    }
    expect(blocks).toBe(frame.counters[C.queuedBlocks]);
    expect(counts.enqueued.reduce((a, b) => a + b, 0)).toBe(waiting);
    // Below the threshold of three nobody was told.
    expect(counts.enqueued[1] + counts.enqueued[2]).toBeLessThanOrEqual(
      counts.unseen[1] + counts.unseen[2],
    );
  });

  it('draws the threshold between the bars', () => {
    const { ctx, log } = loggingContext();
    drawPending(ctx, counts, 3, { width: 400, height: 120 }, PALETTE, 'pages');
    expect(log.join('\n')).toContain('fillText(enqueued at 3,');
    expect(log.join('\n')).toContain('fillText(pages,');
  });
});

describe('difference strip', () => {
  it('draws above the line in one colour and below it in another', () => {
    const { ctx, log } = loggingContext();
    drawDiff(
      ctx,
      { ops: [0, 100, 200], values: [0, 40, -10] },
      { width: 300, height: 90 },
      PALETTE,
      count,
    );
    expect(log).toContain('fillStyle = #700000');
    expect(log).toContain('fillStyle = #300000');
    expect(log.join('\n')).toContain('fillText(+40,');
    // A minus like those of the tables.
    expect(log.join('\n')).toContain('fillText(−40,');
  });

  it('has no scale of what does not differ', () => {
    const { ctx, log } = loggingContext();
    drawDiff(ctx, { ops: [0, 100], values: [0, 0] }, { width: 300, height: 90 }, PALETTE, count);
    const written = log.filter((line) => line.startsWith('fillText('));
    expect(written.map((line) => line.slice(9, line.indexOf(',')))).toEqual(['0', '100 ops']);
  });
});
