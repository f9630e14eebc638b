import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resolveKnobs } from '../../knobs/index.ts';
import { LRAN2_STATE, lran2 } from '../../workloads/lran2.ts';
import { SS_WORDS } from './layout.ts';
import { REG_NOW, REG_OP } from './records.ts';
import { TinySimulation } from './simulation.ts';

it('the hot loop does what malloc and free do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 1100 }),
      fc.integer({ min: 1, max: 1100 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 200 }),
      (chunks, minSize, maxSize, decOnRemote, ops) => {
        const knobs = resolveKnobs({
          threads: 1,
          chunks,
          minSize,
          maxSize,
          decOnRemote,
          succession: false,
        });
        const fast = new TinySimulation(knobs, { eventCapacity: 256 });
        const slow = new TinySimulation(knobs, { eventCapacity: 256 });
        fast.advance(ops);
        const { generators } = slow.larson;
        const range = maxSize - minSize;
        for (let op = 0; op < ops; op++) {
          slow.heap.regs[REG_OP] = op;
          slow.heap.regs[REG_NOW] = 0;
          const slot = lran2(generators, LRAN2_STATE) % chunks;
          slow.heap.free(1, slot);
          const size = range === 0 ? minSize : minSize + (lran2(generators, LRAN2_STATE) % range);
          slow.heap.malloc(1, 1, size, slot);
        }
        const words = fast.heap.slabWords;
        expect(slow.heap.slabWords).toBe(words);
        expect(slow.heap.slabs.subarray(0, words)).toEqual(fast.heap.slabs.subarray(0, words));
        const rows = fast.heap.rows * SS_WORDS;
        expect(slow.heap.superslabs.subarray(0, rows)).toEqual(
          fast.heap.superslabs.subarray(0, rows),
        );
        expect(slow.heap.blocks).toEqual(fast.heap.blocks);
        expect(slow.heap.k).toEqual(fast.heap.k);
        expect(slow.heap.requestedBytes).toBe(fast.heap.requestedBytes);
        expect(slow.larson.generators).toEqual(fast.larson.generators);
      },
    ),
    { numRuns: 200 },
  );
});
