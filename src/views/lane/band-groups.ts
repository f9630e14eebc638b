import { BAND_TOKENS } from '../../draw/palette.ts';
import type { ModelId } from '../../engine/allocators/index.ts';
import { ownerlessLabel } from '../../engine/telemetry/band-words.ts';
import type { BandName } from '../../engine/telemetry/ledger.ts';
import { SPAN_FLAG } from '../../engine/types.ts';
import type { FrameView } from '../../worker/frame.ts';
import { modelOf, statesOf } from '../models.ts';

export interface BandGroup {
  readonly label: string;
  readonly hatch: boolean;
  /** The first gives the group its colour. */
  readonly bands: readonly [BandName, ...BandName[]];
  /** Spans that can hold such bytes: a press on the band lights them up in the map. */
  readonly lights?: (frame: FrameView, row: number) => boolean;
}

/** What a group is called for a model. */
export const groupLabel = ({ bands, label }: BandGroup, model: ModelId): string =>
  ownerlessLabel(bands[0], model) ?? label;

/** The token of a group's colour. */
export const bandToken = (group: BandGroup): string => BAND_TOKENS[group.bands[0]];

/** Spans in a state whose free bytes are in a band. */
const inStateOf =
  (band: BandName) =>
  (frame: FrameView, row: number): boolean =>
    statesOf(modelOf(frame))[frame.columns.state[row]]?.band === band;

/** Bands drawn together, from the bottom up; each band is in exactly one group. */
export const BAND_GROUPS: readonly BandGroup[] = [
  {
    label: 'live',
    hatch: false,
    bands: ['live', 'rounding', 'runtime'],
    lights: (frame, row) => frame.columns.live[row] > 0,
  },
  {
    label: 'free, owner living',
    hatch: false,
    bands: ['freeLiving'],
    lights: (frame, row) =>
      (frame.columns.flags[row] & SPAN_FLAG.ownerDead) === 0 && frame.columns.slabs[row] > 0,
  },
  {
    label: 'in remote queues',
    hatch: false,
    bands: ['queued'],
    lights: (frame, row) => frame.columns.queued[row] > 0,
  },
  {
    label: 'stranded, owner dead',
    hatch: true,
    bands: ['freeDead'],
    lights: (frame, row) => (frame.columns.flags[row] & SPAN_FLAG.ownerDead) !== 0,
  },
  {
    label: 'graveyard, below threshold',
    hatch: true,
    bands: ['belowThreshold'],
    lights: inStateOf('belowThreshold'),
  },
  {
    label: 'empty, kept',
    hatch: false,
    bands: ['keptEmpty'],
    lights: inStateOf('keptEmpty'),
  },
  {
    label: 'headers, tails',
    hatch: false,
    bands: ['headers', 'slack'],
  },
  {
    label: 'lazily freed',
    hatch: true,
    bands: ['lazilyFreed'],
    lights: inStateOf('lazilyFreed'),
  },
  {
    label: 'retired, mapping kept',
    hatch: false,
    bands: ['retired'],
    lights: (frame, row) =>
      inStateOf('retired')(frame, row) || inStateOf('lazilyFreed')(frame, row),
  },
  { label: 'stacks of dead threads', hatch: true, bands: ['stacksDead'] },
  { label: 'stacks of living threads', hatch: false, bands: ['stacksLiving'] },
  { label: 'program base, other heap', hatch: false, bands: ['base', 'other'] },
  { label: 'never carved', hatch: false, bands: ['neverCarved'] },
];
