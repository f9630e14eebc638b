import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { createSimulation } from '../engine/simulation.ts';
import type { HandDetail } from '../engine/types.ts';
import { drawStrip, hitStrip, layoutStrip, type Strip, stripOf } from './heap-strip.ts';
import type { Palette } from './palette.ts';
import { loggingContext } from './testing/frames.ts';

function seen(handStart: string): HandDetail {
  const knobs = resolveKnobs({ workload: 'by-hand', model: 'firstfit', dtvBytes: 0, handStart });
  const detail = createSimulation(knobs, { eventCapacity: 64 }).readHand();
  if (!detail) throw new Error('no hand');
  return detail;
}
const strip = (handStart: string): Strip => stripOf(seen(handStart).stretches);

describe('a heap in address order', () => {
  it('is every chunk once, side by side, up to the top', () => {
    // The large one lies in three stretches.
    const { chunks, used, mapped } = strip('100 (200) 150000 40');
    expect(chunks.map(({ slot }) => slot)).toEqual([0, -1, 2, 3]);
    expect(chunks.map(({ free }) => free)).toEqual([false, true, false, false]);
    for (const [i, { at, bytes }] of chunks.entries())
      expect(chunks[i + 1]?.at ?? used).toBe(at + bytes);
    expect(mapped).toBeGreaterThan(used);
  });

  it('is nothing while there is no chunk', () => {
    expect(strip('')).toMatchObject({ chunks: [], used: 0 });
  });
});

describe('its picture', () => {
  it('has few lines of equal scale, in which every byte has a place', () => {
    const width = fc.integer({ min: 200, max: 2000 });
    const texts = fc.constantFrom(
      '100 (200) 3 40',
      '1 1 1',
      '150000 20',
      '16M 1',
      '4K 4K 4K (9000)',
    );
    fc.assert(
      fc.property(width, texts, (px, text) => {
        const heap = strip(text);
        const geometry = layoutStrip(heap, px);
        expect(geometry.lines).toBeLessThanOrEqual(10);
        expect(geometry.lines * geometry.perLine).toBeGreaterThan(heap.used);
        for (const chunk of heap.chunks) {
          const byte = chunk.at + chunk.bytes / 2;
          const line = Math.floor(byte / geometry.perLine);
          const along = (byte % geometry.perLine) / geometry.perLine;
          const x = geometry.left + along * geometry.width;
          expect(hitStrip(heap, geometry, x, line * 34 + 5)?.at).toBe(chunk.at);
        }
        expect(hitStrip(heap, geometry, 3, 5)).toBeUndefined();
      }),
    );
  });

  it('names blocks, holes and the top, and marks what the latest call was about', () => {
    const heap = strip('100 (200) 40');
    const palette = new Proxy({} as Palette, {
      get: (_, name) => (name === 'bands' ? Array.from({ length: 30 }, (_x, i) => `b${i}`) : name),
    });
    const { ctx, log } = loggingContext();
    Object.assign(ctx, { createLinearGradient: () => ({ addColorStop: () => undefined }) });
    drawStrip(ctx, heap, layoutStrip(heap, 900), palette, { slot: 2, was: undefined });
    const words = log.filter((line) => line.startsWith('fillText')).join('\n');
    expect(words).toContain('p0 · 100');
    expect(words).toContain('free 208');
    expect(words).toContain('p2');
    expect(words).toMatch(/top: [\d,]+ B →/);
    expect(log.filter((line) => line === 'strokeStyle = accent')).toHaveLength(1);
  });
});
