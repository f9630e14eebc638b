import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CreateAllocator } from '../allocators/contract.ts';
import { HEAPS } from '../allocators/heaps.ts';
import { MODEL_IDS, type ModelId } from '../allocators/index.ts';
import { RowMarks } from '../allocators/row-marks.ts';
import { resolveKnobs } from '../knobs/index.ts';
import { createSimulation } from '../simulation.ts';
import type { Run } from './run.ts';

/** A model of which every reading of rows is noted, without marks when it is to be read in full. */
function watched(model: ModelId, marked: boolean): { run: Run; read: number[][] } {
  const read: number[][] = [];
  const create: CreateAllocator = (machine, slots) => {
    const allocator = HEAPS[model](machine, slots);
    const fill = allocator.fillColumns.bind(allocator);
    allocator.fillColumns = (columns, from, to) => {
      read.push([from, to]);
      fill(columns, from, to);
    };
    return marked ? allocator : Object.assign(allocator, { changedRows: undefined });
  };
  const run = createSimulation(
    resolveKnobs({ model, workload: 'larson', chunks: 300, maxSize: 4000 }),
    { create },
  );
  return { run, read };
}

describe('marks of rows', () => {
  it('are found one after the other, none twice, none left out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(199)), fc.integer({ min: 0, max: 200 }), (rows, upTo) => {
        const marks = new RowMarks();
        marks.mark(3);
        marks.reserve(200);
        expect(marks.nextMarked(0, 200)).toBe(3);
        marks.clear();
        for (const row of rows) marks.mark(row);
        const found: number[] = [];
        for (let row = marks.nextMarked(0, upTo); row < upTo; row = marks.nextMarked(row + 1, upTo))
          found.push(row);
        expect(found).toEqual(rows.filter((row) => row < upTo).sort((a, b) => a - b));
        for (const row of found) {
          const end = marks.nextUnmarked(row, upTo);
          expect(end).toBeGreaterThan(row);
          expect(end === upTo || !rows.includes(end)).toBe(true);
        }
      }),
    );
  });
});

describe.each(MODEL_IDS)('rows of %s', (model) => {
  it('are read again only where something has changed', () => {
    const { run, read } = watched(model, true);
    run.advance(20_000);
    run.readRows();
    expect(read).toEqual([[0, run.rows]]);
    read.length = 0;
    run.advance(1);
    run.readRows();
    const again = read.reduce((sum, [from, to]) => sum + to - from, 0);
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThan(run.rows);
  });

  it('are all read again after a restore', () => {
    const { run, read } = watched(model, true);
    run.advance(2000);
    const saved = run.snapshot();
    run.advance(2000);
    run.readRows();
    run.restore(saved);
    read.length = 0;
    run.readRows();
    expect(read).toEqual([[0, run.rows]]);
    expect(run.audit()).toEqual([]);
  });

  it('are all read for every frame when there are no marks', () => {
    const { run, read } = watched(model, false);
    for (let i = 0; i < 3; i++) {
      run.advance(1000);
      read.length = 0;
      run.readRows();
      expect(read).toEqual([[0, run.rows]]);
    }
    expect(run.audit()).toEqual([]);
  });
});
