import type { ModelDef } from '../model.ts';
import { MF2_KNOBS } from './knobs.ts';

/** The mid allocator: pages with pending queues. */
export const def = {
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
  // orphanPolicy is not here: even where no owner dies, looking for pages of the dead is a step of each slow path, and takes time.
  sharedWhen: {
    // What a fault finds is never 2 MiB of memory that is mapped and untouched.
    thp: 'Pages of 64 KiB are mapped and touched one by one',
  },
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
