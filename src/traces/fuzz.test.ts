import fc from 'fast-check';
import { gzipSync, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { provideTrace } from '../engine/programs/trace/plan.ts';
import { createSimulation } from '../engine/simulation.ts';
import { WHOLE } from './reader.ts';
import { summaryOf } from './summary.ts';
import { fixture, readAll } from './testing/read.ts';

const NAMES = [
  'inputs/01-replay-crlf-bom.txt',
  'inputs/02-replay-times-tid-reuse.txt',
  'inputs/04-logalloc-two-pids.log',
  'inputs/06-lttng-lost-events.txt',
  'inputs/07-hook.csv',
  'inputs/09-ltrace-races.txt',
  'formats/demo.bpftrace.txt',
  'formats/demo.heaptrack-raw.txt',
  'formats/demo.jemalloc-proflog.json',
  'formats/demo.mtrace.txt',
  'formats/demo.memreplay.txt',
];
const FILES = NAMES.map(fixture);

/** One change: bytes put in, taken out, turned, or copied from elsewhere in the file. */
const change = fc.record({
  what: fc.constantFrom('insert', 'remove', 'turn', 'copy', 'cut', 'line'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 60 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
});
type Change = typeof change extends fc.Arbitrary<infer One> ? One : never;

function changed(file: Uint8Array, { what, at, length, bytes }: Change): Uint8Array {
  const from = at % (file.length + 1);
  const before = file.slice(0, from);
  const after = file.slice(from);
  const parts: Record<Change['what'], Uint8Array[]> = {
    insert: [before, bytes, after],
    remove: [before, after.slice(length)],
    turn: [before, after.map((byte, i) => (i < length ? byte ^ bytes[i % bytes.length] : byte))],
    copy: [before, file.slice(at % 97, (at % 97) + length), after],
    cut: [before],
    line: [before, new TextEncoder().encode('\n'), after],
  };
  return Uint8Array.from(parts[what].flatMap((part) => [...part]));
}

const packings = {
  plain: (bytes: Uint8Array) => bytes,
  gzip: (bytes: Uint8Array) => gzipSync(bytes),
  zip: (bytes: Uint8Array) => zipSync({ 'a.txt': bytes, 'b.txt': bytes.slice(0, 99) }),
};
const packing = fc.constantFrom(...(Object.keys(packings) as (keyof typeof packings)[]));
const stretch = fc.oneof(
  fc.constant(WHOLE),
  fc.record({ skip: fc.nat(12), take: fc.integer({ min: 1, max: 12 }) }),
);

it('reads or refuses whatever a file is, in one clause, and what it reads adds up and runs', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FILES),
      fc.array(change, { maxLength: 6 }),
      packing,
      fc.array(change, { maxLength: 1 }),
      stretch,
      fc.integer({ min: 1, max: 900 }),
      (file, inner, how, outer, part, piece) => {
        const packed = packings[how](inner.reduce(changed, file));
        const bytes = how === 'plain' ? packed : outer.reduce(changed, packed);
        const read = readAll(bytes, { stretch: part }, piece);
        if (!read.ok) {
          expect(read.error.message).toMatch(/^(?:it |of |no call )[^\n<>]*[^.\n]$/);
          return;
        }
        const said = summaryOf(read.value);
        const { initial, count, slots } = read.value.process.events;
        expect(said.liveBlocks).toBe(initial.length + said.allocs - said.frees - said.implicit);
        expect(said.liveBytes).toBeGreaterThanOrEqual(0);
        expect(said.remote).toBeLessThanOrEqual(said.frees);
        expect(said.livesEnded).toBeLessThanOrEqual(said.lives);
        expect(slots).toBeLessThanOrEqual(initial.length + count + part.skip);
        for (const note of said.notes) expect(note).not.toMatch(/[<>\n]|undefined|NaN/);
        if (count === 0) return;
        const plan = provideTrace(read.value.process.events, said.digest);
        if (!plan.ok) throw new Error(plan.error.message);
        const run = createSimulation(
          resolveKnobs({ workload: 'trace', trace: said.digest, model: 'firstfit', seconds: 3600 }),
          { eventCapacity: 64 },
        );
        run.advance(1e6);
        expect(run.audit()).toEqual([]);
        if (run.endedBy === 'chainsEnded') expect(run.op).toBe(count);
      },
    ),
    cases(10_000),
  );
});

it('is bounded whatever is packed into a file', () => {
  // A line without an end; many lines that say nothing; nothing but one byte.
  for (const letter of ['x', '\n', '\0', '#\n', '{']) {
    const read = readAll(gzipSync(new TextEncoder().encode(letter.repeat(4e5))));
    expect(read.ok).toBe(false);
  }
  const after = `1: malloc 0x10 5\n${'y'.repeat(40_000)}\n2: free 0x10\n`;
  const read = readAll(after);
  expect(read.ok && read.value.badLines).toBe(1);
  expect(read.ok && read.value.process.counts.frees).toBe(1);
});
