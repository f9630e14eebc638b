import { CLOCKS, combined, ROUNDS, SCHEDULES, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';
import { Figures, shownSpread } from '../figures.ts';
import { type RunValue, value } from '../results.ts';

/** SuperSlabs for each further life, from the first reading to the last. */
const PER_FURTHER_LIFE: RunValue = (run) =>
  (run.at('superslabsNow') - run.at('superslabsNow', 0)) /
  (run.at('threadLives') - run.at('threadLives', 0));

/** Just after the trim passes at 0.2, 0.4 and 0.8 s of the document rate. */
const AFTER_PASSES = [838_256, 1_676_256, 3_352_256];
/** One SuperSlab in a hundred lives: a few more as the program's blocks wander, and no more than that. */
const LEVEL = 0.01;

export const ORPHAN_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-07',
    says: 'Of the ways to treat the SuperSlabs of dead owners, adoption and the central list end the growth (less than one SuperSlab in a hundred lives); reusing empties, the hybrid, and counting with a trim every 100 ms leave about one a life; abandoning them, four to six.',
    base: { maxMapCount: 1_000_000, physLimitGiB: 256, seconds: 60 },
    lanes: [
      { id: 'abandon', name: 'abandon', knobs: {} },
      {
        id: 'reuse',
        name: 'reuse empties',
        knobs: { orphanPolicy: 'reuse-empty', decOnRemote: true },
      },
      { id: 'hybrid', name: 'hybrid', knobs: { ownership: 'hybridG' } },
      {
        id: 'trim',
        name: 'count and trim',
        knobs: { decOnRemote: true, trimSS: true, trimIntervalMs: 100 },
      },
      { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
      { id: 'central', name: 'central list', knobs: { ownership: 'central' } },
    ],
    conditions: combined([SMALL_SIZES, ROUNDS]),
    seeds: SEEDS,
    readings: AFTER_PASSES,
    measures: ['superslabsNow', 'superslabsPeak', 'threadLives', 'stackEntries'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const by = (lane: string) => results.spread(lane, condition, PER_FURTHER_LIFE);
        for (const { id, name } of results.experiment.lanes) {
          figures.spread(`${name}; ${condition.name}`, by(id), 'SuperSlabs a life');
          for (const [i, reading] of results.experiment.readings.entries())
            figures.spread(
              `${name}; ${condition.name}; ${reading} operations`,
              results.spread(id, condition, value('superslabsNow', i)),
              'SuperSlabs',
            );
        }
        const low = ['adopt', 'central'].map(by);
        const middle = ['reuse', 'hybrid', 'trim'].map(by);
        const abandon = by('abandon');
        return {
          condition: condition.id,
          holds:
            low.every(({ most }) => most < LEVEL) &&
            middle.every(({ least, most }) => least > 0.9 && most < 1.1) &&
            abandon.least > 4 &&
            abandon.most < 6.1,
          found: `SuperSlabs a life: abandon ${shownSpread(abandon)}; reuse empties ${shownSpread(middle[0])}, hybrid ${shownSpread(middle[1])}, count and trim ${shownSpread(middle[2])}; adopt ${shownSpread(low[0])}, central list ${shownSpread(low[1])}`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-12',
    says: 'Where living threads adopt the orphans, 28 SuperSlabs serve the first two seconds of Larson 8 128 1024 1, and 34 all of it; the central list needs 7, and 13. What ends the run, at 8.0 s, are the stacks, which Larson never joins: all but 100 of the 65,530 map entries.',
    base: { seconds: 10 },
    lanes: [
      { id: 'adopt', name: 'adopt', knobs: { orphanPolicy: 'adopt' } },
      { id: 'central', name: 'central list', knobs: { ownership: 'central' } },
    ],
    conditions: [
      ...combined([SCHEDULES]),
      ...combined([SMALL_SIZES.slice(1)], { beyond: true, seeds: [12_345] }),
      ...combined([CLOCKS.slice(1)], { beyond: true, seeds: [12_345] }),
    ],
    seeds: SEEDS,
    readings: [2_095_256, 4_190_256, 8_380_256, 'end'],
    measures: [
      'superslabsNow',
      'superslabsPeak',
      'threadLives',
      'entries',
      'stackEntries',
      'seconds',
    ],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const of = (lane: string) => {
          const early = results.spread(lane, condition, value('superslabsPeak', 2));
          const late = results.spread(lane, condition, value('superslabsPeak'));
          const stacks = results.spread(lane, condition, value('stackEntries'));
          const seconds = results.spread(lane, condition, value('seconds'));
          figures.spread(`SuperSlabs at 2.0 s, ${lane}; ${condition.name}`, early, 'SuperSlabs');
          figures.spread(`SuperSlabs at the end, ${lane}; ${condition.name}`, late, 'SuperSlabs');
          figures.spread(`entries of stacks, ${lane}; ${condition.name}`, stacks, 'entries');
          figures.spread(`end, ${lane}; ${condition.name}`, seconds, 's');
          figures.spread(
            `lives, ${lane}; ${condition.name}`,
            results.spread(lane, condition, value('threadLives')),
            'lives',
          );
          return { early, late, stacks, seconds };
        };
        const adopt = of('adopt');
        const central = of('central');
        const ends = [adopt, central].every(
          ({ stacks, seconds }) => stacks.least >= 65_430 && Math.abs(seconds.typical - 8) < 0.1,
        );
        return {
          condition: condition.id,
          holds:
            ends &&
            adopt.early.most <= 28 &&
            adopt.late.most <= 34 &&
            central.early.most <= 7 &&
            central.late.most <= 13,
          found: `adopt ${shownSpread(adopt.early)}, then ${shownSpread(adopt.late)} SuperSlabs; central list ${shownSpread(central.early)}, then ${shownSpread(central.late)}; end at ${shownSpread(adopt.seconds)} s with ${shownSpread(adopt.stacks)} entries of stacks`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
