import { type Mf2Options, Mf2Simulation } from './allocators/mf2/simulation.ts';
import { type SimulationOptions, TinySimulation } from './allocators/tiny/simulation.ts';
import type { KnobValues } from './knobs/index.ts';
import type { Simulation } from './types.ts';

/** Builds a run at operation 0, warm-up done. The knobs must be valid (see recipe-parse.ts). */
export function createSimulation(
  knobs: KnobValues,
  options?: SimulationOptions & Mf2Options,
): Simulation {
  switch (knobs.model) {
    case 'tiny':
      return new TinySimulation(knobs, options);
    case 'mf2':
      return new Mf2Simulation(knobs, options);
  }
}
