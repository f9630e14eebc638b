import { CALIBRATED_SHARE } from '../../engine/presets/mixed-heaps.ts';
import { type Circumstance, combined, SEEDS } from '../conditions.ts';
import type { Condition, Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type RunReadings, spreadOf, value } from '../results.ts';

const SHARES = [0.1, 0.3, CALIBRATED_SHARE, 1, 5];
const RATES = [2, 5, 10, 20];
const shareId = (share: number): string => `${share} %`;
const rateId = (rate: number): string => `${rate} refusals`;

const BY_SHARE: readonly Lane[] = SHARES.map((lookAlikeProb) => ({
  id: shareId(lookAlikeProb),
  name: `${lookAlikeProb} % look alike`,
  knobs: { lookAlikeProb },
}));
const BY_RATE: readonly Lane[] = RATES.map((oomRate) => ({
  id: rateId(oomRate),
  name: `${oomRate} refusals by chance`,
  knobs: { oomRate },
}));
const idsOf = (lanes: readonly Lane[]): string[] => lanes.map(({ id }) => id);

/** D1's sizes, and a range without those that its header byte puts above the top class. */
const SIZES: readonly Circumstance[] = [
  { name: '8..128 B', knobs: { minSize: 8, maxSize: 128 } },
  { name: '64..512 B', knobs: { minSize: 64, maxSize: 512 } },
];
/** On the document's rate threads take turns under either schedule, so that costs are tried with the other one. */
const CLOCKS: readonly Circumstance[] = [
  { name: 'document rate', knobs: { timeBase: 'documentRate', schedule: 'shared' } },
  { name: 'own, costs', knobs: { timeBase: 'costs', schedule: 'own' } },
];
/** Entries run out, a ninth of D1's: what happens then is the same, and comes sooner. */
const SCARCE: Circumstance = { name: '7,000 map entries', knobs: { maxMapCount: 7000 } };
/** Nothing runs out; threads are detached, or most refusals would be of thread tables, which nobody frees. */
const PLENTY: Circumstance = {
  name: 'refusals by chance',
  knobs: { maxMapCount: 1_000_000, threadEnd: 'detach', seconds: 0.1, lookAlikeProb: 20 },
};
/** D1's command, as it is, under three of the shares: whole runs of 65,530 entries are long. */
const AS_D1: Condition = {
  id: 'D1',
  name: 'D1’s command, 65,530 map entries',
  knobs: {},
  lanes: [0.3, CALIBRATED_SHARE, 1].map(shareId),
};

/** Seeds of chance that D1's twenty runs are told by. */
const CHANCE = Array.from({ length: 20 }, (_, i) => i + 1);
/** One free in so many, at most, is of a block that the C library served. */
const ONE_IN = 100;

/** Frees of blocks that the C library served, of all frees. */
const libcShare = (run: RunReadings): number =>
  run.at('libcFrees') / (run.at('localFrees') + run.at('remoteFrees'));

const MIXING: Experiment['base'] = {
  seconds: 10,
  headerByte: true,
  onNull: 'libcFallback',
  guessFree: true,
};

/** What `O-76` says of how many frees meet a block of the C library. */
const FEWEST = 42;
const MOST = 1518;
const MOST_PERCENT = 0.131;

/** Limits on map entries, which end runs at other moments of their lives. */
const LIMITS: readonly Lane[] = [7000, 7900, 8000, 9000, 10_000].map((maxMapCount) => ({
  id: `${maxMapCount} entries`,
  name: `${maxMapCount} map entries`,
  knobs: { maxMapCount },
}));

export const MIXED_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-75',
    says: 'Of D1’s command under seeds of chance 1 to 20 the fewer runs pass the more of the C library’s blocks look like the heap’s own (0.1 to 5 %), and, where map entries are plenty and mappings are refused by chance, the more are refused (2 to 20 in a tenth of a second, with 20 % that look alike). As D1 ran it 6 of 20 pass with 0.55 %: that share is calibrated to D1’s 6 of 20. With 7,000 map entries fewer than one free in 100 is of a block that the C library served.',
    base: MIXING,
    lanes: [...BY_SHARE, ...BY_RATE],
    conditions: [
      AS_D1,
      ...combined([[SCARCE], CLOCKS, SIZES], { lanes: idsOf(BY_SHARE) }),
      ...combined([[PLENTY], CLOCKS, SIZES], { lanes: idsOf(BY_RATE) }),
    ],
    seedKnob: 'mixedSeed',
    seeds: CHANCE,
    readings: [50_000, 'end'],
    measures: ['passed', 'libcFrees', 'localFrees', 'remoteFrees', 'misroutedFrees'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const lanes = condition.lanes ?? [];
        const passes = lanes.map((lane) => {
          const each = results.values(lane, condition, (run) => run.at('passed'));
          const count = each.reduce((sum, one) => sum + one, 0);
          figures.add(`passes, ${lane}; ${condition.name}`, count, 'of 20');
          return count;
        });
        const met = lanes.map((lane) => results.spread(lane, condition, libcShare).most);
        const most = Math.max(...met);
        figures.add(`frees for one of the C library’s, least; ${condition.name}`, 1 / most);
        const rarer = passes.every((count, i) => i === 0 || count <= passes[i - 1]);
        const calibrated =
          condition !== AS_D1 || passes[lanes.indexOf(shareId(CALIBRATED_SHARE))] === 6;
        const scarce = condition.knobs.maxMapCount === SCARCE.knobs.maxMapCount;
        return {
          condition: condition.id,
          holds:
            rarer &&
            passes[0] > passes[passes.length - 1] &&
            calibrated &&
            (!scarce || most < 1 / ONE_IN),
          found: `${passes.join(', ')} of 20 pass; one free in ${shown(1 / most)} at most`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-76',
    says: 'With limits of 7,000, 7,900, 8,000, 9,000 and 10,000 map entries and no block that looks alike 42 to 1,518 frees of a run, at most 0.131 %, are of a block that the C library served: which limit it is decides how many. With 8..128 B on the document’s rate the most is more than ten times the least.',
    base: { ...MIXING, lookAlikeProb: 0 },
    lanes: LIMITS,
    conditions: combined([CLOCKS, SIZES]),
    seeds: SEEDS,
    readings: [50_000, 'end'],
    measures: ['libcFallbacks', 'libcFrees', 'localFrees', 'remoteFrees', 'passed'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const met = LIMITS.map(({ id }) => {
          const spread = results.spread(id, condition, value('libcFrees'));
          figures.spread(`frees of the C library’s, ${id}; ${condition.name}`, spread, 'frees');
          return spread;
        });
        const all = spreadOf(met.flatMap(({ least, most }) => [least, most]));
        const most = Math.max(
          ...LIMITS.map(({ id }) => results.spread(id, condition, libcShare).most),
        );
        figures.add(`frees of the C library’s, most; ${condition.name}`, 100 * most, '%');
        figures.add(`most to least; ${condition.name}`, all.most / all.least, 'times');
        const asD1 = condition.knobs.maxSize === 128 && condition.knobs.timeBase === 'documentRate';
        return {
          condition: condition.id,
          holds:
            all.least >= FEWEST &&
            all.most <= MOST &&
            100 * most <= MOST_PERCENT &&
            (!asD1 || all.most > 10 * all.least),
          found: `${met.map(shownSpread).join(', ')} frees; at most ${shown(100 * most)} %`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
