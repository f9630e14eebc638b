import type { CreateAllocator } from '../contract.ts';
import { SpanAllocator } from './allocator.ts';
import { Heap } from './heap.ts';

/** The model with a given heap: tests put faulty ones in. */
export const createWith =
  (Of: typeof Heap): CreateAllocator =>
  (machine, slots) =>
    new SpanAllocator(machine, slots, Of);

export const create = createWith(Heap);
