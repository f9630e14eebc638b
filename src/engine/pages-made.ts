import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import {
  QUEUE_LENGTHS,
  QUEUE_SEEDS,
  type QueueCondition,
  type QueueRow,
  queueKnobs,
} from './presets/queue.ts';
import { createSimulation } from './simulation.ts';
import { C } from './telemetry/counters.ts';

/** Pages that one run has made by these operations, which ascend. */
export function pagesAt(knobs: Partial<KnobValues>, lengths: readonly number[]): number[] {
  const sim = createSimulation(resolveKnobs(knobs), { eventCapacity: 1024 });
  return lengths.map((op) => {
    sim.advance(op - sim.op);
    return sim.readCounters()[C.newPages];
  });
}

/** A cell of the table: pages by seed and length. Where sizes do not depend on the seed there is one. */
export function queueCell(row: QueueRow, condition: QueueCondition): number[][] {
  const seeds = condition.seeded ? QUEUE_SEEDS : QUEUE_SEEDS.slice(0, 1);
  return seeds.map((seed) => pagesAt(queueKnobs(row, condition, seed), QUEUE_LENGTHS));
}
