import type { ModelDef } from '../model.ts';
import { MF2_KNOBS } from './knobs.ts';

/** The mid allocator: pages with pending queues. */
export const mf2Def = {
  id: 'mf2',
  label: 'Mid (MF2)',
  noun: { one: 'page', many: 'pages' },
  help: '64 KiB pages of blocks of 2 to 32 KiB, with pending queues and adoption.',
  knobs: MF2_KNOBS,
  sharedKnobs: [
    'orphanPolicy',
    'mapMode',
    'prelink',
    'costMalloc',
    'costFree',
    'costRemoteFree',
    'costRefill',
    'costDrainBlock',
    'costAdopt',
  ],
  // Even where no owner dies, looking for pages of the dead is a step of each slow path, and takes time.
  features: [
    'owners',
    'classes',
    'remoteQueues',
    'adoption',
    'pendingQueues',
    'causes',
    'orphans',
    'sleepers',
  ],
} as const satisfies ModelDef;
