import type { EnumKnob, NumberKnob } from '../../knobs.ts';

/** How a free chunk is chosen. */
export type Fit = 'first' | 'next' | 'best';

const fit: EnumKnob<Fit> = {
  kind: 'enum',
  label: 'Fit',
  help: 'First: the first chunk of the list that is large enough. Next: the same, but each search begins where the last one ended. Best: the smallest that is large enough; the whole list is looked at.',
  see: 'Free chunks, chunks looked at, heap size',
  group: 'shape',
  source: 'Knuth 2.5; Wilson and others 1995',
  apply: 'live',
  url: 'fi',
  default: 'first',
  options: ['first', 'next', 'best'],
  optionLabels: { first: 'First fit', next: 'Next fit', best: 'Best fit' },
};
const coalesce: EnumKnob<'immediate' | 'off'> = {
  kind: 'enum',
  label: 'Coalescing',
  help: 'Immediate: a freed chunk is merged with free neighbours, which its boundary tags show, and with the top. Off: chunks only ever get smaller. Turned on again, the whole heap is merged once.',
  see: 'Free chunks, largest free chunk',
  group: 'frees',
  source: 'Knuth 2.5, algorithm C',
  apply: 'live',
  url: 'cl',
  default: 'immediate',
  options: ['immediate', 'off'],
  optionLabels: { immediate: 'Immediate', off: 'Off' },
};
const freeOrder: EnumKnob<'lifo' | 'address'> = {
  kind: 'enum',
  label: 'Order of the free list',
  help: 'LIFO: a freed chunk goes to the head of the list. Address order: it goes between its neighbours, and finding that place costs a walk.',
  see: 'Free chunks, chunks looked at',
  group: 'frees',
  source: 'Wilson and others 1995',
  apply: 'restart',
  url: 'fo',
  default: 'lifo',
  options: ['lifo', 'address'],
  optionLabels: { lifo: 'LIFO', address: 'Address order' },
};
const boundaryTag: EnumKnob<'words8' | 'words16'> = {
  kind: 'enum',
  label: 'Boundary tags',
  help: 'Bytes of the header before and of the footer after each block. Payloads are aligned to 16 B either way.',
  see: 'Ledger: headers',
  group: 'shape',
  source: 'Knuth 2.5',
  apply: 'restart',
  url: 'bt',
  default: 'words8',
  options: ['words8', 'words16'],
  optionLabels: { words8: '8 B each', words16: '16 B each' },
};
const splitRest: NumberKnob = {
  kind: 'number',
  label: 'Smallest rest',
  help: 'A chunk is split when what is left over is at least this large; else the block gets it all. Never below what a free chunk needs.',
  see: 'Ledger: rounding; free chunks',
  group: 'shape',
  source: 'Knuth 2.5, exercise 12',
  apply: 'live',
  url: 'sr',
  default: 32,
  min: 32,
  max: 4096,
  step: 16,
  integer: true,
  unit: 'B',
  scale: 'log',
};
const brkStep: NumberKnob = {
  kind: 'number',
  label: 'Heap grows by',
  help: 'When no chunk fits, the break moves up by a multiple of this.',
  see: 'Map, calls of the kernel',
  group: 'limits',
  source: 'mem_sbrk; glibc: 132 KiB',
  apply: 'live',
  url: 'bk',
  default: 128,
  min: 4,
  max: 65536,
  step: 4,
  integer: true,
  unit: 'KiB',
  scale: 'log',
};
const trimTop: NumberKnob = {
  kind: 'number',
  label: 'Trim the top at',
  help: 'When the free top of the heap reaches this, whole steps of it are given back to the kernel. One live block above them keeps all memory below.',
  see: 'Map, mapped bytes',
  group: 'release',
  source: 'M_TRIM_THRESHOLD',
  apply: 'live',
  url: 'tp',
  default: 128,
  min: 0,
  max: 65536,
  minAboveZero: 4,
  step: 4,
  integer: true,
  unit: 'KiB',
  scale: 'log',
  zero: 'off',
};
const cost = (url: string, label: string, ns: number, max: number, help: string): NumberKnob => ({
  kind: 'number',
  label,
  help,
  see: 'Modelled operations per second',
  group: 'costs',
  kId: 'K-56',
  source: 'cost table',
  apply: 'live',
  url,
  default: ns,
  min: 0,
  max,
  step: 1,
  integer: false,
  unit: 'ns',
  scale: 'linear',
});

/** Knobs that belong to the textbook allocator alone. */
export const FIRSTFIT_KNOBS = {
  fit,
  coalesce,
  freeOrder,
  boundaryTag,
  splitRest,
  brkStep,
  trimTop,
  costStep: cost('c1', 'Search, per chunk', 3, 1000, 'One chunk of the free list looked at.'),
  costLock: cost('c2', 'Lock', 18, 2000, 'Taking the one lock and giving it back, uncontended.'),
  costBrk: cost('c3', 'brk', 500, 100000, 'One call that moves the break.'),
};

/** Their values. */
export interface FirstFitKnobValues {
  readonly fit: Fit;
  readonly coalesce: 'immediate' | 'off';
  readonly freeOrder: 'lifo' | 'address';
  readonly boundaryTag: 'words8' | 'words16';
  readonly splitRest: number;
  readonly brkStep: number;
  readonly trimTop: number;
  readonly costStep: number;
  readonly costLock: number;
  readonly costBrk: number;
}
