import type { DocumentFigure, Preset } from '../presets.ts';
import { not, priced, type Under } from './under.ts';

/** D1 measured random mixed before and after its phase 7. */
const rate = (document: number, note: string): readonly DocumentFigure[] => [
  {
    label: 'Operations per second',
    unit: 'ops/s',
    document,
    source: 'D1, commit note',
    metric: 'modelledOpsPerSecond',
    note,
  },
];

const tabled: Under = ({ lookup }) => lookup === 'hash' || lookup === 'registry';
const cachedUnder: Under = ({ tlsCacheSlots, ownership, centralCaches }) =>
  tlsCacheSlots > 0 && (ownership !== 'central' || centralCaches);
const traced: Under = ({ aceTrace }) => aceTrace;

const PHASE_7: Preset['knobs'] = {
  headerByte: true,
  lookup: 'header',
  inlinePath: true,
  prewarmTls: true,
};

/** Hundreds of SuperSlabs. */
const MANY: Preset['knobs'] = { ssLg: 16, workingSet: 32_768 };

/** D1's fast path and caches and D3's lookup as costs, and failures by cause (D3's commit). */
export const COST_TOGGLES: Preset = {
  id: 'cost-toggles',
  scenario: 'E-20',
  title: 'What the fast path’s switches cost',
  rests: ['document'],
  question:
    'D1 got from 21 M to 59 M operations a second by a header byte, inlining and prewarmed caches, and D3 wants a hash table. What does each of them save?',
  claims: ['C-36', 'C-37', 'C-61', 'I-48'],
  knobs: {
    workload: 'random-mixed',
    threads: 1,
    minSize: 16,
    maxSize: 1000,
    workingSet: 256,
    timeBase: 'costs',
    costProgram: 12,
    seconds: 3600,
    opLimit: 1_000_000,
  },
  variants: [
    {
      name: 'Before phase 7',
      knobs: {},
      documentFigures: rate(
        21_000_000,
        'D1 states neither sizes nor slots, and its clock has the program’s own work and a processor’s caches in it.',
      ),
    },
    {
      name: 'Phase 7: Region-ID, inlined, prewarmed',
      knobs: PHASE_7,
      documentFigures: rate(59_000_000, 'D1: 59 to 70 M.'),
    },
    {
      name: 'And adaptive caches',
      knobs: { ...PHASE_7, tlsCacheSlots: 2048 },
      note: 'D1 projects 3 to 10 % more speed. The clock of costs has no caches of a processor, so that a share of it is larger.',
      rests: ['document', 'given'],
    },
    { name: 'Lookup by hash table', knobs: { lookup: 'hash' } },
    {
      name: 'Region-ID alone',
      knobs: { headerByte: true, lookup: 'header' },
    },
    { name: 'Inlined alone', knobs: { inlinePath: true } },
    {
      name: '64 KiB for each SuperSlab, hash table',
      knobs: { ...MANY, lookup: 'hash' },
    },
    {
      name: '64 KiB for each SuperSlab, registry',
      knobs: { ...MANY, lookup: 'registry' },
      note: 'The more SuperSlabs there are, the longer is the search; a chain of a hash table stays short.',
      rests: ['O-67'],
    },
    {
      name: 'Four threads, central list',
      knobs: { threads: 4, ownership: 'central' },
    },
    {
      name: 'Four threads, hybrid',
      knobs: { threads: 4, ownership: 'central', tlsCacheSlots: 2048, centralCaches: true },
      note: 'D3’s fallback keeps the thread layer and replaces what is behind it: here by the central list, whose lock caches take only to be filled or emptied.',
      rests: ['O-74', 'document'],
    },
    {
      name: 'Failures traced',
      knobs: {
        workingSet: 8192,
        sharedPool: true,
        sharedCapacity: 32,
        maxSize: 1200,
        aceTrace: true,
      },
      note: 'A pool of 32 slabs, and one request in seven above the largest class.',
      rests: ['given'],
    },
    { name: 'Prewarmed alone', knobs: { prewarmTls: true } },
  ],
  // Each switch by itself; all of them, and what else was proposed, are variants.
  lanes: [0, 4, 5, 11],
  story: [
    {
      title: 'Every step has its price.',
      text: 'A malloc and a free cost 8 ns each here; a cache line that is read to find a SuperSlab 3, a call 1, and what the program itself does for an operation 12, as Larson’s was measured. What a switch saves is its steps at these prices, no more.',
      when: { kind: 'start' },
      rests: ['given'],
    },
    {
      title: 'Where is a block’s SuperSlab?',
      text: '{lookups} frees looked into a table and read {lines} lines each, beside the SuperSlab’s header.',
      when: { kind: 'counter', counter: 'lookups', atLeast: 10_000 },
      under: tabled,
    },
    {
      title: 'A pointer’s bits say it.',
      text: 'The upper bits of a pointer are the address of its SuperSlab, whose header is one line. With a Region-ID, the byte before the block, free does without it.',
      when: { kind: 'op', op: 10_000 },
      under: not(tabled),
      rests: ['given'],
    },
    {
      title: 'Caches in front.',
      text: '{hits} mallocs were served from {cachedBlocks} blocks in {cacheSlots} slots, without the counter’s atomic.',
      when: { kind: 'op', op: 100_000 },
      under: cachedUnder,
    },
    {
      title: 'Failures by cause.',
      text: 'Threshold {threshold}: no class is large enough, and the C library serves. Exhaustion {exhaustion}: the pool has nothing left. MapFail {mapFail}: the kernel refused.',
      when: { kind: 'op', op: 200_000 },
      under: traced,
    },
    {
      title: 'What it comes to.',
      text: 'After {ops} operations: {rate}, by the modelled clock, and {superslabs} SuperSlabs.',
      when: { kind: 'ended' },
      under: priced,
    },
    {
      title: 'The end.',
      text: 'After {ops} operations there are {superslabs} SuperSlabs.',
      when: { kind: 'ended' },
      under: not(priced),
    },
  ],
  speed: 100_000,
  documentFigures: [],
};
