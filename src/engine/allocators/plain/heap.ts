import type { Slots } from './slots.ts';

/** What calls cost beside what the heap counts itself, ns; nothing under the document rate. */
export interface PlainCosts {
  /** An operation of the program. */
  readonly perOp: number;
  /** Taking and giving back the one lock, uncontended. */
  readonly lock: number;
  /** Copying one byte of a block that realloc moves. */
  readonly copyByte: number;
  /** Of the C library's blocks: to map one, to unmap it, and the first touch of a page. undefined: free of charge. */
  readonly other?: { readonly map: number; readonly unmap: number; readonly fault: number };
}

/**
 * What a heap must have to stand behind plain malloc and free (calls.ts, allocator.ts): one heap for all
 * threads under one lock, every call of which is over before the next begins.
 */
export interface PlainHeap {
  readonly costs: PlainCosts;
  /** Largest request that it serves itself, bytes; the C library maps what is larger. */
  readonly largest: number;
  readonly slots: Slots;
  /** ns that the call under way has taken, page faults included; whoever made the call sets it back. */
  spent: number;
  /** Page faults of the call under way; likewise. */
  faults: number;

  /**
   * Allocates `size` bytes, at most `largest`, into an empty slot.
   * @param kind BLOCK, the program's unless said
   * @returns false: no memory
   */
  malloc(size: number, slot: number, kind?: number): boolean;
  /** As malloc, at an address that is a multiple of `align`, a power of two. */
  memalign(size: number, align: number, slot: number): boolean;
  /** Frees the block of a slot, which has one. */
  free(slot: number): void;
  /**
   * Gives the block of a slot `size` bytes, 1 to `largest`.
   * @returns bytes copied to a new place, -1: it stayed, -2: no memory, and it is as it was
   */
  realloc(slot: number, size: number): number;
  /** The program writes `bytes` bytes of the block of a slot, from byte `from` on. */
  write(slot: number, from: number, bytes: number): void;
}
