import type { KnobValues } from '../../knobs/index.ts';
import { NEW_PAGE } from '../../telemetry/events.ts';
import type { PAGE_STATES } from '../../telemetry/states.ts';
import {
  byIndex,
  type ModelShown,
  NO_REASON,
  type ReasonShown,
  type StatesShown,
} from '../model.ts';
import { blocksPerPage, MF2_CLASSES } from './layout.ts';

const states: StatesShown<typeof PAGE_STATES> = [
  { name: 'unmapped', label: 'given back', colour: 'ghost' },
  { name: 'active', label: 'active', colour: 'living' },
  { name: 'pending', label: 'in its owner’s queue', colour: 'cached', waits: true },
  { name: 'partial', label: 'partly free, listed', colour: 'empty' },
  { name: 'full', label: 'full', colour: 'full' },
  {
    name: 'graveyard',
    label: 'graveyard: free, but in no list',
    colour: 'inflated',
    band: 'belowThreshold',
  },
  {
    name: 'below',
    label: 'remote blocks, never enqueued',
    colour: 'below',
    band: 'belowThreshold',
  },
  { name: 'orphan', label: 'owner dead', colour: 'dead' },
  { name: 'orphanPending', label: 'in a dead owner’s queue', colour: 'kept', waits: true },
];

const full = 'because all blocks were in use';
const reasons: Readonly<Record<keyof typeof NEW_PAGE, ReasonShown>> = {
  gate: {
    text: 'pages wait in its own queue, but its tries were used up',
    counted: {
      counter: 'newGate',
      label: 'own queue, tries used up',
      colour: 'mark',
      because: 'although pages waited in the thread’s own queue',
    },
  },
  starved: {
    text: 'an adoption took the page that would have served',
    counted: {
      counter: 'newStarved',
      label: 'taken by an adoption',
      colour: 'bad',
      because: 'because an adoption took the page that would have served',
    },
  },
  graveyard: {
    text: 'its free blocks lie in the graveyard',
    counted: {
      counter: 'newGraveyard',
      label: 'graveyard',
      colour: 'inflated',
      because: 'because free blocks lie in the graveyard',
    },
  },
  below: {
    text: 'its remote blocks are below the threshold',
    counted: {
      counter: 'newBelow',
      label: 'below the threshold',
      colour: 'below',
      because: 'because remote blocks stayed below the threshold',
    },
  },
  orphaned: {
    text: 'free blocks belong to dead threads',
    counted: {
      counter: 'newOrphaned',
      label: 'of dead threads',
      colour: 'dead',
      because: 'although dead threads left free blocks',
    },
  },
  firstUse: {
    text: 'its first of the class',
    counted: {
      counter: 'newFirstUse',
      label: 'first of its class',
      colour: 'owned',
      because: full,
    },
  },
  capacity: {
    text: 'every block it could have is live',
    counted: { counter: 'newCapacity', label: 'all blocks live', colour: 'living', because: full },
  },
};

/** Classes of which a page holds fewer blocks than `least`, in words. */
const classesBelow = (least: number, knobs: Readonly<KnobValues>): string =>
  MF2_CLASSES.map((bytes, cls) => ({
    bytes,
    blocks: blocksPerPage(cls, knobs.pageHeaderBytes),
  }))
    .filter(({ blocks }) => blocks < least)
    .map(({ bytes, blocks }) => `${bytes / 1024} KiB (${blocks})`)
    .join(', ');

/** What the page shows of the mid allocator. */
export const SHOWN: ModelShown = {
  about:
    'A *page* of the mid allocator is 64 KiB of one size class. Remote frees put it on its owner’s *pending queue*; another thread may *adopt* it.',
  states,
  figure: { label: 'Pages made', counter: 'superslabsNow', per1000: 'newPages' },
  counters: [
    'newPages',
    'pageReuses',
    'pendingEnqueued',
    'pendingDrained',
    'drainAttempts',
    'drainSuccesses',
    'adoptions',
    'orphanAdoptions',
    'gateViolations',
    'remoteEdges',
    'drainedBlocks',
    'madviseCalls',
    'remoteFrees',
    'otherMallocs',
    'refills',
    'backgroundDrains',
    'orphanSuperslabs',
    'queuedBlocks',
    'queuedDead',
    'mustReuseHits',
    'activeDrainHits',
    'partialHits',
    'adoptionsUnneeded',
    'ownershipTransfers',
    'blockedRfr',
    'blockedIdle',
    'blockedPartial',
    'blockedPressure',
    'blockedRemotes',
    'blockedClaim',
    'newFirstUse',
    'newStarved',
    'newGraveyard',
    'newBelow',
    'newOrphaned',
    'newGate',
    'newCapacity',
    'lostEdges',
    'staleEnqueues',
    'pingPongs',
    'activeLost',
    'chain1',
    'chain2',
    'chain3',
    'chain4',
    'chain5',
    'chain6',
    'chain7',
    'chain8',
    'chainMax',
    'chainMaxSeq',
    'strandedGraveyard',
    'strandedBelow',
    'strandedOrphan',
    'strandedIdle',
    'pendingPages',
    'pendingPagesMax',
    'pendingAgeUs',
  ],
  counterWords: { orphanSuperslabs: 'orphan pages' },
  events: [
    'remoteEdge',
    'drained',
    'pageNew',
    'pageAdopted',
    'adoptionBlocked',
    'pageEnqueued',
    'pageStranded',
    'wake',
    'race',
  ],
  newSpan: 'pageNew',
  reasons: byIndex(NEW_PAGE, reasons, NO_REASON),
  reuses: ['pageReuses'],
  paths: [
    'by own queue',
    'by active page',
    'by list of partly free pages',
    'by adoption',
    'by orphan',
    'by new page',
    'by another way',
  ],
  spanBytes: () => 65_536,
  remarks(knobs) {
    const said: string[] = [];
    const never = classesBelow(knobs.pendingThreshold, knobs);
    if (never !== '')
      said.push(
        `The pending threshold of ${knobs.pendingThreshold} is above what some pages hold, so these are never enqueued: blocks of ${never}.`,
      );
    const shut = knobs.route === 'p' ? classesBelow(knobs.minRemote, knobs) : '';
    if (shut !== '')
      said.push(
        `Route P asks for ${knobs.minRemote} remote blocks in a page; pages of these can never be adopted: blocks of ${shut}.`,
      );
    return said;
  },
};
