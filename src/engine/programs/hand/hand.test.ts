import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HAND_ACTS } from '../../interventions.ts';
import { resolveKnobs } from '../../knobs/index.ts';
import { programOf } from '../create.ts';
import type { HandCall } from '../program.ts';
import { ReferenceRun } from '../testing/reference.ts';
import { parseStart } from './sizes.ts';

const start = (handStart: string, handThreads = 3): ReferenceRun =>
  new ReferenceRun(programOf(resolveKnobs({ workload: 'by-hand', handStart, handThreads })));
const handOf = (run: ReferenceRun) => {
  const { byHand } = run.program;
  if (!byHand) throw new Error('no hand');
  return byHand;
};
const call = (act: HandCall['act'], chain: number, slot: number, bytes = 0): HandCall => ({
  act,
  chain,
  slot,
  bytes,
});
const give = (run: ReferenceRun, ...calls: HandCall[]): void => {
  for (const each of calls) {
    expect(handOf(run).whyNot(each)).toBeUndefined();
    handOf(run).give(each, 0);
  }
};
/** Asks the threads in turn until nobody has anything more to do. */
function carryOut(run: ReferenceRun): string[] {
  const done: string[] = [];
  for (let chain = run.ready()[0]; chain !== undefined; chain = run.ready()[0])
    for (const text of run.stretch(chain, 9)) done.push(`${chain}: ${text}`);
  return done;
}

describe('what the slots hold at the start', () => {
  it('is a size for each: in brackets freed again, a dash for nothing', () => {
    expect(parseStart('64, (2K)  - 1m')).toEqual({
      ok: true,
      value: [
        { bytes: 64, freed: false },
        { bytes: 2048, freed: true },
        { bytes: 0, freed: false },
        { bytes: 1_048_576, freed: false },
      ],
    });
    expect(parseStart('')).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['1 2 3 4 5 6 7 8 9 10 11', /10 slots, not 11/],
    ['64 (x)', /“\(x\)” is no size/],
    ['(64', /“\(64” is no size/],
    ['0', /“0” is not within 1 B to 16 MiB/],
    ['17M', /not within/],
    ['-5', /no size/],
  ])('“%s” is told what is wrong with it', (text, pattern) => {
    const parsed = parseStart(text);
    expect(parsed.ok ? '' : parsed.error.message).toMatch(pattern);
  });

  it('is allocated by thread 1, and the holes are made last', () => {
    const run = start('10 (20) - 30');
    expect(run.live).toBe(2);
    expect([...handOf(run).bytes.subarray(0, 5)]).toEqual([10, 0, 0, 30, 0]);
    expect([...handOf(run).by.subarray(0, 4)]).toEqual([1, 0, 0, 1]);
  });
});

describe('calls', () => {
  it('are carried out in the order in which they came, by whichever thread', () => {
    const run = start('');
    give(run, call('malloc', 2, 0, 50), call('free', 1, 0), call('malloc', 3, 0, 70));
    give(run, call('realloc', 1, 0, 80));
    expect(carryOut(run)).toEqual([
      '2: malloc 0 50 0.',
      '1: free 0 0 0.',
      '3: malloc 0 70 0.',
      '1: realloc 0 80 0.',
    ]);
    expect(handOf(run)).toMatchObject({ due: undefined });
    expect([handOf(run).bytes[0], handOf(run).by[0]]).toEqual([80, 1]);
  });

  it('are refused with a reason, as things will stand when it is their turn', () => {
    const run = start('10 -', 2);
    const why = (...of: Parameters<typeof call>): string | undefined =>
      handOf(run).whyNot(call(...of));
    expect(why('malloc', 1, 0, 5)).toBe('p0 holds a block of 10 B: free it first, or realloc it.');
    expect(why('free', 1, 1)).toBe('p1 is empty: there is nothing to free.');
    expect(why('realloc', 1, 1, 5)).toBe('p1 is empty: there is nothing to resize.');
    expect(why('malloc', 3, 1, 5)).toBe('There is no thread 3.');
    expect(why('malloc', 1, 10, 5)).toBe('There is no slot p10.');
    give(run, call('free', 2, 0), call('malloc', 1, 1, 7));
    expect(why('free', 1, 0)).toBe('p0 is empty: there is nothing to free.');
    expect(why('malloc', 1, 1, 9)).toMatch(/^p1 holds a block of 7 B/);
    // Instead of what was given at this operation, not after it.
    expect(handOf(run).whyNot(call('malloc', 1, 1, 9), 0)).toBeUndefined();
    expect(handOf(run).whyNot(call('malloc', 1, 0, 9), 0)).toMatch(/^p0 holds/);
    run.killNow(2);
    expect(why('malloc', 2, 5, 1)).toBe('Thread 2 has ended.');
  });

  it('of a thread that has ended are made by nobody, nor are those that needed them', () => {
    const run = start('', 2);
    give(run, call('malloc', 1, 0, 1), call('malloc', 2, 1, 2), call('free', 1, 1));
    give(run, call('malloc', 1, 1, 3), call('realloc', 1, 0, 4));
    run.killNow(2);
    expect(carryOut(run)).toEqual(['1: malloc 0 1 0.', '1: malloc 1 3 0.', '1: realloc 0 4 0.']);
  });

  it('are legal whatever is pressed, and go on from the words of the program', () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          act: fc.constantFrom(...HAND_ACTS),
          chain: fc.integer({ min: 0, max: 4 }),
          slot: fc.integer({ min: 0, max: 3 }),
          bytes: fc.integer({ min: 1, max: 100 }),
        }),
      },
      { weight: 3, arbitrary: fc.constantFrom('go', 'vain', 'words') },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const knobs = resolveKnobs({ workload: 'by-hand', handStart: '5 (6)', handThreads: 3 });
        const run = new ReferenceRun(programOf(knobs));
        for (const each of steps) {
          if (typeof each === 'number') run.killNow(each);
          else if (each === 'words') {
            const other = programOf(knobs);
            other.restore(run.program.words());
            run.goOnWith(other);
          } else if (typeof each === 'string') {
            const [chain] = run.ready();
            if (chain !== undefined) run.stretch(chain, 3, () => (each === 'go' ? 1 : 0));
          } else {
            const bytes = each.act === 'free' ? 0 : each.bytes;
            if (handOf(run).whyNot({ ...each, bytes }) === undefined)
              handOf(run).give({ ...each, bytes }, 0);
          }
          const held = handOf(run).bytes.reduce((sum, bytes) => sum + bytes, 0);
          expect(held).toBe(run.liveBytes);
        }
      }),
    );
  });
});
