import { NEED } from '../../telemetry/events.ts';
import { byIndex, type ModelShown, NO_REASON, type StatesShown } from '../model.ts';
import type { STATES } from './states.ts';

const states: StatesShown<typeof STATES> = [
  { name: 'unmapped', label: 'given back', colour: 'ghost' },
  { name: 'full', label: 'full', colour: 'full' },
  { name: 'partial', label: 'live and free blocks', colour: 'living' },
  { name: 'empty', label: 'empty', colour: 'empty', pattern: 'hollow' },
];

/** What the page shows of __Label__. */
export const SHOWN: ModelShown = {
  about:
    'A *span* is one mapping, cut into blocks of one size. Any thread allocates from any span and frees into any, under one lock. What is larger than 32 KiB has a mapping of its own.',
  states,
  figure: { label: 'Spans now', counter: 'superslabsNow', peak: 'superslabsPeak' },
  // Counters that only some models raise, and this one does; all others are shown anyway.
  counters: [
    'superslabsAllocated',
    'superslabsFreed',
    'superslabsNow',
    'superslabsPeak',
    'otherMallocs',
    'munmapCalls',
    'emptySuperslabs',
    'otherMallocs',
    'reallocsInPlace',
    'reallocsMoved',
  ],
  counterWords: {
    superslabsAllocated: 'spans mapped',
    superslabsFreed: 'spans given back',
    superslabsNow: 'spans now',
    superslabsPeak: 'spans at most',
    emptySuperslabs: 'empty spans',
    otherMallocs: 'blocks above the largest class',
    reallocsInPlace: 'realloc, in place',
    reallocsMoved: 'realloc, moved',
  },
  events: ['superslabMapped', 'superslabFreed'],
  newSpan: 'superslabMapped',
  reasons: byIndex(
    NEED,
    {
      firstUse: { text: 'no span has blocks of this size' },
      exhausted: { text: 'all spans of this size are full' },
    },
    NO_REASON,
  ),
  reuses: [],
  paths: ['from a span', 'from a new span'],
  spanBytes: ({ __knob__SpanKiB }) => __knob__SpanKiB * 1024,
};
