import { cost, int, type KnobTable } from '../../knobs/kinds.ts';

/** Knobs that belong to __Label__ alone. Keys of links (`url`) are published: they never change. */
export const KNOBS = {
  __knob__SpanKiB: int({
    group: 'shape',
    apply: 'restart',
    url: '__url1__',
    default: 256,
    min: 64,
    max: 4096,
    step: 4,
    scale: 'log',
    unit: 'KiB',
  }),
  __knob__Keep: int({
    group: 'release',
    apply: 'live',
    url: '__url2__',
    default: 4,
    min: 0,
    max: 1000,
    unit: 'spans',
    zero: 'none',
  }),
  __knob__CostLock: cost('__url3__', 18, 2000),
} as const satisfies KnobTable;
