import { int, type KnobTable } from '../../knobs/kinds.ts';

/** Blocks that a thread may keep at most. */
export const MOST_KEPT = 1024;

/** Knobs of __Label__ alone. Keys of links (`url`) are published: they never change. */
export const KNOBS = {
  __knob__Keep: int({
    group: 'workload',
    apply: 'live',
    url: '__url1__',
    default: 200,
    min: 1,
    max: MOST_KEPT,
    scale: 'log',
    unit: 'blocks',
  }),
} as const satisfies KnobTable;
