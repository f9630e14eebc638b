// @module-tag slow
import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import { provenance } from './provenance.ts';
import { createSimulation } from './simulation.ts';
import { runTo, seek, Timeline } from './timeline.ts';
import { BLOCK_STATES } from './types.ts';

const OPTIONS = { eventCapacity: 1 << 12 };
const LIVE = BLOCK_STATES.indexOf('live');

describe('who allocated and who freed a block', () => {
  it.each<[string, Partial<KnobValues>]>([
    ['tiny', { chunks: 40, threads: 3, orphanPolicy: 'adopt' }],
    [
      'MF2',
      { model: 'mf2', chunks: 40, threads: 3, minSize: 2048, maxSize: 9000, mapMode: 'direct' },
    ],
    [
      'a pair',
      {
        model: 'mf2',
        workload: 'pair',
        window: 30,
        minSize: 2048,
        maxSize: 9000,
        mapMode: 'direct',
      },
    ],
  ])('is what the state before and after says, %s', (_, changed) => {
    const knobs = resolveKnobs(changed);
    const sim = createSimulation(knobs, OPTIONS);
    const timeline = new Timeline([], undefined, 256);
    runTo(sim, timeline, 3000);
    const digest = sim.digest();
    const probe = createSimulation(knobs, OPTIONS);
    const stateAt = (op: number, row: number, slab: number, block: number): number | undefined => {
      seek(probe, timeline, op);
      return probe.inspectBlocks(row, slab)?.states[block];
    };
    let seen = 0;
    for (let row = 0; row < sim.rows && seen < 24; row++) {
      const detail = sim.inspectSpan(row);
      const slab = detail?.slabs.find(({ acquired }) => acquired)?.index;
      const blocks = slab === undefined ? undefined : sim.inspectBlocks(row, slab);
      if (slab === undefined || !blocks) continue;
      for (const block of [0, 1, 5, 12, 30].filter((index) => index < blocks.states.length)) {
        const replica = createSimulation(knobs, OPTIONS);
        const found = provenance(sim, replica, timeline, { span: row, slab, block });
        if (!found.allocated) continue;
        seen++;
        expect(stateAt(found.allocated.op, row, slab, block)).toBe(LIVE);
        expect(found.age).toBeGreaterThanOrEqual(0);
        if (blocks.states[block] === LIVE) expect(found.freed).toBeUndefined();
        else {
          expect(found.freed).toBeDefined();
          expect(stateAt((found.freed?.op ?? 1) - 1, row, slab, block)).toBe(LIVE);
          expect(stateAt(found.freed?.op ?? 0, row, slab, block)).not.toBe(LIVE);
        }
      }
    }
    expect(seen).toBeGreaterThan(3);
    // Looking back leaves the run where it was.
    expect(sim.digest()).toBe(digest);
  });

  it('goes as far back as it must, wherever keyframes lie', () => {
    const knobs = resolveKnobs({ chunks: 400, threads: 2 });
    const sim = createSimulation(knobs, OPTIONS);
    const near = new Timeline([], undefined, 32);
    const far = new Timeline([], undefined, 1 << 14);
    runTo(sim, near, 2900);
    const other = createSimulation(knobs, OPTIONS);
    runTo(other, far, 2900);
    expect(near.count).toBeGreaterThan(40);
    expect(far.count).toBe(1);
    let oldest = 0;
    for (let row = 0; row < sim.rows; row++)
      for (const slab of sim.inspectSpan(row)?.slabs ?? []) {
        const blocks = slab.acquired ? sim.inspectBlocks(row, slab.index) : undefined;
        for (const block of [0, 3].filter((index) => index < (blocks?.states.length ?? 0))) {
          const subject = { span: row, slab: slab.index, block };
          const replica = createSimulation(knobs, OPTIONS);
          const found = provenance(sim, replica, near, subject);
          expect(found).toEqual(provenance(other, replica, far, subject));
          oldest = Math.max(oldest, found.age ?? 0);
        }
      }
    expect(oldest).toBeGreaterThan(24 * 32);
  });
});
