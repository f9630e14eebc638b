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
/** A share that is less than before, or more; less than a thousandth is neither. */
const saved = (share: number): string =>
  Math.abs(share) < 0.001
    ? 'the same'
    : `${percent(Math.abs(share))} ${share < 0 ? 'more' : 'less'}`;
const projected = ([from, to]: readonly [number, number], what: string): string =>
  `${from} to ${to} % ${what}`;

/** Operations that speeds of the runs are of, in words. */
const OVER = `ops ${AT.map((op) => compact(op)).join(' to ')}`;
/** Where the rest of the runs is read, in words. */
const AFTER = `after ${compact(AT[1])} ops`;

/** A line of the card's table, of six columns: name, the answer, hot, a gap, realistic, a gap. */
export type Line = readonly [string, string, string, string, string, string];
export const line = (name: string, answer: string): Line => [name, answer, '', '', '', ''];

/** The lane's own speed, from its start to where it stands; beside what the runs of `setLines` come to, it is of other operations. */
export const laneLine = ({ workingSet }: KnobValues, op: number, rate: string): Line => {
  const hot = workingSet === HOT;
  return [
    `this lane, modelled, ${count(workingSet)} slots, ops 0 to ${compact(op)}`,
    '',
    hot ? rate : '',
    '',
    hot ? '' : rate,
    '',
  ];
};

/** Both sets, and how often the pool failed with more and more slots. */
export function setLines(knobs: KnobValues, known: SetReadings): readonly Line[] {
  const hot = steady(known[`set ${HOT}`]);
  const realistic = steady(known[`set ${REALISTIC}`]);
  const rate = (value: number): string => compact(value / 1e6);
  const both: Line = [
    `these knobs, both sets, ${OVER}`,
    told(ratio(hot, realistic), times),
    told(hot, rate),
    '',
    told(realistic, rate),
    '',
  ];
  if (!pooled(knobs)) return [both];
  const fails = SETS.filter((set) => set !== HOT).map((set) =>
    line(
      `shared_fail, ${count(set)} slots, ${AFTER}`,
      told(counter(known[`set ${set}`], 'sharedFails'), count),
    ),
  );
  return [both, ...fails];
}

/** What of adaptive caches, what D1 projects, what they come to here; none where the allocator has no caches. */
export function cacheRows(
  knobs: KnobValues,
  known: SetReadings,
): readonly (readonly [string, string, string])[] {
  if (!canCache(knobs)) return [];
  const speed = ratio(steady(known.adaptive), steady(known['no caches']));
  const smaller = of(
    last(known.adaptive)?.residentBytes,
    last(known.fixed)?.residentBytes,
    (adaptive, fixed) => 1 - adaptive / fixed,
  );
  const slots = counter(known.adaptive, 'cacheSlots');
  const all = counter(known.fixed, 'cacheSlots');
  return [
    [`speed, to none, ${OVER}`, projected(PROJECTED.faster, 'more'), told(speed, times)],
    [`memory, to fixed, ${AFTER}`, projected(PROJECTED.smaller, 'less'), told(smaller, saved)],
    [
      `slots, to fixed, ${AFTER}`,
      '',
      slots === undefined || all === undefined ? NOT_RUN : `${count(slots)} of ${count(all)}`,
    ],
  ];
}

/** The same as lines of the card's table. */
export const cacheLines = (knobs: KnobValues, known: SetReadings): readonly Line[] =>
  cacheRows(knobs, known).flatMap(([what, paper, here]) => [
    ...(paper === '' ? [] : [line(`adaptive caches, ${what}: D1, projected`, paper)]),
    line(`adaptive caches, ${what}: here, ${count(knobs.workingSet)} slots`, here),
  ]);
