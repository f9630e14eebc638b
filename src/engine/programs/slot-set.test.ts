import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotQueue } from './slot-queue.ts';
import { SlotSet } from './slot-set.ts';

describe('a set of slots', () => {
  it('gives out the lowest free slot, as a plain list does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 200 }), { maxLength: 300 }), (steps) => {
        const set = new SlotSet();
        const plain: boolean[] = [];
        for (const step of steps) {
          if (step < 0) {
            const lowest = plain.indexOf(false);
            const wanted = lowest < 0 ? plain.length : lowest;
            plain[wanted] = true;
            const slot = set.take();
            expect(slot).toBe(wanted);
          } else if (plain[step]) {
            plain[step] = false;
            set.give(step);
          }
        }
        const copy = new SlotSet();
        copy.restore(set.words());
        for (const one of [set, copy]) {
          expect(one.limit).toBe(plain.length);
          expect(one.count).toBe(plain.filter(Boolean).length);
          expect(plain.map((_, slot) => one.has(slot))).toEqual(plain);
        }
        expect(copy.take()).toBe(set.take());
      }),
    );
  });

  it('grows over many words, and fills a hole far below first', () => {
    const set = new SlotSet();
    for (let slot = 0; slot < 5000; slot++) expect(set.take()).toBe(slot);
    set.give(4097);
    set.give(33);
    expect([set.take(), set.take(), set.take()]).toEqual([33, 4097, 5000]);
  });
});

describe('a queue of slots', () => {
  it('is a list', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -30, max: 60 }), { maxLength: 200 }), (steps) => {
        const queue = new SlotQueue();
        const list: number[] = [];
        for (const step of steps) {
          if (step >= 0) {
            queue.push(step);
            list.push(step);
          } else if (list.length > 0 && step >= -10) {
            expect(queue.shift()).toBe(list.shift());
          } else if (list.length > 0 && step >= -20) {
            expect(queue.pop()).toBe(list.pop());
          } else if (list.length > 0) {
            const place = -step % list.length;
            const last = list[list.length - 1];
            expect(queue.takeAt(place)).toBe(list[place]);
            list[place] = last;
            list.pop();
          }
        }
        expect([...queue.words()]).toEqual(list);
        const copy = new SlotQueue();
        copy.restore(queue.words());
        copy.push(7);
        expect([...copy.words()]).toEqual([...list, 7]);
      }),
    );
  });
});
