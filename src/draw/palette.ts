/** Colours of the drawings, read from the page's CSS tokens once per theme. */
export interface Palette {
  readonly dark: boolean;
  readonly surface: string;
  readonly sunken: string;
  readonly grid: string;
  readonly line: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly accent: string;
  readonly bad: string;
  readonly ghost: string;
  readonly living: string;
  readonly owned: string;
  readonly dead: string;
  readonly inflated: string;
  readonly inflatedLow: string;
  readonly empty: string;
  readonly kept: string;
  readonly cached: string;
  readonly full: string;
  readonly below: string;
  readonly bands: readonly string[];
  readonly owners: readonly string[];
}

/** Token behind each ledger band, in the order of BANDS. */
export const BAND_TOKENS = [
  '--b-live',
  '--b-round',
  '--b-run',
  '--b-q',
  '--b-free',
  '--b-str',
  '--b-below',
  '--b-kept',
  '--b-hdr',
  '--b-unt',
  '--b-dec',
  '--b-stkl',
  '--b-stk',
  '--b-slack',
  '--b-base',
  '--b-other',
] as const;

/** Reads the tokens in force at an element. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#888888';
  return {
    dark: token('--scheme') !== 'light',
    surface: token('--s1'),
    sunken: token('--bg'),
    grid: token('--grid'),
    line: token('--line2'),
    text: token('--tx'),
    text2: token('--tx2'),
    text3: token('--tx3'),
    accent: token('--ac'),
    bad: token('--bad'),
    ghost: token('--ghost'),
    living: token('--living'),
    owned: token('--owned'),
    dead: token('--dead'),
    inflated: token('--infl'),
    inflatedLow: token('--infl-low'),
    empty: token('--empty'),
    kept: token('--kept'),
    cached: token('--cached'),
    full: token('--full'),
    below: token('--b-below'),
    bands: BAND_TOKENS.map(token),
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
