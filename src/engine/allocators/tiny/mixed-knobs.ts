import { bool, int, type KnobTable, real, type Settings, type When } from '../../knobs/kinds.ts';
import { drawsOverlaps } from './lean-knobs.ts';

const NEVER_WRONG = 'Free knows whose a block is';
const byBitmap = (knobs: Settings): boolean => knobs.ownerBitmap === true;

const guessed: When = (knobs) => {
  if (knobs.guessFree !== true) return NEVER_WRONG;
  if (byBitmap(knobs)) return 'The ownership bitmap is asked instead';
  return knobs.onNull === 'libcFallback'
    ? undefined
    : 'The C library serves nothing that could be mistaken';
};

/** Knobs of what happens when the heap returns NULL and somebody else serves (D1). */
export const MIXED_KNOBS = {
  guessFree: bool({ group: 'frees', apply: 'restart', url: 'gf', default: false }),
  lookAlikeProb: real({
    group: 'frees',
    apply: 'live',
    url: 'la',
    default: 5,
    min: 0,
    max: 100,
    step: 0.05,
    unit: '%',
    when: guessed,
  }),
  ownerBitmap: bool({
    group: 'frees',
    apply: 'restart',
    url: 'ob',
    default: false,
    when: (knobs) => (knobs.guessFree === true ? undefined : NEVER_WRONG),
  }),
  // The last 64 GiB below 128 TiB, where mappings begin.
  bitmapBase: int({
    group: 'frees',
    apply: 'restart',
    url: 'bb',
    default: 131_008,
    min: 0,
    max: 131_072,
    unit: 'GiB',
    zero: 'none',
    when: (knobs) =>
      knobs.guessFree === true && byBitmap(knobs) ? undefined : 'No ownership bitmap is asked',
  }),
  oomRate: int({
    group: 'limits',
    apply: 'restart',
    url: 'oo',
    default: 0,
    min: 0,
    max: 20,
    unit: 'a run',
    zero: 'none',
  }),
  mixedSeed: int({
    group: 'limits',
    apply: 'restart',
    url: 'ms',
    default: 1,
    min: 1,
    max: 1_000_000,
    unit: '',
    when: (knobs) => {
      if (Number(knobs.oomRate) > 0 || drawsOverlaps(knobs)) return undefined;
      const share = Number(knobs.lookAlikeProb);
      return guessed(knobs) ?? (share > 0 && share < 100 ? undefined : 'Nothing is left to chance');
    },
  }),
} as const satisfies KnobTable;
