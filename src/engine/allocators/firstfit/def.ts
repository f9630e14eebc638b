import type { ModelDef } from '../model.ts';
import { FIRSTFIT_KNOBS } from './knobs.ts';

const NOTHING_MAPPED = 'The heap grows by brk';

/** The textbook allocator: one heap of chunks of any size. */
export const def = {
  id: 'firstfit',
  label: 'First fit',
  noun: { one: 'stretch', many: 'stretches' },
  help: 'The textbook allocator: boundary tags, one free list, one lock, a heap that brk grows.',
  knobs: FIRSTFIT_KNOBS,
  sharedKnobs: ['dtvBytes', 'quantum', 'costMalloc', 'costFree'],
  sharedWhen: { costMmap: NOTHING_MAPPED, costMmapTrim: NOTHING_MAPPED },
  features: [],
} as const satisfies ModelDef;
