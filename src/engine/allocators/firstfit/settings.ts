import type { KnobValues } from '../../knobs/index.ts';
import { costsOf } from '../../machine/costs.ts';
import type { PlainCosts } from '../plain/heap.ts';
import { GRANULE, minGranules, PAGE } from './layout.ts';

/**
 * What each step of a call costs in ns; nothing under the document rate, where an operation has its price. What
 * the C library maps when this allocator has no memory is free of charge: the run would be over without it.
 */
export interface FirstFitCosts extends PlainCosts {
  readonly malloc: number;
  readonly free: number;
  /** One chunk of the list looked at. */
  readonly step: number;
  readonly brk: number;
  readonly fault: number;
}

/** The costs in force under these knobs. */
export function firstFitCosts(knobs: Readonly<KnobValues>): FirstFitCosts {
  const on = knobs.timeBase === 'costs' ? 1 : 0;
  const { perOp, malloc, free, fault, copyByte } = costsOf(knobs);
  return {
    perOp,
    malloc,
    free,
    lock: on * knobs.costLock,
    copyByte,
    step: on * knobs.costStep,
    brk: on * knobs.costBrk,
    fault,
  };
}

/** Pages by which the break moves. */
export const stepPages = (knobs: Readonly<KnobValues>): number =>
  Math.ceil((knobs.brkStep * 1024) / PAGE);

/** Granules that a rest must have to become a chunk of its own. */
export const splitGranules = (knobs: Readonly<KnobValues>): number =>
  Math.max(minGranules(tagBytesOf(knobs)), Math.ceil(knobs.splitRest / GRANULE));

export const tagBytesOf = (knobs: Readonly<KnobValues>): number =>
  knobs.boundaryTag === 'words16' ? 16 : 8;
