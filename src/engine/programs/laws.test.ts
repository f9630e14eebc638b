import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import {
  KNOB_IDS,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  programsOfKnob,
  resolveKnobs,
  whyInapplicable,
} from '../knobs/index.ts';
import { programOf } from './create.ts';
import { chainsOf, PROGRAM_IDS, type ProgramId, programDef } from './index.ts';
import { MAX_CHAINS, OP_WORDS, type Program, setUp } from './program.ts';
import { opTexts, ReferenceRun } from './testing/reference.ts';
import { BASE, otherOf, small } from './testing/settings.ts';

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

describe.each(PROGRAM_IDS)('%s', (id) => {
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

  it('writes the same records whatever is drawn at a time and taken back', {
    tags: ['slow'],
  }, () => {
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

  it('goes on from its words as if nothing had been', { tags: ['slow'] }, () => {
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
        for (const { who, most } of chains.length > 0 ? after : []) {
          const chain = chains[who % chains.length];
          expect(drawAll(other.program, chain, most)).toEqual(drawAll(run.program, chain, most));
        }
        expect(other.program.words()).toEqual(run.program.words());
      }),
    );
  });

  it('writes a record again as it was when it was taken back, whatever others did meanwhile', () => {
    fc.assert(
      fc.property(small, stretches, fc.nat(30), (knobs, turns, whose) => {
        const run = start(id, knobs);
        const chain = 1 + (whose % (run.program.chains - 1));
        let seen: string[] = [];
        for (const { who, most, used } of turns) {
          const drawn = drawInVain(run.program, chain, 1);
          if (seen.length > 0) expect(drawn).toEqual(seen);
          seen = drawn;
          const other = next(run, who);
          if (other === undefined) break;
          const texts = run.stretch(other, most, () => used);
          if (other === chain && texts.length > 0) seen = [];
        }
      }),
    );
  });

  it('asks the same of a chain whatever the others did, while it says so', {
    tags: ['slow'],
  }, () => {
    // Under few settings of a program that can hand over is nobody to hand over to.
    const many = fc.array(small, { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(many, stretches, fc.nat(30), (settings, turns, whose) => {
        const knobs = settings.find((some) => programOf(resolved(id, some)).independent);
        if (knobs === undefined) return;
        const run = start(id, knobs);
        const chain = 1 + (whose % (run.program.chains - 1));
        const said: string[] = [];
        for (const { who, most, used } of turns) {
          const turned = next(run, who);
          if (turned === undefined) break;
          const texts = run.stretch(turned, most, () => used);
          if (turned === chain) said.push(...texts);
        }
        const alone = start(id, knobs);
        const again: string[] = [];
        while (again.length < said.length && alone.running[chain])
          again.push(...alone.stretch(chain, 1));
        expect(again).toEqual(said);
      }),
      cases(600),
    );
  });

  it('takes knobs that are turned while it runs, and goes on the same from its words then', {
    tags: ['slow'],
  }, () => {
    const live = KNOB_IDS.filter(
      (knob) => programsOfKnob(knob)?.includes(id) && knobDef(knob).apply === 'live',
    );
    const turn = fc.tuple(fc.nat(60), fc.nat(), fc.nat());
    fc.assert(
      fc.property(small, stretches, fc.array(turn, { maxLength: 6 }), (knobs, turns, changes) => {
        const values = resolved(id, knobs);
        const copied = { ...values };
        const run = new ReferenceRun(programOf(values));
        for (const [i, { who, most, used }] of turns.entries()) {
          for (const [when, which, to] of changes) {
            if (when !== i || live.length === 0) continue;
            const knob = live[which % live.length];
            const value = { [knob]: valueOfKnob(knob, to) };
            Object.assign(values, value);
            Object.assign(copied, value);
            run.program.knobChanged();
          }
          const chain = next(run, who);
          if (chain === undefined) break;
          run.stretch(chain, most, () => used);
        }
        expect(run.live).toBeLessThanOrEqual(run.program.maxSlots);
        const other = programOf(copied);
        setUp(other, { malloc: () => {}, free: () => {}, start: () => true });
        other.restore(run.program.words());
        for (const [chain, running] of run.running.entries())
          if (running) expect(drawAll(other, chain, 9)).toEqual(drawAll(run.program, chain, 9));
        expect(other.words()).toEqual(run.program.words());
      }),
    );
  });

  it('has sleepers only among those that wait, and wakes them for as long as they are to work', () => {
    fc.assert(
      fc.property(small, stretches, fc.integer({ min: 1, max: 5 }), (knobs, turns, ops) => {
        const run = start(id, knobs);
        for (const { who, most, used } of turns) {
          const chain = next(run, who);
          if (chain === undefined) break;
          run.stretch(chain, most, () => used);
          if (!run.waits[chain] || !run.running[chain]) continue;
          const done = run.ops[chain];
          if (!run.program.sleeps(chain) || !run.program.wake(chain, ops)) continue;
          while (run.ops[chain] < done + ops && run.stretch(chain, 1).length > 0);
          // It may come to stand in line for others.
          if (run.waits[chain]) expect(run.program.sleeps(chain)).toBe(false);
          else expect(run.ops[chain]).toBe(done + ops);
        }
      }),
    );
  });

  it('has nobody stand in line when nobody can go on, even after deaths', () => {
    const death = fc.tuple(fc.nat(300), fc.nat(10));
    fc.assert(
      fc.property(small, fc.nat(), fc.array(death, { maxLength: 2 }), (knobs, seed, deaths) => {
        const run = start(id, knobs);
        let turn = seed % 1000;
        for (let i = 0; i < 300; i++) {
          for (const [when, whose] of deaths)
            if (when === i) run.killNow(1 + (whose % (run.program.chains - 1)));
          turn = (turn * 613 + 101) % 1009;
          const chain = next(run, turn);
          if (chain === undefined) break;
          run.stretch(chain, 1 + (turn % 7), () => (turn % 5 === 0 ? 0 : 7));
        }
        expect(run.program.slots).toBeLessThanOrEqual(run.program.maxSlots);
        // Who waits for the user's hand sleeps in no program's sense.
        if (run.ready().length > 0 || run.program.byHand) return;
        for (const [chain, running] of run.running.entries())
          if (running) expect(run.program.sleeps(chain)).toBe(true);
      }),
      cases(300),
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
  });
});

/** A legal value of a knob, chosen by a number. */
function valueOfKnob(id: KnobId, by: number): KnobValue {
  const def = knobDef(id);
  switch (def.kind) {
    case 'bool':
      return by % 2 === 0;
    case 'enum':
      return def.options[by % def.options.length];
    case 'number':
      return def.min + (by % (1 + Math.min(def.max - def.min, 20)));
    case 'text':
      return def.default;
  }
}

/** Draws records and takes all of them back. */
function drawInVain(program: Program, chain: number, most: number): string[] {
  const ops = new Int32Array(most * OP_WORDS);
  const drawn = program.fill(chain, ops, 0, most);
  program.settle(chain, 0);
  return opTexts(ops, 0, drawn);
}

/** Draws and settles records without carrying them out. */
function drawAll(program: Program, chain: number, most: number): string[] {
  const ops = new Int32Array(most * OP_WORDS);
  const drawn = program.fill(chain, ops, 0, most);
  program.settle(chain, drawn);
  return opTexts(ops, 0, drawn);
}

describe('knobs of programs', () => {
  /** What the threads ask for when some come more often than others. */
  const asked = (knobs: Partial<KnobValues>): string => {
    const run = new ReferenceRun(programOf(resolveKnobs(BASE, knobs)));
    const said: string[] = [`${run.live}`];
    for (let i = 0; i < 4000; i++) {
      const chain = next(run, (i * i) % 13);
      if (chain === undefined) break;
      said.push(`${chain}: ${run.stretch(chain, 2).join(' ')}`);
    }
    return said.join('\n');
  };
  const pairs = KNOB_IDS.flatMap((knob) =>
    (programsOfKnob(knob) ?? []).map((program) => [knob, program] as const),
  );

  it.each(pairs)('%s changes what the threads of %s ask for', (knob, workload) => {
    const [value, context] = otherOf(knob);
    const settings = { ...context, workload };
    expect(asked({ ...settings, [knob]: value })).not.toBe(asked(settings));
  });

  it.each(PROGRAM_IDS)('that are said to have no effect on %s have none', (workload) => {
    const decisive = KNOB_IDS.filter((knob) => programsOfKnob(knob) !== undefined);
    fc.assert(
      fc.property(small, fc.constantFrom(...decisive), fc.nat(30), (knobs, knob, by) => {
        const settings = resolved(workload, knobs);
        const turned = { ...settings, [knob]: valueOfKnob(knob, by) };
        const reason = whyInapplicable(knob, settings);
        if (reason === undefined || reason !== whyInapplicable(knob, turned)) return;
        const few = (values: KnobValues): string[] => {
          const run = new ReferenceRun(programOf(values));
          return Array.from({ length: 60 }, (_, i) => {
            const chain = next(run, (i * i) % 13);
            return chain === undefined ? '' : run.stretch(chain, 3).join(' ');
          });
        };
        expect(few(turned)).toEqual(few(settings));
      }),
      cases(200),
    );
  });
});

describe('the list of programs', () => {
  it('has no program of an unknown name', () => {
    expect(() => programDef('nothing')).toThrow('no program "nothing"');
    expect(() => programDef('toString')).toThrow();
  });

  it('has no name twice, in one folder or in two', () => {
    const folders = import.meta.glob<{ DEFS: object }>('./*/def.ts', { eager: true });
    const names = Object.values(folders).flatMap(({ DEFS }) => Object.keys(DEFS));
    expect(names.sort()).toEqual([...PROGRAM_IDS].sort());
  });
});
