import type { ModelDef } from '../model.ts';
import { KNOBS } from './knobs.ts';

/** __Label__: simple segregated storage, one heap for all threads under one lock. */
export const def = {
  id: '__id__',
  label: '__Label__',
  noun: { one: 'span', many: 'spans' },
  help: 'Spans of blocks of one size, powers of two up to 32 KiB, under one lock.',
  knobs: KNOBS,
  sharedKnobs: ['dtvBytes', 'quantum', 'costMalloc', 'costFree', 'costMunmap', 'costMunmapPage'],
  sharedWhen: { costMmapTrim: 'Spans need no alignment' },
  features: ['classes'],
} as const satisfies ModelDef;
