import type { BandName } from '../../engine/telemetry/ledger.ts';

/** What each band of the ledger is called on screen. */
export const BAND_LABELS: Readonly<Record<BandName, string>> = {
  live: 'live, requested',
  rounding: 'rounding of live blocks',
  runtime: 'thread tables',
  queued: 'dead, in remote queues',
  freeLiving: 'free, owner living',
  freeDead: 'free, owner dead (stranded)',
  belowThreshold: 'graveyard or below threshold',
  keptEmpty: 'empty, kept',
  headers: 'headers and slab tails',
  neverCarved: 'never carved',
  decommitted: 'decommitted',
  stacksLiving: 'stacks of living threads',
  stacksDead: 'stacks of dead threads',
  slack: 'alignment slack',
  base: 'program base',
  other: 'other heap',
};

/** Bands drawn together, from the bottom up; each band is in exactly one group. */
export const BAND_GROUPS: readonly {
  readonly label: string;
  readonly token: string;
  readonly hatch: boolean;
  readonly bands: readonly BandName[];
}[] = [
  { label: 'live', token: '--b-live', hatch: false, bands: ['live', 'rounding', 'runtime'] },
  { label: 'free, owner living', token: '--b-free', hatch: false, bands: ['freeLiving'] },
  { label: 'in remote queues', token: '--b-q', hatch: false, bands: ['queued'] },
  {
    label: 'stranded, owner dead',
    token: '--b-str',
    hatch: true,
    bands: ['freeDead', 'belowThreshold'],
  },
  { label: 'empty, kept', token: '--b-kept', hatch: false, bands: ['keptEmpty'] },
  {
    label: 'headers, tails',
    token: '--b-hdr',
    hatch: false,
    bands: ['headers', 'slack', 'decommitted'],
  },
  { label: 'stacks of dead threads', token: '--b-stk', hatch: true, bands: ['stacksDead'] },
  { label: 'stacks of living threads', token: '--b-stkl', hatch: false, bands: ['stacksLiving'] },
  { label: 'program base, other heap', token: '--b-base', hatch: false, bands: ['base', 'other'] },
  { label: 'never carved', token: '--b-unt', hatch: false, bands: ['neverCarved'] },
];
