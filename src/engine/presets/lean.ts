import type { DocumentFigure, Preset, StoryStep } from '../presets.ts';
import { all, not, trimming, type Under } from './under.ts';

/** W6 of the documents: one thread, bursts and quiet spells, with a pass every 100 ms. D4 states none of these numbers. */
const SOAK: Preset['knobs'] = {
  workload: 'soak',
  threads: 1,
  workingSet: 65_536,
  minSize: 16,
  maxSize: 1024,
  spellOps: 100_000,
  quietMs: 500,
  quietFree: 100,
  timeBase: 'costs',
  seconds: 3600,
  opLimit: 1_000_000,
  trimSS: true,
  trimIntervalMs: 100,
  emptyReserve: 256,
  prewarmPerClass: 2,
};
const DONTNEED: Preset['knobs'] = { lean: true, decommit: 'dontneed' };
/** 51 MiB of the least physical memory that there can be. */
const SHORT: Preset['knobs'] = { physLimitGiB: 1, memPressure: 0.95 };

const peak = (document: number, source: string): readonly DocumentFigure[] => [
  {
    label: 'Peak resident',
    unit: 'MB',
    document,
    source,
    metric: 'peakResidentMB',
    note: 'A target: D4 measures nothing, and states neither sizes nor threads nor who releases.',
  },
];
const FAST_PEAK = peak(33, 'D4, trade-offs: FAST, ~33 MB');
const LEAN_PEAK = peak(10, 'D4, trade-offs: LEAN, below 10 MB');

const leans: Under = ({ lean }) => lean;
const decommits: Under = ({ lean, decommit }) => lean && decommit !== 'off';
const freely: Under = ({ lean, decommit }) => lean && decommit === 'free';
const atOnce: Under = ({ lean, decommit }) => lean && decommit === 'dontneed';

/** What a scenario of lean mode tells of failures, whichever it is. */
const FAILURES: readonly StoryStep[] = [
  {
    title: 'A library in the way.',
    text: '{overlaps} SuperSlabs lay where the guard sees a library. They were unmapped instead; {retired} are retired.',
    when: { kind: 'counter', counter: 'leanOverlaps', atLeast: 1 },
    under: ({ lean, decommit, dsoOverlap }) => lean && decommit !== 'off' && dsoOverlap > 0,
  },
  {
    title: 'ENOMEM, and never again.',
    text: 'madvise failed once. Since then it was not asked {unasked} times: what is released is unmapped, {freed} SuperSlabs so far, and {retired} stay retired.',
    when: { kind: 'counter', counter: 'leanRefusals', atLeast: 1 },
    under: ({ lean, decommit, enomemAt }) => lean && decommit !== 'off' && enomemAt > 0,
  },
];

export const LEAN_PRESETS: readonly Preset[] = [
  {
    id: 'lean',
    scenario: 'E-18',
    title: 'Lean on memory',
    rests: ['document'],
    question:
      'D4 promises less than 10 MB resident where FAST has 33, by giving pages back and keeping their mappings. What do FREE, DONTNEED and OFF do?',
    claims: [
      'C-65',
      'C-66',
      'C-67',
      'C-68',
      'C-69',
      'C-70',
      'C-71',
      'I-42',
      'I-44',
      'I-45',
      'I-46',
    ],
    knobs: SOAK,
    variants: [
      { name: 'FAST', knobs: {}, documentFigures: FAST_PEAK },
      { name: 'LEAN, FREE', knobs: { lean: true }, documentFigures: LEAN_PEAK },
      { name: 'LEAN, DONTNEED', knobs: DONTNEED, documentFigures: LEAN_PEAK },
      {
        name: 'LEAN, OFF',
        knobs: { lean: true, decommit: 'off' },
        documentFigures: LEAN_PEAK,
        note: 'D4 means OFF to stop prewarming only. But it keeps no empty SuperSlab either, and what is not decommitted falls through to munmap.',
        rests: ['document'],
      },
      {
        name: 'FREE, short of memory',
        knobs: { lean: true, ...SHORT },
        documentFigures: LEAN_PEAK,
        note: 'Other programs leave 51 MiB: the kernel takes what FREE has given up, and nothing else.',
        rests: ['given', 'test: src/engine/presets/lean.test.ts'],
      },
      {
        name: 'DONTNEED, huge pages',
        knobs: { ...DONTNEED, thp: 'always' },
        documentFigures: LEAN_PEAK,
        note: 'The write that clears the magic brings all of a SuperSlab back, as one huge page.',
        rests: ['given'],
      },
      {
        name: 'DONTNEED, libraries in the way',
        knobs: { ...DONTNEED, dsoOverlap: 30 },
        documentFigures: LEAN_PEAK,
      },
      {
        name: 'DONTNEED, madvise fails',
        knobs: { ...DONTNEED, enomemAt: 20 },
        documentFigures: LEAN_PEAK,
      },
      {
        name: 'DONTNEED, released under its thread',
        knobs: { ...DONTNEED, hazardTls: true },
        note: 'The pass asks its own thread’s cache alone. The thread that wakes meets a magic that is 0, and the check ends the program; without lean mode it meets no memory.',
        rests: ['test: src/engine/allocators/tiny/lean.test.ts'],
      },
    ],
    lanes: [0, 1, 2, 3],
    story: [
      {
        title: 'Prewarmed.',
        text: 'FAST maps SuperSlabs of every class before the first block; the header of each is one page. {superslabs} are mapped now.',
        when: { kind: 'start' },
        under: ({ lean, prewarmPerClass }) => !lean && prewarmPerClass > 0,
        rests: ['given'],
      },
      {
        title: 'Nothing beforehand.',
        text: 'Each class maps its first SuperSlab when its first block is asked for.',
        when: { kind: 'start' },
        under: ({ lean, prewarmPerClass }) => !lean && prewarmPerClass === 0,
      },
      {
        title: 'Nothing beforehand.',
        text: 'Lean mode prewarms nothing, whatever is asked: each class maps its first SuperSlab when its first block is asked for.',
        when: { kind: 'start' },
        under: leans,
      },
      {
        title: 'A burst.',
        text: 'The thread fills its places: {live} blocks in {superslabs} SuperSlabs, {resident} resident.',
        when: { kind: 'op', op: 30_000 },
      },
      {
        title: 'A quiet spell: all is kept.',
        text: 'The thread has freed its blocks and sleeps. A pass has looked, and kept what is empty in reserve: {resident} resident, for the next burst.',
        when: { kind: 'counter', counter: 'trimSkipReserve', atLeast: 1 },
        under: all(not(leans), ({ emptyReserve }) => emptyReserve > 0),
      },
      {
        title: 'A quiet spell: retired.',
        text: 'Passes have given up the pages of {retired} SuperSlabs, cleared their magic, and left their mappings to nobody: {entries} map entries, {resident} resident.',
        when: { kind: 'counter', counter: 'leanRetires', atLeast: 1 },
        under: decommits,
      },
      {
        title: 'A quiet spell: unmapped.',
        text: 'With OFF nothing is decommitted, so that {freed} SuperSlabs were unmapped: {entries} map entries, {resident} resident.',
        when: { kind: 'counter', counter: 'superslabsFreed', atLeast: 1 },
        under: all(leans, not(decommits)),
      },
      {
        title: 'Given up is not gone.',
        text: '{lazy} of {resident} resident were given up with FREE and are still there: the kernel has no need of them. Nobody uses these SuperSlabs again, so that each spell adds to them.',
        when: { kind: 'counter', counter: 'lazyBytes', atLeast: 1 },
        under: freely,
      },
      {
        title: 'All but a page.',
        text: 'Clearing the magic wrote a page of each retired SuperSlab: {redirtied} are resident for it.',
        when: { kind: 'counter', counter: 'leanRedirtied', atLeast: 1 },
        under: all(atOnce, ({ thp }) => thp === 'never'),
      },
      ...FAILURES,
      {
        title: 'Short of memory.',
        text: 'Memory is wanted elsewhere, and the kernel has taken {taken} pages, all of them given up with FREE. {lazy} are left to take.',
        when: { kind: 'counter', counter: 'reclaimedPages', atLeast: 1 },
        under: ({ lean, memPressure }) => lean && memPressure > 0,
      },
      {
        title: 'The end.',
        text: 'After {ops} operations: {resident} resident, {superslabs} SuperSlabs in use, {retired} retired, {entries} map entries.',
        when: { kind: 'ended' },
      },
    ],
    speed: 50_000,
    documentFigures: [],
  },
  {
    id: 'lean-larson',
    scenario: 'E-19',
    title: 'Lean mode meets Larson',
    question:
      'Counted, trimmed, and every emptied SuperSlab decommitted at once: does lean mode save the run that D0 saw die?',
    claims: ['I-43', 'C-69'],
    knobs: {
      seconds: 10,
      decOnRemote: true,
      trimSS: true,
      trimIntervalMs: 100,
      lean: true,
      decommit: 'dontneed',
    },
    variants: [
      {
        name: 'DONTNEED',
        knobs: {},
        note: 'It ends when the run without any of it ends: a mapping that is kept is an entry that is kept.',
        rests: ['test: src/engine/presets/lean.test.ts'],
      },
      { name: 'FREE', knobs: { decommit: 'free' } },
      { name: 'OFF', knobs: { decommit: 'off' } },
      {
        name: 'DONTNEED, threads detached',
        knobs: { threadEnd: 'detach' },
        note: 'Stacks and thread tables are used again, so that nothing pins a SuperSlab and all entries are retired ones.',
        rests: ['test: src/engine/presets/lean.test.ts'],
      },
      { name: 'As D0 saw it', knobs: { lean: false, decOnRemote: false, trimIntervalMs: 0 } },
    ],
    lanes: [0, 1, 2, 3],
    story: [
      {
        title: 'Lives succeed each other.',
        text: 'Each maps SuperSlabs of its own and leaves them. Frees are counted, and a pass takes what says empty.',
        when: { kind: 'start' },
        under: all(trimming, ({ decOnRemote }) => decOnRemote),
      },
      {
        title: 'Lives succeed each other.',
        text: 'Each maps memory of its own when it needs some.',
        when: { kind: 'start' },
        under: not(all(trimming, ({ decOnRemote }) => decOnRemote)),
      },
      {
        title: 'Pages go, entries stay.',
        text: '{retired} SuperSlabs are retired. {resident} is resident; {entries} of {limit} map entries are in use.',
        when: { kind: 'counter', counter: 'leanRetires', atLeast: 1 },
        under: decommits,
      },
      {
        title: 'Both go.',
        text: 'With OFF {freed} SuperSlabs were unmapped. {resident} is resident; {entries} of {limit} map entries are in use.',
        when: { kind: 'counter', counter: 'superslabsFreed', atLeast: 1 },
        under: all(leans, not(decommits)),
      },
      {
        title: 'What is still resident.',
        text: '{redirtied} pages are dirty because the magic of a retired SuperSlab was written there. SuperSlabs in use: {superslabs} after {lives} lives.',
        when: { kind: 'counter', counter: 'leanRedirtied', atLeast: 2000 },
        under: decommits,
      },
      ...FAILURES,
      {
        title: 'Out of map entries.',
        text: 'A mapping was refused at {time}: {retired} SuperSlabs are retired and {superslabs} in use, {entries} entries in all with stacks. {resident} is resident.',
        when: { kind: 'ended', refused: true },
      },
      {
        title: 'The end.',
        text: 'The run is over at {time}: {retired} SuperSlabs retired, {superslabs} in use, {entries} of {limit} map entries.',
        when: { kind: 'ended', refused: false },
      },
    ],
    speed: 2_000_000,
    documentFigures: [],
  },
];
