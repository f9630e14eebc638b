import { CLOCKS, combined, SCHEDULES, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { slope, value } from '../results.ts';

const LIVING: readonly Lane[] = [
  { id: 'own', name: 'own slots', knobs: { workload: 'larson-immortal' } },
  { id: 'shared', name: 'shared slots', knobs: { succession: false } },
  { id: 'array', name: 'shared array', knobs: { workload: 'larson-shared' } },
  {
    id: 'array-counted',
    name: 'shared array, remote frees counted',
    knobs: { workload: 'larson-shared', decOnRemote: true },
  },
];

export const COUNTER_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-03',
    says: 'Where owners live, the counter that remote frees do not lower makes no memory grow: on a shared array, where more than half of all frees are remote, there are as many SuperSlabs as with the counter mended, and none more after 2 M operations than after 0.5 M.',
    base: { seconds: 60 },
    lanes: LIVING,
    conditions: combined([SCHEDULES, SMALL_SIZES, CLOCKS]),
    seeds: SEEDS,
    readings: [500_000, 1_000_000, 2_000_000],
    measures: ['superslabsNow', 'remotePercent', 'inflation'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const grown = results.experiment.lanes.map(({ id }) =>
          results.spread(id, condition, slope('superslabsNow')),
        );
        for (const { id, name } of results.experiment.lanes) {
          const where = `${name}; ${condition.name}`;
          figures.spread(
            where,
            results.spread(id, condition, value('superslabsNow')),
            'SuperSlabs',
          );
          figures.spread(
            `remote frees, ${where}`,
            results.spread(id, condition, value('remotePercent')),
            '%',
          );
          figures.spread(
            `blocks too many in counters, in millions, ${where}`,
            results.spread(id, condition, (run) => run.at('inflation') / 1e6),
            'million',
          );
        }
        const remote = results.spread('array', condition, value('remotePercent'));
        const lied = results.spread('array', condition, value('superslabsNow'));
        const counted = results.spread('array-counted', condition, value('superslabsNow'));
        return {
          condition: condition.id,
          holds:
            grown.every(({ most }) => most <= 0) && remote.least > 50 && lied.most === counted.most,
          found: `${shownSpread(lied)} SuperSlabs, ${shown(remote.typical)} % of frees remote`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-04',
    says: 'Counting remote frees alone gives no SuperSlab back; a trim every 100 ms alone fewer than one in twenty of those mapped; both together leave about one for each dead thread, pinned by its table, and where threads are detached none (fewer than one in a hundred).',
    base: { maxMapCount: 1_000_000, physLimitGiB: 256, seconds: 60 },
    lanes: [
      { id: 'neither', name: 'neither', knobs: {} },
      { id: 'count', name: 'count', knobs: { decOnRemote: true } },
      { id: 'trim', name: 'trim', knobs: { trimSS: true, trimIntervalMs: 100 } },
      {
        id: 'both',
        name: 'both',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100 },
      },
      {
        id: 'detach',
        name: 'both, threads detached',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100, threadEnd: 'detach' },
      },
    ],
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS,
    // Just after the trim passes at 0.2, 0.4 and 0.8 s of the document rate.
    readings: [838_256, 1_676_256, 3_352_256],
    measures: [
      'superslabsNow',
      'superslabsPeak',
      'superslabsAllocated',
      'superslabsFreed',
      'threadLives',
    ],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes) {
          for (const measure of [
            'superslabsAllocated',
            'superslabsFreed',
            'superslabsPeak',
            'superslabsNow',
          ] as const)
            figures.spread(
              `${measure}, ${name}; ${condition.name}`,
              results.spread(id, condition, value(measure)),
              'SuperSlabs',
            );
        }
        const share = (lane: string) =>
          results.spread(
            lane,
            condition,
            (run) => (100 * run.at('superslabsFreed')) / run.at('superslabsAllocated'),
          );
        const perLife = results.spread(
          'both',
          condition,
          (run) =>
            (run.at('superslabsNow') - run.at('superslabsNow', 0)) /
            (run.at('threadLives') - run.at('threadLives', 0)),
        );
        const detached = results.spread(
          'detach',
          condition,
          (run) =>
            (run.at('superslabsNow') - run.at('superslabsNow', 0)) /
            (run.at('threadLives') - run.at('threadLives', 0)),
        );
        figures.spread(`freed, count; ${condition.name}`, share('count'), '%');
        figures.spread(`freed, trim; ${condition.name}`, share('trim'), '%');
        figures.spread(`freed, both; ${condition.name}`, share('both'), '%');
        figures.spread(`left for each life, both; ${condition.name}`, perLife, 'SuperSlabs');
        return {
          condition: condition.id,
          holds:
            share('count').most === 0 &&
            share('trim').most < 5 &&
            Math.abs(perLife.typical - 1) < 0.1 &&
            detached.most < 0.01,
          found: `freed: count ${shownSpread(share('count'))} %, trim ${shownSpread(share('trim'))} %, both ${shownSpread(share('both'))} %, ${shownSpread(perLife)} left for each life; detached ${shownSpread(detached)}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-13',
    says: 'With the counter mended and a trim every 100 ms, Larson 8 128 1024 1 on the document’s rate still runs into the 65,530 map entries, at about 5.2 s instead of 2.0 s.',
    base: { seconds: 10 },
    lanes: [
      { id: 'shipped', name: 'as shipped', knobs: {} },
      {
        id: 'both',
        name: 'count and trim',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100 },
      },
    ],
    conditions: combined([SCHEDULES]),
    seeds: SEEDS,
    readings: ['end'],
    measures: [
      'seconds',
      'entries',
      'superslabsNow',
      'superslabsPeak',
      'superslabsFreed',
      'threadLives',
    ],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const of = (lane: string) => results.spread(lane, condition, value('seconds'));
        const entries = results.spread('both', condition, value('entries'));
        figures.spread(`end, as shipped; ${condition.name}`, of('shipped'), 's');
        figures.spread(`end, count and trim; ${condition.name}`, of('both'), 's');
        return {
          condition: condition.id,
          holds:
            entries.least >= 65_528 &&
            Math.abs(of('both').typical - 5.2) < 0.15 &&
            Math.abs(of('shipped').typical - 2) < 0.05,
          found: `${shownSpread(of('both'))} s instead of ${shownSpread(of('shipped'))} s`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
