import { C } from '../engine/telemetry/counters.ts';
import { TWO_HEAPS } from './two-heaps.ts';
import type { Lesson } from './types.ts';

const least = (values: readonly number[]): number => values.indexOf(Math.min(...values));
const pages = (lanes: readonly ArrayLike<number>[]): number[] =>
  lanes.map((lane) => lane[C.newPages]);

/** The course (ui.md). */
export const LESSONS: readonly Lesson[] = [
  {
    id: 'life-of-a-superslab',
    number: 1,
    title: 'A SuperSlab’s life',
    intro: 'Where small blocks come from, and where they go when they are freed.',
    preset: 'larson-immortal',
    variant: 0,
    speed: 200_000,
    predict: {
      kind: 'choose',
      question:
        'Four threads allocate and free small blocks for ever. How many SuperSlabs will serve them?',
      options: ['About one per thread and class', 'Thousands', 'It never stops growing'],
      answer: ([lane]) =>
        lane[C.superslabsPeak] < 200 ? 0 : lane[C.superslabsPeak] < 20_000 ? 1 : 2,
      rests: ['O-03'],
    },
    steps: [
      {
        title: 'A thread needs a block.',
        text: 'It takes one of its own SuperSlab of that size class. There are {superslabs} SuperSlabs now, in one band per class.',
        when: { kind: 'start' },
        links: [{ label: 'the map', point: 'map' }],
      },
      {
        title: 'It frees the block.',
        text: 'The owner is the same thread, so the block goes onto the slab’s own list and comes back at once: {superslabs} SuperSlabs after {ops} operations.',
        when: { kind: 'op', op: 60_000 },
        links: [{ label: 'the bytes', point: 'bytes' }],
      },
      {
        title: 'Steady.',
        text: 'Nothing is lost while every owner lives: {superslabs} SuperSlabs, {resident} resident.',
        when: { kind: 'op', op: 300_000 },
        rests: ['O-03'],
        links: [{ label: 'back to the start', seek: 1 }],
      },
    ],
    goal: {
      text: 'Make the same work need at most 14 SuperSlabs at once, by changing the shape of memory or the sizes.',
      ops: 100_000,
      tests: [{ counter: 'superslabsPeak', atMost: 14, label: 'at most 14 SuperSlabs' }],
      hint: 'Fewer classes, fewer SuperSlabs: try requests of one size.',
      rests: ['O-02', 'test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'dead-owner',
    number: 2,
    title: 'The dead owner',
    intro: 'Threads come and go. What happens to the memory of one that has gone?',
    preset: 'larson-oom',
    speed: 300_000,
    predict: {
      kind: 'curve',
      question:
        'Each life ends after 1,024 operations and a successor takes its blocks. Draw how the number of SuperSlabs goes.',
      series: 'superslabs',
      label: 'SuperSlabs',
      rests: ['O-07'],
    },
    steps: [
      {
        title: 'A life ends.',
        text: '{lives} lives so far. The successor has the blocks, but not the memory they lie in: its owner is dead.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8 },
        links: [{ label: 'grey: orphans', point: 'map' }],
      },
      {
        title: 'Frees go nowhere.',
        text: '{remoteShare} of all frees are remote: {queued} blocks wait in remote queues that nobody will drain.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 200 },
        links: [{ label: 'the queues', point: 'queues' }],
      },
      {
        title: 'Every life maps its own.',
        text: '{perLife} SuperSlabs per life, {superslabs} in all after {lives} lives. The line is straight.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 800 },
        rests: ['O-07'],
        links: [{ label: 'map entries', point: 'entries' }],
      },
    ],
    goal: {
      text: 'Run a million operations with at most 60 SuperSlabs at once, threads dying as they do.',
      ops: 1_000_000,
      tests: [
        { counter: 'superslabsPeak', atMost: 60, label: 'at most 60 SuperSlabs' },
        { counter: 'threadLives', atLeast: 500, label: 'lives go on dying' },
      ],
      hint: 'Somebody must be allowed to use what the dead leave.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'lying-counter',
    number: 3,
    title: 'The counter that lies',
    intro: 'D0 blames a counter that remote frees do not lower. Is it the cause, or a symptom?',
    preset: 'fix-grid',
    speed: 3_000_000,
    predict: {
      kind: 'choose',
      question:
        'A: nothing. B: remote frees are counted. C: a trim every 100 ms. D: both. Which lanes keep far fewer SuperSlabs?',
      options: ['B alone is enough', 'C alone is enough', 'Only D', 'None of them'],
      answer: (lanes) => {
        const peak = lanes.map((lane) => lane[C.superslabsPeak]);
        const low = (i: number): boolean => peak[i] < peak[0] / 2;
        return low(1) ? 0 : low(2) ? 1 : low(3) ? 2 : 3;
      },
      rests: ['O-04'],
    },
    steps: [
      {
        title: 'Four lanes, the same operations.',
        text: 'In lane A {inflated} SuperSlabs are empty, and their counter says they are in use.',
        when: { kind: 'op', op: 200_000 },
        links: [{ label: 'side by side', point: 'compare' }],
      },
      {
        title: 'A right counter that nobody reads.',
        text: 'Lane B counts remote frees, and frees nothing: nobody asks. Lane C asks, and the counters say no.',
        when: { kind: 'op', op: 2_000_000 },
        links: [{ label: 'trim passes', point: 'trim' }],
      },
      {
        title: 'Both.',
        text: 'Trim alone finds next to nothing. Lane D gives memory back, and even there the floor rises: a dead thread’s table pins a SuperSlab each.',
        when: { kind: 'op', op: 6_000_000 },
        rests: ['O-04'],
      },
    ],
    goal: {
      text: 'Never hold more than 3,500 SuperSlabs, in one lane of yours: less than half of what lane D comes to.',
      ops: 3_000_000,
      tests: [{ counter: 'superslabsPeak', atMost: 3500, label: 'at most 3,500 SuperSlabs' }],
      hint: 'What pins a SuperSlab for ever? Look at “When a thread ends”.',
      rests: ['O-04', 'test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'who-hit-the-limit',
    number: 4,
    title: 'Who hit the map limit?',
    intro: 'The crash that D0 could not explain, to four digits.',
    preset: 'larson-oom',
    speed: 2_000_000,
    predict: {
      kind: 'choose',
      question: 'The kernel refuses a mapping after two seconds. What has run out?',
      options: [
        'Physical memory',
        'Address space',
        'Map entries, all of them SuperSlabs',
        'Map entries, a quarter of them stacks',
      ],
      answer: ([lane]) => (lane[C.mapRefusals] > 0 ? 3 : 0),
      rests: ['O-01'],
    },
    steps: [
      {
        title: 'Count what the kernel counts.',
        text: '{entries} map entries: SuperSlabs, and two for the stack of every thread that nobody joined.',
        when: { kind: 'op', op: 500_000 },
        links: [{ label: 'map entries', point: 'entries' }],
      },
      {
        title: 'Not memory.',
        text: '{resident} are resident and {live} blocks live. {entriesLeft} entries are left.',
        when: { kind: 'op', op: 5_000_000 },
        links: [{ label: 'the bytes', point: 'bytes' }],
      },
      {
        title: 'Refused.',
        text: 'At {time}, after {lives} lives with {perLife} SuperSlabs each: {entries} entries.',
        when: { kind: 'event', event: 'mapRefused' },
        links: [{ label: 'half-way back', seek: 4_000_000 }],
      },
    ],
    goal: {
      text: 'Let nine thousand lives pass without a refused mapping.',
      ops: 9_300_000,
      tests: [
        { counter: 'mapRefusals', atMost: 0, label: 'no mapping refused' },
        { counter: 'threadLives', atLeast: 9000, label: '9,000 lives' },
      ],
      hint: 'Two things use up entries. Each has a knob.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'sawtooth',
    number: 5,
    title: 'Trim: the sawtooth and its price',
    intro: 'A pass in the background gives memory back. How often should it run?',
    preset: 'trim-sweep',
    variant: 1,
    speed: 2_000_000,
    predict: {
      kind: 'curve',
      question: 'A trim every 100 ms, counters right. Draw the number of SuperSlabs over the run.',
      series: 'superslabs',
      label: 'SuperSlabs',
      rests: ['O-11'],
    },
    steps: [
      {
        title: 'It grows between passes.',
        text: '{superslabs} SuperSlabs, {freed} given back so far.',
        when: { kind: 'op', op: 200_000 },
      },
      {
        title: 'A tooth.',
        text: 'The pass takes what is empty: {freed} SuperSlabs freed, each unmapped page by page.',
        when: { kind: 'counter', counter: 'trimCalls', atLeast: 2 },
        links: [{ label: 'the passes', point: 'trim' }],
      },
      {
        title: 'The floor rises.',
        text: '{superslabs} stay after {lives} lives: one table per dead thread, one SuperSlab each. The run comes to {rate}; the scenario’s lane without trim says what the passes cost.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 8000 },
        rests: ['O-11'],
        links: [{ label: 'what holds them', point: 'map' }],
      },
    ],
    goal: {
      text: 'Keep at most 1,500 SuperSlabs at once for two million operations, with trim alone.',
      ops: 2_000_000,
      tests: [
        { counter: 'superslabsPeak', atMost: 1500, label: 'at most 1,500 SuperSlabs' },
        { counter: 'adoptions', atMost: 0, label: 'no adoption' },
        { counter: 'trimCalls', atLeast: 1, label: 'trim runs' },
      ],
      hint: 'Shorter teeth, and nothing that pins: look at the end of threads, too.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'helpful-thief',
    number: 6,
    title: 'The helpful thief',
    intro: 'Adoption saves pages. When does it cost them?',
    preset: 'domino',
    speed: 20_000,
    predict: {
      kind: 'choose',
      question:
        'A adopts each time a thread wakes, B only on need, C and D never from the living. Which lane makes most pages?',
      options: ['A', 'B', 'C', 'D'],
      answer: (lanes) => pages(lanes).indexOf(Math.max(...pages(lanes))),
      rests: ['O-20'],
    },
    steps: [
      {
        title: 'A page changes hands.',
        text: '{adoptions} adoptions in lane A, {unneeded} of them without need.',
        when: { kind: 'counter', counter: 'adoptions', atLeast: 10 },
        links: [{ label: 'who took what', point: 'adoption' }],
      },
      {
        title: 'Its owner looks for it.',
        text: '{starved} new pages because the one that would have served was gone.',
        when: { kind: 'counter', counter: 'newStarved', atLeast: 5 },
        links: [{ label: 'dominoes', point: 'domino' }],
      },
      {
        title: 'Need makes the difference.',
        text: '{pages} pages in lane A, and a new one all the time. Lane B adopts as well, and its pages grow at most half as fast; owner priority still needs fewest.',
        when: { kind: 'op', op: 60_000 },
        rests: ['O-20', 'O-21'],
        links: [{ label: 'side by side', point: 'compare' }],
      },
    ],
    goal: {
      text: 'With wakers as busy as these, make at most 1,000 pages in 60,000 operations, adoption on waking left on.',
      ops: 60_000,
      tests: [
        { counter: 'newPages', atMost: 1000, label: 'at most 1,000 pages' },
        { counter: 'wakes', atLeast: 1000, label: 'the wakers wake' },
      ],
      hint: 'A budget of nothing, a route without adoption: what may a waking thread take?',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'threshold-traps',
    number: 7,
    title: 'Threshold traps',
    intro: 'Waiting for two or four remote frees saves work. What does it lose?',
    preset: 'thresholds',
    speed: 60_000,
    predict: {
      kind: 'choose',
      question: 'Threshold 1, 2, 4, and 1 with queueing again. Which lane reuses least?',
      options: ['Threshold 1', 'Threshold 2', 'Threshold 4', 'Queueing again'],
      answer: (lanes) => pages(lanes).indexOf(Math.max(...pages(lanes))),
      rests: ['O-31'],
    },
    steps: [
      {
        title: 'Pages wait for their number.',
        text: 'A page joins a queue when enough of its blocks were freed remotely. {pending} pages wait in lane A.',
        when: { kind: 'op', op: 10_000 },
        links: [{ label: 'the threshold line', point: 'pending' }],
      },
      {
        title: 'Some never can.',
        text: 'A page of one block never holds two. {below} blocks are below the threshold in lane A; look at B and C.',
        when: { kind: 'op', op: 60_000 },
        links: [{ label: 'side by side', point: 'compare' }],
      },
      {
        title: 'The reason is the page.',
        text: '{reuse} of the pages taken in lane A were reused. The threshold decides which classes are cut off.',
        when: { kind: 'op', op: 200_000 },
      },
    ],
    goal: {
      text: 'Make at most 8,000 pages in 100,000 operations, threads dying as they do.',
      ops: 100_000,
      tests: [
        { counter: 'newPages', atMost: 8000, label: 'at most 8,000 pages' },
        { counter: 'threadLives', atLeast: 50, label: 'lives go on dying' },
      ],
      hint: 'The lowest threshold is not enough: what a thread frees itself must be found as well.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'owner-priority',
    number: 8,
    title: 'Owner priority and its orphans',
    intro: 'Only the owner drains. A sound rule, until owners die.',
    preset: 'routes',
    speed: 60_000,
    predict: {
      kind: 'choose',
      question:
        'CDA, S1, S2, and CDA with the list of partly free pages. Which lane makes fewest pages where threads die?',
      options: ['CDA', 'S1', 'S2', 'CDA and the list'],
      answer: (lanes) => least(pages(lanes)),
      rests: ['O-33'],
    },
    steps: [
      {
        title: 'Owners die.',
        text: '{lives} lives so far. Blocks of the dead are freed into queues that are theirs.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 20 },
        links: [{ label: 'the pages', point: 'map' }],
      },
      {
        title: 'Who may drain them?',
        text: 'Under S1 and S2 nobody. In lane A living threads take them: {adoptions} adoptions.',
        when: { kind: 'op', op: 60_000 },
        links: [{ label: 'adoptions', point: 'adoption' }],
      },
      {
        title: 'Two leaks, two cures.',
        text: '{orphaned} blocks stranded by death and {grave} in the graveyard, in lane A. The list closes the second.',
        when: { kind: 'op', op: 200_000 },
        links: [{ label: 'side by side', point: 'compare' }],
      },
    ],
    goal: {
      text: 'Owner priority (S1, S2 or S3), dying owners, at most 12,000 pages in 200,000 operations.',
      ops: 200_000,
      tests: [
        { counter: 'newPages', atMost: 12_000, label: 'at most 12,000 pages' },
        { counter: 'threadLives', atLeast: 100, label: 'owners die' },
      ],
      hint: 'Orphans have a knob of their own.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  TWO_HEAPS,
  {
    id: 'lean-and-entries',
    number: 10,
    title: 'Lean mode keeps the map entries',
    intro: 'Memory has two sides: pages, and the mappings that they lie in. Which one runs out?',
    preset: 'lean-larson',
    variant: 0,
    knobs: { maxMapCount: 8000, trimIntervalMs: 10 },
    speed: 500_000,
    predict: {
      kind: 'choose',
      question:
        'Frees are counted, a pass looks every 10 ms, and the pages of every empty SuperSlab are given back at once. How does Larson end, where 8,000 map entries are allowed?',
      options: [
        'Out of map entries, most of them retired SuperSlabs',
        'Out of physical memory',
        'Not at all: its time is up',
      ],
      answer: ([lane]) =>
        lane[C.mapRefusals] === 0 ? 2 : lane[C.leanRetires] > lane[C.superslabsNow] ? 0 : 1,
      rests: ['O-71'],
    },
    steps: [
      {
        title: 'A pass has been there.',
        text: '{retired} SuperSlabs are retired: no page but the one that the write of the magic made dirty again, {resident} resident in all.',
        when: { kind: 'counter', counter: 'leanRetires', atLeast: 1 },
        under: ({ lean, decommit }) => lean && decommit === 'dontneed',
        links: [{ label: 'the bytes', point: 'bytes' }],
      },
      {
        title: 'Nobody takes them again.',
        text: 'Each has kept its mapping, and a mapping is an entry: {entries} of {limit} are in use.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 600 },
        under: ({ lean, decommit }) => lean && decommit !== 'off',
        links: [
          { label: 'map entries', point: 'entries' },
          { label: 'the map', point: 'map' },
        ],
      },
      {
        title: 'Refused.',
        text: 'At {time} the kernel refuses a mapping: {entries} entries, {superslabs} SuperSlabs in use.',
        when: { kind: 'event', event: 'mapRefused' },
        links: [{ label: 'half-way back', seek: 500_000 }],
      },
    ],
    goal: {
      text: 'In lean mode, let 1.5 million operations pass without a refused mapping.',
      ops: 1_500_000,
      tests: [
        { counter: 'mapRefusals', atMost: 0, label: 'no mapping refused' },
        { counter: 'trimFreed', atLeast: 1000, label: 'passes release what is empty' },
      ],
      hint: 'Of the three ways to decommit one leaves no mapping behind.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'design-the-policy',
    number: 11,
    title: 'Design the policy',
    intro: 'Three goals at once: few pages, few changes of ownership, nothing stranded.',
    preset: 'best-policy',
    variant: 0,
    speed: 60_000,
    predict: {
      kind: 'choose',
      question: 'The policy in front of you is plain CDA. Where will most of its lost blocks lie?',
      options: ['In the graveyard', 'Below the threshold', 'In pages of the dead'],
      answer: ([lane]) => {
        const lost = [lane[C.strandedGraveyard], lane[C.strandedBelow], lane[C.strandedOrphan]];
        return lost.indexOf(Math.max(...lost));
      },
      rests: ['O-34'],
    },
    steps: [
      {
        title: 'Look at what it loses.',
        text: '{grave} blocks in the graveyard, {below} below the threshold, {orphaned} of dead owners.',
        when: { kind: 'op', op: 30_000 },
        links: [{ label: 'the pages', point: 'map' }],
      },
      {
        title: 'And what it costs.',
        text: '{pages} pages, {adoptions} changes of owner in {ops} operations.',
        when: { kind: 'op', op: 100_000 },
        links: [{ label: 'adoptions', point: 'adoption' }],
      },
      {
        title: 'Your turn.',
        text: 'Turn routes, lists and orphan rules until all three goals are met. Lanes help to compare.',
        when: { kind: 'op', op: 150_000 },
      },
    ],
    goal: {
      text: 'In 150,000 operations of this workload:',
      ops: 150_000,
      tests: [
        { counter: 'newPages', atMost: 6000, label: 'at most 6,000 pages' },
        { counter: 'ownershipTransfers', atMost: 70_000, label: 'at most 70,000 changes of owner' },
        { counter: 'strandedGraveyard', atMost: 100, label: 'an empty graveyard' },
      ],
      hint: 'The list closes the graveyard; what the dead leave can be taken page by page.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
  {
    id: 'leaking-queue',
    number: 12,
    title: 'The queue that leaks',
    intro: 'Nobody dies and nobody sleeps, and still pages are made for ever.',
    preset: 'leaking-queue',
    speed: 60_000,
    predict: {
      kind: 'choose',
      question:
        'A is the queue of D2: newest first, four tries. B queues pages again, C lets drained pages leave, D hands out the oldest first. Which lane makes fewest pages?',
      options: ['A', 'B', 'C', 'D'],
      answer: (lanes) => least(pages(lanes)),
      rests: ['O-27'],
    },
    steps: [
      {
        title: 'They look into their own queues first.',
        text: '{pages} pages in lane A for {live} live blocks. {adoptions} were taken from the other thread.',
        when: { kind: 'op', op: 20_000 },
        links: [{ label: 'the queues', point: 'pending' }],
      },
      {
        title: 'What they look at is empty.',
        text: '{gate} pages in lane A were made although pages waited; {empty} drains had found nothing. A page that was drained stays on the stack, and hides those below.',
        when: { kind: 'counter', counter: 'newGate', atLeast: 50 },
        links: [{ label: 'the pages', point: 'map' }],
      },
      {
        title: 'One change at a time.',
        text: '{lost} edges were lost in lane A; lane B loses none, and grows on. What does C do, what D?',
        when: { kind: 'op', op: 200_000 },
        links: [{ label: 'side by side', point: 'compare' }],
      },
    ],
    goal: {
      text: 'Make at most 100 pages in 200,000 operations, threads still taking from each other.',
      ops: 200_000,
      tests: [
        { counter: 'newPages', atMost: 100, label: 'at most 100 pages' },
        { counter: 'adoptions', atLeast: 1, label: 'pages are adopted' },
      ],
      hint: 'More tries are not the only way to reach what lies below.',
      rests: ['test: src/lessons/lessons.test.ts'],
    },
  },
];

export const lessonById = (id: string): Lesson | undefined =>
  LESSONS.find((lesson) => lesson.id === id);
