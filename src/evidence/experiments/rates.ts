import { SEEDS } from '../conditions.ts';
import type { Condition, Experiment } from '../experiment.ts';
import { Figures, shown } from '../figures.ts';
import { value } from '../results.ts';

/** Costs of the machine that docs/time.md measured on. */
const MEASURED = {
  costFault: 1700,
  costMmapTrim: 4900,
  costMunmap: 2050,
  costMunmapPage: 500,
  costThreadCached: 20_700,
  costProgram: 12,
};
const CONDITIONS: readonly Condition[] = [
  { id: 'defaults', name: 'defaults', knobs: {} },
  { id: 'used', name: 'the machine’s costs, used frames', knobs: MEASURED },
  {
    id: 'new',
    name: 'the machine’s costs, new frames',
    knobs: { ...MEASURED, costFreshFrame: 6000 },
  },
];
const LANES = ['shipped', 'trim100', 'trim10', 'adopt'] as const;
/**
 * What `scripts/native/toy-superslab.c` gave on the machine of docs/time.md, in the order of LANES: CPU time of a
 * swap in ns, and rates by the one of shipped, of CPU time and of wall time. `used`: on page frames used before.
 */
const NATIVE = {
  used: { ns: [292, 410, 446, 62], cpu: [1, 0.71, 0.65, 4.7], wall: [1, 0.78, 0.74, 2.6] },
  new: { ns: [1082, 570, 632, 82], cpu: [1, 1.9, 1.7, 13], wall: [1, 2.0, 2.4, 21] },
};
/** Lanes from the slowest to the fastest by these rates. */
const orderOf = (rates: readonly number[]): readonly string[] =>
  [...LANES].sort((a, b) => rates[LANES.indexOf(a)] - rates[LANES.indexOf(b)]);

export const RATE_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-60',
    says: 'On costs, with two cores and detached threads, over 3 M operations: on frames used before adopting is faster than shipped, and that faster than counting and trimming, the less often the faster; on new frames shipped is the slowest and trimming the faster the more often. By wall time the order is the native one.',
    base: { seconds: 10, timeBase: 'costs', threadEnd: 'detach', cores: 2 },
    lanes: [
      { id: 'shipped', name: 'shipped', knobs: {} },
      {
        id: 'trim100',
        name: 'fix + trim 100 ms',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100 },
      },
      {
        id: 'trim10',
        name: 'fix + trim 10 ms',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 10 },
      },
      { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
    ],
    conditions: CONDITIONS,
    seeds: SEEDS,
    readings: [1_000_000, 2_000_000, 3_000_000],
    measures: ['modelledMops', 'remotePercent'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const rate = (lane: string) => results.spread(lane, condition, value('modelledMops'));
        const native = condition.id === 'new' ? NATIVE.new : NATIVE.used;
        for (const [i, { id, name }] of results.experiment.lanes.entries()) {
          figures.spread(`${name}; ${condition.name}`, rate(id), 'M operations a second');
          figures.spread(
            `${name} by shipped; ${condition.name}`,
            results.ratio(id, 'shipped', condition, value('modelledMops')),
            'times',
          );
          figures.spread(
            `core time a swap, ${name}; ${condition.name}`,
            results.spread(id, condition, (run) => 2000 / run.at('modelledMops')),
            'ns',
          );
          const ours = 2000 / rate(id).typical;
          const theirs = native.ns[i];
          figures.add(
            `core time by the native, ${name}; ${condition.name}`,
            ours / theirs,
            'times',
          );
          figures.spread(
            `remote frees, ${name}; ${condition.name}`,
            results.spread(id, condition, value('remotePercent')),
            '%',
          );
        }
        for (const [i, lane] of LANES.entries()) {
          figures.add(`native CPU time, ${lane}`, native.ns[i], 'ns');
          figures.add(`native rate by CPU time, ${lane}`, native.cpu[i], 'times');
          figures.add(`native rate by wall time, ${lane}`, native.wall[i], 'times');
        }
        const order = orderOf(native.wall).map(rate);
        return {
          condition: condition.id,
          holds: order.every((one, i) => i === 0 || one.least > order[i - 1].most),
          found: results.experiment.lanes
            .map(({ id, name }) => `${name} ${shown(rate(id).typical)}`)
            .join(', '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-61',
    says: 'On new frames counting and trimming are the faster the longer the run: over 12 M operations faster than over 3 M, with a trim every 100 ms and every 10 ms.',
    base: {
      seconds: 60,
      timeBase: 'costs',
      threadEnd: 'detach',
      cores: 2,
      decOnRemote: true,
      trimSS: true,
      ...MEASURED,
      costFreshFrame: 6000,
    },
    lanes: [100, 10].map((trimIntervalMs) => ({
      id: `${trimIntervalMs}`,
      name: `trim every ${trimIntervalMs} ms`,
      knobs: { trimIntervalMs },
    })),
    conditions: [{ id: 'new', name: 'new frames', knobs: {} }],
    seeds: SEEDS,
    readings: [3_000_000, 6_000_000, 12_000_000],
    measures: ['modelledMops'],
    holds(results) {
      const figures = new Figures();
      const [condition] = results.experiment.conditions;
      const each = results.experiment.lanes.map(({ id, name }) => {
        const early = results.spread(id, condition, value('modelledMops', 0));
        const late = results.spread(id, condition, value('modelledMops'));
        figures.spread(`3 M operations, ${name}`, early, 'M operations a second');
        figures.spread(`12 M operations, ${name}`, late, 'M operations a second');
        return { name, early, late };
      });
      return {
        cases: [
          {
            condition: condition.id,
            holds: each.every(({ early, late }) => late.least > early.most),
            found: each
              .map(
                ({ name, early, late }) =>
                  `${name} ${shown(early.typical)}, then ${shown(late.typical)}`,
              )
              .join('; '),
          },
        ],
        figures: figures.list,
      };
    },
  },
];
