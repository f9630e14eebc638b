import fc from 'fast-check';
import { describe, it } from 'vitest';
import { cases } from '../../base/testing/fuzz.ts';
import { MODEL_IDS } from '../allocators/index.ts';
import { PROGRAM_IDS } from '../programs/index.ts';
import { lawOfRuns, settingsArb, stepsArb } from './laws.ts';

// For every commit; laws.test.ts goes through all pairs and all laws.
describe.each(MODEL_IDS)('%s', (model) => {
  it('runs programs soundly, alike in any slices, and on from a snapshot', () => {
    const runs = fc
      .constantFrom(...PROGRAM_IDS)
      .chain((program) => fc.tuple(settingsArb(model, program), stepsArb(model, program)));
    const slices = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(runs, slices, fc.nat(20), ([knobs, steps], some, cut) =>
        lawOfRuns(knobs, steps, some, cut),
      ),
      cases(400),
    );
  });
});
