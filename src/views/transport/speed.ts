import { compact } from '../../draw/format.ts';
import type { Speed } from '../../worker/protocol.ts';

/** Positions of the speed slider; the last is flat out. */
export const SPEED_STEPS = 160;
const DECADES = 8;

/** Speed at a slider position: from one operation a second up, by decades; flat out at the end. */
export function speedAt(position: number): Speed {
  if (position >= SPEED_STEPS) return 'max';
  return Math.max(1, Number((10 ** ((position / SPEED_STEPS) * DECADES)).toPrecision(3)));
}

/** Slider position of a speed. */
export function speedPosition(speed: Speed): number {
  if (speed === 'max') return SPEED_STEPS;
  return Math.max(
    0,
    Math.min(SPEED_STEPS - 1, Math.round((Math.log10(speed) / DECADES) * SPEED_STEPS)),
  );
}

export const speedLabel = (speed: Speed): string =>
  speed === 'max' ? 'flat out' : `${compact(speed)} ops/s`;
