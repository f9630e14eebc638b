import { NEED } from '../../telemetry/events.ts';
import { byIndex, type ModelShown, NO_REASON, type StatesShown } from '../model.ts';
import type { HEAP_STATES } from './states.ts';

const states: StatesShown<typeof HEAP_STATES> = [
  { name: 'unmapped', label: 'given back', colour: 'ghost' },
  { name: 'full', label: 'full', colour: 'full' },
  { name: 'holed', label: 'live blocks and holes', colour: 'living' },
  {
    name: 'vacant',
    label: 'all free, below live blocks',
    colour: 'inflated',
    pattern: 'hatched',
  },
  { name: 'top', label: 'top of the heap, free', colour: 'empty', pattern: 'hollow' },
  { name: 'untouched', label: 'never used', colour: 'kept' },
];

/** Bytes of a page of the OS. */
const PAGE = 4096;
/** So many pages, by which brk moves, in words. */
const kib = (pages: number): string => `${((pages * PAGE) / 1024).toLocaleString('en-US')} KiB`;

/** What the page shows of the textbook allocator. */
export const SHOWN: ModelShown = {
  about:
    'The textbook allocator has one heap, which brk grows and which any thread uses under one lock. A *chunk* carries its size in front and behind; free chunks are in one list, which malloc searches. The map shows the heap in *stretches* of 64 KiB, in address order.',
  states,
  figure: { label: 'Heap, in stretches', counter: 'superslabsNow', peak: 'superslabsPeak' },
  counters: [
    'superslabsNow',
    'superslabsPeak',
    'superslabsAllocated',
    'superslabsFreed',
    'listSearches',
    'listSteps',
    'splits',
    'coalesces',
    'topCarves',
    'heapGrowths',
    'heapTrims',
    'growthsFragmented',
    'reallocsInPlace',
    'reallocsMoved',
    'freeChunks',
    'freeListBytes',
  ],
  counterWords: {
    superslabsNow: 'stretches now',
    superslabsPeak: 'stretches at most',
    superslabsAllocated: 'stretches that brk brought',
    superslabsFreed: 'stretches that brk gave back',
    listSearches: 'searches of the free list',
    listSteps: 'chunks looked at',
    splits: 'chunks split',
    coalesces: 'neighbours merged',
    topCarves: 'blocks cut off the top',
    heapGrowths: 'brk up',
    heapTrims: 'brk down',
    growthsFragmented: 'brk up although enough was free in pieces',
    reallocsInPlace: 'realloc, in place',
    reallocsMoved: 'realloc, moved',
    freeListBytes: 'bytes in the free list',
  },
  events: ['superslabMapped', 'superslabFreed', 'noFit'],
  eventWords: { superslabMapped: 'brk up', superslabFreed: 'brk down' },
  eventSays: {
    superslabMapped: ({ a }, who) => `${who} moves brk up by ${kib(a)}`,
    superslabFreed: ({ a }, who) => `${who} moves brk down by ${kib(a)}`,
  },
  newSpan: 'superslabMapped',
  reasons: byIndex(
    NEED,
    {
      firstUse: { text: 'the first block' },
      exhausted: { text: 'no free chunk is large enough' },
      fragmented: { text: 'the free chunks together would do, none alone' },
    },
    NO_REASON,
  ),
  reuses: [],
  paths: ['from the list', 'off the top'],
  spanBytes: (_, { a }) => a * PAGE,
};
