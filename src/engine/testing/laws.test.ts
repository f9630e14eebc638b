// @module-tag slow
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases, some } from '../../base/testing/fuzz.ts';
import { MODEL_IDS, type ModelId } from '../allocators/index.ts';
import {
  defaultKnobs,
  KNOB_IDS,
  type KnobId,
  type KnobValues,
  knobDef,
  modelsOfKnob,
} from '../knobs/index.ts';
import { programOf } from '../programs/create.ts';
import { PROGRAM_IDS, type ProgramId } from '../programs/index.ts';
import type { CounterName } from '../telemetry/counters.ts';
import { GENERAL_HINTS, type HintsModule, type KnobHint } from './hints.ts';
import {
  countsOf,
  editsOf,
  knobsOf,
  lawOfInert,
  lawOfRuns,
  lawOfSeeking,
  lawOfWhen,
  operationsOf,
  settingsArb,
  stepsArb,
  valueArb,
  whereItMatters,
} from './laws.ts';

// Found by their place, so that a new model or program needs no line here.
const OF_MODELS = import.meta.glob<HintsModule>('../allocators/*/testing/hints.ts', {
  eager: true,
});
const OF_PROGRAMS = import.meta.glob<HintsModule>('../programs/*/testing/hints.ts', {
  eager: true,
});
/** Hints for a knob under a model, the model's own first. */
const hintsFor = (model: ModelId, id: KnobId): readonly KnobHint[] =>
  [
    OF_MODELS[`../allocators/${model}/testing/hints.ts`]?.HINTS,
    ...Object.values(OF_PROGRAMS).map(({ HINTS }) => HINTS),
    GENERAL_HINTS,
  ].flatMap((hints) => hints?.[id] ?? []);

const PAIRS: [ModelId, ProgramId][] = MODEL_IDS.flatMap((model) =>
  PROGRAM_IDS.map((program): [ModelId, ProgramId] => [model, program]),
);

describe.each(PAIRS)('%s runs %s', (model, program) => {
  const settings = settingsArb(model, program);
  const steps = stepsArb(model, program);

  it('soundly, alike in any slices, and on from a snapshot', () => {
    fc.assert(
      fc.property(
        settings,
        steps,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 }),
        fc.nat(20),
        lawOfRuns,
      ),
      cases(300),
    );
  });

  it('to where one seeks, from anywhere', () => {
    fc.assert(
      fc.property(
        settings,
        steps,
        fc.array(fc.nat(900), { minLength: 2, maxLength: 4 }),
        (knobs, some, targets) => lawOfSeeking(knobs, editsOf(knobs, some), targets),
      ),
      cases(60),
    );
  });

  it('without an effect of knobs that say they have none', () => {
    const turnArb = fc
      .constantFrom(...knobsOf(model, program))
      .chain((id) => valueArb(id).map((value) => ({ id, value })));
    fc.assert(
      fc.property(settings, turnArb, (knobs, { id, value }) => {
        lawOfWhen(knobs, id, value, 400);
      }),
      cases(200),
    );
  });

  it('to the same counts whatever the quantum', () => {
    for (const orphanPolicy of ['abandon', 'adopt'] as const) {
      const knobs = short(model, program, { timeBase: 'costs', orphanPolicy });
      const first = countsOf({ ...knobs, quantum: 1 }, Infinity);
      for (const quantum of some([16, 64, 1024], 3)) {
        const counts = countsOf({ ...knobs, quantum }, Infinity);
        const differ = [...counts].filter(([name, count]) => {
          const least = first.get(name) ?? 0;
          return Math.abs(count - least) > least * (LOOSE[name] ?? 0);
        });
        expect(differ).toEqual([]);
      }
    }
  });
});

/** Runs that end when their time is up, after some thousand operations. */
const short = (model: ModelId, workload: ProgramId, more: Partial<KnobValues>): KnobValues =>
  Object.assign(
    defaultKnobs(),
    { model, workload, seconds: 0.001, chunks: 100, window: 60, hold: 50, workingSet: 256 },
    { maxSize: 600 },
    more,
  );
/**
 * Counters that a quantum may change a little: lives that had begun when a dead owner's memory was emptied,
 * which is read without being the earliest.
 */
const LOOSE: Partial<Record<CounterName, number>> = { emptiedLives: 0.05 };

describe.each(PROGRAM_IDS)('%s asks for the same', (program) => {
  it.each(['own', 'shared'] as const)('in every lane, schedule %s', (schedule) => {
    // With a core for each thread all of them get on in every lane.
    const more = { timeBase: 'costs', schedule, seconds: 10, cores: 8 } as const;
    const all = MODEL_IDS.map((model) => short(model, program, more));
    // Slots of programs whose threads wait for each other follow from who came first.
    if (!programOf(all[0]).independent) return;
    const [first, ...others] = all.map((knobs) => operationsOf(knobs, 3000));
    for (const other of others) {
      let common = 0;
      for (const [operation, what] of first) {
        if (!other.has(operation)) continue;
        common++;
        expect(`${operation}: ${other.get(operation)}`).toBe(`${operation}: ${what}`);
      }
      expect(common).toBeGreaterThan(300);
    }
  });
});

describe.each(MODEL_IDS)('every knob of %s', (model) => {
  const ids = KNOB_IDS.filter(
    (id) => id !== 'model' && id !== 'workload' && (modelsOfKnob(id)?.includes(model) ?? true),
  );

  it.each(
    some(
      ids.filter((id) => knobDef(id).inert !== true),
      2,
    ),
  )('%s matters', { tags: ['slow'] }, (id) => {
    const where = whereItMatters(model, id, hintsFor(model, id));
    expect(where).toBeDefined();
  });
  it.each(ids.filter((id) => knobDef(id).inert === true))(
    '%s is inert, as marked',
    { tags: ['slow'] },
    (id) => {
      for (const program of PROGRAM_IDS) {
        lawOfInert(short(model, program, {}), id, 1000);
        lawOfInert(short(model, program, { timeBase: 'costs' }), id, 1000);
      }
    },
  );
});
