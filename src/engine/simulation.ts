import type { CreateAllocator } from './allocators/contract.ts';
import { HEAPS } from './allocators/heaps.ts';
import type { KnobValues } from './knobs/index.ts';
import { programOf } from './programs/create.ts';
import type { Recorder } from './run/recorder.ts';
import { Run } from './run/run.ts';
import type { Simulation } from './types.ts';

/** What may be changed for tests and long headless runs. */
export interface SimulationOptions {
  /** Events kept, a power of two. */
  readonly eventCapacity?: number;
  /** Another allocator than the knobs name, such as one with a deliberate fault. */
  readonly create?: CreateAllocator;
  /** Takes down the calls that the program makes, also those that are made again after a restore. */
  readonly recorder?: Recorder | undefined;
}

const EVENT_CAPACITY = 1 << 17;
/** Calls of a warm-up between two looks at the clock. */
const WARM_BITE = 16;

/** Builds a run at operation 0, warm-up done. The knobs must be valid (see recipe-parse.ts). */
export function createSimulation(knobs: KnobValues, options: SimulationOptions = {}): Run {
  const run = prepareSimulation(knobs, options);
  run.warmUp();
  return run;
}

/** The same, with all of its warm-up before it (`warmUp`), which may take minutes; or to be restored. */
export function prepareSimulation(knobs: KnobValues, options: SimulationOptions = {}): Run {
  // The program reads live knobs from the run's own settings.
  const settings = { ...knobs };
  return new Run(settings, {
    model: settings.model,
    program: programOf(settings),
    recorder: options.recorder,
    create: options.create ?? HEAPS[settings.model],
    eventCapacity: options.eventCapacity ?? EVENT_CAPACITY,
  });
}

/** Goes on with a warm-up by a few calls. @returns false: it was done before */
export function warmABit(run: Simulation): boolean {
  if (!run.warming) return false;
  let left = WARM_BITE;
  run.warmUp(() => --left === 0);
  return true;
}
