import { createSimulation } from '../engine/simulation.ts';
import { readMeasure } from './measures.ts';
import type { Job } from './plan.ts';

/** More than any run here has; those that are read at their end, end by themselves. */
const FOR_EVER = 1e10;
/** Nobody looks at the events. */
const EVENTS = 1024;

/** Makes one run and reads it on the way. A run that ends early is read as it ended; the column `ops` says where. */
export function runJob({ knobs, readings, columns }: Pick<Job, 'knobs' | 'readings' | 'columns'>) {
  const sim = createSimulation(knobs, { eventCapacity: EVENTS });
  return readings.map((reading): number[] => {
    const goal = reading === 'end' ? FOR_EVER : reading;
    while (sim.status === 'running' && sim.op < goal) sim.advance(goal - sim.op);
    return columns.map((measure) => readMeasure(sim, measure));
  });
}
