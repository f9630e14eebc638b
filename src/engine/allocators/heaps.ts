import type { CreateAllocator } from './contract.ts';
import { createFirstFit } from './firstfit/index.ts';
import type { ModelId } from './index.ts';
import { createMf2 } from './mf2/index.ts';
import { createTiny } from './tiny/index.ts';

/** How each model's allocator is made. Only runs import this: the page knows models by their definitions. */
export const HEAPS: Readonly<Record<ModelId, CreateAllocator>> = {
  tiny: createTiny,
  mf2: createMf2,
  firstfit: createFirstFit,
};
