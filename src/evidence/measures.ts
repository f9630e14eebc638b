import { NS_PER_S } from '../base/units.ts';
import { derive } from '../engine/report.ts';
import { C, COUNTERS, type CounterName } from '../engine/telemetry/counters.ts';
import type { Simulation } from '../engine/types.ts';
import { printsResult } from '../engine/verdict.ts';

/** What an experiment reads of a run besides its counters; each is a number of the state or follows from counters. */
const DERIVED = {
  /** Operations done when it was read: fewer than asked for when the run ended before. */
  ops: (sim) => sim.op,
  /** Virtual time. */
  seconds: (sim) => sim.virtualNs / NS_PER_S,
  /** 1 when the run has ended by itself, whatever ended it. */
  ended: (sim) => (sim.status === 'running' ? 0 : 1),
  /** 1 when the program came to an end at which it prints its result. */
  passed: (sim) => (printsResult(sim.endedBy) ? 1 : 0),
  /** 1 when memory ran out before anything else did. */
  memoryRanOut: (sim) => (sim.endedBy === 'physicalLimit' ? 1 : 0),
  entries: (sim) => {
    const { superslabs, stacks, base, other } = sim.readEntries();
    return superslabs + stacks + base + other;
  },
  spanEntries: (sim) => sim.readEntries().superslabs,
  stackEntries: (sim) => sim.readEntries().stacks,
  mappedKiB: (sim) => sim.mappedBytes / KIB,
  residentKiB: (sim) => sim.residentBytes / KIB,
  peakResidentKiB: (sim) => sim.peakResidentBytes / KIB,
  /** SuperSlabs mapped for each life begun. */
  perLife: (sim) => derived(sim).superslabsPerLife,
  /** Remote frees, of all frees by operations. */
  remotePercent: (sim) => 100 * derived(sim).remoteShare,
  /** Spans taken again, of all that were taken or made. */
  reusePercent: (sim) => 100 * derived(sim).reuseShare,
  /** Operations per second of virtual time, in millions. */
  modelledMops: (sim) => derived(sim).modelledOpsPerSecond / 1e6,
  /** What Larson would print: operations by its run time, idling included. */
  printedOps: (sim) => derived(sim).printedOpsPerSecond,
  /** How far the counters of all spans are above the truth, in blocks. */
  inflation: (sim) => {
    const counters = sim.readCounters();
    return counters[C.activeBlocks] - counters[C.liveBlocks];
  },
} as const satisfies Record<string, (sim: Simulation) => number>;

const KIB = 1024;
const derived = (sim: Simulation): ReturnType<typeof derive> =>
  derive(
    sim.readCounters(),
    sim.op,
    sim.virtualNs,
    sim.endedBy === 'chainsEnded',
    sim.knobs.seconds,
  );

/** A number that a run can be asked for at any operation. */
export type Measure = CounterName | keyof typeof DERIVED;

const isCounter = (measure: string): measure is CounterName => Object.hasOwn(C, measure);

/** All of them; `ops` is read of every run. */
export const MEASURES: readonly Measure[] = [
  ...COUNTERS,
  ...(Object.keys(DERIVED) as (keyof typeof DERIVED)[]),
];

/** The measure of the run as it stands. */
export function readMeasure(sim: Simulation, measure: Measure): number {
  return isCounter(measure) ? sim.readCounters()[C[measure]] : DERIVED[measure](sim);
}
