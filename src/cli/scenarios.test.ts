// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP, some } from '../base/testing/fuzz.ts';
import { modelDef } from '../engine/allocators/index.ts';
import { resolveKnobs } from '../engine/knobs/index.ts';
import { PRESETS, variantKnobs } from '../engine/presets.ts';
import { sim } from './sim-command.ts';
import { inWorld } from './testing/io.ts';

/** Enough for every program to free and every pass to run, and in a deep run for most of what stories tell. */
const OPS = DEEP ? { small: 4_000_000, mid: 200_000 } : { small: 3000, mid: 1500 };

/** Scenarios of the contract, by its numbers. That docs/systems.md names the same ones is in systems.test.ts. */
const CONTRACT = PRESETS.filter(({ scenario }) => scenario.startsWith('E-'))
  .map((preset) => [preset.scenario, preset.id, preset] as const)
  .sort(([a], [b]) => a.localeCompare(b));

describe('scenarios of the evidence contract', () => {
  it('are all there, once', () => {
    expect(CONTRACT.map(([number]) => number)).toEqual(
      Array.from({ length: 20 }, (_, i) => `E-${String(i + 1).padStart(2, '0')}`),
    );
  });

  // A third of them each time: course.test.ts runs every variant, too, though not by the command line.
  it.each(some(CONTRACT, 3))(
    '%s %s: every variant runs headless and audits clean',
    async (_, id, preset) => {
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
        if (run.status !== 'crashed') expect(run.ops, name).toBeGreaterThan(DEEP ? 100_000 : 1400);
      }
    },
  );
});
