import type { Experiment } from './experiment.ts';
import { COUNTER_EXPERIMENTS } from './experiments/counter.ts';
import { CRASH_EXPERIMENTS } from './experiments/crash.ts';
import { DOMINO_EXPERIMENTS } from './experiments/dominoes.ts';
import { GATE_EXPERIMENTS } from './experiments/gates.ts';
import { INDEPENDENT_EXPERIMENTS } from './experiments/independent.ts';
import { LEAN_EXPERIMENTS } from './experiments/lean.ts';
import { MIXED_EXPERIMENTS } from './experiments/mixed.ts';
import { ORPHAN_EXPERIMENTS } from './experiments/orphans.ts';
import { OWNER_EXPERIMENTS } from './experiments/owners.ts';
import { PAIR_EXPERIMENTS } from './experiments/pairs.ts';
import { POOL_EXPERIMENTS } from './experiments/pool.ts';
import { LOCK_EXPERIMENTS, PRICE_EXPERIMENTS } from './experiments/prices.ts';
import { RATE_EXPERIMENTS } from './experiments/rates.ts';
import { SHAPE_EXPERIMENTS } from './experiments/shape.ts';
import { TOGGLE_EXPERIMENTS } from './experiments/toggles.ts';

/** Every sentence of ours that states a result, by the number that texts name it by. */
export const EXPERIMENTS: readonly Experiment[] = [
  ...CRASH_EXPERIMENTS,
  ...COUNTER_EXPERIMENTS,
  ...SHAPE_EXPERIMENTS,
  ...ORPHAN_EXPERIMENTS,
  ...PRICE_EXPERIMENTS,
  ...DOMINO_EXPERIMENTS,
  ...PAIR_EXPERIMENTS,
  ...OWNER_EXPERIMENTS,
  ...GATE_EXPERIMENTS,
  ...INDEPENDENT_EXPERIMENTS,
  ...RATE_EXPERIMENTS,
  ...LOCK_EXPERIMENTS,
  ...POOL_EXPERIMENTS,
  ...TOGGLE_EXPERIMENTS,
  ...LEAN_EXPERIMENTS,
  ...MIXED_EXPERIMENTS,
];

export const experimentById = (id: string): Experiment | undefined =>
  EXPERIMENTS.find((experiment) => experiment.id === id);
