// @module-tag slow
import { describe, expect, it } from 'vitest';
import { DEEP, SEED } from '../../base/testing/fuzz.ts';
import { resolveKnobs } from '../knobs/index.ts';
import { pagesAt } from '../pages-made.ts';
import {
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
 * What `npm run policy` printed of the conditions held back: the policy that makes fewest pages of those that took
 * part, its pages, those of the recommended one, and ratios to the fewest.
 */
const HELD: readonly Row[] = [
  ['Larson, 1 round, 2..8 KiB', 'cda+list+oldest+leave+orphans', 503, 503, 1.0, 4.79, 1.01, 16.0],
  ['Larson, 100 rounds, 2..8 KiB', 'cda+list+orphans', 507, 508, 1.0, 23.65, 1.0, 2.0],
  ['Larson, immortal, 2..8 KiB', 'cda+list+oldest+leave+orphans', 517, 517, 1.0, 23.42, 1.0, 1.0],
  ['pair, 2..8 KiB', 'cda+list+oldest+leave+orphans', 165, 165, 1.0, 3.31, 2.22, 1.04],
  ['wakers, 2..8 KiB', 'cda+list+oldest+leave+again+orphans', 267, 271, 1.01, 3.33, 1.48, 1.04],
  ['Larson, 1 round, 8..32 KiB', 'cda+list+orphans', 3356, 3361, 1.0, 12.12, 1.01, 15.69],
  ['Larson, 100 rounds, 8..32 KiB', 'cda+list', 3440, 3441, 1.0, 26.02, 1.0, 1.93],
  [
    'Larson, immortal, 8..32 KiB',
    'cda+list+oldest+leave+orphans',
    3361,
    3361,
    1.0,
    24.02,
    1.0,
    1.0,
  ],
  ['pair, 8..32 KiB', 's1+list', 969, 1015, 1.05, 1.18, 1.16, 1.0],
  ['wakers, 8..32 KiB', 's1+list', 1462, 1542, 1.05, 3.86, 1.14, 1.0],
  [
    'Larson, 1 round, 400,000 operations',
    'cda+list+leave+orphans',
    2815,
    2822,
    1.0,
    32.87,
    1.1,
    59.0,
  ],
  [
    'Larson, 100 rounds, 400,000 operations',
    'cda+list+oldest+leave+orphans',
    2934,
    2934,
    1.0,
    90.15,
    1.0,
    1.91,
  ],
  [
    'Larson, immortal, 400,000 operations',
    'cda+list+oldest+leave+orphans',
    2947,
    2947,
    1.0,
    87.42,
    1.0,
    1.0,
  ],
  ['pair, 400,000 operations', 's1+list', 886, 1096, 1.24, 1.49, 1.26, 1.0],
  ['wakers, 400,000 operations', 's1+list+orphans', 1389, 1455, 1.05, 11.53, 1.14, 1.01],
  ['Larson, 1 round, shared', 'cda+list+oldest+leave+orphans', 2789, 2789, 1.0, 11.63, 1.02, 15.69],
  ['Larson, 100 rounds, shared', 'cda+list+leave', 2934, 2935, 1.0, 25.04, 1.0, 1.9],
  ['Larson, immortal, shared', 'cda+list+oldest+leave+orphans', 2889, 2889, 1.0, 22.98, 1.0, 1.0],
  ['pair, shared', 'cda+list+leave', 728, 729, 1.0, 1.05, 1.02, 1.05],
  ['wakers, shared', 'cda+list+leave', 1108, 1110, 1.0, 4.11, 1.01, 1.04],
  [
    'Larson, 1 round, seed 1',
    'cda+list+oldest+leave+again+orphans',
    2824,
    2825,
    1.0,
    11.65,
    1.02,
    15.44,
  ],
  ['Larson, 100 rounds, seed 1', 'cda+list+leave', 2886, 2890, 1.0, 25.44, 1.0, 1.92],
  ['Larson, immortal, seed 1', 'cda+list+oldest+leave+orphans', 2857, 2857, 1.0, 23.23, 1.0, 1.0],
  ['pair, seed 1', 's1+list', 846, 967, 1.14, 1.16, 1.3, 1.0],
  ['wakers, seed 1', 'cda+list+tries+orphans', 1279, 1335, 1.04, 3.63, 1.09, 1.05],
  ['pair, window 64', 'cda+list+leave+again+orphans', 210, 213, 1.01, 1.23, 1.12, 1.09],
  ['pair, window 2,048', 's1+list+orphans', 2902, 3044, 1.05, 1.09, 1.09, 1.0],
  [
    'wakers, 8 of them, bursts of 32',
    'cda+list+oldest+leave+orphans',
    2661,
    2661,
    1.0,
    15.07,
    1.01,
    1.04,
  ],
  [
    'pair, 2 KiB, 600,000 operations, own',
    'cda+list+oldest+leave+orphans',
    41,
    41,
    1.0,
    30.56,
    15.05,
    1.15,
  ],
  [
    'pair, 2..8 KiB, window 128, 800,000 operations, own',
    'cda+list+oldest+leave+again+orphans',
    64,
    66,
    1.03,
    45.41,
    19.0,
    1.2,
  ],
  ['mix, pool, own', 'cda+list+oldest+leave+orphans', 363, 363, 1.0, 1.0, 1.0, 3.87],
  ['mix, exchange, own', 'cda+list+leave', 1468, 1487, 1.01, 19.4, 1.01, 1.11],
  ['mix, short lives, own', 'cda+list+oldest+leave+orphans', 664, 664, 1.0, 26.54, 1.8, 46.48],
  ['mix, lives of much, own', 'cda+list+oldest+orphans', 2781, 2804, 1.01, 8.82, 1.04, 5.11],
  [
    'mix, lives after pauses, own',
    'cda+list+oldest+leave+again+orphans',
    676,
    681,
    1.01,
    36.96,
    1.31,
    14.12,
  ],
  ['mix, pipeline, own', 'cda+list+oldest+leave+again+orphans', 540, 541, 1.0, 1.01, 1.01, 1.05],
  ['mix, breathing, own', 'cda+list+oldest+leave+orphans', 1209, 1209, 1.0, 29.14, 1.01, 1.11],
  [
    'pair, 2 KiB, 600,000 operations, shared',
    'cda+list+oldest+leave+orphans',
    34,
    34,
    1.0,
    38.88,
    38.88,
    1.0,
  ],
  [
    'pair, 2..8 KiB, window 128, 800,000 operations, shared',
    'cda+list+oldest+leave+orphans',
    40,
    40,
    1.0,
    66.75,
    29.93,
    1.1,
  ],
  ['mix, pool, shared', 'cda+list+oldest+leave+orphans', 407, 407, 1.0, 1.0, 1.0, 3.45],
  ['mix, exchange, shared', 'cda+list+leave+again+orphans', 1451, 1452, 1.0, 19.9, 1.01, 1.02],
  [
    'mix, short lives, shared',
    'cda+list+oldest+leave+again+orphans',
    589,
    590,
    1.0,
    30.03,
    2.03,
    42.96,
  ],
  [
    'mix, lives of much, shared',
    'cda+list+oldest+leave+orphans',
    2739,
    2739,
    1.0,
    9.11,
    1.07,
    4.93,
  ],
  [
    'mix, lives after pauses, shared',
    'cda+list+oldest+leave+orphans',
    606,
    606,
    1.0,
    41.79,
    1.95,
    12.98,
  ],
  ['mix, pipeline, shared', 'cda+list+oldest+leave+orphans', 552, 552, 1.0, 1.0, 1.0, 1.07],
  ['mix, breathing, shared', 'cda+list+oldest+leave+orphans', 1197, 1197, 1.0, 29.71, 1.01, 1.01],
  ['mix, successors, shared', 'cda+list+oldest+leave+orphans', 606, 606, 1.0, 41.79, 1.95, 12.98],
  [
    'mix, successors of 2..8 KiB, own',
    'cda+list+oldest+leave+orphans',
    126,
    126,
    1.0,
    1.39,
    1.13,
    13.87,
  ],
];

const conditionOf = (id: string): PolicyCondition => {
  const found = HELD_BACK.find((condition) => condition.id === id);
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
    expect(HELD.map(([id]) => id).toSorted()).toEqual(HELD_BACK.map(({ id }) => id).toSorted());
  });

  it('recommends one that chooses best on the training conditions in full, of the next ones', () => {
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
  });
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

  it('cannot do without orphans where owners exchange blocks and die: 1.94 times the pages', () => {
    const condition = conditionOf('mix, successors, shared');
    const ratio = pages('cda+list+oldest+leave', condition) / pages(RECOMMENDED.id, condition);
    expect(ratio).toBeCloseTo(1.94, 2);
  });

  it('makes the same pages with more tries', () => {
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
  const rows = HELD.filter(
    ([id], i) => DEEP || (i % 6 === SEED % 6 && Number(conditionOf(id).knobs.opLimit) <= 100_000),
  );
  it.each(rows)('makes as many pages as it did on %s', (id, best, fewest, recommended) => {
    const condition = conditionOf(id);
    expect(pages(RECOMMENDED.id, condition)).toBe(recommended);
    if (best !== RECOMMENDED.id) expect(pages(best, condition)).toBe(fewest);
  });

  const references = DEEP ? HELD : [];
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
