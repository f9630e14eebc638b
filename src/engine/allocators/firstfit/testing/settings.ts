import { type KnobValues, resolveKnobs } from '../../../knobs/index.ts';

/** All knobs at their defaults, with some changed. */
export const settingsWith = (changes: Partial<KnobValues> = {}): KnobValues =>
  resolveKnobs({ model: 'firstfit' }, changes);
