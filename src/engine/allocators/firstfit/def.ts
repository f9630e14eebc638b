import type { ModelDef } from '../model.ts';
import { FIRSTFIT_KNOBS } from './knobs.ts';

/** The textbook allocator: one heap of chunks of any size. */
export const firstfitDef = {
  id: 'firstfit',
  label: 'First fit',
  noun: { one: 'stretch', many: 'stretches' },
  help: 'The textbook allocator: boundary tags, one free list, one lock, a heap that brk grows.',
  knobs: FIRSTFIT_KNOBS,
  sharedKnobs: ['dtvBytes', 'quantum', 'costMalloc', 'costFree'],
  features: [],
} as const satisfies ModelDef;
