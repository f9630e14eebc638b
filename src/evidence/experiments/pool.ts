import { combined, SEEDS } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type RunReadings, value } from '../results.ts';

const BASE: Experiment['base'] = { workload: 'random-mixed', timeBase: 'costs', seconds: 3600 };
const SIZES = [
  { name: '16..1,024 B', knobs: { minSize: 16, maxSize: 1024 } },
  { name: '64..512 B', knobs: { minSize: 64, maxSize: 512 } },
];
const THREADS = [
  { name: 'one thread', knobs: { threads: 1 } },
  { name: 'four threads', knobs: { threads: 4 } },
];
const CONDITIONS = combined([SIZES, THREADS]);
const READINGS = [100_000, 200_000, 400_000];

/** Operations a second of virtual time, in millions, once the working set stands. */
const steady = (run: RunReadings): number =>
  (run.at('ops') - run.at('ops', 0)) / (run.at('seconds') - run.at('seconds', 0)) / 1e6;

const POOLS = [
  { id: 'none', name: 'no pool', knobs: {} },
  { id: 'small', name: 'pool of 32', knobs: { sharedPool: true, sharedCapacity: 32 } },
  { id: 'large', name: 'pool of 256', knobs: { sharedPool: true, sharedCapacity: 256 } },
] as const;
const SETS = [256, 8192] as const;
const BY_POOL: readonly Lane[] = POOLS.flatMap(({ id, name, knobs }) =>
  SETS.map((workingSet) => ({
    id: `${id} ${workingSet}`,
    name: `${name}, ${workingSet} slots`,
    knobs: { ...knobs, workingSet },
  })),
);

const CAPACITIES = [16, 32, 64];
const WORKING_SETS = [2048, 8192, 32_768];
const BY_CAPACITY: readonly Lane[] = CAPACITIES.flatMap((sharedCapacity) =>
  WORKING_SETS.map((workingSet) => ({
    id: `${sharedCapacity} ${workingSet}`,
    name: `pool of ${sharedCapacity}, ${workingSet} slots`,
    knobs: { sharedPool: true, sharedCapacity, workingSet },
  })),
);

const CACHES: readonly Lane[] = [
  { id: 'none', name: 'no caches', knobs: {} },
  { id: 'adaptive', name: 'adaptive', knobs: { tlsCacheSlots: 2048 } },
  { id: 'fixed', name: 'fixed', knobs: { tlsCacheSlots: 2048, tlsCacheSizing: 'fixed' } },
];

export const POOL_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-64',
    says: 'On the clock of costs random mixed is slower with 8,192 slots than with 256, without a pool, with a shared pool of 32 slabs and with one of 256; with a pool it falls further; and a pool that fails makes it no slower than one that does not: with 256 slabs none fails, and speed falls at least as much as with 32.',
    base: BASE,
    lanes: BY_POOL,
    conditions: CONDITIONS,
    seeds: SEEDS,
    readings: READINGS,
    measures: ['seconds', 'sharedFails', 'refills'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const falls = POOLS.map(({ id, name }) => {
          const [hot, realistic] = SETS.map((set) => {
            const spread = results.spread(`${id} ${set}`, condition, steady);
            figures.spread(
              `rate, ${name}, ${set} slots; ${condition.name}`,
              spread,
              'M operations a second',
            );
            return spread;
          });
          const fall = hot.typical / realistic.typical;
          figures.add(`degradation, ${name}; ${condition.name}`, fall, 'times');
          return { fall, slower: realistic.most < hot.least };
        });
        const fails = POOLS.map(({ id }) =>
          results.spread(`${id} ${SETS[1]}`, condition, value('sharedFails')),
        );
        figures.spread(`failures, pool of 32; ${condition.name}`, fails[1], 'failures');
        return {
          condition: condition.id,
          holds:
            falls.every(({ slower }) => slower) &&
            falls.slice(1).every(({ fall }) => fall > falls[0].fall) &&
            fails[2].most === 0 &&
            falls[2].fall >= falls[1].fall * 0.99,
          found: `${falls.map(({ fall }) => shown(fall)).join(', ')} times slower; ${shownSpread(fails[1])} failures with 32`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-65',
    says: 'The more slots a random mixed program has for each slab of the pool, the more often the pool fails and the legacy backend serves: with 2,048, 8,192 and 32,768 slots and pools of 16, 32 and 64 slabs failures never fall with more slots, nor with fewer slabs, and rise from the least to the most.',
    base: BASE,
    lanes: BY_CAPACITY,
    conditions: CONDITIONS,
    seeds: SEEDS,
    readings: READINGS,
    measures: ['sharedFails', 'poolAsks'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const fails = CAPACITIES.map((capacity) =>
          WORKING_SETS.map((set) => {
            const spread = results.spread(`${capacity} ${set}`, condition, value('sharedFails'));
            figures.spread(
              `failures, pool of ${capacity}, ${set} slots; ${condition.name}`,
              spread,
            );
            return spread.typical;
          }),
        );
        const rising = fails.every(
          (row, i) =>
            row.every((count, j) => j === 0 || count >= row[j - 1]) &&
            (i === 0 || row.every((count, j) => count <= fails[i - 1][j])),
        );
        return {
          condition: condition.id,
          holds: rising && fails[0][2] > fails[2][0],
          found: fails.map((row) => row.map((count) => shown(count)).join(', ')).join('; '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-66',
    says: 'On the clock of costs thread caches of at most 2,048 slots make random mixed with 8,192 slots at least twice as fast as none; adaptive ones are as fast as fixed ones (within one in fifty), have fewer than a tenth of their slots, and save no resident memory (less than one in a hundred).',
    base: { ...BASE, workingSet: 8192 },
    lanes: CACHES,
    conditions: CONDITIONS,
    seeds: SEEDS,
    readings: READINGS,
    measures: ['seconds', 'cacheSlots', 'cachedBlocks', 'residentKiB', 'cacheHits'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const of = (read: (run: RunReadings) => number, what: string, unit: string): number[] =>
          CACHES.map(({ id, name }) => {
            const spread = results.spread(id, condition, read);
            figures.spread(`${what}, ${name}; ${condition.name}`, spread, unit);
            return spread.typical;
          });
        const [none, adaptive, fixed] = of(steady, 'rate', 'M operations a second');
        const [, slots, all] = of(value('cacheSlots'), 'slots', 'slots');
        of(value('cachedBlocks'), 'cached blocks', 'blocks');
        const [, resident, residentFixed] = of(value('residentKiB'), 'resident', 'KiB');
        figures.add(`times as fast, adaptive; ${condition.name}`, adaptive / none, 'times');
        return {
          condition: condition.id,
          holds:
            Math.min(adaptive, fixed) > 2 * none &&
            Math.abs(adaptive / fixed - 1) < 0.02 &&
            slots < all / 10 &&
            Math.abs(resident / residentFixed - 1) < 0.01,
          found: `${shown(adaptive / none)} times as fast as none, ${shown(adaptive / fixed)} times fixed; ${shown(slots)} of ${shown(all)} slots; ${shown(resident)} and ${shown(residentFixed)} KiB`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
