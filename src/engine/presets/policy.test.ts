// @module-tag slow
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEEP, inTurn, SEED } from '../../base/testing/fuzz.ts';
import { resolveKnobs } from '../knobs/index.ts';
import { pagesAt } from '../pages-made.ts';
import {
  AFTERWARDS,
  HELD_BACK,
  POLICIES,
  type PolicyCondition,
  policyById,
  RECOMMENDED,
  TRAINING,
} from './policy.ts';
import { RECOMMENDED_KNOBS } from './routes.ts';

/** What a recommendation may lose against the best known policy. */
const ALLOWED = 1.2;
/** Where it loses more, and how much; everywhere else it is within 1.14. */
const EXCEPTIONS: Readonly<Record<string, number>> = { 'pair, 400,000 operations': 1.24 };
const NEXT_WORST = 1.14;

type Row = readonly [
  condition: string,
  best: string,
  fewest: number,
  recommended: number,
  ratio: number,
  cda: number,
  list: number,
  s1: number,
];
/**
 * What `npm run policy` printed: the policy that makes fewest pages of those that took part, its pages, those of the
 * recommended one, and ratios to the fewest.
 */
const { held: HELD, afterwards: AFTER } = JSON.parse(
  readFileSync(new URL('fixtures/policy.json', import.meta.url), 'utf8'),
) as { readonly held: readonly Row[]; readonly afterwards: readonly Row[] };

const conditionOf = (id: string): PolicyCondition => {
  const found = [...HELD_BACK, ...AFTERWARDS].find((condition) => condition.id === id);
  if (found === undefined) throw new Error(`no condition ${id}`);
  return found;
};
const pages = (id: string, condition: PolicyCondition): number =>
  pagesAt({ ...condition.knobs, ...policyById(id).knobs }, [Number(condition.knobs.opLimit)])[0];

describe('the search for a policy', () => {
  it('tries 96 policies, each once, on 7 training conditions, and judges on 48 others', () => {
    expect(new Set(POLICIES.map(({ id }) => id)).size).toBe(96);
    const settings = POLICIES.map(({ knobs }) => JSON.stringify(resolveKnobs(knobs)));
    expect(new Set(settings).size).toBe(96);
    expect(TRAINING).toHaveLength(7);
    expect(HELD_BACK).toHaveLength(48);
    const held = HELD_BACK.map(({ knobs }) => resolveKnobs(knobs));
    expect(new Set(held.map(({ opLimit }) => opLimit))).toEqual(
      new Set([100_000, 400_000, 600_000, 800_000]),
    );
    expect(new Set(held.map(({ window }) => window))).toEqual(new Set([64, 128, 512, 2_048]));
    expect(new Set(held.map(({ schedule }) => schedule)).size).toBe(2);
    const seen = new Set(TRAINING.map(({ knobs }) => JSON.stringify(resolveKnobs(knobs))));
    for (const { knobs } of HELD_BACK)
      expect(seen.has(JSON.stringify(resolveKnobs(knobs)))).toBe(false);
    for (const { knobs } of AFTERWARDS) {
      const known = [...TRAINING, ...HELD_BACK].map((one) =>
        JSON.stringify(resolveKnobs(one.knobs)),
      );
      expect(known).not.toContain(JSON.stringify(resolveKnobs(knobs)));
    }
    const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).toSorted();
    expect(HELD.map(([id]) => id).toSorted()).toEqual(ids(HELD_BACK));
    expect(AFTER.map(([id]) => id).toSorted()).toEqual(ids(AFTERWARDS));
  });

  it.runIf(inTurn(0, 2))(
    'recommends one that chooses best on the training conditions in full, of the next ones',
    () => {
      const rivals = [
        RECOMMENDED.id,
        'cda+list+leave+orphans',
        'cda+list+oldest+leave',
        ...(DEEP
          ? ['cda+list+again+orphans', 'cda+list+oldest+leave+again+orphans', 'cda+list']
          : []),
      ];
      const made = rivals.map((id) => TRAINING.map((condition) => pages(id, condition)));
      const least = TRAINING.map((_, i) => Math.min(...made.map((by) => by[i])));
      const worst = made.map((by) => Math.max(...by.map((count, i) => count / least[i])));
      expect(Math.min(...worst)).toBe(worst[0]);
    },
  );
});

describe('the recommended policy', () => {
  it('is what the scenario runs', () => {
    expect(resolveKnobs(RECOMMENDED_KNOBS)).toEqual(resolveKnobs(RECOMMENDED.knobs));
  });

  it('is within 1.2 times of the best known on conditions held back, or the exception is listed', () => {
    for (const [id, , fewest, recommended, ratio] of HELD) {
      expect(recommended / fewest).toBeCloseTo(ratio, 2);
      if (ratio > ALLOWED) expect(EXCEPTIONS[id]).toBe(ratio);
      else expect(ratio).toBeLessThanOrEqual(NEXT_WORST);
    }
    expect(HELD.filter(([, , , , ratio]) => ratio <= NEXT_WORST)).toHaveLength(47);
  });

  it('is within 1.04 on 16 conditions that were written after it was chosen', () => {
    expect(AFTER).toHaveLength(16);
    for (const [, , , , ratio] of AFTER) expect(ratio).toBeLessThanOrEqual(1.04);
  });

  it('stands in docs/mf2-model.md as it was judged', () => {
    const page = readFileSync(new URL('../../../docs/mf2-model.md', import.meta.url), 'utf8');
    const lines = new Set(page.split('\n'));
    for (const [id, best, fewest, recommended, ratio, ...others] of [...HELD, ...AFTER]) {
      const shown = ratio > ALLOWED ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2);
      const cells = [
        id,
        fewest.toLocaleString('en-US'),
        recommended.toLocaleString('en-US'),
        shown,
        ...others.map((other) => other.toFixed(2)),
        best === RECOMMENDED.id ? '' : `\`${best}\``,
      ];
      expect(lines).toContain(`| ${cells.join(' | ')} |`);
    }
  });

  it('cannot do without orphans where owners exchange blocks and die: 1.94 times the pages', () => {
    const condition = conditionOf('mix, successors, shared');
    const ratio = pages('cda+list+oldest+leave', condition) / pages(RECOMMENDED.id, condition);
    expect(ratio).toBeCloseTo(1.94, 2);
  });

  it.runIf(inTurn(1, 2))('makes the same pages with more tries', () => {
    for (const condition of TRAINING.slice(3))
      expect(pages('cda+list+oldest+leave+tries+orphans', condition)).toBe(
        pages(RECOMMENDED.id, condition),
      );
  });

  it.runIf(DEEP)(
    'would be within 1.19 everywhere, queueing again besides; worse in training',
    () => {
      const again = 'cda+list+oldest+leave+again+orphans';
      for (const [id, , fewest] of HELD)
        expect(pages(again, conditionOf(id)) / fewest).toBeLessThanOrEqual(1.19);
    },
  );

  // Usually every sixth of the short ones, another sixth in each run.
  const rows = [...HELD, ...AFTER].filter(
    ([id], i) => DEEP || (i % 6 === SEED % 6 && Number(conditionOf(id).knobs.opLimit) <= 100_000),
  );
  it.each(rows)('makes as many pages as it did on %s', (id, best, fewest, recommended) => {
    const condition = conditionOf(id);
    expect(pages(RECOMMENDED.id, condition)).toBe(recommended);
    if (best !== RECOMMENDED.id) expect(pages(best, condition)).toBe(fewest);
  });

  const references = DEEP ? [...HELD, ...AFTER] : [];
  it.each(references)('beside others, on %s', (id, _, fewest, __, ___, cda, list, s1) => {
    const condition = conditionOf(id);
    for (const [policy, ratio] of [
      ['cda', cda],
      ['cda+list', list],
      ['s1+list', s1],
    ] as const)
      expect(pages(policy, condition) / fewest).toBeCloseTo(ratio, 2);
  });
});
