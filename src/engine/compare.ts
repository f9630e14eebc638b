import {
  decidesOperations,
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  whyInapplicable,
} from './knobs/index.ts';
import type { Edit } from './recipe.ts';

/**
 * Knobs that decide which operations a program makes, in which two lanes differ, and that apply in at least
 * one of them: their operations are different programs' work, and lanes cannot be compared.
 */
export function differentStreams(a: KnobValues, b: KnobValues): KnobId[] {
  const applies = (id: KnobId): boolean =>
    whyInapplicable(id, a) === undefined || whyInapplicable(id, b) === undefined;
  return KNOB_IDS.filter((id) => decidesOperations(id) && a[id] !== b[id] && applies(id));
}

export interface Side {
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
}
