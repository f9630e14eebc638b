import { CLOCKS, combined, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { value } from '../results.ts';

const INTERVALS = [10, 100, 500];
const TRIMS: readonly Lane[] = INTERVALS.map((trimIntervalMs) => ({
  id: `${trimIntervalMs}`,
  name: `trim every ${trimIntervalMs} ms`,
  knobs: { decOnRemote: true, trimSS: true, trimIntervalMs },
}));
const COUNTED: Lane = { id: 'counted', name: 'counted, no trim', knobs: { decOnRemote: true } };
const CURES: readonly Lane[] = [
  { id: 'abandon', name: 'abandon', knobs: {} },
  {
    id: 'reuse',
    name: 'reuse empties',
    knobs: { orphanPolicy: 'reuse-empty', decOnRemote: true },
  },
  { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
  { id: 'central', name: 'central list', knobs: { ownership: 'central' } },
  { id: 'hybrid', name: 'hybrid', knobs: { ownership: 'hybridG' } },
];
/** As many entries as the kernel allows, but for one that a mapping would have needed. */
const FULL = 65_528;

export const PRICE_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-17',
    says: 'On the clock of costs trims have a price: over 8 M operations Larson is the slower the more often a pass runs (every 10, 100 or 500 ms, and not at all), with 8..128 B and with 64..1,024 B, and never faster over 2 M and 4 M.',
    base: { seconds: 10, timeBase: 'costs', maxMapCount: 1_000_000, physLimitGiB: 256 },
    lanes: [...TRIMS, COUNTED],
    conditions: combined([SMALL_SIZES]),
    seeds: SEEDS,
    readings: [2_000_000, 4_000_000, 8_000_000],
    measures: ['modelledMops', 'superslabsPeak', 'superslabsNow', 'trimCalls'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(
            `at most over 8 M operations, ${name}; ${condition.name}`,
            results.spread(id, condition, value('superslabsPeak')),
            'SuperSlabs',
          );
          figures.add(
            `at most over 8 M operations, ${name}; ${condition.name}; seed ${SEEDS[0]}`,
            results.run(id, condition.id, SEEDS[0]).at('superslabsPeak'),
            'SuperSlabs',
          );
          figures.spread(
            `price, ${name}; ${condition.name}`,
            results.spread(id, condition, (run) => run.at('modelledMops')),
            'M operations a second',
          );
        }
        const rates = [0, 1, 2].map((reading) =>
          results.experiment.lanes.map(({ id }) =>
            results.spread(id, condition, value('modelledMops', reading)),
          ),
        );
        const last = rates[rates.length - 1];
        for (const [i, { name }] of results.experiment.lanes.entries())
          figures.add(
            `slower than without trims, ${name}; ${condition.name}`,
            100 * (1 - last[i].typical / last[last.length - 1].typical),
            '%',
          );
        return {
          condition: condition.id,
          holds:
            rates.every((by) => by.every((one, i) => i === 0 || one.most >= by[i - 1].least)) &&
            last.every(({ least }, i) => i === 0 || least > last[i - 1].most),
          found: `${last.map((one) => shownSpread(one)).join(', ')} M operations a second`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-18',
    says: 'Whole runs of Larson 8 128 1024 1 end for want of map entries with every trim interval and every cure for orphans, on the document’s rate and on costs.',
    base: { seconds: 10 },
    lanes: [...TRIMS, ...CURES],
    conditions: combined([CLOCKS]),
    seeds: [12_345],
    readings: ['end'],
    measures: ['superslabsPeak', 'superslabsNow', 'entries', 'seconds', 'ops'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const short = results.experiment.lanes.filter(({ id, name }) => {
          const run = results.run(id, condition.id, 12_345);
          figures.add(
            `at most, ${name}; ${condition.name}`,
            run.at('superslabsPeak'),
            'SuperSlabs',
          );
          figures.add(
            `at the end, ${name}; ${condition.name}`,
            run.at('superslabsNow'),
            'SuperSlabs',
          );
          figures.add(`end, ${name}; ${condition.name}`, run.at('seconds'), 's');
          return run.at('entries') < FULL;
        });
        return {
          condition: condition.id,
          holds: short.length === 0,
          found: short.length === 0 ? 'all' : `not ${short.map(({ name }) => name).join(', ')}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];

/** What docs/time.md sets for the machine that it measured on. */
const MEASURED: Experiment['base'] = {
  costFault: 1700,
  costMmapTrim: 4900,
  costMunmap: 2050,
  costMunmapPage: 500,
  costThreadCached: 20_700,
  costProgram: 12,
};
const TWO_CORES: Experiment['base'] = {
  seconds: 10,
  timeBase: 'costs',
  threadEnd: 'detach',
  cores: 2,
};

export const LOCK_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-62',
    says: 'Counting remote frees costs shipped 1 to 3 % of its modelled operations per second, on the defaults and on the machine’s costs.',
    base: TWO_CORES,
    lanes: [{ id: 'shipped', name: 'shipped', knobs: {} }, COUNTED],
    conditions: [
      { id: 'defaults', name: 'defaults', knobs: {} },
      { id: 'used', name: 'the machine’s costs', knobs: MEASURED },
    ],
    seeds: SEEDS,
    readings: [1_000_000, 2_000_000, 3_000_000],
    measures: ['modelledMops'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes)
          figures.spread(
            `${name}; ${condition.name}`,
            results.spread(id, condition, value('modelledMops')),
            'M operations a second',
          );
        const kept = results.ratio('counted', 'shipped', condition, value('modelledMops'));
        const cost = 100 * (1 - kept.typical);
        figures.add(`price of counting; ${condition.name}`, cost, '%');
        return {
          condition: condition.id,
          holds: kept.most < 0.99 && kept.least > 0.97,
          found: `${shown(cost)} %`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-63',
    says: 'A central list, whose line every thread wants, is slower than adoption, at a price of 10, 40 and 60 ns for a line that another thread had, and the slower the dearer the line.',
    base: { ...TWO_CORES, ...MEASURED },
    lanes: [
      ...[10, 40, 60].map((costContended) => ({
        id: `${costContended}`,
        name: `central list, ${costContended} ns`,
        knobs: { ownership: 'central' as const, costContended },
      })),
      { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
    ],
    conditions: combined([SMALL_SIZES]),
    seeds: SEEDS,
    readings: [1_000_000, 2_000_000, 3_000_000],
    measures: ['modelledMops'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const rates = ['60', '40', '10', 'adopt'].map((lane) =>
          results.spread(lane, condition, value('modelledMops')),
        );
        for (const { id, name } of results.experiment.lanes)
          figures.spread(
            `${name}; ${condition.name}`,
            results.spread(id, condition, value('modelledMops')),
            'M operations a second',
          );
        return {
          condition: condition.id,
          holds: rates.every(({ least }, i) => i === 0 || least > rates[i - 1].most),
          found: `${rates.map((one) => shownSpread(one)).join(', ')} M operations a second`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
