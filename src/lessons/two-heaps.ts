import { C } from '../engine/telemetry/counters.ts';
import type { Lesson } from './types.ts';

/** Lesson 9: why a run dies of a few frees, and why not every run does. */
export const TWO_HEAPS: Lesson = {
  id: 'two-heaps',
  number: 9,
  title: 'Two heaps, one free',
  intro:
    'Where a refill gets no memory, malloc lets the C library serve. Free looks at the byte before a block to tell whose it is.',
  preset: 'mixed-crash',
  variant: 0,
  knobs: { maxMapCount: 7000 },
  speed: 500_000,
  predict: {
    kind: 'choose',
    question:
      'Larson under 7,000 map entries: sooner or later some blocks come from the C library. How many of all its frees are of such a block?',
    options: ['About half', 'About one in ten', 'Fewer than one in a hundred'],
    answer: ([lane]) => {
      const share = lane[C.libcFrees] / (lane[C.localFrees] + lane[C.remoteFrees]);
      return share > 0.2 ? 0 : share > 0.01 ? 1 : 2;
    },
    rests: ['O-75', 'O-76'],
  },
  steps: [
    {
      title: 'Free asks every time.',
      text: 'After {ops} operations {fallbacks} blocks have come from the C library, and free has looked at the byte before each block all the same. {entries} of {limit} map entries are in use.',
      when: { kind: 'op', op: 300_000 },
      links: [{ label: 'map entries', point: 'entries' }],
    },
    {
      title: 'A refill comes back with nothing.',
      text: 'D1 takes its SuperSlab for exhausted. But the kernel refused a new one: {entries} of {limit} entries are in use, and the line of the refill has no SuperSlab at all.',
      when: { kind: 'counter', counter: 'nullReturns', atLeast: 1 },
      links: [
        { label: 'map entries', point: 'entries' },
        { label: 'before it, half-way', seek: 500_000 },
      ],
      rests: ['document', 'test: src/engine/presets/mixed-heaps.test.ts'],
    },
    {
      title: 'The C library serves.',
      text: '{fallbacks} blocks so far, {mixed} of which live beside the heap’s own. What lies before one was drawn when it was served, and no free of it decides otherwise.',
      when: { kind: 'counter', counter: 'libcFallbacks', atLeast: 1 },
      links: [{ label: 'the bytes', point: 'bytes' }],
    },
    {
      title: 'A few frees decide.',
      text: 'The program has ended at {time}, after {ops} operations: {libcFrees} frees were of a block that the C library served, and {misrouted} went to the wrong heap. Another seed of chance may give another verdict: have twenty run, beside D1’s.',
      when: { kind: 'ended' },
      links: [{ label: 'twenty runs', point: 'verdicts' }],
    },
  ],
  goal: {
    text: 'Let 1.5 million operations pass without a refill that fails, so that free has nothing to tell apart, and with at most 100 SuperSlabs.',
    ops: 1_500_000,
    tests: [
      { counter: 'nullReturns', atMost: 0, label: 'no refill fails' },
      { counter: 'superslabsPeak', atMost: 100, label: 'at most 100 SuperSlabs' },
      { counter: 'threadLives', atLeast: 1000, label: 'lives go on dying' },
    ],
    hint: 'D1’s three ways act when a refill has failed already: to return NULL, to grow, to keep a map of what is ours. Who has all the SuperSlabs?',
    rests: ['test: src/lessons/lessons.test.ts'],
  },
};
