import type { KnobValues } from '../knobs/index.ts';
import { MF2_BASE } from './routes.ts';

/** A policy of the mid allocator: one option of every axis. */
export interface Policy {
  readonly id: string;
  readonly knobs: Partial<KnobValues>;
}

interface Option {
  readonly id: string;
  readonly knobs: Partial<KnobValues>;
}

/** What `npm run policy` chooses between. The first option of each axis is D2's, and not named in ids. */
const AXES: readonly (readonly Option[])[] = [
  [
    { id: 'cda', knobs: { route: 'cda' } },
    { id: 's1', knobs: { route: 's1' } },
  ],
  [
    { id: '', knobs: { partialList: 'off' } },
    { id: 'list', knobs: { partialList: 'on' } },
  ],
  [
    { id: '', knobs: {} },
    { id: 'oldest', knobs: { pendingOrder: 'oldest' } },
  ],
  [
    { id: '', knobs: {} },
    { id: 'leave', knobs: { pendingLeave: true } },
  ],
  [
    { id: '', knobs: {} },
    { id: 'again', knobs: { reEnqueue: true } },
  ],
  [
    { id: '', knobs: {} },
    { id: 'tries', knobs: { gateBudget: 1024 } },
  ],
  [
    { id: '', knobs: {} },
    { id: 'orphans', knobs: { orphanPolicy: 'adopt' } },
  ],
];

/** All policies; where the mark is cleared before a drain, queueing again has nothing to do and is left out. */
export const POLICIES: readonly Policy[] = AXES.reduce<Policy[]>(
  (all, axis) =>
    all.flatMap((policy) =>
      axis.map(({ id, knobs }) => ({
        id: [policy.id, id].filter((part) => part !== '').join('+'),
        knobs: { ...policy.knobs, ...knobs },
      })),
    ),
  [{ id: '', knobs: {} }],
).filter(({ knobs }) => knobs.route === 'cda' || knobs.reEnqueue !== true);

/** @throws when there is no such policy, which is a fault of ours */
export function policyById(id: string): Policy {
  const found = POLICIES.find((policy) => policy.id === id);
  if (found === undefined) throw new Error(`no policy ${id}`);
  return found;
}

/** What a policy is tried on: a program, and how long it runs. */
export interface PolicyCondition {
  readonly id: string;
  readonly knobs: Partial<KnobValues>;
}

const on = (
  id: string,
  program: Partial<KnobValues>,
  other: Partial<KnobValues> = {},
): PolicyCondition => ({
  id,
  knobs: { ...MF2_BASE, schedule: 'own', opLimit: 100_000, ...program, ...other },
});

const PROGRAMS = {
  'Larson, 1 round': { workload: 'larson', rounds: 1 },
  'Larson, 100 rounds': { workload: 'larson', rounds: 100 },
  'Larson, immortal': { workload: 'larson-immortal' },
  pair: { workload: 'pair' },
  wakers: { workload: 'wakers' },
} as const satisfies Record<string, Partial<KnobValues>>;
const each = (words: string, other: Partial<KnobValues>): PolicyCondition[] =>
  Object.entries(PROGRAMS).map(([id, program]) => on(`${id}, ${words}`, program, other));

const SUCCESSORS = {
  both: 4,
  handOver: 50,
  liveSet: 200,
  arrivals: 'successor',
  lifeOps: 2000,
} as const;
const MIX = {
  pool: {
    producers: 4,
    consumers: 1,
    both: 0,
    arrivals: 'pool',
    phases: 'grow, shrink, repeat',
    liveSet: 500,
  },
  exchange: { both: 4, handOver: 50, liveSet: 500 },
  'short lives': { ...SUCCESSORS, lifeOps: 500 },
  'lives of much': { ...SUCCESSORS, liveSet: 1000, lifeOps: 5000 },
  'lives after pauses': { ...SUCCESSORS, arrivals: 'pause', pauseMs: 1 },
  pipeline: { producers: 2, consumers: 2, both: 0, liveSet: 300, batch: 16 },
  breathing: { both: 4, handOver: 30, liveSet: 400, phases: 'grow, hold 2000, shrink 40, repeat' },
} as const satisfies Record<string, Partial<KnobValues>>;
const mixed = (
  id: string,
  program: Partial<KnobValues>,
  schedule: KnobValues['schedule'],
): PolicyCondition =>
  on(`mix, ${id}, ${schedule}`, { workload: 'mix', sizes: '2K-32K', ...program }, { schedule });

/**
 * Conditions on which the search chooses. Owners that exchange blocks and die are among them because a first search,
 * which did not have them, chose a policy that cannot do with them (docs/mf2-model.md).
 */
export const TRAINING: readonly PolicyCondition[] = [
  ...Object.entries(PROGRAMS).map(([id, program]) => on(id, program)),
  on('busy wakers', { ...PROGRAMS.wakers, wakePeriod: 1, burst: 1, hold: 0 }),
  mixed('successors', SUCCESSORS, 'own'),
];

/** Conditions on which what was chosen is judged; the search does not see them. */
export const HELD_BACK: readonly PolicyCondition[] = [
  ...each('2..8 KiB', { maxSize: 8192 }),
  ...each('8..32 KiB', { minSize: 8192 }),
  ...each('400,000 operations', { opLimit: 400_000 }),
  ...each('shared', { schedule: 'shared' }),
  ...each('seed 1', { seed: 1 }),
  on('pair, window 64', PROGRAMS.pair, { window: 64 }),
  on('pair, window 2,048', PROGRAMS.pair, { window: 2048 }),
  on('wakers, 8 of them, bursts of 32', PROGRAMS.wakers, { wakers: 8, burst: 32 }),
  ...(['own', 'shared'] as const).flatMap((schedule) => [
    on(`pair, 2 KiB, 600,000 operations, ${schedule}`, PROGRAMS.pair, {
      maxSize: 2048,
      opLimit: 600_000,
      schedule,
    }),
    on(`pair, 2..8 KiB, window 128, 800,000 operations, ${schedule}`, PROGRAMS.pair, {
      maxSize: 8192,
      window: 128,
      opLimit: 800_000,
      schedule,
    }),
    ...Object.entries(MIX).map(([id, program]) => mixed(id, program, schedule)),
  ]),
  mixed('successors', SUCCESSORS, 'shared'),
  mixed('successors of 2..8 KiB', { ...SUCCESSORS, sizes: '2K-8K' }, 'own'),
];

/**
 * Conditions that were written down after the choice was made, and tried once: other programs, numbers of threads, sizes
 * and mixtures than any above. Whoever changes the search adds others.
 */
export const AFTERWARDS: readonly PolicyCondition[] = (['own', 'shared'] as const).flatMap(
  (schedule) => {
    const also = (id: string, program: Partial<KnobValues>): PolicyCondition =>
      on(`${id}, ${schedule}`, program, { schedule, seed: 7, opLimit: 150_000 });
    const mixing = (id: string, program: Partial<KnobValues>): PolicyCondition =>
      also(`mix, ${id}`, { workload: 'mix', ...program });
    return [
      also('Larson, 20 rounds, 3..12 KiB', {
        ...PROGRAMS['Larson, 1 round'],
        rounds: 20,
        minSize: 3072,
        maxSize: 12_288,
      }),
      also('Larson, shared array, 8 threads', { workload: 'larson-shared', threads: 8 }),
      also('pair, wide window, 4..16 KiB', {
        ...PROGRAMS.pair,
        window: 1000,
        minSize: 4096,
        maxSize: 16_384,
      }),
      also('wakers, 2 of them, 2..4 KiB', { ...PROGRAMS.wakers, wakers: 2, maxSize: 4096 }),
      also('random mixed, 2..32 KiB', { workload: 'random-mixed', workingSet: 2048 }),
      mixing('one reclaimer of few large', {
        producers: 3,
        consumers: 2,
        both: 0,
        handTo: 'one',
        sizes: '2K-4K x 9, 32K x 1',
        liveSet: 300,
      }),
      mixing('many threads, little handed over', {
        both: 8,
        handOver: 10,
        lifetime: 'random',
        sizes: '2K-16K',
        liveSet: 200,
      }),
      mixing('all handed over, short lives between pauses', {
        both: 4,
        handOver: 100,
        sizes: '2K-32K',
        arrivals: 'pause',
        pauseMs: 5,
        lifeOps: 300,
        liveSet: 100,
      }),
    ];
  },
);

/** The policy that the search has chosen on the training conditions. */
export const RECOMMENDED = policyById('cda+list+oldest+leave+orphans');
