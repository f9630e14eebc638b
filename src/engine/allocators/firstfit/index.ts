import { FirstFitAllocator, type FirstFitMachine } from './allocator.ts';
import { FirstFitHeap } from './heap.ts';

export { FIRSTFIT } from './def.ts';

/**
 * Makes the textbook allocator of a run.
 * @param slots slots of the program to have room for
 * @param chains main included
 * @param Heap the heap's class; tests pass one with a deliberate fault
 */
export const createFirstFit = (
  machine: FirstFitMachine,
  slots: number,
  chains: number,
  Heap: typeof FirstFitHeap = FirstFitHeap,
): FirstFitAllocator => new FirstFitAllocator(machine, slots, chains, Heap);
