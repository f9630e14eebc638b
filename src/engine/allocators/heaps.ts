import type { CreateAllocator } from './contract.ts';
import type { ModelId } from './index.ts';
import { HEAPS as LISTED } from './listed/heaps.ts';

/** How each model's allocator is made. Only runs import this: the page knows models by their definitions. */
export const HEAPS: Readonly<Record<ModelId, CreateAllocator>> = LISTED;
