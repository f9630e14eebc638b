import type { FirstFitKnobValues } from './knobs.ts';
import { GRANULE, minGranules, PAGE } from './layout.ts';

/** Knobs of all models that the textbook allocator reads, and its own. */
export interface FirstFitSettings extends FirstFitKnobValues {
  readonly timeBase: 'documentRate' | 'costs';
  readonly opRate: number;
  readonly threads: number;
  readonly costMalloc: number;
  readonly costFree: number;
  readonly costFault: number;
}

/** What each step of a call costs in ns; nothing under the document rate, where an operation has its price. */
export interface FirstFitCosts {
  readonly perOp: number;
  readonly malloc: number;
  readonly free: number;
  /** Taking and giving back the one lock, uncontended. */
  readonly lock: number;
  /** One chunk of the list looked at. */
  readonly step: number;
  readonly brk: number;
  readonly fault: number;
}

/** The costs in force under these knobs. */
export function firstFitCosts(knobs: Readonly<FirstFitSettings>): FirstFitCosts {
  const on = knobs.timeBase === 'costs' ? 1 : 0;
  return {
    perOp: on ? 0 : (knobs.threads / knobs.opRate) * 1e9,
    malloc: on * knobs.costMalloc,
    free: on * knobs.costFree,
    lock: on * knobs.costLock,
    step: on * knobs.costStep,
    brk: on * knobs.costBrk,
    fault: on * knobs.costFault,
  };
}

/** Pages by which the break moves. */
export const stepPages = (knobs: Readonly<FirstFitSettings>): number =>
  (knobs.brkStep * 1024) / PAGE;

/** Granules that a rest must have to become a chunk of its own. */
export const splitGranules = (knobs: Readonly<FirstFitSettings>): number =>
  Math.max(minGranules(tagBytesOf(knobs)), Math.ceil(knobs.splitRest / GRANULE));

export const tagBytesOf = (knobs: Readonly<FirstFitSettings>): number =>
  knobs.boundaryTag === 'words16' ? 16 : 8;
