import { B } from '../../telemetry/ledger.ts';
import type { FirstFitHeap } from './heap.ts';
import { PART, PARTS } from './layout.ts';

/**
 * The band of each part of the heap:
 * - live: what was asked for, block by block
 * - rounding: the rest of a live block's payload, up to the next granule or a rest too small to split off
 * - runtime: payload of thread tables
 * - tags: headers and footers of all chunks, and the bytes before the first that align payloads
 * - free: payload of chunks in the free list, and what the top got back. No owner has it: any thread may
 * - untouched: the top's memory that no chunk ever had since the kernel gave it
 */
const BAND_OF_PART: Readonly<Record<number, number>> = {
  [PART.live]: B.live,
  [PART.rounding]: B.rounding,
  [PART.runtime]: B.runtime,
  [PART.tags]: B.headers,
  [PART.free]: B.freeLiving,
  [PART.untouched]: B.neverCarved,
};
export const bandOfPart = (part: number): number => BAND_OF_PART[part];

/** Adds the heap's bytes to the bands. */
export function addLedger(
  heap: FirstFitHeap,
  mapped: Float64Array,
  resident: Float64Array | undefined,
): void {
  for (let part = 0; part < PARTS; part++) {
    mapped[bandOfPart(part)] += heap.use.mapped[part];
    if (resident) resident[bandOfPart(part)] += heap.use.resident[part];
  }
}
