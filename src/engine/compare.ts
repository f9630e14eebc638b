import type { KnobId, KnobValues } from './knobs.ts';
import type { Edit } from './recipe.ts';

/** Knobs that decide which operations a program makes; where they differ, lanes cannot be compared. */
export const STREAM_KNOBS: readonly KnobId[] = [
  'workload',
  'threads',
  'chunks',
  'rounds',
  'succession',
  'minSize',
  'maxSize',
  'seed',
  'window',
  'wakers',
  'wakePeriod',
  'burst',
  'hold',
];

/** Stream knobs in which two lanes differ: their operations are different programs' work. */
export function differentStreams(a: KnobValues, b: KnobValues): KnobId[] {
  const pair = a.workload === 'pair' || a.workload === 'wakers';
  const larsonOnly: readonly KnobId[] = ['threads', 'chunks', 'rounds', 'succession'];
  const pairOnly: readonly KnobId[] = ['window', 'wakers', 'wakePeriod', 'burst', 'hold'];
  const idle = pair ? larsonOnly : pairOnly;
  return STREAM_KNOBS.filter((id) => a[id] !== b[id] && !idle.includes(id));
}

export interface Side {
  readonly knobs: KnobValues;
  readonly edits: readonly Edit[];
}
