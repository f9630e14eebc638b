import type { ColourToken } from '../engine/allocators/model.ts';
import { BANDS, type BandName } from '../engine/telemetry/ledger.ts';

/** The page's CSS token of each colour that models name. */
export const TOKENS: Readonly<Record<ColourToken, `--${string}`>> = {
  ghost: '--ghost',
  living: '--living',
  owned: '--owned',
  dead: '--dead',
  inflated: '--infl',
  inflatedLow: '--infl-low',
  empty: '--empty',
  kept: '--kept',
  cached: '--cached',
  retired: '--b-ret',
  lazy: '--b-lazy',
  full: '--full',
  below: '--b-below',
  bad: '--bad',
  mark: '--o4',
};

/** Colours of the drawings, read from the page's CSS tokens once per theme. */
export interface Palette extends Readonly<Record<ColourToken, string>> {
  readonly dark: boolean;
  readonly surface: string;
  readonly sunken: string;
  readonly grid: string;
  readonly line: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly bands: readonly string[];
  readonly owners: readonly string[];
}

/** Token behind each ledger band. */
export const BAND_TOKENS: Readonly<Record<BandName, `--${string}`>> = {
  live: '--b-live',
  rounding: '--b-round',
  runtime: '--b-run',
  queued: '--b-q',
  freeLiving: '--b-free',
  freeDead: '--b-str',
  belowThreshold: '--b-below',
  keptEmpty: '--b-kept',
  headers: '--b-hdr',
  neverCarved: '--b-unt',
  lazilyFreed: '--b-lazy',
  retired: '--b-ret',
  stacksLiving: '--b-stkl',
  stacksDead: '--b-stk',
  slack: '--b-slack',
  base: '--b-base',
  other: '--b-other',
};

/** Reads the tokens in force at an element. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#888888';
  const named = Object.fromEntries(
    Object.entries(TOKENS).map(([colour, name]) => [colour, token(name)]),
  ) as Record<ColourToken, string>;
  return {
    ...named,
    dark: token('--scheme') !== 'light',
    surface: token('--s1'),
    sunken: token('--bg'),
    grid: token('--grid'),
    line: token('--line2'),
    text: token('--tx'),
    text2: token('--tx2'),
    text3: token('--tx3'),
    accent: token('--ac'),
    bands: BANDS.map((band) => token(BAND_TOKENS[band])),
    owners: [0, 1, 2, 3, 4, 5, 6].map((i) => token(`--o${i}`)),
  };
}

/** A hexadecimal colour as 0xAABBGGRR, the order of ImageData on little-endian machines. */
export function packed(hex: string): number {
  const digits = hex.replace('#', '');
  const full = digits.length === 3 ? [...digits].map((d) => d + d).join('') : digits;
  const value = Number.parseInt(full.slice(0, 6), 16);
  const r = (value >> 16) & 255;
  const g = (value >> 8) & 255;
  const b = value & 255;
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** A colour between two packed ones, `t` from 0 to 1. */
export function mixPacked(from: number, to: number, t: number): number {
  let out = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    const a = (from >>> shift) & 255;
    const b = (to >>> shift) & 255;
    out |= Math.round(a + (b - a) * t) << shift;
  }
  return out >>> 0;
}
