import type { BandName } from '../../engine/telemetry/ledger.ts';
import { PG, SS } from '../../engine/telemetry/states.ts';
import { SPAN_FLAG } from '../../engine/types.ts';
import { type FrameView, H } from '../../worker/frame.ts';

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
  /** SuperSlabs that can hold such bytes: a press on the band lights them up in the map. */
  readonly lights?: (frame: FrameView, row: number) => boolean;
}[] = [
  {
    label: 'live',
    token: '--b-live',
    hatch: false,
    bands: ['live', 'rounding', 'runtime'],
    lights: (frame, row) => frame.columns.live[row] > 0,
  },
  {
    label: 'free, owner living',
    token: '--b-free',
    hatch: false,
    bands: ['freeLiving'],
    lights: (frame, row) =>
      (frame.columns.flags[row] & SPAN_FLAG.ownerDead) === 0 && frame.columns.slabs[row] > 0,
  },
  {
    label: 'in remote queues',
    token: '--b-q',
    hatch: false,
    bands: ['queued'],
    lights: (frame, row) => frame.columns.queued[row] > 0,
  },
  {
    label: 'stranded, owner dead',
    token: '--b-str',
    hatch: true,
    bands: ['freeDead'],
    lights: (frame, row) => (frame.columns.flags[row] & SPAN_FLAG.ownerDead) !== 0,
  },
  {
    label: 'graveyard, below threshold',
    token: '--b-below',
    hatch: true,
    bands: ['belowThreshold'],
    lights: (frame, row) =>
      frame.header[H.model] === 1 &&
      (frame.columns.state[row] === PG.graveyard || frame.columns.state[row] === PG.below),
  },
  {
    label: 'empty, kept',
    token: '--b-kept',
    hatch: false,
    bands: ['keptEmpty'],
    lights: (frame, row) =>
      frame.columns.state[row] === SS.kept || frame.columns.state[row] === SS.cached,
  },
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
