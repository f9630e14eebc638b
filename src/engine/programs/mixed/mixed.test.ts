import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import { ReferenceRun } from '../testing/reference.ts';
import { SPELL } from './mixed.ts';

const start = (knobs: Partial<KnobValues>): ReferenceRun =>
  new ReferenceRun(programOf(resolveKnobs(knobs)));

describe('random mixed', () => {
  it('fills half of the working set and stays there, each thread in its own part', () => {
    const run = start({ workload: 'random-mixed', threads: 4, workingSet: 4000 });
    for (let i = 0; i < 100; i++) for (const chain of run.ready()) run.stretch(chain, 512);
    expect(Math.abs(run.live - 2000)).toBeLessThan(100);
    expect(run.remoteFrees).toBe(0);
    expect(run.peak).toBeLessThan(2200);
    for (const chain of [1, 2, 3, 4]) {
      const slots = run.owner.flatMap((owner, slot) => (owner === chain ? [slot] : []));
      expect(Math.min(...slots)).toBeGreaterThanOrEqual((chain - 1) * 1000);
      expect(Math.max(...slots)).toBeLessThan(chain * 1000);
    }
  });

  it('counts allocations as operations, with the frees before them', () => {
    const run = start({ workload: 'random-mixed', threads: 1, workingSet: 256 });
    for (let i = 0; i < 50; i++) run.stretch(1, 100);
    expect(run.ops[1]).toBe(run.mallocs);
    expect(run.mallocs + run.frees).toBe(5000);
  });

  it('asks for sizes of its range, up to a million blocks', () => {
    const run = start({
      workload: 'random-mixed',
      threads: 64,
      workingSet: 1_000_000,
      minSize: 100,
      maxSize: 200,
    });
    let least = Infinity;
    let largest = 0;
    run.onMalloc = (_chain, _slot, size) => {
      least = Math.min(least, size);
      largest = Math.max(largest, size);
    };
    for (const chain of run.ready()) run.stretch(chain, 500);
    expect([least, largest]).toEqual([100, 199]);
    expect(run.program.maxSlots).toBe(1_000_000);
  });
});

describe('soak', () => {
  it('has bursts, frees a share of its blocks, and then does nothing for a while', () => {
    const knobs = { workload: 'soak', threads: 1, workingSet: 1000, spellOps: 3000 } as const;
    const run = start({ ...knobs, quietMs: 200, quietFree: 30 });
    const marks: { mark: number; ops: number; live: number; slept: number }[] = [];
    run.onMark = (chain, mark) =>
      marks.push({ mark, ops: run.ops[chain], live: run.live, slept: run.slept[chain] });
    for (let i = 0; i < 4000; i++) run.stretch(1, 100);
    const spells = marks.slice(0, -2).flatMap((quiet, i) => {
      if (quiet.mark !== SPELL.quiet) return [];
      const [burst, next] = [marks[i + 1], marks[i + 2]];
      return [
        {
          kept: burst.live / quiet.live,
          slept: burst.slept - quiet.slept,
          ops: next.ops - burst.ops,
        },
      ];
    });
    expect(spells.length).toBeGreaterThan(40);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(Math.abs(mean(spells.map(({ kept }) => kept)) - 0.7)).toBeLessThan(0.02);
    expect(Math.abs(mean(spells.map(({ slept }) => slept)) - 200_000)).toBeLessThan(25_000);
    expect(Math.abs(mean(spells.map(({ ops }) => ops)) - 3000)).toBeLessThan(400);
    for (const { slept, ops } of spells) {
      expect(slept).toBeGreaterThanOrEqual(100_000);
      expect(slept).toBeLessThanOrEqual(300_000);
      expect(ops).toBeGreaterThanOrEqual(1500);
      expect(ops).toBeLessThanOrEqual(4500);
    }
  });

  it('is longer quiet as soon as that is turned, without a new start', () => {
    const knobs = resolveKnobs({ workload: 'soak', threads: 1, workingSet: 300, spellOps: 10 });
    const run = new ReferenceRun(programOf(knobs));
    for (let i = 0; i < 30; i++) run.stretch(1, 100);
    knobs.quietMs = 60_000;
    run.program.knobChanged();
    const slept = run.slept[1];
    for (let i = 0; i < 30; i++) run.stretch(1, 20);
    expect(run.slept[1] - slept).toBeGreaterThan(30_000_000);
  });
});
