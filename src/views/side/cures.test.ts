import { describe, expect, it } from 'vitest';
import { type KnobValues, resolveKnobs } from '../../engine/knobs/index.ts';
import { presetById, variantKnobs } from '../../engine/presets.ts';
import { createSimulation } from '../../engine/simulation.ts';
import { curesFor } from './cures.ts';

const curesAfter = (knobs: Partial<KnobValues>, ops = 1e9) => {
  const sim = createSimulation(resolveKnobs(knobs));
  sim.advance(ops);
  return curesFor(sim.autopsy(), sim.knobs);
};
const labels = (knobs: Partial<KnobValues>, ops?: number): string[] =>
  curesAfter(knobs, ops).map(({ label }) => label);
const firstAfter = (knobs: Partial<KnobValues>, ops?: number) =>
  curesAfter({ maxMapCount: 2000, ...knobs }, ops)[0]?.knobs;
const variant = (id: string, at = 0): Partial<KnobValues> => {
  const preset = presetById(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return variantKnobs(preset, at);
};
const ORPHANS = 'Let living threads adopt the orphans';
const ENTRIES = 'A million map entries';

describe('the first cure', () => {
  it('is adoption where orphans fill the map', () => {
    expect(firstAfter({})).toEqual({ orphanPolicy: 'adopt' });
  });
  it('is to detach threads where stacks do', () => {
    expect(firstAfter({ orphanPolicy: 'adopt' })).toEqual({ threadEnd: 'detach' });
  });
  it('is to look where owners never look back', () => {
    expect(firstAfter({ ...variant('never-looks-back'), maxMapCount: 65_530 }, 60_000)).toEqual({
      ownReuse: 'chunks',
    });
  });
});

describe('no cure is offered', () => {
  it('for orphans where no thread has died', () => {
    for (const id of ['working-set', 'cost-toggles', 'lean'])
      expect(labels(variant(id), 20_000), id).not.toContain(ORPHANS);
  });

  it('to trim where a pass trims, and to count where nothing was freed from afar', () => {
    const few = { ...variant('lean'), workingSet: 2048, spellOps: 10_000, opLimit: 11_000 };
    expect(labels(few)).toEqual([]);
    const [counting, guessing] = [true, false].map((decOnRemote) =>
      labels({ decOnRemote, maxMapCount: 2000 }),
    );
    expect(counting).toContain('Trim, 100 ms');
    expect(counting).not.toContain('Count and trim, 100 ms');
    expect(guessing).toContain('Count and trim, 100 ms');
    expect(guessing).not.toContain('Trim, 100 ms');
  });

  it('that sets a knob to what it is', () => {
    for (const id of ['larson-oom', 'lean-larson', 'mixed-crash', 'never-looks-back']) {
      const knobs = resolveKnobs(variant(id), { maxMapCount: 2000 });
      for (const cure of curesAfter(knobs, 400_000))
        for (const [knob, value] of Object.entries(cure.knobs))
          expect(knobs[knob as keyof KnobValues], `${id}: ${cure.label}`).not.toBe(value);
    }
  });

  it('with a bitmap where addresses outgrow it, but where refusals come by chance', () => {
    const mixed = { onNull: 'libcFallback', guessFree: true, lookAlikeProb: 100 } as const;
    const full = labels({ ...mixed, maxMapCount: 700 });
    expect(full).toContain(ENTRIES);
    expect(full).not.toContain('Ask an ownership bitmap');
    const chance = { ...mixed, maxMapCount: 1_000_000, threadEnd: 'detach', oomRate: 20 } as const;
    const byChance = labels({ ...chance, seconds: 0.5 });
    expect(byChance).toContain('Ask an ownership bitmap');
    expect(byChance).not.toContain(ENTRIES);
  });
});
