import type { KnobValues } from '../engine/knobs/index.ts';
import type { Condition } from './experiment.ts';

/** One of the circumstances that conditions are combined of. */
export interface Circumstance {
  readonly name: string;
  readonly knobs: Partial<KnobValues>;
}

/** Both ways of interleaving threads. */
export const SCHEDULES: readonly Circumstance[] = [
  { name: 'shared', knobs: { schedule: 'shared' } },
  { name: 'own', knobs: { schedule: 'own' } },
];

/** Sizes of the mid allocator: all its classes, and the three with more than one block by the remote queue's measure. */
export const MID_SIZES: readonly Circumstance[] = [
  { name: '2..32 KiB', knobs: { minSize: 2048, maxSize: 32_768 } },
  { name: '2..8 KiB', knobs: { minSize: 2048, maxSize: 8192 } },
];

/** Sizes of the small allocator: Larson's, and a range of other classes. */
export const SMALL_SIZES: readonly Circumstance[] = [
  { name: '8..128 B', knobs: { minSize: 8, maxSize: 128 } },
  { name: '64..1,024 B', knobs: { minSize: 64, maxSize: 1024 } },
];

export const SEEDS: readonly number[] = [12_345, 1, 2, 3];

/** Every combination of one circumstance from each list, in their order; named by all of them. */
export function combined(
  lists: readonly (readonly Circumstance[])[],
  rest: Omit<Condition, 'id' | 'name' | 'knobs'> = {},
): Condition[] {
  const all = lists.reduce<Circumstance[]>(
    (before, list) =>
      before.flatMap((first) =>
        list.map((second) => ({
          name: first.name === '' ? second.name : `${first.name}, ${second.name}`,
          knobs: { ...first.knobs, ...second.knobs },
        })),
      ),
    [{ name: '', knobs: {} }],
  );
  return all.map(({ name, knobs }) => ({ id: name, name, knobs, ...rest }));
}

/** Blocks that wait between the two of a pair before the oldest is freed. */
export const WINDOWS: readonly Circumstance[] = [
  { name: 'window 128', knobs: { window: 128 } },
  { name: 'window 512', knobs: { window: 512 } },
];

/** Swaps before a life ends, in thousands: one round is 1,024. */
export const ROUNDS: readonly Circumstance[] = [
  { name: '1 round', knobs: { rounds: 1 } },
  { name: '10 rounds', knobs: { rounds: 10 } },
];

export const CLOCKS: readonly Circumstance[] = [
  { name: 'document rate', knobs: { timeBase: 'documentRate' } },
  { name: 'costs', knobs: { timeBase: 'costs' } },
];
