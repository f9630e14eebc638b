import type { KnobValues } from '../../engine/knobs/index.ts';
import { MF2_BASE, ROUTE_WORKLOADS } from '../../engine/presets/routes.ts';
import { presetById } from '../../engine/presets.ts';
import { combined, MID_SIZES, SCHEDULES, SEEDS } from '../conditions.ts';
import type { Condition, Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import type { Measure } from '../measures.ts';
import { value } from '../results.ts';

/** The first four variants of a scenario as lanes, named by their numbers. */
function variantsOf(id: string): Lane[] {
  const preset = presetById(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset.variants.slice(0, 4).map(({ name, knobs }, i) => ({ id: `${i}`, name, knobs }));
}
/** What all variants of a scenario share. */
function knobsOf(id: string): Partial<KnobValues> {
  const preset = presetById(id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset.knobs;
}

const GATES: readonly Measure[] = [
  'adoptions',
  'newPages',
  'blockedIdle',
  'blockedPartial',
  'blockedPressure',
  'blockedRemotes',
  'blockedRfr',
];
/** Programs whose owners live long, or for ever. */
const LIVING: readonly Condition[] = combined([
  SCHEDULES,
  ROUTE_WORKLOADS.filter(({ id }) => id !== 'short' && id !== 'immortal').map(
    ({ name, knobs }) => ({ name, knobs }),
  ),
]);
const SLEEPER_SIZES = [
  { name: '2..32 KiB', knobs: { sizes: '2K-32K' } },
  { name: '2..8 KiB', knobs: { sizes: '2K-8K' } },
];

export const GATE_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-35',
    says: 'Of route P’s gates, on Larson with 1 round, two keep adopters out: the least number of remote blocks and the owner’s list of partly free pages. With all as in D2 fewer than one operation in 1,000 adopts; each of the two, opened one after the other, more than doubles adoptions; the rest, opened together, add less than a fifth. Where the list and pressure go together, pressure has no part: what it turns away is less than a hundredth of what lists do.',
    base: knobsOf('route-p'),
    lanes: variantsOf('route-p'),
    conditions: combined([SCHEDULES, MID_SIZES]),
    seeds: SEEDS,
    readings: [75_000, 150_000, 300_000],
    measures: GATES,
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes)
          for (const measure of GATES)
            figures.spread(
              `${measure}, ${name}; ${condition.name}`,
              results.spread(id, condition, value(measure)),
            );
        for (const { id, name } of results.experiment.lanes)
          for (const measure of GATES)
            figures.spread(
              `${measure} in millions, ${name}; ${condition.name}`,
              results.spread(id, condition, (run) => run.at(measure) / 1e6),
              'million',
            );
        const adopted = results.experiment.lanes.map(({ id }) =>
          results.spread(id, condition, value('adoptions')),
        );
        const pressure = results.spread(
          '1',
          condition,
          (run) => run.at('blockedPressure') / run.at('blockedPartial'),
        );
        return {
          condition: condition.id,
          holds:
            adopted[0].most < 300 &&
            adopted[1].least > 2 * adopted[0].most &&
            adopted[2].least > 2 * adopted[1].most &&
            adopted[3].most < 1.2 * adopted[2].least &&
            pressure.most < 0.01,
          found: `${adopted.map((one) => shownSpread(one)).join(', ')} adoptions; pressure by lists ${shown(pressure.most)}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-36',
    says: 'Where owners live long, with 2..32 KiB (pair, pair and wakers, Larson with 100 rounds), route P with the gates of D2 adopts nothing.',
    base: { ...MF2_BASE, route: 'p' },
    lanes: [{ id: 'p', name: 'P', knobs: {} }],
    conditions: LIVING,
    seeds: SEEDS,
    readings: [75_000, 150_000, 300_000],
    measures: ['adoptions', 'newPages'],
    holds: (results) => ({
      cases: results.experiment.conditions.map((condition) => {
        const adopted = results.spread('p', condition, value('adoptions'));
        return {
          condition: condition.id,
          holds: adopted.most === 0,
          found: `${shownSpread(adopted)} adoptions`,
        };
      }),
      figures: [],
    }),
  },
  {
    id: 'O-37',
    says: 'Where four threads take turns and a fifth frees what they allocated while they sleep, S3, which wakes owners to drain, makes as many pages as S2, which lets them sleep (within one in a hundred). CDA with the list, which takes from sleepers, makes at least 1.5 times fewer, and waking sleepers gives up some of that.',
    base: { ...knobsOf('sleepers'), opLimit: 0 },
    lanes: variantsOf('sleepers'),
    conditions: combined([SCHEDULES, SLEEPER_SIZES]),
    seeds: SEEDS,
    readings: [20_000, 60_000, 200_000],
    measures: ['newPages', 'backgroundDrains', 'wakes'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes)
          for (const [i, reading] of results.experiment.readings.entries())
            figures.spread(
              `${name}; ${condition.name}; ${reading} operations`,
              results.spread(id, condition, value('newPages', i)),
              'pages',
            );
        const each = [0, 1, 2].map((reading) => ({
          woken: results.ratio('1', '0', condition, value('newPages', reading)),
          taking: results.ratio('0', '2', condition, value('newPages', reading)),
          both: results.ratio('3', '2', condition, value('newPages', reading)),
        }));
        for (const [i, { woken, taking, both }] of each.entries()) {
          const reading = results.experiment.readings[i];
          figures.spread(`S3 by S2; ${condition.name}; ${reading}`, woken, 'times');
          figures.spread(`S2 by CDA and list; ${condition.name}; ${reading}`, taking, 'times');
          figures.spread(`CDA and list, woken; ${condition.name}; ${reading}`, both, 'times');
        }
        return {
          condition: condition.id,
          holds: each.every(
            ({ woken, taking, both }) =>
              Math.abs(woken.most - 1) <= 0.01 &&
              Math.abs(woken.least - 1) <= 0.01 &&
              taking.least >= 1.5 &&
              both.typical > 1,
          ),
          found: each
            .map(
              ({ woken, taking, both }) =>
                `S3 ${shownSpread(woken)} times S2; S2 ${shownSpread(taking)} times CDA and list; woken ${shownSpread(both)} times`,
            )
            .join('; '),
        };
      });
      const over = (lane: string, other: string): readonly number[] =>
        results.experiment.conditions.flatMap((condition) =>
          [0, 1, 2].flatMap((reading) => {
            const { least, most } = results.ratio(
              lane,
              other,
              condition,
              value('newPages', reading),
            );
            return [least, most];
          }),
        );
      for (const [name, all] of [
        ['S2 by CDA and list', over('0', '2')],
        ['CDA and list, woken', over('3', '2')],
      ] as const) {
        figures.add(`${name}; all conditions, least`, Math.min(...all), 'times');
        figures.add(`${name}; all conditions, most`, Math.max(...all), 'times');
      }
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-38',
    says: 'With sizes of 8..32 KiB, 20 rounds and 256 chunks CDA that queues again gives after 303,770 operations what D2’s three counters say, each within a tenth; D2 states none of these arguments.',
    base: { ...knobsOf('thresholds') },
    lanes: [
      {
        id: 'fitted',
        name: 'fitted',
        knobs: { reEnqueue: true, minSize: 8192, rounds: 20, chunks: 256 },
      },
    ],
    conditions: combined([SCHEDULES.slice(0, 1)]),
    seeds: SEEDS,
    readings: [303_770],
    measures: ['newPages', 'pageReuses', 'pendingEnqueued'],
    holds(results) {
      const figures = new Figures();
      const thresholds = presetById('thresholds');
      const fitted = thresholds?.variants.find(({ name }) => name.startsWith('Fitted'));
      const cases = results.experiment.conditions.map((condition) => {
        const far = (['newPages', 'pageReuses', 'pendingEnqueued'] as const).filter((measure) => {
          const found = results.spread('fitted', condition, value(measure));
          figures.spread(`${measure}, fitted`, found);
          const said = fitted?.documentFigures?.find(({ metric }) => metric === measure);
          return !said || Math.abs(found.typical / said.document - 1) > 0.1;
        });
        return {
          condition: condition.id,
          holds: far.length === 0,
          found: far.length === 0 ? 'all three' : `not ${far.join(', ')}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
