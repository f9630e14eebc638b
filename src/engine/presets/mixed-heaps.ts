import type { Preset, StoryStep } from '../presets.ts';
import { fallingBack, not, type Under } from './under.ts';

/** What the C library serves instead free must tell from the heap’s own. */
const mixes: Under = (knobs) => fallingBack(knobs) && knobs.guessFree;
const byHeader: Under = (knobs) => mixes(knobs) && !knobs.ownerBitmap;
const byBitmap: Under = (knobs) => mixes(knobs) && knobs.ownerBitmap;

/** Share of look-alikes, %, with which as many of the seeds 1 to 20 pass as of D1's runs. Calibrated: no document gives it. */
export const CALIBRATED_SHARE = 0.55;

/** `larson 10 8 128 1024 1 12345 4` with Phase 7’s header byte: the command that D1 ran twenty times. */
const D1: Preset['knobs'] = {
  seconds: 10,
  headerByte: true,
  onNull: 'libcFallback',
  guessFree: true,
  lookAlikeProb: CALIBRATED_SHARE,
};

const STORY: readonly StoryStep[] = [
  {
    title: 'One heap falls back on another.',
    text: 'When a refill gets no memory malloc does not return NULL: the C library serves the request. Free must then tell whose a block is, and looks at the byte before it.',
    when: { kind: 'start' },
    under: byHeader,
  },
  {
    title: 'One heap falls back on another.',
    text: 'When a refill gets no memory malloc does not return NULL: the C library serves the request. Free asks a bitmap whose a block is: 64 KiB a bit, 64 GiB in all.',
    when: { kind: 'start' },
    under: byBitmap,
  },
  {
    title: 'Nothing can be mistaken.',
    text: 'With these knobs either nobody serves what a refill does not, or free knows whose a block is.',
    when: { kind: 'start' },
    under: not(mixes),
  },
  {
    title: 'Outside the bitmap.',
    text: '{overflows} slabs lie where the bitmap has no bit. To free, a block of theirs looks like the C library’s.',
    when: { kind: 'counter', counter: 'ownerOverflows', atLeast: 1 },
    under: ({ guessFree, ownerBitmap }) => guessFree && ownerBitmap,
    rests: ['given'],
  },
  {
    title: 'A refill comes back with nothing.',
    text: 'A SuperSlab was wanted and {entries} of {limit} map entries are in use. {nulls} refills have returned NULL so far, with errno 12.',
    when: { kind: 'counter', counter: 'nullReturns', atLeast: 1 },
  },
  {
    title: 'The C library serves.',
    text: '{fallbacks} blocks so far; {mixed} of them live beside the heap’s own.',
    when: { kind: 'counter', counter: 'libcFallbacks', atLeast: 1 },
    under: mixes,
  },
  {
    title: 'Free meets them.',
    text: '{libcFrees} frees were of such a block. What the byte before it looks like was drawn when it was served, and every free of it would decide alike.',
    when: { kind: 'counter', counter: 'libcFrees', atLeast: 1 },
    under: byHeader,
  },
  {
    title: 'Free takes it for its own.',
    text: 'The byte before a block of the C library looked like a header of the heap’s: invalid pointer, and the program is dead at {time}. Ask the last crash in the list of events why: a refill that found nothing, a refused mapping, NULL, the C library, the free.',
    when: { kind: 'ended', after: 'misroutedFrees' },
    under: byHeader,
  },
  {
    title: 'Free gives it away.',
    text: 'The bitmap did not say whose the block was as it is: invalid pointer, and the program is dead at {time}, after {ops} operations.',
    when: { kind: 'ended', after: 'misroutedFrees' },
    under: byBitmap,
  },
  {
    title: 'The end.',
    text: 'At {time}, after {ops} operations: {fallbacks} blocks came from the C library, {libcFrees} of them were freed, and none went to the wrong heap.',
    when: { kind: 'ended', without: 'misroutedFrees' },
  },
];

const TEST = 'test: src/engine/presets/mixed-heaps.test.ts';

/** D1: what the heap does not serve the C library does, and free must tell them apart. */
export const MIXED_PRESETS: readonly Preset[] = [
  {
    id: 'mixed-crash',
    scenario: 'E-10',
    title: 'Two heaps, one free',
    rests: ['document'],
    question:
      'D1 runs one command twenty times, and six runs pass. What do the others die of, and why not all of them?',
    claims: ['C-26', 'C-27', 'C-28', 'C-29', 'C-30', 'C-35', 'I-20'],
    knobs: D1,
    documentVerdict: { passed: 6, of: 20, source: 'D1, summary' },
    variants: [
      {
        name: '0.55 % look alike (calibrated)',
        knobs: {},
        note: 'The share of look-alikes is nobody’s measurement: it was chosen so that 6 of the seeds 1 to 20 pass, as in D1.',
        rests: [TEST],
      },
      {
        name: '5 % look alike',
        knobs: { lookAlikeProb: 5 },
        note: 'None of the seeds 1 to 20 passes.',
        rests: [TEST],
      },
      {
        name: '256 chunks',
        knobs: { chunks: 256 },
        documentVerdict: { passed: 20, of: 20, source: 'D1, “low contention: 100 % stable”' },
        note: 'A quarter of the blocks meets free at the limit, so that 14 of the seeds 1 to 20 pass with the same share. D1 calls it stable.',
        rests: [TEST, 'document'],
      },
      {
        name: 'Refusals by chance',
        knobs: {
          maxMapCount: 1_000_000,
          threadEnd: 'detach',
          oomRate: 10,
          seconds: 2,
          lookAlikeProb: 5,
        },
        note: 'No map entry is wanting: mappings are refused at ten moments of two seconds, and each refusal costs one block. Threads are detached, or most of these would be thread tables, which nobody frees.',
        rests: [TEST],
      },
    ],
    story: STORY,
    speed: 2_000_000,
    documentFigures: [],
  },
  {
    id: 'mixed-fixes',
    scenario: 'E-11',
    title: 'Three ways to keep two heaps apart',
    rests: ['document'],
    question:
      'D1 offers to fail (A), to grow (B) and to keep a map of what is ours (C), and expects each to pass twenty times of twenty. Do they?',
    claims: ['C-31', 'C-32', 'C-33', 'C-34', 'I-38', 'I-39', 'I-40', 'I-41'],
    knobs: D1,
    lanes: [0, 1, 2, 3],
    variants: [
      {
        name: 'A: NULL instead',
        knobs: { onNull: 'assert' },
        documentVerdict: { passed: 20, of: 20, source: 'D1, option A, expected' },
        note: 'No block of another heap and no crash: the program asserts on NULL at the map limit.',
        rests: [TEST],
      },
      {
        name: 'B: larger SuperSlabs, and more',
        knobs: { hotClassSlabs: 'double' },
        documentVerdict: { passed: 19, of: 20, source: 'D1, commit note, with expansion' },
        note: 'The log that D1 prints has no SuperSlab to expand: prev_ss is nil. Neighbours of 2 and 4 MiB share map entries, which run out later and all the same.',
        rests: [TEST, 'document'],
      },
      {
        name: 'C: a bitmap, as printed',
        knobs: { ownerBitmap: true, bitmapBase: 0 },
        note: 'Bit 0 is address 0, and a 64-bit process maps nothing below 64 GiB: the first free is wrong.',
        rests: [TEST],
      },
      {
        name: 'C with a base',
        knobs: { ownerBitmap: true },
        note: 'Its 64 GiB of addresses are used up before the map entries are, and what lies beyond is taken for the C library’s.',
        rests: [TEST],
      },
      {
        name: 'A and B',
        knobs: { onNull: 'assert', hotClassSlabs: 'double' },
        documentVerdict: { passed: 20, of: 20, source: 'D1, recommendation, expected' },
        note: 'As A: what runs out is not room in SuperSlabs.',
        rests: [TEST],
      },
      {
        name: 'A, B and C',
        knobs: { onNull: 'assert', hotClassSlabs: 'double', ownerBitmap: true },
        note: 'The bitmap is what ends it now, without a single block of the C library.',
        rests: [TEST],
      },
      {
        name: 'Enough map entries',
        knobs: { maxMapCount: 1_000_000, seconds: 4 },
        note: 'No mapping is refused in four seconds, so that nothing has to be told apart.',
        rests: [TEST],
      },
    ],
    story: STORY,
    speed: 2_000_000,
    documentFigures: [],
  },
];
