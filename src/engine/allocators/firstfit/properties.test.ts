import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../base/testing/fuzz.ts';
import type { KnobValues } from '../../knobs/index.ts';
import { GRANULE, granulesFor, minGranules, SLOT } from './layout.ts';
import { splitGranules, tagBytesOf } from './settings.ts';
import { FIRSTFIT_FAULTS } from './testing/faults.ts';
import { PictureHeap } from './testing/heap-picture.ts';
import { NaiveHeap } from './testing/naive.ts';

const knobsArb: fc.Arbitrary<Partial<KnobValues>> = fc.record({
  fit: fc.constantFrom('first', 'next', 'best'),
  coalesce: fc.constantFrom('immediate', 'immediate', 'off'),
  freeOrder: fc.constantFrom('lifo', 'address'),
  boundaryTag: fc.constantFrom('words8', 'words16'),
  splitRest: fc.constantFrom(32, 64, 256),
  brkStep: fc.constantFrom(4, 8, 64),
  trimTop: fc.constantFrom(0, 4, 32),
});

interface Call {
  readonly kind: 'malloc' | 'free' | 'realloc' | 'memalign' | 'touch';
  readonly slot: number;
  readonly size: number;
  readonly align: number;
}
const callArb: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom<Call['kind'][]>(
    'malloc',
    'malloc',
    'malloc',
    'free',
    'realloc',
    'memalign',
    'touch',
  ),
  slot: fc.integer({ min: 0, max: 25 }),
  size: fc.oneof(
    // Sizes that come again make ties and exact fits.
    fc.constantFrom(16, 48, 100, 400),
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: 3000 }),
    fc.integer({ min: 0, max: 20_000 }),
  ),
  align: fc.constantFrom(8, 32, 64, 1024, 8192),
});

/** Leading bytes of a block that the program writes at once. */
const TOUCH = 6000;

/** Carries out a call on slots as the program would: no slot is filled twice or freed empty. */
function call(picture: PictureHeap, { kind, slot, size, align }: Call): void {
  const { heap } = picture;
  const live = heap.slots.block[slot] >= 0;
  if (kind === 'touch') {
    if (live) heap.touch((heap.slots.block[slot] + 1) * GRANULE, heap.slots.size[slot]);
  } else if (!live) {
    if (kind === 'memalign') heap.memalign(size, align, slot);
    else if (kind !== 'free') heap.malloc(size, slot);
  } else if (kind === 'realloc') heap.realloc(slot, size);
  else heap.free(slot);
  const chunk = heap.slots.block[slot];
  if (chunk >= 0) heap.touch((chunk + 1) * GRANULE, Math.min(heap.slots.size[slot], TOUCH));
}

/** Where the top is, the free list, and every piece with its size and slot: as text, quick to compare. */
function heapText({ heap }: PictureHeap): string {
  let text = `${heap.top} free`;
  for (let g = heap.head; g >= 0; g = heap.next(g)) text += ` ${g}`;
  for (let g = 0; g < heap.top; g += heap.sizeOf(g))
    text += `, ${g} ${heap.sizeOf(g)} ${heap.isFree(g) ? -1 : heap.words.get(g + 1, SLOT)}`;
  return text;
}
function naiveText(naive: NaiveHeap): string {
  const list = naive.list.map((start) => ` ${start}`).join('');
  const pieces = naive.pieces.map(({ start, size, slot }) => `, ${start} ${size} ${slot}`);
  return `${naive.top} free${list}${pieces.join('')}`;
}

describe('first fit, properties', () => {
  it('passes the audit after every call', () => {
    fc.assert(
      fc.property(knobsArb, fc.array(callArb, { maxLength: 60 }), (knobs, calls) => {
        const picture = new PictureHeap(knobs);
        for (const next of calls) {
          call(picture, next);
          expect(picture.problems(TOUCH)).toEqual([]);
        }
      }),
      cases(1600),
    );
  });

  it('puts every block where the naive allocator puts it', () => {
    fc.assert(
      fc.property(
        knobsArb,
        fc.array(callArb, { minLength: 60, maxLength: 160 }),
        (knobs, calls) => {
          const picture = new PictureHeap(knobs);
          const { heap, settings } = picture;
          const tag = tagBytesOf(settings);
          // The naive one has no break: give the top room for everything.
          Object.assign(settings, { brkStep: 65536, trimTop: 0 });
          heap.malloc(1, 25);
          const naive = new NaiveHeap(settings, minGranules(tag), splitGranules(settings));
          naive.malloc(minGranules(tag), 25);
          for (const next of calls) {
            const { kind, slot, size, align } = next;
            if (slot === 25) continue;
            const live = heap.slots.block[slot] >= 0;
            const granules = granulesFor(size, tag);
            call(picture, next);
            if (kind === 'touch') continue;
            if (!live && kind === 'memalign')
              naive.memalign(granules, Math.max(1, align / GRANULE), slot, picture.base / GRANULE);
            else if (!live && kind !== 'free') naive.malloc(granules, slot);
            else if (live && kind === 'realloc') naive.realloc(slot, granules);
            else if (live) naive.free(slot);
            const [is, ought] = [heapText(picture), naiveText(naive)];
            if (is !== ought) expect(is).toBe(ought);
          }
        },
      ),
      cases(1200),
    );
  });

  it('goes on from a snapshot as if it had never stopped', () => {
    fc.assert(
      fc.property(
        knobsArb,
        fc.array(callArb, { maxLength: 40 }),
        fc.array(callArb, { maxLength: 40 }),
        (knobs, before, after) => {
          const picture = new PictureHeap(knobs);
          for (const next of before) call(picture, next);
          const saved = picture.heap.snapshot();
          const space = picture.space.snapshot();
          const there = picture.draw();
          for (const next of after) call(picture, next);
          const end = picture.draw();
          const resident = picture.residentPages;
          const other = new PictureHeap(knobs);
          for (const heap of [picture, other]) {
            heap.space.restore(space);
            heap.heap.restore(saved);
            expect(heap.draw()).toBe(there);
            expect(heap.problems(TOUCH)).toEqual([]);
            for (const next of after) call(heap, next);
            expect(heap.draw()).toBe(end);
            expect(heap.residentPages).toBe(resident);
          }
        },
      ),
      cases(600),
    );
  });
});

describe('the audit can fail', () => {
  const calls = fc.sample(callArb, { numRuns: 600, seed: 9 });
  /** The first call after which the audit has something to say, -1: none. */
  const firstProblem = (
    knobs: Partial<KnobValues>,
    Heap?: (typeof FIRSTFIT_FAULTS)[0]['Heap'],
  ): number => {
    const picture = new PictureHeap({ brkStep: 4, trimTop: 16, ...knobs }, Heap);
    for (let i = 0; i < calls.length; i++) {
      call(picture, calls[i]);
      if (picture.problems(TOUCH).length > 0) return i;
    }
    return -1;
  };
  it('is silent without a fault', () => {
    for (const { knobs } of FIRSTFIT_FAULTS) expect(firstProblem(knobs ?? {})).toBe(-1);
  });
  it.each(FIRSTFIT_FAULTS)('$name: $what', ({ Heap, knobs }) => {
    expect(firstProblem(knobs ?? {}, Heap)).toBeGreaterThan(-1);
  });
});
