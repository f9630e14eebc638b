import type { KnobValues } from '../knobs/index.ts';

type Settings = Partial<KnobValues>;

/** Knobs of one variant of a preset. */
export function variantKnobs(
  preset: { readonly knobs: Settings; readonly variants: readonly { readonly knobs: Settings }[] },
  variant: number,
): Settings {
  return { ...preset.knobs, ...preset.variants[variant]?.knobs };
}
