import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeList } from './age-list.ts';

const stepArb = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ kind: 'push' as const, at: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'oldest' as const, at: 0 }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'newest' as const, at: 0 }) },
  { weight: 4, arbitrary: fc.nat(1000).map((at) => ({ kind: 'at' as const, at })) },
);

describe('a list by age', () => {
  it('is a list in order of arrival, and goes on the same from its words', () => {
    fc.assert(
      fc.property(fc.array(stepArb, { maxLength: 400 }), fc.nat(400), (steps, when) => {
        const list = new AgeList();
        let copy: AgeList | undefined;
        const plain: number[] = [];
        for (const [i, { kind, at }] of steps.entries()) {
          if (i === when) {
            copy = new AgeList();
            copy.restore(list.words());
          }
          const both = (act: (one: AgeList) => number): number => {
            const slot = act(list);
            if (copy !== undefined) expect(act(copy)).toBe(slot);
            return slot;
          };
          if (kind === 'push') {
            plain.push(i);
            list.push(i);
            copy?.push(i);
          } else if (plain.length > 0 && kind === 'oldest') {
            expect(both((one) => one.takeOldest())).toBe(plain.shift());
          } else if (plain.length > 0 && kind === 'newest') {
            expect(both((one) => one.takeNewest())).toBe(plain.pop());
          } else if (plain.length > 0) {
            const place = at % list.span;
            const slot = both((one) => one.takeAt(place));
            if (slot >= 0) plain.splice(plain.indexOf(slot), 1);
          }
          expect(list.count).toBe(plain.length);
          expect(list.words().filter((slot) => slot >= 0)).toEqual(Int32Array.from(plain));
        }
        if (copy !== undefined) expect(copy.words()).toEqual(list.words());
      }),
    );
  });
});
