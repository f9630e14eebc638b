import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../base/testing/fuzz.ts';
import { LOCK } from '../../machine/locks.ts';
import type { OP } from '../../programs/program.ts';
import { C } from '../../telemetry/counters.ts';
import { NEED } from '../../telemetry/events.ts';
import { B } from '../../telemetry/ledger.ts';
import { BLOCK_STATES, type SpanColumns } from '../../types.ts';
import { HP } from './states.ts';
import { PlainMachine } from './testing/plain-machine.ts';

const COSTS = {
  timeBase: 'costs',
  costMalloc: 10,
  costFree: 10,
  costLock: 20,
  costStep: 5,
  costBrk: 0,
  costFault: 0,
} as const;

describe('the one lock', () => {
  it('is waited for by whoever comes while it is held', () => {
    const machine = new PlainMachine(COSTS);
    machine.run(1, [['malloc', 0, 100]]);
    expect(machine.threads.clock[1]).toBe(30);
    machine.run(2, [['malloc', 1, 100]]);
    // It came at 0, got the lock at 30 and held it for 30.
    expect(machine.threads.clock[2]).toBe(60);
    expect(machine.locks.waitedNs[LOCK.heap]).toBe(30);
    expect(machine.locks.contended[LOCK.heap]).toBe(1);
  });

  it('is held for as long as the list is walked', () => {
    const machine = new PlainMachine(COSTS);
    machine.run(
      1,
      [0, 1, 2, 3, 4].map((slot) => ['malloc', slot, 100]),
    );
    machine.run(1, [
      ['free', 0],
      ['free', 2],
    ]);
    const before = machine.threads.clock[1];
    machine.run(1, [['malloc', 5, 1000]]);
    expect(machine.threads.clock[1] - before).toBe(10 + 20 + 2 * 5);
    expect(machine.counters[C.listSteps]).toBe(2);
  });

  it('is not touched later than another chain’s clock, unless that one has the higher number', () => {
    const machine = new PlainMachine(COSTS);
    const three = [0, 1, 2].map((slot) => ['malloc', slot, 100] as const);
    expect(machine.run(1, three, 30)).toBe(1);
    expect(machine.run(1, three.slice(1), 30, 1)).toBe(1);
    expect(machine.threads.clock[1]).toBe(60);
    // Writing into a block asks nobody.
    expect(
      machine.run(
        1,
        [
          ['touch', 0, 100],
          ['none', 0],
          ['malloc', 2, 1],
        ],
        30,
      ),
    ).toBe(2);
    expect(machine.problems()).toEqual([]);
  });

  it('costs no time under the document rate, where an operation has its price', () => {
    const machine = new PlainMachine({ opRate: 1000, threads: 2 });
    machine.run(1, [['malloc', 0, 100]]);
    machine.run(2, [['malloc', 1, 100]]);
    expect([...machine.threads.clock]).toEqual([0, 2e6, 2e6]);
  });
});

describe('operations', () => {
  it('count, and leave what the program has in the ledger', () => {
    const machine = new PlainMachine({ brkStep: 4 });
    machine.run(1, [
      ['malloc', 0, 100],
      ['calloc', 1, 200],
      ['memalign', 2, 300, 8],
      ['realloc', 3, 50],
      ['realloc', 0, 900],
      ['realloc', 1, 150],
      ['free', 9],
      ['free', 2],
      ['realloc', 3, 0],
    ]);
    const { counters, ledger } = machine;
    expect(counters[C.mallocs] - counters[C.localFrees]).toBe(2);
    expect(counters[C.reallocsMoved]).toBe(1);
    expect(counters[C.reallocsInPlace]).toBe(1);
    expect(ledger.mapped[B.live]).toBe(900 + 150);
    expect(machine.problems()).toEqual([]);
  });

  it('touch what they write and nothing else', () => {
    const machine = new PlainMachine({ brkStep: 256 });
    const resident = (): number => machine.resident;
    // Two bytes, and the tags at both ends.
    machine.run(1, [['malloc', 0, 40_000]]);
    expect(resident()).toBe(2);
    machine.run(1, [['calloc', 1, 40_000]]);
    expect(resident()).toBe(2 + 10);
    machine.run(1, [['touch', 0, 100, 20_000]]);
    expect(resident()).toBe(13);
    expect(machine.space.pages.faults).toBe(13);
    // Of each call, tags under the lock, then what the program writes.
    expect(machine.grew).toBe(4);
    machine.run(1, [['touch', 0, 1e9, 0]]);
    expect(resident()).toBe(10 + 10);
    expect(machine.problems()).toEqual([]);
  });

  it('keep tables of threads in a band of their own', () => {
    const machine = new PlainMachine();
    machine.allocator.mallocNow(0, 288, 40, true);
    expect(machine.ledger.mapped[B.runtime]).toBe(288);
    expect(machine.ledger.mapped[B.live]).toBe(0);
    expect(machine.problems()).toEqual([]);
    machine.allocator.freeNow(0, 40);
    expect(machine.ledger.mapped[B.runtime]).toBe(0);
    expect(machine.counters[C.runtimeMallocs]).toBe(machine.counters[C.runtimeLocalFrees]);
  });

  it('end the run when there is no memory, or go to the C library', () => {
    const over = new PlainMachine();
    expect(
      over.run(1, [
        ['malloc', 0, 2 ** 40],
        ['malloc', 1, 8],
      ]),
    ).toBe(0);
    expect(over.kinds).toEqual(['nullReturned']);
    const served = new PlainMachine();
    served.fallback = true;
    expect(
      served.run(1, [
        ['malloc', 0, 2 ** 40],
        ['malloc', 1, 8],
      ]),
    ).toBe(2);
    expect(served.counters[C.libcFallbacks]).toBe(1);
    expect(served.ledger.mapped[B.other]).toBe(2 ** 40 + 4096);
    served.run(1, [
      ['realloc', 0, 10],
      ['free', 0],
    ]);
    expect(served.problems()).toEqual([]);
  });
});

describe('growth and its reason', () => {
  it('is first use, then exhaustion, then fragmentation, which names the free chunks', () => {
    const machine = new PlainMachine({ brkStep: 4, trimTop: 0 });
    machine.run(
      1,
      [0, 1, 2, 3, 4, 5, 6, 7].map((slot) => ['malloc', slot, 480]),
    );
    machine.run(1, [['malloc', 8, 480]]);
    machine.run(
      1,
      [0, 2, 4, 6].map((slot) => ['free', slot]),
    );
    machine.run(1, [['malloc', 9, 5000]]);
    machine.run(1, [
      ['malloc', 10, 1000],
      ['malloc', 11, 1500],
      ['malloc', 12, 1900],
    ]);
    const grown = [];
    for (let seq = 0; seq < machine.events.next; seq++) {
      const event = machine.events.get(seq);
      if (event?.kind !== 'superslabMapped') continue;
      grown.push([event.b, event.cause < 0 ? undefined : machine.events.get(event.cause)?.kind]);
    }
    expect(grown[0]).toEqual([NEED.firstUse, undefined]);
    expect(grown[1]).toEqual([NEED.exhausted, 'noFit']);
    expect(grown.at(-1)).toEqual([NEED.fragmented, 'noFit']);
    const last = machine.events.get(machine.events.next - 2);
    expect(last).toMatchObject({ kind: 'noFit', subject: 1900, a: 120, b: 4 });
  });
});

describe('the map', () => {
  const columns = (rows: number): SpanColumns => ({
    state: new Uint8Array(rows),
    cls: new Uint8Array(rows),
    chain: new Uint8Array(rows),
    flags: new Uint8Array(rows),
    slabs: new Uint8Array(rows),
    live: new Uint32Array(rows),
    believed: new Uint32Array(rows),
    capacity: new Uint32Array(rows),
    queued: new Uint32Array(rows),
    owner: new Int32Array(rows),
    born: new Uint32Array(rows),
  });

  it('has a row for every 64 KiB, and each its state', () => {
    const machine = new PlainMachine({ brkStep: 64, trimTop: 0 });
    const { allocator } = machine;
    machine.run(1, [
      ['malloc', 0, 65_536 - 32],
      ['malloc', 1, 65_536 - 16],
      ['malloc', 2, 65_536],
      ['malloc', 3, 100],
      ['malloc', 4, 64 * 1024 * 4],
    ]);
    machine.run(1, [
      ['free', 1],
      ['free', 4],
    ]);
    const drawn = columns(allocator.rows);
    allocator.fillColumns(drawn, 0, allocator.rows);
    expect([...drawn.state]).toEqual([
      HP.full,
      HP.vacant,
      HP.full,
      HP.holed,
      HP.top,
      HP.top,
      HP.top,
      HP.top,
    ]);
    expect(drawn.live.reduce((sum, live) => sum + live, 0)).toBe(3);
    expect(allocator.whyNot({ act: 'trim', subject: 1, amount: 0 })).toMatch(/Only the top/);
    expect(allocator.whyNot({ act: 'trim', subject: 5, amount: 0 })).toBeUndefined();
    allocator.act({ act: 'trim', subject: 5, amount: 0 }, 7);
    expect(allocator.inspectSpan(5)).toBeUndefined();
    expect(machine.problems()).toEqual([]);
  });

  it('lists chunks of unequal size', () => {
    const machine = new PlainMachine();
    const { allocator } = machine;
    machine.run(1, [
      ['malloc', 0, 100],
      ['malloc', 1, 500],
      ['malloc', 2, 24],
    ]);
    machine.run(1, [['free', 1]]);
    const detail = allocator.inspectBlocks(0, 0);
    expect(detail).toMatchObject({ span: 0, headerBytes: 8 });
    expect(detail && [...detail.states].map((state) => BLOCK_STATES[state])).toEqual([
      'live',
      'free',
      'live',
    ]);
    expect(detail && [...detail.requested]).toEqual([100, 0, 24]);
    expect(detail).toMatchObject({
      offsets: Float64Array.of(8, 136, 664),
      bytes: Float64Array.of(128, 528, 48),
    });
    expect(allocator.inspectSpan(0)).toMatchObject({ live: 2, capacity: 3, state: 'holed' });
    expect(allocator.inspectBlocks(1, 1)).toBeUndefined();
  });
});

it('gives the same state however calls are sliced and after a restore', () => {
  type Op = readonly [keyof typeof OP, number, number];
  const opArb: fc.Arbitrary<Op> = fc.tuple(
    fc.constantFrom<'malloc' | 'free' | 'calloc' | 'realloc'>(
      'malloc',
      'free',
      'calloc',
      'realloc',
    ),
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 1, max: 4000 }),
  );
  /** Leaves out what a program would not do: fill a slot twice. */
  const legal = (ops: readonly Op[]): Op[] => {
    const full = new Set<number>();
    return ops.filter(([kind, slot]) => {
      if ((kind === 'malloc' || kind === 'calloc') && full.has(slot)) return false;
      if (kind === 'free') full.delete(slot);
      else full.add(slot);
      return true;
    });
  };
  fc.assert(
    fc.property(fc.array(opArb, { maxLength: 80 }), fc.nat(80), (drawn, cut) => {
      const ops = legal(drawn);
      const knobs = { ...COSTS, brkStep: 4, trimTop: 4 };
      const whole = new PlainMachine(knobs);
      whole.run(1, ops);
      const sliced = new PlainMachine(knobs);
      for (const op of ops) sliced.run(1, [op]);
      expect(sliced.digest()).toBe(whole.digest());
      expect(whole.problems()).toEqual([]);
      const again = new PlainMachine(knobs);
      again.run(1, ops.slice(0, cut));
      const saved = again.allocator.snapshot();
      const space = again.space.snapshot();
      const locks = again.locks.snapshot();
      const counters = again.counters.slice();
      const clock = again.threads.clock.slice();
      again.run(1, ops.slice(cut));
      again.space.restore(space);
      again.locks.restore(locks);
      again.allocator.restore(saved);
      again.counters.set(counters);
      again.threads.clock.set(clock);
      again.run(1, ops.slice(cut));
      expect(again.problems()).toEqual([]);
      expect(again.digest()).toBe(whole.digest());
      expect(again.ledger).toEqual(whole.ledger);
    }),
    cases(600),
  );
});
