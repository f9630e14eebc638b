import { CLOCKS, combined, ROUNDS, SCHEDULES, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type RunReadings, slope, value } from '../results.ts';

const SS_SIZES = [16, 20, 21, 22];
/** What a real toy allocator made D1’s two commands print. */
const TOY_PRINTED = [958_148, 239_562] as const;

export const SHAPE_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-05',
    says: 'The size of a SuperSlab does not change how many there are at the map limit by more than one in a thousand, be it 65,530 entries or 16,000: with 8..128 B from 64 KiB to 4 MiB; with 64..1,024 B from 1 to 4 MiB, where 64 KiB are too small for a life’s blocks of a class and there are a fifth more.',
    base: { seconds: 60 },
    lanes: SS_SIZES.map((ssLg) => ({
      id: `${ssLg}`,
      name: ssLg < 20 ? `${2 ** (ssLg - 10)} KiB` : `${2 ** (ssLg - 20)} MiB`,
      knobs: { ssLg },
    })),
    conditions: [
      { id: 'limit', name: '65,530 entries, 8..128 B', knobs: {}, seeds: [12_345] },
      ...combined([
        [{ name: '16,000 entries', knobs: { maxMapCount: 16_000 } }],
        SCHEDULES,
        SMALL_SIZES,
      ]),
    ],
    seeds: SEEDS,
    readings: [1_000_000, 'end'],
    measures: ['superslabsNow', 'mappedKiB', 'threadLives'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const found = results.experiment.lanes.map(({ id, name }) => {
          const count = results.spread(id, condition, value('superslabsNow'));
          figures.spread(`${name}; ${condition.name}`, count, 'SuperSlabs');
          return count;
        });
        const [smallest] = found;
        // Blocks of up to 1,024 B: a SuperSlab of one slab holds fewer than a life needs.
        const tight = condition.knobs.maxSize === 1024;
        const same = tight ? found.slice(1) : found;
        const least = Math.min(...same.map((one) => one.least));
        const most = Math.max(...same.map((one) => one.most));
        return {
          condition: condition.id,
          holds: most / least - 1 <= 0.001 && (!tight || smallest.least > 1.15 * most),
          found: `${shown(least)} to ${shown(most)} SuperSlabs; ${shownSpread(smallest)} at 64 KiB`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-06',
    says: 'A million map entries instead of 65,530 change nothing in the growth of SuperSlabs and resident memory (within one in a thousand over the first 8 M operations); with 32 GiB of physical memory the run then ends out of memory.',
    base: { seconds: 60 },
    lanes: [
      { id: 'limit', name: '65,530', knobs: {} },
      { id: 'million', name: '1,000,000', knobs: { maxMapCount: 1_000_000 } },
    ],
    conditions: combined([SCHEDULES, [{ name: '8..128 B', knobs: {} }]]),
    seeds: SEEDS,
    readings: [1_000_000, 4_000_000, 8_000_000, 'end'],
    measures: ['superslabsNow', 'residentKiB', 'memoryRanOut', 'entries', 'seconds'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const grown = results.ratio('million', 'limit', condition, slope('superslabsNow', 0, 2));
        const resident = results.ratio('million', 'limit', condition, slope('residentKiB', 0, 2));
        const out = results.spread('million', condition, value('memoryRanOut'));
        const seconds = results.spread('million', condition, value('seconds'));
        figures.spread(`end with a million; ${condition.name}`, seconds, 's');
        figures.spread(
          `SuperSlabs at the end with a million; ${condition.name}`,
          results.spread('million', condition, value('superslabsNow')),
          'SuperSlabs',
        );
        const near = (one: number): boolean => Math.abs(one - 1) <= 0.001;
        return {
          condition: condition.id,
          holds:
            [grown.least, grown.most, resident.least, resident.most].every(near) && out.least === 1,
          found: `growth ${shownSpread(grown)} times, resident ${shownSpread(resident)} times; out of memory at ${shownSpread(seconds)} s`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-08',
    says: 'The longer lives are, the fewer frees are remote and the fewer SuperSlabs grow: of 1, 2, 5, 10 and 100 rounds each has a smaller remote share and slower growth than the one before.',
    base: { maxMapCount: 1_000_000, physLimitGiB: 256, seconds: 60 },
    lanes: [1, 2, 5, 10, 100].map((rounds) => ({
      id: `${rounds}`,
      name: `${rounds} rounds`,
      knobs: { rounds },
    })),
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS,
    readings: [500_000, 1_000_000, 2_000_000],
    measures: ['superslabsNow', 'threadLives', 'remotePercent'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const lanes = results.experiment.lanes.map(({ id, name }) => {
          const remote = results.spread(id, condition, value('remotePercent'));
          const growth = results.spread(id, condition, slope('superslabsNow'));
          figures.spread(`remote frees, ${name}; ${condition.name}`, remote, '%');
          figures.spread(
            `growth, ${name}; ${condition.name}`,
            growth,
            'SuperSlabs per 1,000 operations',
          );
          return { remote, growth };
        });
        const falls = (pick: 'remote' | 'growth'): boolean =>
          lanes.every((lane, i) => i === 0 || lane[pick].most < lanes[i - 1][pick].least);
        return {
          condition: condition.id,
          holds: falls('remote') && falls('growth'),
          found: lanes
            .map(({ remote, growth }) => `${shown(remote.typical)} % and ${shown(growth.typical)}`)
            .join(', '),
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-09',
    says: 'What Larson prints for D1’s two commands is a cap: operations of the lives that map entries allow, divided by the ten seconds that it waits. A quarter of the chunks prints a quarter, within half a percent of it, at every speed at which the entries run out.',
    base: { seconds: 10, headerByte: true, onNull: 'libcFallback' },
    lanes: [
      { id: '1024', name: '1,024 chunks', knobs: {} },
      { id: '256', name: '256 chunks', knobs: { chunks: 256 } },
    ],
    conditions: [
      ...combined([SCHEDULES, CLOCKS]),
      ...combined([SMALL_SIZES.slice(1)], { seeds: [12_345] }),
    ],
    seeds: SEEDS,
    readings: ['end'],
    measures: ['printedOps', 'threadLives', 'seconds', 'perLife', 'entries'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const share = results.ratio('256', '1024', condition, value('printedOps'));
        figures.add(`a quarter of the chunks, share; ${condition.name}`, 100 * share.least, '%');
        figures.add('printed by a real toy allocator, 1,024 chunks', TOY_PRINTED[0]);
        figures.add('printed by a real toy allocator, 256 chunks', TOY_PRINTED[1]);
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(
            `printed, ${name}; ${condition.name}`,
            results.spread(id, condition, value('printedOps')),
            'operations a second',
          );
          figures.spread(
            `lives, ${name}; ${condition.name}`,
            results.spread(id, condition, value('threadLives')),
            'lives',
          );
        }
        return {
          condition: condition.id,
          holds:
            Math.abs(share.least / 0.25 - 1) < 0.005 && Math.abs(share.most / 0.25 - 1) < 0.005,
          found: `${shown(results.spread('1024', condition, value('printedOps')).typical)} and ${shown(results.spread('256', condition, value('printedOps')).typical)} operations a second`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-11',
    says: 'Trimming every 10, 100 or 500 ms decides how high the teeth are, not where the floor is: the longer the interval the more SuperSlabs there are at most in the first half second, and between passes at 1 and 2 s the floor rises by one for each life, within a tenth, at every interval.',
    base: {
      maxMapCount: 1_000_000,
      physLimitGiB: 256,
      seconds: 60,
      decOnRemote: true,
      trimSS: true,
    },
    lanes: [10, 100, 500].map((trimIntervalMs) => ({
      id: `${trimIntervalMs}`,
      name: `${trimIntervalMs} ms`,
      knobs: { trimIntervalMs },
    })),
    conditions: [
      ...combined([SMALL_SIZES, ROUNDS.slice(0, 1)]),
      ...combined([SMALL_SIZES.slice(0, 1), ROUNDS.slice(1)], { seeds: [12_345] }),
    ],
    seeds: SEEDS,
    readings: [2_094_000, 4_190_256, 8_380_256],
    measures: ['superslabsNow', 'superslabsPeak', 'threadLives', 'trimCalls'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const peaks = results.experiment.lanes.map(({ id, name }) => {
          const peak = results.spread(id, condition, value('superslabsPeak', 0));
          figures.spread(`at most in 0.5 s, ${name}; ${condition.name}`, peak, 'SuperSlabs');
          return peak;
        });
        const floors = results.experiment.lanes.map(({ id, name }) => {
          const floor = results.spread(
            id,
            condition,
            (run) =>
              (run.at('superslabsNow') - run.at('superslabsNow', 1)) /
              (run.at('threadLives') - run.at('threadLives', 1)),
          );
          figures.spread(`floor for each life, ${name}; ${condition.name}`, floor, 'SuperSlabs');
          return floor;
        });
        return {
          condition: condition.id,
          holds:
            peaks.every((peak, i) => i === 0 || peak.least > peaks[i - 1].most) &&
            floors.every(({ least, most }) => least > 0.9 && most < 1.1),
          found: `at most ${peaks.map((peak) => shownSpread(peak)).join(', ')}; floors ${floors.map(({ typical }) => shown(typical)).join(', ')} for each life`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-14',
    says: 'An owner who never looks into SuperSlabs that it has left maps them without end, with no thread dying and no remote free, once its class needs more than one: for 10,000 blocks of 592 B, and of 1,000 B, growth goes on at least until 4 M operations. With a list of older ones at most 12 serve.',
    base: { workload: 'larson-immortal', threads: 1, chunks: 10_000, seconds: 60 },
    lanes: [
      { id: 'current', name: 'only the current one', knobs: { ownReuse: 'current' } },
      { id: 'chunks', name: 'a list of older ones', knobs: { ownReuse: 'chunks' } },
    ],
    conditions: combined([
      SCHEDULES,
      [592, 1000].map((size) => ({
        name: `${size.toLocaleString('en-US')} B`,
        knobs: { minSize: size, maxSize: size },
      })),
    ]),
    seeds: SEEDS,
    readings: [1_000_000, 2_000_000, 4_000_000],
    measures: ['superslabsNow', 'residentKiB', 'mappedKiB'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const late = results.spread('current', condition, slope('superslabsNow', 1));
        const kept = results.spread('chunks', condition, value('superslabsNow'));
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(
            `${name}; ${condition.name}`,
            results.spread(id, condition, value('superslabsNow')),
            'SuperSlabs',
          );
          figures.spread(
            `${name}; ${condition.name}; resident`,
            results.spread(id, condition, (run) => run.at('residentKiB') / 1024),
            'MiB',
          );
          figures.spread(
            `${name}; ${condition.name}; resident in GiB`,
            results.spread(id, condition, (run) => run.at('residentKiB') / 2 ** 20),
            'GiB',
          );
        }
        figures.spread(`growth; ${condition.name}`, late, 'SuperSlabs per 1,000 operations');
        return {
          condition: condition.id,
          holds: late.least > 0.1 && kept.most <= 12,
          found: `${shownSpread(late)} SuperSlabs per 1,000 operations; with the list ${shownSpread(kept)}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-15',
    says: 'Larson 5 8 1000 5000 100 with four threads that are joined and orphans that are adopted: with owners who never look into older SuperSlabs their number goes on growing until 6 M operations; with a list of older ones it is the same from 3 M operations on.',
    base: {
      minSize: 8,
      maxSize: 1000,
      chunks: 5000,
      rounds: 100,
      threads: 4,
      threadEnd: 'join',
      orphanPolicy: 'adopt',
      seconds: 60,
    },
    lanes: [
      { id: 'current', name: 'only the current one', knobs: { ownReuse: 'current' } },
      { id: 'chunks', name: 'a list of older ones', knobs: { ownReuse: 'chunks' } },
    ],
    conditions: combined([SCHEDULES]),
    seeds: [4141, 1, 2, 3],
    readings: [1_500_000, 3_000_000, 6_000_000],
    measures: ['superslabsNow', 'residentKiB'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        for (const { id, name } of results.experiment.lanes) {
          for (const [i, reading] of results.experiment.readings.entries())
            figures.spread(
              `${name}; ${condition.name}; ${reading} operations`,
              results.spread(id, condition, value('superslabsNow', i)),
              'SuperSlabs',
            );
          figures.spread(
            `${name}; ${condition.name}; resident`,
            results.spread(id, condition, (run) => run.at('residentKiB') / 1024),
            'MiB',
          );
        }
        const current = results.spread('current', condition, slope('superslabsNow', 1));
        const kept = results.spread('chunks', condition, slope('superslabsNow', 1));
        return {
          condition: condition.id,
          holds: current.least > 0 && kept.most <= 0,
          found: `${shownSpread(current)} SuperSlabs per 1,000 operations; with the list ${shownSpread(kept)}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-16',
    says: 'Mapped directly, the SuperSlabs of a life that touch merge into one entry, and as many bytes are mapped for each life as where each has an entry of its own (within one in a thousand).',
    base: { seconds: 60 },
    lanes: [
      { id: 'trimmed', name: 'over-allocate and trim', knobs: {} },
      { id: 'direct', name: 'direct', knobs: { mapMode: 'direct' } },
    ],
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS,
    readings: [500_000, 1_000_000, 2_000_000],
    measures: ['mappedKiB', 'spanEntries', 'superslabsNow', 'threadLives'],
    holds(results) {
      const figures = new Figures();
      const perLife = (measure: 'mappedKiB' | 'spanEntries') => (run: RunReadings) =>
        (run.at(measure) - run.at(measure, 0)) / (run.at('threadLives') - run.at('threadLives', 0));
      const cases = results.experiment.conditions.map((condition) => {
        const mapped = results.ratio('direct', 'trimmed', condition, perLife('mappedKiB'));
        const entries = results.spread('direct', condition, perLife('spanEntries'));
        figures.spread(
          `entries of SuperSlabs a life, direct; ${condition.name}`,
          entries,
          'entries',
        );
        return {
          condition: condition.id,
          holds:
            Math.abs(mapped.least - 1) <= 0.001 &&
            Math.abs(mapped.most - 1) <= 0.001 &&
            entries.most <= 1.01,
          found: `${shownSpread(mapped)} times the bytes; ${shownSpread(entries)} entries a life`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
