import type { DocumentFigure, Preset } from '../presets.ts';
import { all, not, priced, type Under } from './under.ts';

/** W5 of the documents: one thread, blocks of nearly all of tiny's classes, on the clock of costs. */
const MIXED: Preset['knobs'] = {
  workload: 'random-mixed',
  threads: 1,
  minSize: 16,
  maxSize: 1024,
  timeBase: 'costs',
  seconds: 3600,
  opLimit: 2_000_000,
  sharedPool: true,
};
const HOT = 256;
const REALISTIC = 8192;

/** D3 measured HAKMEM at both working sets. */
const rate = (document: number): readonly DocumentFigure[] => [
  {
    label: 'Operations per second',
    unit: 'ops/s',
    document,
    source: 'D3, performance results',
    metric: 'modelledOpsPerSecond',
    note: 'Measured by D3 with caches of a real processor, which the clock of costs does not have; D3 states neither threads nor sizes.',
  },
];

const pooled: Under = ({ sharedPool, ownership }) => sharedPool && ownership !== 'central';
const cachedUnder: Under = ({ tlsCacheSlots, ownership }) =>
  tlsCacheSlots > 0 && ownership !== 'central';

/** The shared pool under a small and a large working set (D3), and thread caches in front of it (D1). */
export const WORKING_SET: Preset = {
  id: 'working-set',
  scenario: 'E-17',
  title: 'The working-set cliff',
  rests: ['document'],
  question:
    'D3 measured 79.2 M operations a second with a small working set and 16.5 M with a large one, and blames a pool of slabs that fails. Is it the pool?',
  claims: ['C-37', 'C-57', 'C-58', 'C-59', 'C-60', 'I-28', 'I-29'],
  knobs: { ...MIXED, workingSet: REALISTIC },
  variants: [
    {
      name: '256 slots, pool of 256',
      knobs: { workingSet: HOT },
      documentFigures: rate(79_200_000),
    },
    { name: '8,192 slots, pool of 256', knobs: {}, documentFigures: rate(16_500_000) },
    {
      name: '8,192 slots, pool of 32',
      knobs: { sharedCapacity: 32 },
      documentFigures: rate(16_500_000),
    },
    {
      name: '8,192 slots, no pool',
      knobs: { sharedPool: false },
      documentFigures: rate(16_500_000),
    },
    {
      name: '32,768 slots, pool of 32',
      knobs: { workingSet: 32_768, sharedCapacity: 32 },
    },
    {
      name: '8,192 slots, adaptive caches',
      knobs: { tlsCacheSlots: 2048 },
      note: 'D1 projects 3 to 10 % more speed and 30 to 50 % less memory for adaptive caches; the clock of costs has nothing but the allocator, so that shares of it are far larger.',
      rests: ['document', 'given'],
    },
    {
      name: '8,192 slots, caches of 2,048',
      knobs: { tlsCacheSlots: 2048, tlsCacheSizing: 'fixed' },
    },
  ],
  lanes: [0, 1, 2, 3],
  story: [
    {
      title: 'One thread, one array.',
      text: 'It looks at a random slot: a block that is there is freed, else one is allocated. D3 calls 256 slots hot and 8,192 realistic.',
      when: { kind: 'start' },
      rests: ['given'],
    },
    {
      title: 'SuperSlabs of its own.',
      text: 'Without a pool each class has SuperSlabs of its own: {superslabs} so far.',
      when: { kind: 'op', op: 1000 },
      under: not(pooled),
    },
    {
      title: 'Slabs out of a pool.',
      text: 'Each slab is a slot of a shared pool with a class of its own; {slots} are in use. The pool was asked {asks} times: the slot that the thread gave back last served {stage0}, an empty one {stageEmpty}, an unused one {stage2}, a new SuperSlab {stage3}.',
      when: { kind: 'op', op: 20_000 },
      under: pooled,
    },
    {
      title: 'shared_fail, legacy.',
      text: 'The pool had nothing {fails} times; the legacy backend served, SuperSlabs of one class. {superslabs} SuperSlabs are mapped.',
      when: { kind: 'counter', counter: 'sharedFails', atLeast: 1 },
      under: pooled,
    },
    {
      title: 'Caches in front.',
      text: 'The thread’s caches served {hits} mallocs; they hold {cachedBlocks} blocks in {cacheSlots} slots now.',
      when: { kind: 'op', op: 100_000 },
      under: cachedUnder,
    },
    {
      title: 'Where the time goes.',
      text: '{refills} of {ops} operations left the fast path. By the modelled clock that is {rate}.',
      when: { kind: 'op', op: 400_000 },
      under: priced,
    },
    {
      title: 'The failures are not the cliff.',
      text: 'After {ops} operations: {rate}, {fails} failures of the pool. With 8,192 slots this program is slower than with 256 without a pool, too. A pool makes it slower still, and a pool that fails makes it no slower than one that does not.',
      when: { kind: 'ended' },
      under: all(priced, pooled, ({ workload, threads, tlsCacheSlots }) => {
        return workload === 'random-mixed' && threads === 1 && tlsCacheSlots === 0;
      }),
      rests: ['O-64'],
    },
    {
      title: 'The end.',
      text: 'After {ops} operations: {rate}, {superslabs} SuperSlabs, {resident} resident.',
      when: { kind: 'ended' },
      under: not(
        all(priced, pooled, ({ workload, threads, tlsCacheSlots }) => {
          return workload === 'random-mixed' && threads === 1 && tlsCacheSlots === 0;
        }),
      ),
    },
  ],
  speed: 100_000,
  documentFigures: [],
};
