import type { Figure } from './experiment.ts';
import type { Spread } from './results.ts';

/** Numbers that an experiment exposes by name; texts that rest on it may use these and its settings. */
export class Figures {
  readonly list: Figure[] = [];

  /** @param unit as a text would write it; '' for a count */
  add(name: string, value: number, unit = ''): void {
    this.list.push({ name, value, unit });
  }

  /** Typical value over seeds, and the extremes where they differ from it. */
  spread(name: string, { typical, least, most }: Spread, unit = ''): void {
    this.add(name, typical, unit);
    if (least !== typical) this.add(`${name}, least`, least, unit);
    if (most !== typical) this.add(`${name}, most`, most, unit);
  }
}

/** A number for people: three or four significant digits below 100, whole above. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'without bound' : String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en-US');
  return size >= 10 ? value.toFixed(1) : size >= 0.01 ? value.toFixed(2) : value.toPrecision(1);
}

/** “3 (2 to 5)”, or the number alone where all seeds agree. */
export const shownSpread = ({ typical, least, most }: Spread): string =>
  least === most ? shown(typical) : `${shown(typical)} (${shown(least)} to ${shown(most)})`;
