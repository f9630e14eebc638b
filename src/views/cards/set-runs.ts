import { compact, count, percent } from '../../draw/format.ts';
import { type KnobValues, whyInapplicable } from '../../engine/knobs/index.ts';
import type { Reading } from '../../engine/readings.ts';
import { C, type CounterName } from '../../engine/telemetry/counters.ts';
import { jobs } from '../../live/jobs.ts';
import { CallError } from '../../worker/link.ts';
import type { Pool } from '../../worker/pool.ts';
import { HOT, REALISTIC } from './gap-figures.ts';

/**
 * Runs of the lane's knobs with other working sets and caches, for what D3 and D1 state of them: how much slower a
 * large set is, how often the pool fails, and what adaptive caches save.
 */

/** What D1 projects of adaptive thread caches (C-37), in per cent: nobody measured it. */
export const PROJECTED = { faster: [3, 10], smaller: [30, 50] } as const;

/** Slots of the runs; speeds are told of the documents' two, failures of the pool of those beyond the hot one. */
export const SETS = [HOT, 2048, REALISTIC, 32_768] as const;
/** Slots that D1's caches have at most. */
const CACHE_SLOTS = 2048;

/** Operations after which a run is read: once its set stands, and at its end. */
export const AT: readonly [number, number] = [100_000, 400_000];

/** A run by what it is for. */
export type SetRun = `set ${(typeof SETS)[number]}` | 'no caches' | 'adaptive' | 'fixed';
/** What is known so far; `failed`: it could not be run. */
export type SetReadings = Readonly<Partial<Record<SetRun, readonly Reading[] | 'failed'>>>;

/** Whether the lane's allocator can have thread caches. */
export const canCache = (knobs: KnobValues): boolean =>
  whyInapplicable('tlsCacheSlots', knobs) === undefined;
/** Whether it takes its slabs of a shared pool. */
const pooled = (knobs: KnobValues): boolean =>
  knobs.sharedPool && whyInapplicable('sharedPool', knobs) === undefined;

/** The runs that there are with these knobs. Caches are compared with the lane's own set, on costs. */
export function setRuns(lane: KnobValues): readonly (readonly [SetRun, KnobValues])[] {
  // Whole, as long as they are read, and on a clock on which work takes time.
  const knobs: KnobValues = { ...lane, timeBase: 'costs', seconds: 3600, opLimit: 0 };
  const sets = SETS.map((workingSet): readonly [SetRun, KnobValues] => [
    `set ${workingSet}`,
    { ...knobs, workingSet },
  ]);
  if (!canCache(knobs)) return sets;
  const tlsCacheSlots = knobs.tlsCacheSlots || CACHE_SLOTS;
  return [
    ...sets,
    ['no caches', { ...knobs, tlsCacheSlots: 0 }],
    ['adaptive', { ...knobs, tlsCacheSlots, tlsCacheSizing: 'adaptive' }],
    ['fixed', { ...knobs, tlsCacheSlots, tlsCacheSizing: 'fixed' }],
  ];
}

/**
 * Has them made by the page's pool of workers.
 * @param said told of each run that is over
 * @returns a function that gives up; nothing is told after it
 */
export function runSets(
  list: readonly (readonly [SetRun, KnobValues])[],
  said: (run: SetRun, readings: readonly Reading[] | 'failed') => void,
  pool: Pool = jobs(),
): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  for (const [run, knobs] of list)
    void pool
      .run('readings', { knobs, at: AT }, { signal, priority: -1 })
      .catch((error: unknown) => {
        if (!(error instanceof CallError)) throw error;
        return 'failed' as const;
      })
      .then((readings) => {
        if (!signal.aborted) said(run, readings);
      });
  return () => abort.abort();
}

/** Operations a second of virtual time once the working set stands; undefined: not known, or nothing took time. */
export function steady(readings: readonly Reading[] | 'failed' | undefined): number | undefined {
  if (readings === undefined || readings === 'failed') return undefined;
  const [from, to] = readings;
  const ns = to.virtualNs - from.virtualNs;
  return ns > 0 ? (1e9 * (to.op - from.op)) / ns : undefined;
}
const last = (readings: readonly Reading[] | 'failed' | undefined): Reading | undefined =>
  readings === undefined || readings === 'failed' ? undefined : readings.at(-1);
const counter = (
  readings: readonly Reading[] | 'failed' | undefined,
  name: CounterName,
): number | undefined => last(readings)?.counters[C[name]];

const NOT_RUN = 'not run';
const told = (value: number | undefined, text: (value: number) => string): string =>
  value === undefined ? NOT_RUN : text(value);
/** What two known numbers give. */
const of = (
  a: number | undefined,
  b: number | undefined,
  make: (a: number, b: number) => number,
): number | undefined => (a === undefined || b === undefined ? undefined : make(a, b));
const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  of(a, b, (one, other) => one / other);
const times = (value: number): string => `${value.toFixed(2)} ×`;
const projected = ([from, to]: readonly [number, number], what: string): string =>
  `${from} to ${to} % ${what}`;

/** Lines of a table of six columns: name, hot, a gap, realistic, a gap, the rest. */
export function setRows(knobs: KnobValues, known: SetReadings): readonly (readonly string[])[] {
  const hot = steady(known[`set ${HOT}`]);
  const realistic = steady(known[`set ${REALISTIC}`]);
  const rate = (value: number): string => compact(value / 1e6);
  const line = (name: string, value: string): readonly string[] => [name, '', '', '', '', value];
  const speed = ratio(steady(known.adaptive), steady(known['no caches']));
  const smaller = of(
    last(known.adaptive)?.residentBytes,
    last(known.fixed)?.residentBytes,
    (adaptive, fixed) => 1 - adaptive / fixed,
  );
  const slots = counter(known.adaptive, 'cacheSlots');
  const all = counter(known.fixed, 'cacheSlots');
  return [
    [
      'this lane’s knobs with both sets, modelled',
      told(hot, rate),
      '',
      told(realistic, rate),
      '',
      told(ratio(hot, realistic), times),
    ],
    ...(pooled(knobs)
      ? SETS.filter((set) => set !== HOT).map((set) =>
          line(
            `shared_fail with ${count(set)} slots for ${count(knobs.sharedCapacity)} slabs`,
            told(counter(known[`set ${set}`], 'sharedFails'), count),
          ),
        )
      : []),
    ...(canCache(knobs)
      ? [
          line('adaptive caches, speed: D1, projected', projected(PROJECTED.faster, 'more')),
          line('adaptive caches, speed: here, to none', told(speed, times)),
          line('adaptive caches, memory: D1, projected', projected(PROJECTED.smaller, 'less')),
          line(
            'adaptive caches, memory: here, resident, to fixed ones',
            told(smaller, (share) => `${percent(Math.abs(share))} ${share < 0 ? 'more' : 'less'}`),
          ),
          line(
            'adaptive caches, slots: here, of fixed ones',
            slots === undefined || all === undefined ? NOT_RUN : `${count(slots)} of ${count(all)}`,
          ),
        ]
      : []),
  ];
}
