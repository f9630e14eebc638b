import type { Bytes, Ns, OpIndex } from '../../../base/units.ts';

/**
 * What `superslab_refill` writes when it fails (S-12), with the names of D1's line: the SuperSlab that the thread
 * had for the class (*prev_ss*, -1: none), the counter, the bitmap of its slabs in use as far as 32 bits go, and of
 * its current slab blocks used, capacity and index. *reused_freelist*: a free list was found; *free_idx*: a slab not
 * in use, -1: none, -2: there was nowhere to look.
 */
export interface RefillLog {
  readonly op: OpIndex;
  readonly ns: Ns;
  readonly life: number;
  readonly blockBytes: Bytes;
  readonly class: number;
  readonly prevSs: number;
  readonly active: number;
  readonly bitmap: number;
  readonly used: number;
  readonly cap: number;
  readonly slabIdx: number;
  readonly reusedFreelist: 0 | 1;
  readonly freeIdx: number;
  readonly errno: number;
}

/** ENOMEM of Linux. */
export const ENOMEM = 12;
