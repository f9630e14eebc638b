import type { CreateAllocator } from '../contract.ts';
import { Mf2Allocator } from './allocator.ts';
import { Mf2Heap } from './heap.ts';

/** The MF2 model with a given heap: tests put faulty ones in. */
export const mf2With =
  (Heap: typeof Mf2Heap): CreateAllocator =>
  (machine, slots) =>
    new Mf2Allocator(machine, new Heap(machine), slots);

export const create = mf2With(Mf2Heap);
