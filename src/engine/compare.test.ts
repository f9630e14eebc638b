import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../base/testing/fuzz.ts';
import { differentStreams, type Side } from './compare.ts';
import { DivergenceSearch, firstDivergence } from './divergence.ts';
import { type KnobValues, resolveKnobs } from './knobs/index.ts';
import { createSimulation } from './simulation.ts';
import type { Outcome } from './types.ts';

const side = (knobs: Partial<KnobValues>): Side => ({ knobs: resolveKnobs(knobs), edits: [] });

/** All outcomes of a run, by chain. */
function outcomes(knobs: Partial<KnobValues>, ops: number): Map<number, Outcome[]> {
  const sim = createSimulation(resolveKnobs(knobs));
  const all = new Map<number, Outcome[]>();
  while (sim.op < ops && sim.advance(1).ops === 1) {
    const outcome = sim.lastOutcome();
    const list = all.get(outcome.chain) ?? [];
    list.push(outcome);
    all.set(outcome.chain, list);
  }
  return all;
}

const baseArb = fc.record({
  workload: fc.constantFrom('larson', 'pair', 'wakers') as fc.Arbitrary<KnobValues['workload']>,
  model: fc.constantFrom('tiny', 'mf2') as fc.Arbitrary<KnobValues['model']>,
  threads: fc.integer({ min: 1, max: 3 }),
  chunks: fc.integer({ min: 4, max: 24 }),
  window: fc.integer({ min: 2, max: 16 }),
  minSize: fc.constantFrom(8, 2048),
  maxSize: fc.constantFrom(128, 20_000),
  seed: fc.integer({ min: 1, max: 999 }),
  schedule: fc.constantFrom('own', 'shared') as fc.Arbitrary<KnobValues['schedule']>,
  timeBase: fc.constantFrom('documentRate', 'costs') as fc.Arbitrary<KnobValues['timeBase']>,
});
const changeArb: fc.Arbitrary<Partial<KnobValues>> = fc.constantFrom<Partial<KnobValues>[]>(
  { orphanPolicy: 'adopt' },
  { decOnRemote: true },
  { route: 's2' },
  { route: 's1' },
  { pendingThreshold: 2 },
  { partialList: 'on' },
  { adoptFirst: true },
  { headerByte: true },
  {},
);

describe('first divergence', () => {
  it('is the first operation of a chain whose outcome differs, however the runs interleave', () => {
    fc.assert(
      fc.property(baseArb, changeArb, (base, change) => {
        const ops = 260;
        const found = firstDivergence(side(base), side({ ...base, ...change }), ops);
        const a = outcomes(base, ops);
        const b = outcomes({ ...base, ...change }, ops);
        const said = (outcome: Outcome | undefined): string =>
          `${outcome?.row} ${outcome?.block} ${outcome?.path}`;
        const differs = (chain: number, k: number): boolean =>
          said(a.get(chain)?.[k]) !== said(b.get(chain)?.[k]);
        if (found === undefined) {
          for (const [chain, list] of a) {
            const both = Math.min(list.length, b.get(chain)?.length ?? 0);
            for (let k = 0; k < both; k++) expect(differs(chain, k)).toBe(false);
          }
          return;
        }
        expect(differs(found.chain, found.k)).toBe(true);
        for (let k = 0; k < found.k; k++) expect(differs(found.chain, k)).toBe(false);
      }),
      cases(200),
    );
  });

  it('does not exist between equal knobs', () => {
    fc.assert(
      fc.property(baseArb, (base) => {
        expect(firstDivergence(side(base), side(base), 400)).toBeUndefined();
      }),
      cases(60),
    );
  });

  it('respects edits: two lanes part where a knob is turned in one', () => {
    const base: Partial<KnobValues> = { chunks: 64 };
    const edited: Side = {
      knobs: resolveKnobs(base),
      edits: [{ op: 500, lane: 0, knob: 'orphanPolicy', value: 'adopt' }],
    };
    const found = firstDivergence(side(base), edited, 20_000);
    expect(found?.opA).toBeGreaterThan(500);
  });

  it('is looked for in bites, and says how far it is', () => {
    const search = new DivergenceSearch(side({ chunks: 64 }), side({ chunks: 64 }), 10_000);
    const shares: number[] = [];
    // Both runs warm up before any share of the operations is done.
    while (search.advance() === undefined) if (search.share > 0) shares.push(search.share);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual([...new Set(shares)].sort((x, y) => x - y));
    expect(shares.every((share) => share < 1)).toBe(true);
  });

  it('is not looked for between different programs', () => {
    expect(differentStreams(side({ chunks: 10 }).knobs, side({ chunks: 20 }).knobs)).toEqual([
      'chunks',
    ]);
    // What belongs to another workload does not make streams differ.
    expect(differentStreams(side({ burst: 1 }).knobs, side({ burst: 2 }).knobs)).toEqual([]);
  });
});
