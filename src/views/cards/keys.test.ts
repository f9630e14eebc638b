import { describe, expect, it } from 'vitest';
import { css } from '../../draw/class-colours.ts';
import { classSize } from '../../draw/format.ts';
import { MapColours } from '../../draw/map-colours.ts';
import type { Palette } from '../../draw/palette.ts';
import { frameAt } from '../../draw/testing/frames.ts';
import { UNMAPPED } from '../../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { classLines, ownerLines } from './map-legend.tsx';
import { queueLayers } from './queues.tsx';

const COLOURS = Array.from({ length: 7 }, (_, i) => `#0000${(16 + i).toString(16)}`);
/** Every colour that is named is the same; owners differ. */
const PALETTE = new Proxy({} as Palette, {
  get: (_, name) => (name === 'owners' ? COLOURS : '#808080'),
});
const RUNS = {
  tiny: frameAt(20_000),
  mf2: frameAt(6000, { model: 'mf2', workload: 'pair', minSize: 2048, maxSize: 30_000 }),
} as const;

describe.each(['tiny', 'mf2'] as const)('colours of %s', (model) => {
  const frame = RUNS[model];
  const colours = new MapColours(PALETTE, MODEL_SHOWN[model].states);
  const key = classLines(frame);

  it('a class is drawn on the map in the colour that the key has for it', () => {
    expect(key.length).toBeGreaterThan(1);
    expect(new Set(key.map(({ colour }) => colour)).size).toBe(key.length);
    const { columns } = frame;
    for (let row = 0; row < frame.shape.rows; row++) {
      if (columns.state[row] === UNMAPPED) continue;
      const name = classSize(frame.classBytes[columns.cls[row]]);
      expect(css(colours.of(frame, row, 'class', 0))).toBe(
        key.find(({ label }) => label === name)?.colour,
      );
    }
  });

  it('and charts of queues have the same colours under the same names', () => {
    const layers = queueLayers(frame);
    expect(layers).toHaveLength(frame.shape.classes);
    for (const { label, colour } of key)
      expect(layers.find(({ name }) => name === label)?.colour).toBe(colour);
  });

  it('counts every span once in each key', () => {
    const mapped = frame.columns.state.subarray(0, frame.shape.rows).filter((s) => s !== UNMAPPED);
    for (const lines of [key, ownerLines(frame)])
      expect(lines.reduce((sum, { times }) => sum + times, 0)).toBe(mapped.length);
  });
});

describe('keys of many owners', () => {
  it('end in a line that says how many more there are', () => {
    const frame = frameAt(4000, { threads: 40, chunks: 16 });
    const lines = ownerLines(frame);
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(lines.some(({ label }) => label.includes('more chains'))).toBe(true);
  });
});
