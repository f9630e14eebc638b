import type { KnobValues } from '../knobs/index.ts';
import type { ProgramId } from '../programs/index.ts';
import type { CounterName } from '../telemetry/counters.ts';

/** A run in which counters of a model move. */
export interface CounterRun {
  readonly program: ProgramId;
  readonly knobs?: Partial<KnobValues>;
  readonly ops: number;
}

/**
 * What a model's testing/counters.ts says of the counters that it is shown with, where the runs of
 * views/counters.test.ts do not do.
 */
export interface CountersModule {
  /** Runs in which it raises counters that those runs have from another model. */
  readonly RUNS?: readonly CounterRun[];
  /** Shown, and raised when it is asked for more than programs ask for. */
  readonly BEYOND?: readonly CounterName[];
  /** Raised, and meant for those who compare models: its own words for it are other counters. */
  readonly MIRRORED?: readonly CounterName[];
}
