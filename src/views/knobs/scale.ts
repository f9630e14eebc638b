import type { NumberKnob } from '../../engine/knobs/index.ts';

/** Positions of a slider that stands for a number knob. */
export const SLIDER_STEPS = 1000;

/** Slider position of a value; log knobs spread their decades evenly, 0 sits at the left end. */
export function toSlider(def: NumberKnob, value: number): number {
  if (def.scale === 'linear')
    return Math.round(((value - def.min) / (def.max - def.min)) * SLIDER_STEPS);
  const low = Math.log(Math.max(def.min, lowest(def)));
  const high = Math.log(def.max);
  return Math.round(((Math.log(Math.max(value, lowest(def))) - low) / (high - low)) * SLIDER_STEPS);
}

/** Value at a slider position: legal, rounded to the knob's step, two digits on a log scale. */
export function fromSlider(def: NumberKnob, position: number): number {
  const t = position / SLIDER_STEPS;
  if (position <= 0) return def.min;
  if (position >= SLIDER_STEPS) return def.max;
  if (def.scale === 'linear') {
    const raw = def.min + t * (def.max - def.min);
    const stepped = Math.round(raw / def.step) * def.step;
    return clamp(def, def.integer ? Math.round(stepped) : Number(stepped.toFixed(6)));
  }
  const low = Math.log(Math.max(def.min, lowest(def)));
  const raw = Math.exp(low + t * (Math.log(def.max) - low));
  const rounded = Number(raw.toPrecision(2));
  return clamp(def, def.integer ? Math.round(rounded) : rounded);
}

/** Smallest value that a log scale can show. */
const lowest = (def: NumberKnob): number => (def.min > 0 ? def.min : def.integer ? 1 : def.step);
const clamp = (def: NumberKnob, value: number): number =>
  Math.min(def.max, Math.max(def.min, value));
