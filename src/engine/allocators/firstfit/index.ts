import type { CreateAllocator } from '../contract.ts';
import { FirstFitAllocator } from './allocator.ts';
import { FirstFitHeap } from './heap.ts';

/** The textbook allocator with a given heap: tests put faulty ones in. */
export const firstFitWith =
  (Heap: typeof FirstFitHeap): CreateAllocator =>
  (machine, slots) =>
    new FirstFitAllocator(machine, slots, Heap);

export const create = firstFitWith(FirstFitHeap);
