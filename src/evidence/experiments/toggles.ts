import { combined, MID_SIZES, SCHEDULES, SEEDS, SMALL_SIZES } from '../conditions.ts';
import type { Experiment, Lane } from '../experiment.ts';
import { Figures, shown, shownSpread } from '../figures.ts';
import { type RunReadings, value } from '../results.ts';

const PHASE_7 = {
  headerByte: true,
  lookup: 'header',
  inlinePath: true,
  prewarmTls: true,
} as const;
const FAST_PATHS: readonly Lane[] = [
  { id: 'before', name: 'before phase 7', knobs: {} },
  { id: 'phase7', name: 'phase 7', knobs: PHASE_7 },
  { id: 'cached', name: 'phase 7 and adaptive caches', knobs: { ...PHASE_7, tlsCacheSlots: 2048 } },
  { id: 'hash', name: 'hash table', knobs: { lookup: 'hash' } },
  { id: 'registry', name: 'registry', knobs: { lookup: 'registry' } },
];

const SIZES = [
  { name: '16..1,000 B', knobs: { minSize: 16, maxSize: 1000 } },
  { name: '64..500 B', knobs: { minSize: 64, maxSize: 500 } },
];
const SETS = [
  { name: '256 slots', knobs: { workingSet: 256 } },
  { name: '32,768 slots in SuperSlabs of 64 KiB', knobs: { workingSet: 32_768, ssLg: 16 } },
];
const THREADS = [
  { name: 'one thread', knobs: { threads: 1 } },
  { name: 'four threads', knobs: { threads: 4 } },
];

/** Operations a second of virtual time, in millions, once the working set stands. */
const steady = (run: RunReadings): number =>
  (run.at('ops') - run.at('ops', 0)) / (run.at('seconds') - run.at('seconds', 0)) / 1e6;
const lines = (run: RunReadings): number => run.at('lookupLines') / run.at('lookups');

const SS_SIZES: readonly Lane[] = [16, 20, 21, 22].map((ssLg) => ({
  id: `${ssLg}`,
  name: ssLg < 20 ? `${2 ** (ssLg - 10)} KiB` : `${2 ** (ssLg - 20)} MiB`,
  knobs: { ssLg },
}));
/** Lives between an owner's death and the last block of its SuperSlab, on average. */
const livesToEmpty = (run: RunReadings): number => run.at('emptiedLives') / run.at('emptiedTotal');

const ROUTES = ['cda', 's1', 's2', 'p'] as const;

export const TOGGLE_EXPERIMENTS: readonly Experiment[] = [
  {
    id: 'O-67',
    says: 'On the clock of costs, with 12 ns of the program’s own for each operation of random mixed, Region-ID, inlining and prewarming together make it at most a quarter faster, and nowhere slower by a tenth; adaptive caches behind them make it at least half as fast again; a lookup by hash table reads at most two lines and makes it slower, by less than a fifth; one by a registry reads more than five where there are a hundred SuperSlabs, and makes it slower still.',
    base: { workload: 'random-mixed', timeBase: 'costs', seconds: 3600, costProgram: 12 },
    lanes: FAST_PATHS,
    conditions: combined([SIZES, SETS, THREADS]),
    seeds: SEEDS.slice(0, 2),
    readings: [100_000, 150_000, 200_000],
    measures: ['seconds', 'lookups', 'lookupLines', 'superslabsNow'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const [before, phase7, cached, hash, registry] = FAST_PATHS.map(({ id, name }) => {
          const spread = results.spread(id, condition, steady);
          figures.spread(`rate, ${name}; ${condition.name}`, spread, 'M operations a second');
          return spread.typical;
        });
        const read = ['hash', 'registry'].map((id) => {
          const spread = results.spread(id, condition, lines);
          figures.spread(`lines, ${id}; ${condition.name}`, spread, 'lines');
          return spread.typical;
        });
        const spans = results.spread('registry', condition, value('superslabsNow'));
        figures.add(`times as fast, phase 7; ${condition.name}`, phase7 / before, 'times');
        figures.add(`times as fast, cached; ${condition.name}`, cached / before, 'times');
        figures.spread(`SuperSlabs; ${condition.name}`, spans, 'SuperSlabs');
        return {
          condition: condition.id,
          holds:
            phase7 > 0.9 * before &&
            phase7 < 1.25 * before &&
            cached > 1.5 * phase7 &&
            hash < before &&
            hash > 0.8 * before &&
            read[0] <= 2 &&
            registry <= hash &&
            (spans.typical < 100 || (read[1] > 5 && registry < hash)),
          found: `phase 7 ${shown(phase7 / before)}, cached ${shown(cached / before)}, hash ${shown(hash / before)}, registry ${shown(registry / before)} times as fast; ${shown(read[0])} and ${shown(read[1])} lines; ${shownSpread(spans)} SuperSlabs`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-68',
    says: 'On Larson a thread that is prewarmed strands a SuperSlab of each of the eight classes when it dies, however few it uses: six with 8..128 B, between four and five on average with 64..1,024 B.',
    base: { seconds: 10, prewarmTls: true },
    lanes: [
      { id: 'cold', name: 'not prewarmed', knobs: { prewarmTls: false } },
      { id: 'warm', name: 'prewarmed', knobs: {} },
    ],
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS.slice(0, 2),
    readings: [250_000, 500_000, 1_000_000],
    measures: ['perLife'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const [cold, warm] = ['cold', 'warm'].map((id) => {
          const spread = results.spread(id, condition, value('perLife'));
          figures.spread(`a life, ${id}; ${condition.name}`, spread, 'SuperSlabs');
          return spread.typical;
        });
        const [least, most] = condition.knobs.minSize === 8 ? [5.9, 6.1] : [4, 5];
        return {
          condition: condition.id,
          holds: cold > least && cold < most && Math.abs(warm - 8) < 0.1,
          found: `${shown(cold)} and ${shown(warm)} SuperSlabs a life`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-69',
    says: 'On Larson as shipped a dead thread’s SuperSlab is empty after as many lives whatever its size, within one in a hundred: with 8..128 B from 64 KiB to 4 MiB, with 64..1,024 B, where 64 KiB are too small for a life’s blocks of a class, from 1 to 4 MiB.',
    base: { seconds: 10 },
    lanes: SS_SIZES,
    conditions: combined([SCHEDULES, SMALL_SIZES]),
    seeds: SEEDS.slice(0, 2),
    readings: [500_000, 1_000_000, 2_000_000],
    measures: ['emptiedLives', 'emptiedTotal'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const lives = SS_SIZES.map(({ id, name }) => {
          const spread = results.spread(id, condition, livesToEmpty);
          figures.spread(`lives to empty, ${name}; ${condition.name}`, spread, 'lives');
          return spread.typical;
        });
        const alike = condition.knobs.minSize === 8 ? lives : lives.slice(1);
        return {
          condition: condition.id,
          holds: Math.max(...alike) < 1.01 * Math.min(...alike),
          found: `${lives.map((each) => shown(each)).join(', ')} lives`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-70',
    says: 'Where owners live and free what they allocated themselves, nobody adopts under any route, and the list of partly free pages decides: CDA and S1, which have none, go on making pages, more than ten times those of S2 and P after 300,000 operations.',
    base: {
      model: 'mf2',
      workload: 'larson-immortal',
      mapMode: 'direct',
      timeBase: 'costs',
      physLimitGiB: 256,
      seconds: 3600,
    },
    lanes: ROUTES.map((route) => ({ id: route, name: route, knobs: { route } })),
    conditions: combined([SCHEDULES, MID_SIZES]),
    seeds: SEEDS.slice(0, 2),
    readings: [100_000, 200_000, 300_000],
    measures: ['newPages', 'adoptions'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const [cda, s1, s2, p] = ROUTES.map((route) => {
          const pages = results.spread(route, condition, value('newPages'));
          figures.spread(`pages, ${route}; ${condition.name}`, pages, 'pages');
          return {
            pages,
            half: results.spread(route, condition, value('newPages', 1)),
            adoptions: results.spread(route, condition, value('adoptions')).most,
          };
        });
        return {
          condition: condition.id,
          holds:
            [cda, s1, s2, p].every(({ adoptions }) => adoptions === 0) &&
            [cda, s1].every(({ pages, half }) => pages.least > 1.2 * half.most) &&
            Math.min(cda.pages.least, s1.pages.least) > 10 * Math.max(s2.pages.most, p.pages.most),
          found: `${[cda, s1, s2, p].map(({ pages }) => shownSpread(pages)).join(', ')} pages`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-73',
    says: 'Where mappings are refused by chance, at twenty moments of half a second of Larson with detached threads, the C library serves instead and half of its blocks look like the heap’s, a free that guesses by the byte before a block crashes in every run; one that asks the ownership bitmap in none, and at least nineteen refusals are served.',
    base: {
      headerByte: true,
      onNull: 'libcFallback',
      guessFree: true,
      threadEnd: 'detach',
      maxMapCount: 1_000_000,
      oomRate: 20,
      seconds: 0.5,
      lookAlikeProb: 50,
    },
    lanes: [
      { id: 'header', name: 'free guesses', knobs: {} },
      { id: 'bitmap', name: 'free asks the bitmap', knobs: { ownerBitmap: true } },
    ],
    conditions: combined([
      SMALL_SIZES,
      [1, 2, 3].map((mixedSeed) => ({ name: `chance ${mixedSeed}`, knobs: { mixedSeed } })),
    ]),
    seeds: SEEDS.slice(0, 2),
    readings: ['end'],
    measures: ['misroutedFrees', 'libcFrees', 'libcFallbacks'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const wrong = (lane: string) => results.spread(lane, condition, value('misroutedFrees'));
        const served = results.spread('bitmap', condition, value('libcFallbacks'));
        figures.spread(`served, bitmap; ${condition.name}`, served, 'blocks');
        return {
          condition: condition.id,
          holds: wrong('header').least === 1 && wrong('bitmap').most === 0 && served.least >= 19,
          found: `${shownSpread(wrong('header'))} and ${shownSpread(wrong('bitmap'))} wrong frees; ${shownSpread(served)} served`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
  {
    id: 'O-74',
    says: 'Thread caches in front of the central list make random mixed of four threads more than five times as fast as the list alone, on one core for each thread and on two, and threads wait for locks less than a hundredth as often.',
    base: {
      workload: 'random-mixed',
      threads: 4,
      ownership: 'central',
      timeBase: 'costs',
      seconds: 3600,
      costProgram: 12,
    },
    lanes: [
      { id: 'list', name: 'the list alone', knobs: {} },
      {
        id: 'hybrid',
        name: 'caches and list',
        knobs: { tlsCacheSlots: 2048, centralCaches: true },
      },
    ],
    conditions: combined([
      SIZES,
      [2, 4].map((cores) => ({ name: `${cores} cores`, knobs: { cores } })),
    ]),
    seeds: SEEDS.slice(0, 2),
    readings: [100_000, 150_000, 200_000],
    measures: ['seconds', 'lockWaits'],
    holds(results) {
      const figures = new Figures();
      const cases = results.experiment.conditions.map((condition) => {
        const [alone, hybrid] = ['list', 'hybrid'].map((id) => {
          const rate = results.spread(id, condition, steady);
          figures.spread(`rate, ${id}; ${condition.name}`, rate, 'M operations a second');
          return { rate, waits: results.spread(id, condition, value('lockWaits')) };
        });
        const faster = hybrid.rate.least / alone.rate.most;
        figures.add(`times as fast; ${condition.name}`, faster, 'times');
        return {
          condition: condition.id,
          holds: faster > 5 && hybrid.waits.most < alone.waits.least / 100,
          found: `${shown(faster)} times as fast; ${shownSpread(hybrid.waits)} and ${shownSpread(alone.waits)} waits`,
        };
      });
      return { cases, figures: figures.list };
    },
  },
];
