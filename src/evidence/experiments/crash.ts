import { CLOCKS, combined, SCHEDULES, SEEDS } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { value } from '../results.ts';

const LIMIT = 65_530;

export const CRASH_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-01',
    says: 'Larson 8 128 1024 1 on the heap as shipped runs into the limit of 65,530 map entries: six SuperSlabs and a stack of two entries for each life, none given back, a quarter of the entries stacks. On the document’s rate of 4.19 M operations a second that is at 2.0 s.',
    base: { seconds: 10 },
    lanes: [{ id: 'shipped', name: 'as shipped', knobs: {} }],
    conditions: [
      ...combined([SCHEDULES, CLOCKS]),
      {
        id: 'larger',
        name: '64..1,024 B',
        knobs: { minSize: 64, maxSize: 1024 },
        beyond: true,
      },
    ],
    seeds: SEEDS,
    readings: ['end'],
    measures: [
      'superslabsNow',
      'superslabsFreed',
      'threadLives',
      'perLife',
      'seconds',
      'entries',
      'spanEntries',
      'stackEntries',
      'mappedKiB',
      'residentKiB',
      'liveBlocks',
      'mapRefusals',
      'remotePercent',
    ],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const of = (measure: (typeof this.measures)[number]) =>
          results.spread('shipped', condition, value(measure));
        for (const measure of this.measures)
          figures.spread(`${measure}; ${condition.name}`, of(measure));
        const stacks = results.spread(
          'shipped',
          condition,
          (run) => (100 * run.at('stackEntries')) / run.at('entries'),
        );
        figures.spread(`stacks of all entries; ${condition.name}`, stacks, '%');
        const documentRate = condition.knobs.timeBase === 'documentRate';
        const seconds = of('seconds');
        return {
          condition: condition.id,
          holds:
            of('entries').least >= LIMIT - 2 &&
            of('mapRefusals').least > 0 &&
            of('superslabsFreed').most === 0 &&
            Math.abs(of('perLife').typical - 6) < 0.01 &&
            Math.abs(stacks.typical - 25) < 0.5 &&
            (!documentRate || (seconds.least >= 1.95 && seconds.most < 2.05)),
          found: `${shownSpread(of('superslabsNow'))} SuperSlabs, ${shown(of('perLife').typical)} a life, at ${shownSpread(seconds)} s`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-02',
    says: 'A life maps one SuperSlab for each class that it uses: five classes and the thread table’s give six for 8..128 B; without the smallest class (requests from 9 B, or a byte of header each) or with a table of a class in use (128 B, or none) five; requests of one size, 64 B, two.',
    base: { seconds: 10 },
    lanes: [
      { id: 'six', name: 'as shipped', knobs: {} },
      { id: 'nine', name: '9..128 B', knobs: { minSize: 9 } },
      { id: 'header', name: 'header byte', knobs: { headerByte: true } },
      { id: 'table128', name: 'thread table of 128 B', knobs: { dtvBytes: 128 } },
      { id: 'table0', name: 'no thread table', knobs: { dtvBytes: 0 } },
      { id: 'one', name: '64 B', knobs: { minSize: 64, maxSize: 64 } },
    ],
    conditions: combined([SCHEDULES, CLOCKS]),
    seeds: SEEDS,
    readings: [500_000, 1_000_000, 2_000_000],
    measures: ['perLife', 'threadLives', 'superslabsNow'],
    holds(results) {
      const figures = new Figures();
      const expected = new Map([
        ['six', 6],
        ['nine', 5],
        ['header', 5],
        ['table128', 5],
        ['table0', 5],
        ['one', 2],
      ]);
      const cases = results.experiment.conditions.map((condition) => {
        const each = results.experiment.lanes.map(({ id, name }) => {
          const found = results.spread(id, condition, value('perLife'));
          figures.spread(`a life, ${name}; ${condition.name}`, found, 'SuperSlabs');
          figures.spread(
            `lives, ${name}; ${condition.name}`,
            results.spread(id, condition, value('threadLives')),
            'lives',
          );
          return { id, name, found };
        });
        return {
          condition: condition.id,
          holds: each.every(({ id, found }) =>
            [found.least, found.most].every(
              (number) => Math.abs(number - (expected.get(id) ?? Number.NaN)) < 0.02,
            ),
          ),
          found: each.map(({ name, found }) => `${name} ${shownSpread(found)}`).join(', '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
