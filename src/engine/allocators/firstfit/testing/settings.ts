import { resolveKnobs } from '../../../knobs.ts';
import { FIRSTFIT_KNOBS } from '../knobs.ts';
import type { FirstFitSettings } from '../settings.ts';

/** All knobs at their defaults, with some changed. */
export function settingsWith(changes: Partial<FirstFitSettings> = {}): FirstFitSettings {
  const own = Object.fromEntries(
    Object.entries(FIRSTFIT_KNOBS).map(([id, def]) => [id, def.default]),
  );
  return { ...resolveKnobs(), ...own, ...changes } as FirstFitSettings;
}
