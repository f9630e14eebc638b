import type { Preset } from '../presets.ts';

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
      },
      {
        title: 'A hole was split.',
        text: 'Your block was cut off a hole that was larger; the rest stays free. First fit took the first hole of its list, which begins with what was freed last: p5’s, not p1’s. Now free two neighbours, p7 and p8.',
        when: { kind: 'counter', counter: 'splits', atLeast: 1 },
      },
      {
        title: 'Neighbours merged.',
        text: 'The tags at both ends of a chunk say whether those beside it are free: {coalesces} merged so far. Above p6 there is one large hole now, so realloc p6 to 256 B: it grows where it is, and nothing is copied. Then realloc p0 to 4 KiB.',
        when: { kind: 'counter', counter: 'coalesces', atLeast: 1 },
      },
      {
        title: 'It had to move.',
        text: 'No free chunk above it was large enough: it was copied, and where it was is a hole. Now go back with ← to the start, find the knob Fit and set it to best: your calls are made again, and the first one takes another hole. Or choose another allocator, and see size classes instead.',
        when: { kind: 'counter', counter: 'reallocsMoved', atLeast: 1 },
      },
      {
        title: 'Size classes instead.',
        text: 'This allocator rounds a request up to its class, and every class has slabs of its own: blocks are never split or merged. Free a block with thread 2: it is in thread 1’s slab, where it waits in a remote queue until thread 1 needs it.',
        when: { kind: 'counter', counter: 'slabsAcquired', atLeast: 1 },
      },
    ],
    speed: 2,
    documentFigures: [],
  },
];
