import { cividis } from './ramp.ts';

/** Where the ramp of the drawings begins: its darkest end is too near to the page's own ground. */
const FROM = 0.08;

/** The ramp of map and keys, 0 to 1, as 0xAABBGGRR. */
export const shade = (t: number): number =>
  cividis(FROM + (1 - FROM) * Math.max(0, Math.min(1, t)));

/**
 * A size class has one colour wherever it is drawn: on the map, in keys and in charts. Small blocks are dark,
 * large ones light, so that the order of the sizes is that of the shades.
 * @returns 0xAABBGGRR
 */
export const classShade = (cls: number, classes: number): number =>
  shade((cls + 0.5) / Math.max(1, classes));

/** The same for styles and canvases. */
export const classColour = (cls: number, classes: number): string => css(classShade(cls, classes));

/** 0xAABBGGRR as a style writes it, opaque. */
export function css(colour: number): string {
  const hex = [0, 8, 16].map((shift) => ((colour >>> shift) & 255).toString(16).padStart(2, '0'));
  return `#${hex.join('')}`;
}

/** The ramp as a style's gradient, left to right. */
export const rampCss = (steps = 12): string =>
  `linear-gradient(to right, ${Array.from({ length: steps }, (_, i) => css(shade(i / (steps - 1)))).join(', ')})`;
