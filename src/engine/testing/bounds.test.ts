// @module-tag slow
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases, DEEP, some } from '../../base/testing/fuzz.ts';
import { MODEL_IDS, type ModelId } from '../allocators/index.ts';
import { resolveKnobs } from '../knobs/index.ts';
import { PROGRAM_IDS } from '../programs/index.ts';
import { createSimulation } from '../simulation.ts';
import { boundsArb, sound, start } from './laws.ts';

it('every model runs every program soundly at the bounds of all knobs and at their products', () => {
  const settings = fc
    .constantFrom(...MODEL_IDS)
    .chain((model) =>
      fc.constantFrom(...PROGRAM_IDS).chain((program) => boundsArb(model, program)),
    );
  fc.assert(
    fc.property(settings, (knobs) => {
      const run = start(knobs);
      sound('at the start', run);
      for (const ops of [1, 40, 300]) {
        run.advance(ops);
        sound(`${ops} operations later`, run);
      }
    }),
    cases(600),
  );
});

it('a huge page that reaches into the program’s only mapping is counted as the program’s', () => {
  const knobs = { model: 'firstfit', workload: 'soak', baseMaps: 1, brkStep: 65_536 } as const;
  const run = createSimulation(resolveKnobs({ ...knobs, workingSet: 256, thp: 'always' }));
  run.advance(341);
  sound('with one mapping and huge pages', run);
});

/** Models in which threads and blocks at their bounds are set up within seconds. */
const LARGE: readonly ModelId[] = ['tiny', 'mf2'];

it.each(some(LARGE, 2))('%s is sound with 64 threads of 10,000 blocks of up to 64 KiB', (model) => {
  // With as many map entries as Linux allows, these run out while main warms the array up.
  for (const maxMapCount of DEEP ? [65_530, 1_000_000] : [65_530]) {
    const knobs = { model, threads: 64, chunks: 10_000, minSize: 8, maxSize: 65_536 } as const;
    const run = createSimulation(resolveKnobs({ ...knobs, maxMapCount, physLimitGiB: 256 }));
    sound('at the start', run);
    run.advance(5000);
    sound('later', run);
    expect(run.rows).toBeGreaterThan(0);
  }
});
