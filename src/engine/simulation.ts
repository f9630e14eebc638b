import { type SimulationOptions, TinySimulation } from './allocators/tiny/simulation.ts';
import type { KnobValues } from './knobs.ts';
import type { Simulation } from './types.ts';

export type ModelId = 'tiny';

/** Builds a run at operation 0, warm-up done. The knobs must be valid (see recipe-parse.ts). */
export function createSimulation(
  model: ModelId,
  knobs: KnobValues,
  options?: SimulationOptions,
): Simulation {
  switch (model) {
    case 'tiny':
      return new TinySimulation(knobs, options);
  }
}
