import type { CreateAllocator } from '../contract.ts';
import { TinyAllocator } from './allocator.ts';
import { TinyHeap } from './heap.ts';

/** The tiny model with a given heap: tests put faulty ones in. */
export const tinyWith =
  (Heap: typeof TinyHeap): CreateAllocator =>
  (machine, slots) =>
    new TinyAllocator(machine, new Heap(machine, slots), slots);

export const create = tinyWith(TinyHeap);
