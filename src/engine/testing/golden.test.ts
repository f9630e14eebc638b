import { describe, expect, it } from 'vitest';
import { resolveKnobs } from '../knobs/index.ts';
import { PRESETS, variantKnobs } from '../presets.ts';
import { createSimulation } from '../simulation.ts';

/** Scenarios whose variants take long together; a check leaves them out. */
const LONG = [
  'fits',
  'leaking-queue',
  'best-policy',
  'thresholds',
  'domino',
  'textbook',
  'route-p',
  'sleepers',
  'trim-sweep',
];

// A digest that changes unasked is a change of the mechanism: find out which before accepting it.
describe('golden digests: the state of every scenario after 30,000 operations', () => {
  for (const preset of PRESETS) {
    it(preset.id, { tags: LONG.includes(preset.id) ? ['slow'] : [] }, () => {
      const digests = preset.variants.map((variant, i) => {
        const sim = createSimulation(resolveKnobs(variantKnobs(preset, i)));
        sim.advance(30_000);
        return `${variant.name}: ${sim.digest()}`;
      });
      expect(digests).toMatchSnapshot();
    });
  }
});
