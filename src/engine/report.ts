import { NS_PER_S } from '../base/units.ts';
import { C, COUNTERS } from './telemetry/counters.ts';
import { BAND_COUNT, BANDS } from './telemetry/ledger.ts';
import type { Simulation } from './types.ts';

/** Figures derived from counters; the same code serves the command line and the page. */
export interface Derived {
  /** Remote frees of all frees by operations, 0 to 1. */
  readonly remoteShare: number;
  readonly superslabsPerLife: number;
  /** SuperSlabs taken again of all that were taken or mapped, 0 to 1. */
  readonly reuseShare: number;
  /** Operations per second of virtual time. */
  readonly modelledOpsPerSecond: number;
  /** What Larson would print: operations by its wall time, idling included. */
  readonly printedOpsPerSecond: number;
}

/** @param seconds Larson's run time; it idles until then when its chains have ended */
export function derive(
  counters: ArrayLike<number>,
  op: number,
  virtualNs: number,
  idles: boolean,
  seconds: number,
): Derived {
  const frees = counters[C.localFrees] + counters[C.remoteFrees];
  // Pages (MF2) when there are any, else SuperSlabs; adoptions of pages are among their reuses.
  const pages = counters[C.newPages];
  const reused =
    pages > 0
      ? counters[C.pageReuses]
      : counters[C.emptyReuses] + counters[C.cacheReuses] + counters[C.adoptions];
  const taken = reused + (pages > 0 ? pages : counters[C.superslabsAllocated]);
  const virtual = virtualNs / NS_PER_S;
  const wall = idles ? Math.max(seconds, virtual) : virtual;
  return {
    remoteShare: ratio(counters[C.remoteFrees], frees),
    superslabsPerLife: ratio(counters[C.superslabsAllocated], counters[C.threadLives]),
    reuseShare: ratio(reused, taken),
    modelledOpsPerSecond: ratio(op, virtual),
    printedOpsPerSecond: ratio(op, wall),
  };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Everything about a run that the headless JSON prints, in stable order. */
export function reportOf(sim: Simulation): Record<string, unknown> {
  const counters = sim.readCounters();
  const mapped = new Float64Array(BAND_COUNT);
  const resident = new Float64Array(BAND_COUNT);
  sim.readLedger(mapped, resident);
  const { refill, refills } = sim.autopsy();
  return {
    status: sim.status,
    endedBy: sim.endedBy,
    ops: sim.op,
    virtualNs: sim.virtualNs,
    counters: Object.fromEntries(COUNTERS.map((name, i) => [name, counters[i]])),
    mapEntries: sim.readEntries(),
    mappedBytes: sim.mappedBytes,
    residentBytes: sim.residentBytes,
    peakMappedBytes: sim.peakMappedBytes,
    peakResidentBytes: sim.peakResidentBytes,
    ledger: Object.fromEntries(
      BANDS.map((band, i) => [band, { mapped: mapped[i], resident: resident[i] }]),
    ),
    derived: derive(
      counters,
      sim.op,
      sim.virtualNs,
      sim.endedBy === 'chainsEnded',
      sim.knobs.seconds,
    ),
    ...(refill === undefined ? {} : { refill, refills }),
    digest: sim.digest(),
  };
}
