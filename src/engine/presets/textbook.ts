import type { Preset } from '../presets.ts';

/** Two threads that fill a heap, exchange blocks for a while and let most of it go, again and again. */
const BREATHING: Preset['knobs'] = {
  model: 'firstfit',
  workload: 'mix',
  both: 2,
  sizes: '16-1024',
  phases: 'grow 2000, hold 4000, shrink 60, repeat',
  timeBase: 'costs',
  opLimit: 100_000,
};

/** Scenarios of the textbook's allocator: the baseline that everybody knows. */
export const TEXTBOOK_PRESETS: readonly Preset[] = [
  {
    id: 'fits',
    scenario: 'ours',
    title: 'Where to put a block',
    question:
      'First fit, next fit, best fit: which hole should a request get, and what does looking for it cost?',
    claims: [],
    knobs: BREATHING,
    variants: [
      { name: 'First fit', knobs: {} },
      { name: 'Next fit', knobs: { fit: 'next' } },
      { name: 'Best fit', knobs: { fit: 'best' } },
      {
        name: 'First fit by address',
        knobs: { freeOrder: 'address' },
        note: 'Free pieces are kept in the order of their addresses, so that every free looks for its place.',
      },
      {
        name: 'First fit, never merging',
        knobs: { coalesce: 'off' },
        note: 'What was split stays split.',
      },
    ],
    lanes: [0, 2, 3, 4],
    story: [
      {
        title: 'One heap, one list.',
        text: 'Two threads fill the heap, exchange blocks of 16 to 1,024 B, and let more than half of them go, again and again. What is freed goes into one list, which malloc searches before it cuts fresh memory off the top.',
        when: { kind: 'start' },
      },
      {
        title: 'Holes.',
        text: '{live} blocks are live. Between them lie {freeChunks} free pieces, {freeList} in all.',
        when: { kind: 'op', op: 5_000 },
      },
      {
        title: 'Enough, but in pieces.',
        text: 'brk has grown the heap {growths} times, {fragmented} of them although the free pieces together would have held the request: none alone did.',
        when: { kind: 'counter', counter: 'growthsFragmented', atLeast: 1 },
      },
      {
        title: 'Looking has a price.',
        text: 'A search looked at {looked} pieces on average. By the modelled clock that is {rate}.',
        when: { kind: 'op', op: 50_000 },
      },
      {
        title: 'A small heap or a short search.',
        text: 'After {ops} operations: {superslabs} stretches of 64 KiB, {freeChunks} free pieces, {looked} looked at by each search, {rate}.',
        when: { kind: 'ended' },
      },
    ],
    speed: 20_000,
    documentFigures: [],
  },
  {
    id: 'textbook',
    scenario: 'ours',
    title: 'One lock for everyone',
    rests: ['given'],
    question:
      'The textbook’s heap belongs to nobody, so no dead owner can strand a block of it. What does it pay for that?',
    claims: [],
    knobs: { threadEnd: 'detach', timeBase: 'costs', opLimit: 2_000_000 },
    variants: [
      { name: 'SuperSlabs as shipped', knobs: {} },
      { name: 'SuperSlabs, adopted', knobs: { orphanPolicy: 'adopt' } },
      { name: 'First fit, one lock', knobs: { model: 'firstfit' } },
      {
        name: 'First fit, one thread',
        knobs: { model: 'firstfit', threads: 1 },
        note: 'Nobody to wait for: what the list costs without the lock.',
      },
    ],
    lanes: [0, 1, 2],
    story: [
      {
        title: 'The same program, two kinds of heap.',
        text: 'Larson’s threads die and leave their blocks to successors. SuperSlabs belong to threads; the textbook’s one heap belongs to all, under one lock.',
        when: { kind: 'start' },
      },
      {
        title: 'Who may reuse a dead thread’s blocks?',
        text: '{lives} lives. {remoteShare} of the frees were of a block that another thread owns; {mapped} are mapped.',
        when: { kind: 'counter', counter: 'threadLives', atLeast: 200 },
      },
      {
        title: 'Who waits for whom.',
        text: 'After {ops} operations threads have waited {lockWaited} for locks, all together. By the modelled clock that is {rate}.',
        when: { kind: 'op', op: 1_000_000 },
      },
      {
        title: 'Memory or time.',
        text: '{lives} lives, {mapped} mapped, {resident} resident, {rate}, {lockWaited} waited for locks.',
        when: { kind: 'ended' },
      },
    ],
    speed: 400_000,
    documentFigures: [],
  },
];
