import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { frameAt } from '../../draw/testing/frames.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { linesOf, MOST_LINES, type QueueLine, shownLines } from './queue-lines.ts';

const sum = (lines: readonly QueueLine[], cls: number): number =>
  lines.reduce((all, { values }) => all + values[cls], 0);

it('shows the queues of 64 threads in a bounded number of lines, and every block in one of them', () => {
  const frame = frameAt(20_000, { threads: 64, chunks: 40 });
  const lines = linesOf(frame);
  expect(lines.length).toBeGreaterThan(64);
  const shown = shownLines(lines);
  expect(shown).toHaveLength(MOST_LINES);
  expect(shown.at(-1)?.name).toBe(`${lines.length - MOST_LINES + 1} others together`);
  const all = Array.from(frame.classBytes, (_, cls) => sum(shown, cls)).reduce((a, b) => a + b, 0);
  expect(all).toBe(frame.counters[C.queuedBlocks]);
  expect(all).toBeGreaterThan(0);
});

it('puts the shortest together, whatever waits where', () => {
  const line = fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 200 }), (values) => {
      const lines = values.map((of, i) => ({ name: `chain ${i}`, values: of }));
      const shown = shownLines(lines);
      expect(shown.length).toBeLessThanOrEqual(MOST_LINES);
      for (const cls of [0, 1, 2]) expect(sum(shown, cls)).toBe(sum(lines, cls));
      const kept = shown.filter(({ name }) => name.startsWith('chain'));
      const total = (of: QueueLine): number => of.values.reduce((a, b) => a + b, 0);
      const left = lines.filter(({ name }) => !kept.some((other) => other.name === name));
      const least = Math.min(...kept.map(total));
      for (const other of left) expect(total(other)).toBeLessThanOrEqual(least);
      // In their order.
      expect(kept).toEqual(lines.filter(({ name }) => kept.some((other) => other.name === name)));
    }),
    cases(200),
  );
});
