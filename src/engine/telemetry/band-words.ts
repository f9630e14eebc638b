import { hasFeature, type ModelId } from '../allocators/index.ts';
import type { BandName } from './ledger.ts';

/** What each band of the ledger is called, by page and command line. */
const LABELS: Readonly<Record<BandName, string>> = {
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
  lazilyFreed: 'lazily freed',
  retired: 'retired, mapping kept',
  stacksLiving: 'stacks of living threads',
  stacksDead: 'stacks of dead threads',
  slack: 'alignment slack',
  base: 'program base',
  other: 'other heap',
};

/** The same where nobody owns memory. */
const OWNERLESS: Readonly<Partial<Record<BandName, string>>> = { freeLiving: 'free' };

/** What a band is called where nobody owns memory, if that differs. */
export const ownerlessLabel = (band: BandName, model: ModelId): string | undefined =>
  hasFeature(model, 'owners') ? undefined : OWNERLESS[band];

/** What a band of the ledger is called for a model. */
export const bandLabel = (band: BandName, model: ModelId): string =>
  ownerlessLabel(band, model) ?? LABELS[band];
