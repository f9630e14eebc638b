import type { ModelDef } from '../model.ts';
import { FIRSTFIT_KNOBS } from './knobs.ts';

const nothingMapped = (): string => 'The heap grows by brk';

/** The textbook allocator: one heap of chunks of any size. */
export const firstfitDef = {
  id: 'firstfit',
  label: 'First fit',
  noun: { one: 'stretch', many: 'stretches' },
  help: 'The textbook allocator: boundary tags, one free list, one lock, a heap that brk grows.',
  knobs: FIRSTFIT_KNOBS,
  sharedKnobs: ['dtvBytes', 'quantum', 'costMalloc', 'costFree'],
  sharedWhen: { costMmap: nothingMapped, costMmapTrim: nothingMapped },
  features: [],
} as const satisfies ModelDef;
