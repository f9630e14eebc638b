import type { KnobValues } from '../../knobs/index.ts';
import { XOSHIRO_STATE, xoshiroInit, xoshiroUnit } from '../../programs/xoshiro.ts';
import { ADVICE_FAILED, NO_CAUSE } from '../../telemetry/events.ts';
import type { StateHash } from '../contract.ts';

/** Why a SuperSlab is unmapped after all: DECOMMIT.done is the only one under which it is retired. */
export const DECOMMIT = {
  /** madvise gives its pages up. */
  done: -1,
  /** `decommit` is OFF: nobody is asked. */
  off: -2,
  /** madvise failed before and is not asked again. */
  unasked: -3,
  overlap: ADVICE_FAILED.overlap,
  noMemory: ADVICE_FAILED.noMemory,
} as const;

/**
 * Memory-lean mode (D4, phase 54) as a policy on the heap: what `ss_maybe_decommit_superslab` decides of an empty
 * SuperSlab, and the totals over those that were retired. What is done with it is the heap's business (retiring.ts).
 */
export class Lean {
  /** madvise has failed with ENOMEM and is never asked again. */
  disabled = false;
  /** Calls of madvise. */
  calls = 0;
  /** The event of the latest failure, why SuperSlabs are unmapped since. */
  failure = NO_CAUSE;
  /** Retired SuperSlabs, their bytes, and their pages that are resident and not lazily freed. */
  retired = 0;
  bytes = 0;
  dirtyPages = 0;
  private readonly random = new Int32Array(XOSHIRO_STATE);

  /** @param knobs those in force, whatever they become */
  constructor(private readonly knobs: Readonly<KnobValues>) {}

  /**
   * Asks for the pages of the SuperSlab that begins at page `page` to be given up.
   * @returns one of DECOMMIT; only with `done` and `noMemory` the kernel was called
   */
  ask(page: number): number {
    const { decommit, enomemAt } = this.knobs;
    if (decommit === 'off') return DECOMMIT.off;
    if (this.disabled) return DECOMMIT.unasked;
    if (this.overlaps(page)) return DECOMMIT.overlap;
    this.calls++;
    if (enomemAt === 0 || this.calls < enomemAt) return DECOMMIT.done;
    this.disabled = true;
    return DECOMMIT.noMemory;
  }

  /** Whether a library lies in the SuperSlab at this address: drawn from it and the seed, so always the same. */
  private overlaps(page: number): boolean {
    const { dsoOverlap, mixedSeed } = this.knobs;
    if (dsoOverlap === 0) return false;
    xoshiroInit(this.random, 0, mixedSeed, page % 2 ** 31);
    return xoshiroUnit(this.random, 0) * 100 < dsoOverlap;
  }

  hashInto(hash: StateHash): void {
    hash
      .word(this.disabled ? 1 : 0)
      .word(this.calls)
      .word(this.retired)
      .word(this.dirtyPages);
  }

  snapshot(): SavedLean {
    const { disabled, calls, failure, retired, bytes, dirtyPages } = this;
    return { disabled, calls, failure, retired, bytes, dirtyPages };
  }
  restore(from: SavedLean): void {
    this.disabled = from.disabled;
    this.calls = from.calls;
    this.failure = from.failure;
    this.retired = from.retired;
    this.bytes = from.bytes;
    this.dirtyPages = from.dirtyPages;
  }
}

export interface SavedLean {
  readonly disabled: boolean;
  readonly calls: number;
  readonly failure: number;
  readonly retired: number;
  readonly bytes: number;
  readonly dirtyPages: number;
}
