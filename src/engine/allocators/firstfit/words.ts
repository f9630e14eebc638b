import { costWords, type WordsFor } from '../../knobs/kinds.ts';
import type { FIRSTFIT_KNOBS } from './knobs.ts';

/** What the knobs of the textbook allocator are called and mean. */
export const WORDS: WordsFor<typeof FIRSTFIT_KNOBS> = {
  fit: {
    label: 'Fit',
    help: 'First: the first chunk of the list that is large enough. Next: the same, but each search begins where the last one ended. Best: the smallest that is large enough; the whole list is looked at unless one fits exactly.',
    see: 'Free chunks, chunks looked at, heap size',
    source: 'Knuth 2.5; Wilson and others 1995',
    options: { first: 'First', next: 'Next', best: 'Best' },
  },
  coalesce: {
    label: 'Coalescing',
    help: 'Immediate: a freed chunk is merged with its free neighbours, which the boundary tags show, and with the top. Off: chunks only ever get smaller. Turned on again, the whole heap is merged once.',
    see: 'Free chunks, heap size',
    source: 'Knuth 2.5, algorithm C',
    options: { immediate: 'Immediate', off: 'Off' },
  },
  freeOrder: {
    label: 'Order of the free list',
    help: 'LIFO: a freed chunk goes to the head of the list. Address order: it goes between its neighbours, and finding that place costs a walk.',
    see: 'Free chunks, chunks looked at',
    source: 'Wilson and others 1995',
    options: { lifo: 'LIFO', address: 'By address' },
  },
  boundaryTag: {
    label: 'Boundary tags',
    help: 'Bytes of the header before and of the footer after each block. Payloads are aligned to 16 B either way.',
    see: 'Ledger: headers',
    source: 'Knuth 2.5',
    options: { words8: '8 B each', words16: '16 B each' },
  },
  splitRest: {
    label: 'Smallest rest',
    help: 'A chunk is split when what is left over is at least this large; else the block gets it all. Never below what a free chunk needs: 32 B, with large tags 48 B.',
    see: 'Ledger: rounding; free chunks',
    source: 'Knuth 2.5, exercise 12',
  },
  brkStep: {
    label: 'Heap grows by',
    help: 'When no chunk fits, the break moves up by a multiple of this, in whole pages.',
    see: 'Map, calls of the kernel',
    source: 'sbrk; glibc: 132 KiB',
  },
  trimTop: {
    label: 'Trim the top at',
    help: 'When the free top of the heap reaches this, whole steps of it are given back to the kernel. One live block keeps all memory below it.',
    see: 'Map, mapped bytes',
    source: 'M_TRIM_THRESHOLD',
  },
  costStep: costWords('Search, per chunk', 'One chunk of the free list looked at.'),
  costLock: costWords('Lock', 'Taking the one lock and giving it back, uncontended.'),
  costBrk: costWords('brk', 'One call that moves the break.'),
};
