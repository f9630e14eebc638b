import type { KnobId, KnobValue, KnobValues } from './knobs.ts';

/**
 * The recipe is the document: everything a run is. It is the link, the bug report, the command
 * line's input file and what restarts a run after a fault. See recipe-parse.ts for reading one.
 */
export const RECIPE_SCHEMA = 1;
/** Changes when the engine may give other digests for the same recipe. */
export const ENGINE_VERSION = '2';

/** A knob turned at an operation, or a lane's knobs from the start (op 0 is in `knobs`). */
export interface Edit {
  readonly op: number;
  readonly lane: number;
  readonly knob: KnobId;
  readonly value: KnobValue;
}

/** One lane: the knobs in which it differs from the recipe's common ones; the allocator is one of them. */
export interface LaneRecipe {
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

export interface Recipe {
  readonly schema: typeof RECIPE_SCHEMA;
  readonly engine: string;
  /** Preset the recipe came from; its story and document figures are shown. */
  readonly preset?: string;
  /** Which variant of the preset is shown (presets that compare). */
  readonly variant?: number;
  /** Knobs common to all lanes, where they differ from default. */
  readonly knobs: Partial<KnobValues>;
  readonly lanes: readonly LaneRecipe[];
  readonly edits: readonly Edit[];
  /** Where the run stands; undefined: play from the start. */
  readonly cursor?: number;
}
