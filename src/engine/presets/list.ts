import type { DocumentFigure, Preset } from '../presets.ts';
import {
  abandoned,
  adopting,
  all,
  central,
  counted,
  dying,
  hybrid,
  leaking,
  not,
  priced,
  reusingEmpties,
  trimming,
  usedAgain,
} from './under.ts';

/** D0's own log at the end of its run; all five follow from one cause. */
const D0_LOG: readonly DocumentFigure[] = [
  {
    label: 'SuperSlabs',
    unit: '',
    document: 49123,
    source: 'D0 summary, log',
    metric: 'superslabsPeak',
  },
  { label: 'Time of the end', unit: 's', document: 2, source: 'D0 summary', metric: 'oomSeconds' },
  { label: 'VmSize', unit: 'KiB', document: 167881128, source: 'D0 §2.3', metric: 'mappedKiB' },
  { label: 'VmRSS', unit: 'KiB', document: 3351808, source: 'D0 §2.3', metric: 'residentKiB' },
  { label: 'Freed', unit: '', document: 0, source: 'D0 §1', metric: 'freed' },
];

/** `larson 10 8 128 1024 1 12345 4` at the documents' rate. */
const LARSON: Preset['knobs'] = { seconds: 10 };
const WATCHABLE = 1_050_000;

export const EXHIBIT = 'larson-oom';

export const PRESET_LIST: readonly Preset[] = [
  {
    id: EXHIBIT,
    scenario: 'E-01',
    title: 'Larson to the map limit',
    question:
      'Why does a program that never holds more than 4,096 blocks run out of memory after two seconds?',
    claims: ['C-01', 'C-02', 'C-03', 'C-05', 'C-06', 'C-10', 'I-01', 'I-05', 'I-17'],
    knobs: LARSON,
    variants: [{ name: 'As shipped', knobs: {} }],
    story: [
      {
        title: 'One thread fills 4,096 slots.',
        text: 'Main allocates every block, shuffles them, and hands a quarter to each of four threads. Then it sleeps.',
        when: { kind: 'start' },
      },
      {
        title: 'Lives succeed each other.',
        text: 'A thread swaps 1,024 blocks, starts a successor on the same slots and exits. {lives} lives have begun; each left {perLife} SuperSlabs mapped.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 5 },
      },
      {
        title: 'Frees land on dead owners.',
        text: 'The successor frees its predecessor’s blocks: {remoteShare} of all frees. They join remote queues that only the owner may drain, and the owner is dead. {queued} blocks wait.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 600 },
      },
      {
        title: 'A limit nobody was watching.',
        text: 'The kernel allows 65,530 map entries. {superslabs} SuperSlabs and the stacks of dead threads hold {entries}; {entriesLeft} are left.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 4000 },
        rests: ['given'],
      },
      {
        title: 'Out of map entries, not out of memory.',
        text: 'The next mapping was refused at {time}. {inflated} SuperSlabs are empty, but their counters say they are in use.',
        when: { kind: 'ended' },
        rests: ['O-01'],
      },
    ],
    speed: WATCHABLE,
    documentFigures: D0_LOG,
  },
  {
    id: 'larson-immortal',
    scenario: 'E-02',
    title: 'The same bug without succession',
    rests: ['document'],
    question: 'D0 blames the counter. What if threads live, and the counter lies all the same?',
    claims: ['C-07', 'C-08', 'C-09', 'I-08', 'I-09'],
    knobs: { seconds: 4 },
    variants: [
      {
        name: 'As described in D0',
        knobs: { workload: 'larson-immortal' },
        note: 'Each thread fills its own slots: no free is remote.',
      },
      {
        name: 'Shared slots',
        knobs: { succession: false },
        note: 'Main fills all slots, threads live for ever.',
      },
    ],
    story: [
      {
        title: 'The bug is still there.',
        text: 'Remote frees are not counted here either. But these threads never exit.',
        when: { kind: 'start' },
      },
      {
        title: 'Owners reuse what is freed to them.',
        text: '{ops} operations, {superslabs} SuperSlabs. Each thread keeps one per class it uses and goes on using it.',
        when: { kind: 'op', op: 200000 },
      },
      {
        title: 'Flat.',
        text: 'After {time} there are {superslabs} SuperSlabs. The counter bug alone does not make memory grow: the screen contradicts D0 here (C-07).',
        when: { kind: 'op', op: 4000000 },
        rests: ['O-03'],
      },
    ],
    speed: WATCHABLE,
    documentFigures: [
      {
        label: 'Remote frees, “50 % or more”',
        unit: '%',
        document: 50,
        source: 'D0 §3.3',
        metric: 'remoteSharePercent',
        note: 'In the loop that D0 prints no thread ever frees another’s block.',
      },
    ],
  },
  {
    id: 'fix-grid',
    scenario: 'E-03',
    title: 'Fix the counter, trim, or both',
    rests: ['document'],
    question:
      'D0 promises 10 to 20 SuperSlabs from counting remote frees (its option A) and trimming (B). What do they give?',
    claims: ['C-11', 'C-12', 'C-13', 'C-14', 'C-20', 'I-10', 'I-11', 'I-14'],
    knobs: LARSON,
    lanes: [0, 1, 2, 3],
    variants: [
      { name: 'Neither', knobs: {} },
      {
        name: 'Count remote frees',
        knobs: { decOnRemote: true },
        note: 'Nobody calls trim, so nothing is freed.',
        rests: ['O-04'],
      },
      {
        name: 'Trim, 100 ms',
        knobs: { trimIntervalMs: 100, trimSS: true },
        note: 'The counters never reach zero, so trim finds almost nothing.',
        rests: ['O-04'],
      },
      {
        name: 'Both',
        knobs: { decOnRemote: true, trimIntervalMs: 100, trimSS: true },
        documentFigures: [
          {
            label: 'Steady SuperSlabs, “10 to 20”',
            unit: '',
            document: 20,
            source: 'D0 §7',
            metric: 'superslabsNow',
            note: 'One thread table per dead thread pins a SuperSlab for ever: trim cannot take it.',
          },
        ],
        rests: ['O-04'],
      },
    ],
    story: [
      {
        title: 'Two switches.',
        text: 'Option A counts remote frees. Option B runs a trim pass every 100 ms.',
        when: { kind: 'start' },
      },
      {
        title: 'Lives pass, SuperSlabs stay.',
        text: '{lives} lives, {superslabs} SuperSlabs, {freed} freed so far.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 200 },
      },
      {
        title: 'The first trim.',
        text: 'Only SuperSlabs whose counter is zero may go: {freed} have been freed, {superslabs} stay.',
        when: { kind: 'counter', counter: 'trimCalls', atLeast: 1 },
      },
      {
        title: 'What trim cannot take.',
        text: 'Every dead thread leaves its 288-byte table in a SuperSlab of its own. {superslabs} are mapped after {lives} lives.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 5000 },
        rests: ['O-04'],
      },
      {
        title: 'The end all the same.',
        text: 'At {time}: {superslabs} SuperSlabs, {freed} freed, {entries} map entries.',
        when: { kind: 'ended' },
      },
    ],
    speed: 2_000_000,
    documentFigures: [
      {
        label: 'SuperSlabs allocated, expected',
        unit: '',
        document: 50,
        source: 'D0 §9',
        metric: 'allocated',
      },
    ],
  },
  {
    id: 'trim-sweep',
    scenario: 'E-04',
    title: 'How often to trim',
    question: 'A trim pass every 10, 100 or 500 ms: what does the sawtooth cost?',
    claims: ['C-18', 'C-19', 'I-11'],
    // What a pass costs shows only on a clock that it takes time on.
    knobs: { ...LARSON, timeBase: 'costs', decOnRemote: true, trimSS: true },
    lanes: [0, 1, 2, 3],
    variants: [
      {
        name: '10 ms',
        knobs: { trimIntervalMs: 10 },
        note: 'D0 expects a pass this often to cost 5 to 10 %.',
        rests: ['document'],
      },
      { name: '100 ms', knobs: { trimIntervalMs: 100 } },
      { name: '500 ms', knobs: { trimIntervalMs: 500 } },
      {
        name: 'Counted, no trim',
        knobs: { trimSS: false },
        note: 'What the lanes that trim are compared with.',
      },
      {
        name: 'As shipped',
        knobs: { trimSS: false, decOnRemote: false },
        note: 'Beside “Counted, no trim” it says what the decrement costs: D0 expects 0 to 2 %.',
        rests: ['document'],
      },
    ],
    story: [
      {
        title: 'Between two trims the heap grows.',
        text: 'Each life strands SuperSlabs at the rate lives end; the pass takes back the empty ones.',
        when: { kind: 'start' },
        under: all(dying, trimming, abandoned),
        rests: ['O-07', 'O-11'],
      },
      {
        title: 'No pass, no saw.',
        text: 'Nothing gives SuperSlabs back here: the lane that the others are measured against.',
        when: { kind: 'start' },
        under: not(trimming),
      },
      {
        title: 'Passes beside another cure.',
        text: 'A pass gives back what is empty and not in use; how much that is depends on who may use what the dead leave.',
        when: { kind: 'start' },
        under: all(trimming, not(all(dying, abandoned))),
      },
      {
        title: 'One tooth.',
        text: '{freed} freed by the first passes; {superslabs} are mapped now.',
        when: { kind: 'counter', counter: 'trimCalls', atLeast: 2 },
        under: trimming,
      },
      {
        title: 'What it costs.',
        text: '{rate} with {passes} passes so far; the lane that never trims, at the same operation, says what they cost. A pass looks at every SuperSlab, and gives each empty one back page by page; what is mapped anew is touched anew. Threads waited {lockWaited} for locks.',
        when: { kind: 'op', op: 4_000_000 },
        under: all(priced, trimming),
      },
      {
        title: 'What it costs.',
        text: '{rate} without any pass. What a lane that trims has less, at the same operation, is the price of its passes.',
        when: { kind: 'op', op: 4_000_000 },
        under: all(priced, not(trimming)),
      },
      {
        title: 'No price on this clock.',
        text: 'On the document’s rate nothing but operations takes time, so that every lane has {rate}.',
        when: { kind: 'op', op: 4_000_000 },
        under: not(priced),
      },
      {
        title: 'The floor rises.',
        text: 'The lower edge of the saw is what trim cannot take: {lives} thread tables, one SuperSlab each.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 6000 },
        under: all(trimming, counted, abandoned, leaking),
        rests: ['O-11'],
      },
      {
        title: 'The limit is only later.',
        text: 'At {time}, after {ops} operations at {rate}, a mapping is refused: {entries} map entries. A shorter interval lowers the teeth, not the floor.',
        when: { kind: 'ended', refused: true },
        under: all(trimming, counted, abandoned, leaking),
        rests: ['O-11'],
      },
      {
        title: 'The end.',
        text: 'At {time}, after {ops} operations at {rate}: {superslabs} SuperSlabs, {entries} map entries.',
        when: { kind: 'ended', refused: true },
        under: not(all(trimming, counted, abandoned, leaking)),
      },
      {
        title: 'The end.',
        text: 'At {time}, after {ops} operations at {rate}: {superslabs} SuperSlabs, {entries} map entries.',
        when: { kind: 'ended', refused: false },
      },
    ],
    speed: 3_000_000,
    documentFigures: [],
  },
  {
    id: 'size-sweep',
    scenario: 'E-05',
    title: 'Smaller SuperSlabs',
    question: 'D0 halved the SuperSlab and got 8 % fewer. Does size matter?',
    rests: ['document'],
    claims: ['C-15', 'C-16', 'C-21', 'I-16', 'I-31'],
    knobs: LARSON,
    lanes: [0, 1, 2, 3],
    variants: [
      { name: '64 KiB', knobs: { ssLg: 16 } },
      {
        name: '1 MiB',
        knobs: { ssLg: 20 },
        documentFigures: [
          {
            label: 'SuperSlabs at 1 MiB',
            unit: '',
            document: 45324,
            source: 'D0 §6, option C',
            metric: 'superslabsPeak',
            note: 'The limit counts entries, not bytes: the engine gives the same count at every size that holds a life’s blocks of a class. D0’s figure does not follow from this mechanism.',
          },
        ],
        rests: ['O-05'],
      },
      { name: '2 MiB', knobs: {} },
      { name: '4 MiB', knobs: { ssLg: 22 } },
    ],
    story: [
      {
        title: 'One SuperSlab per class and life.',
        text: 'A life that makes a few hundred small blocks needs one slab of each class, whatever the SuperSlab’s size.',
        when: { kind: 'start' },
      },
      {
        title: 'The count does not change.',
        text: '{lives} lives, {superslabs} SuperSlabs: {perLife} each.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 1000 },
        rests: ['O-05'],
      },
      {
        title: 'Only the bytes do.',
        text: 'The end came at {time} with {superslabs} SuperSlabs and {mapped} mapped. The limit counts entries.',
        when: { kind: 'ended' },
        rests: ['O-05'],
      },
    ],
    speed: 2_000_000,
    documentFigures: [],
  },
  {
    id: 'map-limit',
    scenario: 'E-06',
    title: 'Raise the map limit',
    question: 'vm.max_map_count to a million: a cure or a longer fuse?',
    claims: ['C-17', 'I-17'],
    knobs: LARSON,
    lanes: [0, 1, 2],
    variants: [
      { name: '65,530', knobs: {} },
      {
        name: '1,000,000',
        knobs: { maxMapCount: 1000000, seconds: 60 },
        note: 'Physical memory ends the run before the map limit does.',
        rests: ['O-06'],
      },
      {
        name: 'Direct mapping',
        knobs: { mapMode: 'direct' },
        note: 'Neighbouring SuperSlabs merge into one entry; the leak in bytes is the same.',
        rests: ['O-16'],
      },
    ],
    story: [
      {
        title: 'The slope is the same.',
        text: 'Each life still strands its SuperSlabs. Only the line they run into moves.',
        when: { kind: 'start' },
        rests: ['O-06'],
      },
      {
        title: 'Resident memory climbs too.',
        text: '{superslabs} SuperSlabs hold {resident} of real memory after {time}.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        rests: ['O-06'],
      },
      {
        title: 'Something else runs out.',
        text: 'Ended at {time}: {superslabs} SuperSlabs, {entries} entries, {resident} resident.',
        when: { kind: 'ended' },
      },
    ],
    speed: 8_000_000,
    documentFigures: [],
  },
  {
    id: 'orphan-cures',
    scenario: 'E-07',
    title: 'Cures for orphans',
    question: 'Five ways to treat the memory of dead owners. Which one ends the growth?',
    claims: ['C-14', 'C-22', 'C-23', 'C-24', 'I-15', 'I-47'],
    // The central list ends the growth, too: what it costs instead shows only on a clock with prices.
    knobs: { ...LARSON, timeBase: 'costs' },
    lanes: [0, 1, 2, 3],
    variants: [
      { name: 'Abandon', knobs: {} },
      {
        name: 'Reuse empties',
        knobs: { orphanPolicy: 'reuse-empty', decOnRemote: true },
        note: 'Counters must be right for an empty SuperSlab to be recognised.',
      },
      { name: 'Adopt', knobs: { orphanPolicy: 'adopt' } },
      { name: 'F: central list', knobs: { ownership: 'central' } },
      { name: 'G: hybrid', knobs: { ownership: 'hybridG' } },
    ],
    story: [
      {
        title: 'A thread dies. Who may use its memory?',
        text: 'D0 never asks. Its options F and G change who owns memory; adoption and reuse keep owners and give orphans new ones. Compaction (option E) is refused: C pointers cannot be rewritten.',
        when: { kind: 'start' },
      },
      {
        title: 'A thousand lives later.',
        text: '{superslabs} SuperSlabs are mapped; {perLife} were mapped per life.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 1000 },
      },
      {
        title: 'The price.',
        text: '{rate}. Threads waited {lockWaited} for locks so far: for the kernel’s, to map.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 4000 },
        under: all(priced, not(central)),
      },
      {
        title: 'The price.',
        text: '{rate}. Every malloc and free takes the one lock, whose cache line comes from whoever had it last: threads waited {lockWaited} for it and for the kernel’s. Kernel work is what is saved.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 4000 },
        under: all(priced, central),
      },
      {
        title: 'What is left.',
        text: '{superslabs} SuperSlabs at {time}, {freed} given back: nobody may use what a thread leaves when it ends.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        under: all(dying, abandoned),
      },
      {
        title: 'What is left.',
        text: '{superslabs} SuperSlabs at {time} after {lives} lives. A SuperSlab in which one block lives, such as a thread’s table that nobody frees, is not empty: it can be taken again by nobody.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        under: all(dying, leaking, reusingEmpties),
      },
      {
        title: 'What is left.',
        text: '{superslabs} SuperSlabs at {time} after {lives} lives, {freed} given back. The pass drains the queues of the dead, but may not touch a SuperSlab in which one block lives, such as a thread’s table that nobody frees.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        under: all(dying, leaking, hybrid, not(adopting)),
      },
      {
        title: 'What is left.',
        text: '{superslabs} SuperSlabs at {time} after {lives} lives: what the dead leave is used by the living. Of {entries} map entries most are stacks, which Larson never joins.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        under: all(dying, leaking, usedAgain),
      },
      {
        title: 'The end.',
        text: 'At {time}, after {lives} lives at {rate}: {superslabs} SuperSlabs, {entries} map entries. Two of them for each dead thread’s stack are Larson’s doing, whatever the allocator.',
        when: { kind: 'ended' },
        under: all(dying, leaking),
      },
      {
        title: 'The end.',
        text: 'At {time}, after {lives} lives at {rate}: {superslabs} SuperSlabs, {entries} map entries.',
        when: { kind: 'ended' },
        under: not(all(dying, leaking)),
      },
    ],
    speed: 4_000_000,
    documentFigures: [],
  },
  {
    id: 'never-looks-back',
    scenario: 'ours',
    title: 'The owner who never looks back',
    question:
      'One thread that lives for ever, 10,000 blocks of 592 B, no remote free. How many SuperSlabs does it need?',
    claims: [],
    knobs: {
      workload: 'larson-immortal',
      threads: 1,
      chunks: 10_000,
      minSize: 592,
      maxSize: 592,
      seconds: 1,
    },
    lanes: [0, 1],
    variants: [
      {
        name: 'Only the current one',
        knobs: { ownReuse: 'current' },
        note: 'As long as a class needs one SuperSlab a thread, as in Larson at D0’s arguments, this costs nothing.',
        rests: ['O-02'],
      },
      {
        name: 'A list of older ones',
        knobs: { ownReuse: 'chunks' },
        note: 'The thread finds room in what it has left before it takes a fresh slab.',
        rests: ['O-14'],
      },
    ],
    story: [
      {
        title: 'More than one SuperSlab can hold.',
        text: 'A SuperSlab has room for 2,047 blocks of this class. Ten thousand need five of them, filled one after the other.',
        when: { kind: 'start' },
      },
      {
        title: 'Blocks come free in SuperSlabs that it has left.',
        text: 'Each operation frees a random block, mostly not where the thread allocates now. {ops} operations, {superslabs} SuperSlabs; it has looked into older ones {looks} times.',
        when: { kind: 'op', op: 20_000 },
      },
      {
        title: 'Who looks for them?',
        text: '{forgotten} of {superslabs} SuperSlabs have room and will never be looked into again. {live} blocks live in {resident}.',
        when: { kind: 'op', op: 400_000 },
      },
      {
        title: 'No death, no remote free, no lie.',
        text: 'After {time} {superslabs} SuperSlabs hold {live} blocks, {resident} resident. Whether a thread looks back is the only difference between the lanes.',
        when: { kind: 'ended' },
        rests: ['O-14'],
      },
    ],
    speed: WATCHABLE,
    documentFigures: [],
  },
  {
    id: 'rounds',
    scenario: 'E-08',
    title: 'Longer lives',
    question: 'One argument of the benchmark decides how much of it is about dying threads.',
    claims: ['C-08', 'C-25', 'I-18'],
    knobs: LARSON,
    lanes: [0, 1, 3, 4],
    variants: [1, 2, 5, 10, 100].map((rounds) => ({
      name: `${rounds} round${rounds === 1 ? '' : 's'}`,
      knobs: { rounds },
    })),
    story: [
      {
        title: 'Rounds set the length of a life.',
        text: 'With one round a thread dies after 1,024 swaps; with a hundred, after 102,400.',
        when: { kind: 'start' },
        rests: ['given'],
      },
      {
        title: 'Remote frees are inheritance.',
        text: '{remoteShare} of all frees are remote: blocks that a life found when it began.',
        when: { kind: 'op', op: 500000 },
        rests: ['O-08'],
      },
      {
        title: 'Fewer deaths, fewer orphans.',
        text: '{lives} lives and {superslabs} SuperSlabs after {ops} operations. One command of the documents runs a hundred rounds, another one: their speeds cannot be compared.',
        when: { kind: 'op', op: 4000000 },
        rests: ['O-08'],
      },
      {
        title: 'Ended.',
        text: '{time}, {lives} lives, {superslabs} SuperSlabs, {remoteShare} remote.',
        when: { kind: 'ended' },
      },
    ],
    speed: 4_000_000,
    documentFigures: [],
  },
  {
    id: 'chunks',
    scenario: 'E-09',
    title: '256 or 1,024 chunks',
    rests: ['document'],
    question: 'D1 measured 251 K operations per second at “low contention”, 981 K at “high”. Why?',
    claims: ['C-27', 'I-19'],
    knobs: { ...LARSON, headerByte: true, onNull: 'libcFallback' },
    lanes: [0, 1],
    variants: [
      {
        name: '1,024 chunks',
        knobs: {},
        documentFigures: [
          {
            label: 'Printed operations per second',
            unit: 'ops/s',
            document: 981000,
            source: 'D1',
            metric: 'printedOpsPerSecond',
            note: 'A cap, not a speed: lives until the map limit × operations per life ÷ run time.',
          },
        ],
        rests: ['O-09'],
      },
      {
        name: '256 chunks',
        knobs: { chunks: 256 },
        documentFigures: [
          {
            label: 'Printed operations per second',
            unit: 'ops/s',
            document: 251000,
            source: 'D1',
            metric: 'printedOpsPerSecond',
            note: 'A quarter of the operations per life, a quarter of the figure.',
          },
        ],
        rests: ['O-09'],
      },
    ],
    story: [
      {
        title: 'Two entries for each stack, five SuperSlabs.',
        text: 'With the one-byte header 8-byte blocks move up a class: {perLife} SuperSlabs per life.',
        when: { kind: 'start' },
        rests: ['O-02'],
      },
      {
        title: 'Lives run out, not time.',
        text: '{lives} lives, {entriesLeft} entries left. How many operations a life does decides the score.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 3000 },
        rests: ['O-09'],
      },
      {
        title: 'The chains end in silence.',
        text: 'When a thread cannot be created Larson ignores it. After {time} of work the program idles to its ten seconds, then divides {ops} operations by ten.',
        when: { kind: 'ended' },
      },
    ],
    speed: 2_000_000,
    documentFigures: [],
  },
];
