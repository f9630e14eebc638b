import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { orderBy } from './order.ts';

const word = fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 0xffffffff }));

it('orders as a comparison does, and leaves equal ones as they were', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 3000 }), (words) => {
      const keys = Uint32Array.from(words);
      const rows = Int32Array.from(keys, (_, row) => row).reverse();
      const expected = [...rows].sort((a, b) => keys[a] - keys[b]);
      orderBy(rows, keys);
      expect([...rows]).toEqual(expected);
      const largest = [...rows].sort((a, b) => keys[b] - keys[a]);
      orderBy(rows, keys, (key) => ~key);
      expect([...rows]).toEqual(largest);
    }),
    cases(300),
  );
});

it('looks at each of a million rows a fixed number of times', () => {
  const keys = Uint32Array.from({ length: 1_000_000 }, (_, i) => (i * 2_654_435_761) >>> 0);
  const rows = Int32Array.from(keys, (_, row) => row);
  let looks = 0;
  orderBy(rows, keys, (key) => {
    looks++;
    return key;
  });
  expect(looks).toBe(6 * keys.length);
});
