import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../knobs/index.ts';
import { chainsOf, PROGRAMS, type ProgramId, programDef, programOf } from './index.ts';
import { MAX_CHAINS, OP_WORDS, type Program } from './program.ts';
import { opTexts, ReferenceRun } from './testing/reference.ts';

/** Small settings under which every stage of a program comes about soon. */
const small: fc.Arbitrary<Partial<KnobValues>> = fc.record({
  threads: fc.integer({ min: 1, max: 4 }),
  chunks: fc.integer({ min: 1, max: 12 }),
  rounds: fc.integer({ min: 1, max: 3 }),
  succession: fc.boolean(),
  minSize: fc.integer({ min: 1, max: 300 }),
  maxSize: fc.integer({ min: 1, max: 300 }),
  seed: fc.integer({ min: 0, max: 2147483647 }),
  window: fc.integer({ min: 1, max: 6 }),
  wakers: fc.integer({ min: 0, max: 3 }),
  wakePeriod: fc.integer({ min: 1, max: 9 }),
  burst: fc.integer({ min: 1, max: 5 }),
  hold: fc.integer({ min: 0, max: 6 }),
});

/** One stretch: whose turn it is among those that can go, records asked for, and how many are used. */
const stretch = fc.record({
  who: fc.nat(1000),
  most: fc.integer({ min: 1, max: 40 }),
  used: fc.nat(40),
});
const stretches = fc.array(stretch, { maxLength: 120 });

const resolved = (id: ProgramId, knobs: Partial<KnobValues>): KnobValues => ({
  ...resolveKnobs(knobs),
  workload: id,
});
const start = (id: ProgramId, knobs: Partial<KnobValues>): ReferenceRun =>
  new ReferenceRun(programOf(resolved(id, knobs)));
const next = (run: ReferenceRun, who: number): number | undefined => {
  const ready = run.ready();
  return ready[who % ready.length];
};

describe.each(Object.keys(PROGRAMS) as ProgramId[])('%s', (id) => {
  it('is legal in any interleaving, and bounded', () => {
    fc.assert(
      fc.property(small, stretches, (knobs, turns) => {
        const run = start(id, knobs);
        for (const { who, most, used } of turns) {
          const chain = next(run, who);
          if (chain === undefined) break;
          run.stretch(chain, most, () => used);
        }
        expect(run.live).toBeLessThanOrEqual(run.program.maxSlots);
      }),
    );
  });

  it('writes the same records whatever is drawn at a time and taken back', () => {
    fc.assert(
      fc.property(small, stretches, (knobs, turns) => {
        // One record at a time, and the same operations with records drawn in vain.
        const plain = start(id, knobs);
        const sliced = start(id, knobs);
        for (const { who, most, used } of turns) {
          const chain = next(sliced, who);
          if (chain === undefined) break;
          const texts = sliced.stretch(chain, most, () => used);
          if (sliced.waits[chain]) expect(plain.stretch(chain, 1)).toEqual([]);
          const single = texts.flatMap(() => plain.stretch(chain, 1));
          expect(single).toEqual(texts);
        }
        expect(plain.program.words()).toEqual(sliced.program.words());
      }),
    );
  });

  it('goes on from its words as if nothing had been', () => {
    fc.assert(
      fc.property(small, stretches, stretches, (knobs, before, after) => {
        const run = start(id, knobs);
        const other = start(id, knobs);
        for (const { who, most, used } of before) {
          const chain = next(run, who);
          if (chain !== undefined) run.stretch(chain, most, () => used);
        }
        const words = run.program.words();
        other.program.restore(words);
        expect(other.program.words()).toEqual(words);
        expect(other.program.slots).toBe(run.program.slots);
        const chains = run.running.flatMap((running, chain) => (running ? [chain] : []));
        for (const { who, most } of after) {
          const chain = chains[who % chains.length];
          expect(drawAll(other.program, chain, most)).toEqual(drawAll(run.program, chain, most));
        }
        expect(other.program.words()).toEqual(run.program.words());
      }),
    );
  });

  it('outlives the death of any chain', () => {
    fc.assert(
      fc.property(small, stretches, fc.nat(60), fc.nat(10), (knobs, turns, when, whose) => {
        const run = start(id, knobs);
        for (const [i, { who, most, used }] of turns.entries()) {
          if (i === when) run.killNow(1 + (whose % (run.program.chains - 1)));
          const chain = next(run, who);
          if (chain === undefined) break;
          run.stretch(chain, most, () => used);
        }
        expect(run.live).toBeLessThanOrEqual(run.program.maxSlots);
      }),
    );
  });

  it('has a definition that agrees with it', () => {
    const knobs = resolved(id, {});
    const def = programDef(id);
    const program = programOf(knobs);
    expect(def.id).toBe(id);
    expect(chainsOf(knobs)).toBe(program.chains);
    expect(program.chains).toBeLessThanOrEqual(MAX_CHAINS);
    expect(new Set(def.knobs).size).toBe(def.knobs.length);
  });
});

/** Draws and settles records without carrying them out. */
function drawAll(program: Program, chain: number, most: number): string[] {
  const ops = new Int32Array(most * OP_WORDS);
  const drawn = program.fill(chain, ops, 0, most);
  program.settle(chain, drawn);
  return opTexts(ops, 0, drawn);
}

describe('the list of programs', () => {
  it('has no program of an unknown name', () => {
    expect(() => programDef('nothing')).toThrow('no program "nothing"');
    expect(() => programDef('toString')).toThrow();
  });
});
