// @module-tag slow
import { describe, expect, it } from 'vitest';
import { some } from '../../base/testing/fuzz.ts';
import { MODEL_IDS } from '../allocators/index.ts';
import type { FaultsModule } from './fault.ts';
import { noticed } from './laws.ts';

// Found by their place, so that a new model needs no line here.
const MODULES = import.meta.glob<FaultsModule>('../allocators/*/testing/faults.ts', {
  eager: true,
});

describe.each(MODEL_IDS)('the audit of %s can fail', (model) => {
  const faults = MODULES[`../allocators/${model}/testing/faults.ts`]?.FAULTS ?? [];

  it('in ten ways or more', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBeGreaterThanOrEqual(10);
  });
  it('and is silent without a fault', () => {
    const settings = new Map(faults.map(({ knobs }) => [JSON.stringify(knobs), knobs]));
    for (const knobs of some([...settings.values()], 3))
      expect(noticed(model, undefined, knobs)).toBeUndefined();
  });
  it.each(faults)('$name: $what', (fault) => {
    expect(noticed(model, fault, fault.knobs)).toBeDefined();
  });
});
