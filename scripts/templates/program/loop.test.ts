import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { ReferenceRun } from '../testing/reference.ts';

const start = (knobs: Partial<KnobValues>): ReferenceRun =>
  new ReferenceRun(programOf(resolveKnobs({ workload: '__id__' }, knobs)));

describe('__Label__', () => {
  it('keeps as many blocks as the knob says, each thread its own', () => {
    const run = start({ threads: 3, __knob__Keep: 20 });
    for (let i = 0; i < 50; i++) for (const chain of run.ready()) run.stretch(chain, 40);
    expect(run.peak).toBe(60);
    expect(run.live).toBeGreaterThanOrEqual(57);
    expect(run.remoteFrees).toBe(0);
  });

  it('asks for sizes of its range', () => {
    const run = start({ minSize: 100, maxSize: 110 });
    const sizes = new Set<number>();
    run.onMalloc = (_chain, _slot, size) => {
      sizes.add(size);
    };
    for (const chain of run.ready()) run.stretch(chain, 500);
    expect([...sizes].sort((a, b) => a - b)).toEqual([
      100, 101, 102, 103, 104, 105, 106, 107, 108, 109,
    ]);
  });
});
