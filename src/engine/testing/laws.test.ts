import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { MODEL_IDS, type ModelId } from '../allocators/index.ts';
import { PROGRAM_IDS, type ProgramId } from '../programs/index.ts';
import {
  editsOf,
  knobsOf,
  lawOfRuns,
  lawOfSeeking,
  lawOfWhen,
  settingsArb,
  stepsArb,
  valueArb,
} from './laws.ts';

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
      cases(200),
    );
  });

  it('to where one seeks, from anywhere', { tags: ['slow'] }, () => {
    fc.assert(
      fc.property(
        settings,
        steps,
        fc.array(fc.nat(900), { minLength: 2, maxLength: 4 }),
        (knobs, some, targets) => lawOfSeeking(knobs, editsOf(some), targets),
      ),
      cases(100),
    );
  });

  it('without an effect of knobs that say they have none', { tags: ['slow'] }, () => {
    const turnArb = fc
      .constantFrom(...knobsOf(model, program))
      .chain((id) => valueArb(id).map((value) => ({ id, value })));
    let said = 0;
    fc.assert(
      fc.property(settings, turnArb, (knobs, { id, value }) => {
        if (lawOfWhen(knobs, id, value, 400)) said++;
      }),
      cases(500),
    );
    expect(said).toBeGreaterThan(0);
  });
});
