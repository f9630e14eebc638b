import type { Preset } from '../presets.ts';
import { HAND_KNOBS } from '../programs/hand/knobs.ts';
import { all, not, owned, type Under } from './under.ts';

/** Blocks are cut off holes of any size. */
const textbook: Under = ({ model, workload }) => model === 'firstfit' && workload === 'by-hand';
const bySlabs: Under = ({ model, workload }) => model === 'tiny' && workload === 'by-hand';
const byPages: Under = ({ model, workload }) => model === 'mf2' && workload === 'by-hand';
const first: Under = ({ fit }) => fit === 'first';
const best: Under = ({ fit }) => fit === 'best';
/** The ten blocks are as the scenario has them. */
const asIs: Under = ({ handStart }) => handStart === HAND_KNOBS.handStart.default;

/** Ten pointers and the user's hand, on the allocator that the textbooks have. */
export const HAND_PRESETS: readonly Preset[] = [
  {
    id: 'by-hand',
    scenario: 'ours',
    title: 'Malloc by hand',
    question: 'What does an allocator do when you call it? Ten pointers, and you are the program.',
    claims: [],
    // Without thread tables the heap holds the ten blocks and nothing else.
    knobs: { model: 'firstfit', workload: 'by-hand', timeBase: 'costs', dtvBytes: 0 },
    variants: [
      { name: 'First fit', knobs: {} },
      {
        name: 'Next fit',
        knobs: { fit: 'next' },
        note: 'The search goes on where the one before it ended.',
      },
      {
        name: 'Best fit',
        knobs: { fit: 'best' },
        note: 'The smallest hole that is large enough is taken, so all of them are looked at.',
      },
    ],
    story: [
      {
        title: 'Ten pointers, three holes.',
        text: 'Thread 1 has allocated ten blocks and freed p1, p3 and p5 again. Choose 120 B and press malloc at p1: which of the three holes is taken?',
        when: { kind: 'start' },
        under: all(textbook, asIs),
      },
      {
        title: 'Ten pointers.',
        text: 'Nothing runs by itself: choose a size and press malloc, realloc or free. Each call is the next operation.',
        when: { kind: 'start' },
        under: all(textbook, not(asIs)),
      },
      {
        title: 'A hole was split.',
        text: 'Your block was cut off a hole that was larger; the rest stays free. First fit took the first hole of its list, which begins with what was freed last: p5’s, not p1’s. Now free two neighbours, p7 and p8.',
        when: { kind: 'counter', counter: 'splits', atLeast: 1 },
        under: all(textbook, first, asIs),
      },
      {
        title: 'A chunk was split.',
        text: 'Your block was cut off a free chunk that was larger; the rest stays free. Now free two blocks that lie side by side.',
        when: { kind: 'counter', counter: 'splits', atLeast: 1 },
        under: all(textbook, not(all(first, asIs))),
      },
      {
        title: 'Neighbours merged.',
        text: 'The tags at both ends of a chunk say whether those beside it are free: {coalesces} merged so far. Now realloc the block below the hole to a little more (p6 to 256 B): it grows where it is, and nothing is copied. Then realloc p0 to 4 KiB.',
        when: { kind: 'counter', counter: 'coalesces', atLeast: 1 },
        under: textbook,
        rests: ['test: src/engine/presets/hand.test.ts'],
      },
      {
        title: 'It had to move.',
        text: 'No free chunk above it was large enough: it was copied, and where it was is a hole. Now go back with ← to the start, find the knob Fit and set it to best: your calls are made again, and a malloc of 120 B at the start takes another hole. Or choose another allocator, and see size classes instead.',
        when: { kind: 'counter', counter: 'reallocsMoved', atLeast: 1 },
        under: all(textbook, not(best), asIs),
      },
      {
        title: 'It had to move.',
        text: 'No free chunk above it was large enough: it was copied, and where it was is a hole. Choose another allocator, and your calls are made again, with size classes.',
        when: { kind: 'counter', counter: 'reallocsMoved', atLeast: 1 },
        under: all(textbook, not(all(not(best), asIs))),
      },
      {
        title: 'Size classes instead of holes.',
        text: 'This allocator rounds a request up to its class, and every class has slabs of its own, a thread each: blocks are never split or merged. Free a block of thread 1 with thread 2.',
        when: { kind: 'start' },
        under: all(bySlabs, owned),
      },
      {
        title: 'A remote free.',
        text: 'The block stays in the slab of the thread that allocated it, where it waits in a remote queue (drawn with a stroke) until that thread needs it.',
        when: { kind: 'counter', counter: 'remoteFrees', atLeast: 1 },
        under: all(bySlabs, owned),
      },
      {
        title: 'Pages of one size instead of holes.',
        text: 'A page of 64 KiB has blocks of one size, from 2 to 32 KiB, and one owner; what is smaller is rounded up, what is larger goes to the C library. Free a block of thread 1 with thread 2.',
        when: { kind: 'start' },
        under: byPages,
      },
      {
        title: 'A remote free.',
        text: 'The block stays in the page of its owner, and the page waits in that owner’s pending queue: {pending} there now.',
        when: { kind: 'counter', counter: 'pendingEnqueued', atLeast: 1 },
        under: byPages,
      },
    ],
    speed: 2,
    documentFigures: [],
  },
];
