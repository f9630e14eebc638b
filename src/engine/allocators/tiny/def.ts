import type { ModelDef } from '../model.ts';
import { TINY_KNOBS } from './knobs.ts';

/** The tiny allocator: SuperSlabs. */
export const def = {
  id: 'tiny',
  label: 'Tiny',
  noun: { one: 'SuperSlab', many: 'SuperSlabs' },
  help: 'SuperSlabs of small blocks, 8 to 1,024 B.',
  knobs: TINY_KNOBS,
  sharedKnobs: [
    'orphanPolicy',
    'mapMode',
    'prelink',
    'dtvBytes',
    'quantum',
    'costMalloc',
    'costFree',
    'costRemoteFree',
    'costRefill',
    'costDrainBlock',
    'costAdopt',
    'costMunmap',
    'costMunmapPage',
    'memDiet',
    'countersDump',
  ],
  sharedWhen: {
    orphanPolicy: (knobs) =>
      knobs.ownership === 'central' ? 'Nobody owns a SuperSlab with a central list' : undefined,
  },
  features: [
    'owners',
    'classes',
    'parts',
    'remoteQueues',
    'adoption',
    'trim',
    'lyingCounter',
    'orphans',
    'mixedHeaps',
    'checklist',
    'layers',
  ],
} as const satisfies ModelDef;
