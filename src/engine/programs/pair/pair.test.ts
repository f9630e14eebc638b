import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../base/testing/fuzz.ts';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { LRAN2_STATE, lran2, lran2Init } from '../larson/lran2.ts';
import { ReferenceRun } from '../testing/reference.ts';

const pair = (knobs: Partial<KnobValues> = {}): ReferenceRun =>
  new ReferenceRun(
    programOf(
      resolveKnobs({ workload: 'pair', minSize: 2048, maxSize: 8192, window: 8, ...knobs }),
    ),
  );
/** A whole operation: allocation, then the free that it made due or nothing. */
const operation = (run: ReferenceRun, chain: number): string[] => [
  ...run.stretch(chain, 8),
  ...run.stretch(chain, 8),
];

describe('pair', () => {
  it('frees the oldest of what waits beyond the window, and nothing before', () => {
    const run = pair({ window: 2 });
    const sent: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [malloc, end] = operation(run, 1);
      sent.push(malloc.split(' ')[1]);
      expect(end).toBe('none 0 0 0.');
    }
    expect(operation(run, 2)[1]).toBe(`free ${sent[0]} 0 0.`);
    expect(operation(run, 2)[1]).toBe('none 0 0 0.');
  });

  it('draws sizes from lran2 seeded with the seed and the chain', () => {
    const run = pair({ seed: 40 });
    for (const chain of [1, 2]) {
      const own = new Int32Array(LRAN2_STATE);
      lran2Init(own, 0, 40 + chain - 1);
      for (let i = 0; i < 20; i++)
        expect(operation(run, chain)[0].split(' ')[2]).toBe(`${2048 + (lran2(own, 0) % 6144)}`);
    }
  });

  it('is all remote: each frees only what the other has allocated', () => {
    const run = pair();
    for (let i = 0; i < 500; i++) for (const chain of run.ready()) operation(run, chain);
    expect(run.frees).toBeGreaterThan(900);
    expect(run.remoteFrees).toBe(run.frees);
    // A window each, and the last one that chain 2 sent.
    expect(run.live).toBe(2 * 8 + 1);
  });

  it('makes a sender wait whose receiver does not come, until it has freed one', () => {
    const run = pair({ window: 3 });
    for (let i = 0; i < 200; i++) if (run.ready().includes(1)) operation(run, 1);
    // Twice the window and 64 may wait; one more was under way.
    expect(run.ops[1]).toBe(2 * 3 + 64 + 1);
    expect(run.ready()).toEqual([2]);
    operation(run, 2);
    expect(run.ready()).toEqual([1, 2]);
  });

  it('goes on alone when the partner is killed, and frees what waited for the dead', () => {
    const run = pair({ window: 3 });
    for (let i = 0; i < 200; i++) if (run.ready().includes(1)) operation(run, 1);
    const waiting = run.live;
    expect(waiting).toBeGreaterThan(60);
    run.killNow(2);
    const before = run.frees;
    for (let i = 0; i < 300; i++) {
      expect(run.ready()).toEqual([1]);
      operation(run, 1);
      // Two for each that it allocates, until no more than the window wait.
      expect(run.live).toBe(Math.max(3, waiting - 1 - i));
    }
    expect(run.frees - before).toBe(waiting + 300 - 3);
  });

  it('leaves nothing in the hands of one that is killed between its allocation and its free', () => {
    const run = pair({ window: 2 });
    for (let i = 0; i < 20; i++) for (const chain of run.ready()) operation(run, chain);
    // The allocation of an operation whose free is decided on and not done.
    expect(run.stretch(2, 1)[0]).toMatch(/^malloc/);
    run.killNow(2);
    for (let i = 0; i < 50; i++) operation(run, 1);
    expect(run.owner.filter((owner) => owner === 2)).toEqual([]);
    expect(run.live).toBe(2);
  });
});

describe('wakers', () => {
  const wakers = (knobs: Partial<KnobValues> = {}): ReferenceRun =>
    pair({ workload: 'wakers', wakers: 2, wakePeriod: 5, burst: 3, hold: 4, ...knobs });

  it('sleep until each of the pair has done the period, allocate a burst and sleep again', () => {
    const run = wakers();
    expect(run.stretch(3, 8)).toEqual([]);
    for (let i = 0; i < 5; i++) operation(run, 1);
    expect(run.ready()).toEqual([1, 2, 4]);
    for (let i = 0; i < 5; i++) operation(run, 2);
    expect(run.ready()).toEqual([1, 2, 3, 4]);
    for (let i = 0; i < 3; i++) expect(operation(run, 3)).toHaveLength(2);
    expect(run.stretch(3, 8)).toEqual([]);
  });

  it('keep at most what they may hold, and free their own', () => {
    const run = wakers();
    const freed = new Map<number, number>();
    run.onFree = (chain, slot) => {
      if (chain < 3) return;
      freed.set(chain, (freed.get(chain) ?? 0) + 1);
      expect(run.owner[slot]).toBe(chain);
    };
    for (let i = 0; i < 104; i++) for (const chain of run.ready()) operation(run, chain);
    for (const chain of [3, 4]) {
      expect(run.owner.filter((owner) => owner === chain)).toHaveLength(4);
      expect(run.ops[chain]).toBe((freed.get(chain) ?? 0) + 4);
      expect(run.ops[chain]).toBe(3 * 20);
    }
  });

  it('wake sooner when the period is shortened while they sleep', () => {
    const knobs = resolveKnobs({ workload: 'wakers', wakers: 1, wakePeriod: 1000, burst: 1 });
    const run = new ReferenceRun(programOf(knobs));
    const both = (): void => {
      for (const chain of [1, 2]) operation(run, chain);
    };
    for (let i = 0; i < 10; i++) both();
    expect(run.stretch(3, 8)).toEqual([]);
    knobs.wakePeriod = 2;
    run.program.knobChanged();
    both();
    expect(run.stretch(3, 8)).toEqual([]);
    both();
    expect(run.stretch(3, 8)).toHaveLength(1);
  });

  it('wake with the survivor when one of the pair is killed', () => {
    const run = wakers();
    run.killNow(2);
    for (let i = 0; i < 5; i++) operation(run, 1);
    expect(run.ready()).toEqual([1, 3, 4]);
  });

  it('free what they hold, and what waited for the pair, when both of the pair are killed', () => {
    const run = wakers();
    for (let i = 0; i < 104; i++) for (const chain of run.ready()) operation(run, chain);
    for (const chain of [1, 2]) run.killNow(chain);
    for (let i = 0; run.ready().length > 0 && i < 500; i++)
      for (const chain of run.ready()) operation(run, chain);
    expect(run.live).toBe(0);
    expect(run.program.sleeps(3)).toBe(true);
    expect(run.ready()).toEqual([]);
  });

  it('do what a user’s burst asks of a sleeper, and sleep again', () => {
    const run = wakers({ wakePeriod: 1000 });
    expect(run.stretch(3, 8)).toEqual([]);
    expect(run.program.sleeps(3)).toBe(true);
    expect(run.program.wake(3, 7)).toBe(true);
    for (let i = 0; i < 7; i++) expect(operation(run, 3)).toHaveLength(2);
    expect(run.stretch(3, 8)).toEqual([]);
    run.killNow(3);
    expect(run.program.wake(3, 7)).toBe(false);
  });

  it('are the only sleepers: one of the pair that waits stands in line', () => {
    const run = wakers({ window: 1 });
    for (let i = 0; i < 100; i++) if (run.ready().includes(1)) operation(run, 1);
    expect(run.waits[1]).toBe(true);
    expect(run.program.sleeps(1)).toBe(false);
    expect(run.program.wake(1, 5)).toBe(false);
  });
});

describe('whoever is killed, and whenever', () => {
  it('the others free what was handed over', () => {
    fc.assert(
      fc.property(
        fc.record({
          window: fc.integer({ min: 1, max: 8 }),
          wakers: fc.integer({ min: 0, max: 3 }),
          wakePeriod: fc.integer({ min: 1, max: 9 }),
          burst: fc.integer({ min: 1, max: 5 }),
          hold: fc.integer({ min: 0, max: 6 }),
        }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 }),
        fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
        (knobs, turns, whose) => {
          const run = pair({ workload: 'wakers', ...knobs });
          for (const turn of turns) {
            const ready = run.ready();
            run.stretch(ready[turn % ready.length], 1 + (turn % 3));
          }
          for (const who of whose) run.killNow(1 + (who % (run.program.chains - 1)));
          // The dead sleepers keep what they held.
          const kept = run.owner.map((owner) => owner > 2 && !run.running[owner]);
          for (let i = 0; i < 1500; i++) {
            const ready = run.ready();
            if (ready.length === 0) break;
            run.stretch(ready[i % ready.length], 8);
          }
          const { window, wakers, hold } = knobs;
          const pairs = [1, 2].filter((chain) => run.running[chain]).length;
          const sleepers = Array.from({ length: wakers }, (_, i) => run.running[3 + i]);
          const living = sleepers.filter((lives) => lives).length;
          if (pairs + living === 0) return;
          const held = run.owner.filter((owner, slot) => owner >= 0 && !kept[slot]).length;
          const handed = pairs === 2 ? 2 * (2 * window + 64 + 3) : pairs * (window + 3);
          expect(held).toBeLessThanOrEqual(handed + (pairs > 0 ? living * (hold + 2) : 0));
        },
      ),
      cases(200),
    );
  });
});
