import { BANDS } from './ledger.ts';

/**
 * Series of the history kept for charts. One row per sample; samples are taken at exact multiples of
 * an operation interval that doubles when the table is full, so memory is bounded however long the run.
 * `min`/`max` rows keep the extremes of what was merged (the teeth of a sawtooth survive).
 */
export const SERIES = [
  'op',
  'ns',
  ...(BANDS.map((band) => `band.${band}`) as `band.${(typeof BANDS)[number]}`[]),
  'mapped',
  'resident',
  'residentMax',
  'superslabs',
  'superslabsMin',
  'superslabsMax',
  'entries.superslabs',
  'entries.stacks',
  'entries.base',
  'entries.other',
  'entriesMax',
  'queued',
  'queuedDead',
  'queued.0',
  'queued.1',
  'queued.2',
  'queued.3',
  'queued.4',
  'queued.5',
  'queued.6',
  'queued.7',
  'allocated', // cumulative from here on: rates are differences
  'freed',
  'localFrees',
  'remoteFrees',
  'drains',
  'syscalls',
  'reuses',
  'lives',
  'pageFaults',
  'orphans',
  'adoptions', // MF2 from here on
  'starved',
  'stranded',
  'pending',
] as const;

export type SeriesName = (typeof SERIES)[number];
export const SERIES_COUNT = SERIES.length;
/** Classes of which the history keeps what waits in remote queues: 'queued.0' and on. */
export const QUEUE_SERIES = 8;
/** Most samples ever kept; when reached, neighbours are merged and the interval doubles. */
export const HISTORY_CAPACITY = 512;

/** Index of a series: `S['band.live']`. */
export const S: Readonly<Record<SeriesName, number>> = Object.freeze(
  Object.fromEntries(SERIES.map((name, i) => [name, i])) as Record<SeriesName, number>,
);
