import { bytes, capital, compact, count, percent } from '../../draw/format.ts';
import type { ModelId } from '../../engine/allocators/index.ts';
import { derive } from '../../engine/report.ts';
import { C, type CounterName } from '../../engine/telemetry/counters.ts';
import { ENDED_BY } from '../../engine/telemetry/states.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { perThousand } from '../lane/rate.ts';
import { commonNouns } from '../models.ts';

/** A line of the comparison. */
export interface MetricRow {
  /** Given what the spans of the lanes are called together. */
  readonly label: string | ((things: string) => string);
  /** Which direction is better; undefined: neither. */
  readonly better?: 'less' | 'more';
  /** NaN: there is none yet. */
  value(frame: FrameView): number;
  format(value: number): string;
  /** A difference between lanes, where it is of another unit than the value. */
  change?(size: number): string;
  /** Left out while every lane has 0. */
  readonly optional?: boolean;
}

/** What a line is called for lanes of these models. */
export const rowLabel = ({ label }: MetricRow, models: readonly ModelId[]): string =>
  typeof label === 'string' ? label : label(commonNouns(models));

/** A difference of shares: not per cent of anything. */
const points = (share: number): string => `${(100 * share).toFixed(1)} points`;
const derived = (frame: FrameView) =>
  derive(
    frame.counters,
    frame.header[H.op],
    frame.header[H.virtualNs],
    ENDED_BY[frame.header[H.endedBy]] === 'chainsEnded',
    0,
  );
const per1000 = (frame: FrameView, counter: CounterName): number =>
  perThousand(frame, counter) ?? Number.NaN;
const plain = (counter: number) => (frame: FrameView) => frame.counters[counter];

/** Metrics × lanes, most telling first. */
export const METRIC_ROWS: readonly MetricRow[] = [
  {
    label: (things) => `${capital(things)} now`,
    better: 'less',
    value: plain(C.superslabsNow),
    format: count,
  },
  { label: 'at most', better: 'less', value: plain(C.superslabsPeak), format: count },
  { label: 'resident', better: 'less', value: (f) => f.header[H.residentBytes], format: bytes },
  { label: 'mapped', better: 'less', value: (f) => f.header[H.mappedBytes], format: bytes },
  {
    label: 'map entries',
    better: 'less',
    value: (f) => f.entries.reduce((a, b) => a + b, 0),
    format: count,
  },
  { label: 'lives', value: plain(C.threadLives), format: count },
  {
    label: 'new per 1,000 ops',
    better: 'less',
    value: (f) => per1000(f, 'superslabsAllocated'),
    format: (v) => v.toFixed(2),
  },
  {
    label: 'reuse: reuses / (reuses + new)',
    better: 'more',
    value: (f) => derived(f).reuseShare,
    format: percent,
    change: points,
  },
  { label: 'remote frees', value: (f) => derived(f).remoteShare, format: percent, change: points },
  { label: 'adoptions', value: plain(C.adoptions), format: count, optional: true },
  {
    label: 'adoptions without need',
    better: 'less',
    value: plain(C.adoptionsUnneeded),
    format: count,
    optional: true,
  },
  {
    label: 'ownership transfers per 1,000 ops',
    better: 'less',
    value: (f) => per1000(f, 'ownershipTransfers'),
    format: (v) => v.toFixed(2),
    optional: true,
  },
  {
    label: (things) => `new ${things} an adoption caused`,
    better: 'less',
    value: plain(C.newStarved),
    format: count,
    optional: true,
  },
  {
    label: 'longest chain of adoptions',
    better: 'less',
    value: plain(C.chainMax),
    format: count,
    optional: true,
  },
  {
    label: 'stranded blocks',
    better: 'less',
    value: (f) =>
      f.counters[C.strandedGraveyard] + f.counters[C.strandedBelow] + f.counters[C.strandedOrphan],
    format: count,
    optional: true,
  },
  {
    label: 'gate violations',
    better: 'less',
    value: plain(C.gateViolations),
    format: count,
    optional: true,
  },
  {
    label: 'races seen',
    value: (f) =>
      f.counters[C.lostEdges] +
      f.counters[C.staleEnqueues] +
      f.counters[C.pingPongs] +
      f.counters[C.activeLost],
    format: count,
    optional: true,
  },
  {
    label: 'modelled ops/s',
    better: 'more',
    value: (f) => derived(f).modelledOpsPerSecond,
    format: compact,
  },
];
