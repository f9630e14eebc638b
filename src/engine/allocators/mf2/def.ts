import type { Settings } from '../../knobs/kinds.ts';
import type { ModelDef } from '../model.ts';
import { MF2_KNOBS } from './knobs.ts';
import { blocksPerPage, MF2_CLASSES } from './layout.ts';

/** Classes of which a page holds fewer blocks than `least`, in words. */
const classesBelow = (least: number, knobs: Settings): string =>
  MF2_CLASSES.map((bytes, cls) => ({
    bytes,
    blocks: blocksPerPage(cls, Number(knobs.pageHeaderBytes)),
  }))
    .filter(({ blocks }) => blocks < least)
    .map(({ bytes, blocks }) => `${bytes / 1024} KiB (${blocks})`)
    .join(', ');

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
  remarks(knobs) {
    const said: string[] = [];
    const never = classesBelow(Number(knobs.pendingThreshold), knobs);
    if (never !== '')
      said.push(
        `The pending threshold of ${String(knobs.pendingThreshold)} is above what some pages hold, so these are never enqueued: blocks of ${never}.`,
      );
    const shut = knobs.route === 'p' ? classesBelow(Number(knobs.minRemote), knobs) : '';
    if (shut !== '')
      said.push(
        `Route P asks for ${String(knobs.minRemote)} remote blocks in a page; pages of these can never be adopted: blocks of ${shut}.`,
      );
    return said;
  },
} as const satisfies ModelDef;
