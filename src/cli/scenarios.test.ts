// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP } from '../base/testing/fuzz.ts';
import { modelDef } from '../engine/allocators/index.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { CONTRACT } from '../engine/presets/contract.ts';
import { PRESETS, presetById, variantKnobs } from '../engine/presets.ts';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

/** Enough for every program to free and every pass to run, and in a deep run for most of what stories tell. */
const OPS = DEEP ? { small: 4_000_000, mid: 200_000 } : { small: 3000, mid: 3000 };

describe('scenarios of the evidence contract', () => {
  it('are numbered without a gap, and those that scenarios here say they are', () => {
    const numbers = Object.keys(CONTRACT);
    expect(numbers).toEqual(numbers.map((_, i) => `E-${String(i + 1).padStart(2, '0')}`));
    const said = PRESETS.filter(({ scenario }) => scenario.startsWith('E-')).map(
      ({ scenario, id }) => [scenario, id],
    );
    expect(said.sort()).toEqual(Object.entries(CONTRACT));
  });

  it.each(Object.entries(CONTRACT))(
    '%s %s: every variant runs headless and audits clean',
    async (_, id) => {
      const preset = presetById(id);
      if (!preset) throw new Error(`no ${id}`);
      for (const [i, { name }] of preset.variants.entries()) {
        const { model } = resolveKnobs(variantKnobs(preset, i));
        const ops = OPS[modelDef(model).id === 'mf2' ? 'mid' : 'small'];
        const argv = ['--preset', id, '--variant', `${i}`, '--ops', `${ops}`, '--json', '--audit'];
        const { status, out, said } = await inWorld(sim, argv);
        expect({ status, said }, name).toEqual({ status: 0, said: [] });
        const [line, ...rest] = out.trimEnd().split('\n');
        expect(rest).toEqual([]);
        const run = JSON.parse(line) as Record<string, unknown>;
        expect(run).toMatchObject({ name, recipe: { preset: id, variant: i } });
        expect(run.digest).toMatch(/^[0-9a-f]{8,}$/);
        // One crashes at its first free.
        if (run.status !== 'crashed') expect(run.ops, name).toBeGreaterThan(DEEP ? 100_000 : 2900);
      }
    },
  );
});
