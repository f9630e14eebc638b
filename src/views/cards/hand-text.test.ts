import { describe, expect, it } from 'vitest';
import type { Intervention } from '../../engine/interventions.ts';
import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { createSimulation } from '../../engine/simulation.ts';
import type { HandDone } from '../../engine/types.ts';
import { handTable } from './hand-table.ts';
import {
  becameText,
  countedTexts,
  doneText,
  madeText,
  servedText,
  whereText,
} from './hand-text.ts';

const run = (knobs: Partial<KnobValues>) => {
  const sim = createSimulation(
    resolveKnobs({ workload: 'by-hand', timeBase: 'costs', dtvBytes: 0 }, knobs),
    { eventCapacity: 64 },
  );
  const call = (act: Intervention['act'], slot: number, amount = 0, subject = 1): HandDone => {
    sim.act({ act, subject, slot, amount });
    sim.advance(1);
    const done = sim.readHand()?.latest;
    if (!done) throw new Error('nothing was called');
    return done;
  };
  return { sim, call };
};
const FIRST = { model: 'firstfit', handStart: '100 (300) 50' } as const;

describe('what is said of a call', () => {
  it('is the call as C has it, where the block is, and what was counted', () => {
    const { call } = run(FIRST);
    const done = call('malloc', 1, 120);
    expect(madeText(done)).toBe('p1 = malloc(120) by thread 1');
    expect(becameText(done)).toMatch(/^At 0x[0-9a-f]+, 128 B usable\.$/);
    expect(servedText(done, 'firstfit')).toBe('from the list');
    expect(countedTexts(done, 'firstfit')).toContain('chunks split: 1');
    expect(countedTexts(done, 'firstfit').join()).not.toContain('mallocs');
    expect(doneText(done, 'firstfit')).toMatch(
      /^p1 = malloc\(120\) by thread 1\. At 0x.*; chunks split: 1.*\. It took \d+ ns\.$/,
    );
  });

  it('tells a block that stays from one that moves, and says what is copied', () => {
    const { call } = run(FIRST);
    const grown = call('realloc', 0, 200);
    expect(becameText(grown)).toMatch(/^It stays at 0x[0-9a-f]+, 208 B usable\.$/);
    expect(servedText(grown, 'firstfit')).toBeUndefined();
    const moved = call('realloc', 0, 5000);
    expect(becameText(moved)).toMatch(/^It moves from 0x\w+ to 0x\w+, .*: 200 B are copied\.$/);
    expect(servedText(moved, 'firstfit')).toBe('off the top');
    const freed = call('free', 2, 0, 2);
    expect(madeText(freed)).toBe('free(p2) by thread 2');
    expect(becameText(freed)).toMatch(/^64 B at 0x[0-9a-f]+ are free\.$/);
    expect(servedText(freed, 'firstfit')).toBeUndefined();
  });

  it('says what the C library has', () => {
    const { sim, call } = run({ model: 'tiny', handStart: '100' });
    const out = call('realloc', 0, 60_000);
    expect(becameText(out)).toMatch(/^The C library has it/);
    expect(whereText(sim.readHand()?.slots[0] ?? out.before)).toBe('with the C library');
    const back = call('realloc', 0, 30);
    expect(becameText(back)).toMatch(/^It moves from the C library to 0x/);
    expect(becameText(call('malloc', 1, 60_000))).toMatch(/^The C library has it/);
    expect(becameText(call('free', 1))).toBe('The C library takes it back.');
  });
});

describe('the table of pointers', () => {
  it('has every pointer, and the holes of a heap without classes', () => {
    const { sim } = run(FIRST);
    const { head, rows } = handTable(() => sim.readHand());
    const table = rows({} as never);
    expect(table).toHaveLength(11);
    for (const row of table) expect(row).toHaveLength(head.length);
    expect(table[0].slice(0, 4)).toEqual(['p0', '100', '112', '128']);
    expect(table[1]).toEqual(['p1', '', '', '', 'empty', '']);
    expect(table[10].slice(0, 4)).toEqual(['a hole', '', '304', '320']);
  });

  it('is empty until the hand has been seen', () => {
    expect(handTable(() => undefined).rows({} as never)).toEqual([]);
  });
});
