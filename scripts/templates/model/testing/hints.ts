import type { KnobValues } from '../../../knobs/index.ts';
import type { Hints } from '../../../testing/hints.ts';

/** Large blocks in small spans: they come and go. */
const CHURN: Partial<KnobValues> = {
  workload: 'random-mixed',
  workingSet: 256,
  minSize: 10_000,
  maxSize: 30_000,
  timeBase: 'costs',
  __knob__SpanKiB: 64,
};

/** Where knobs show that are hard to find by trying: see docs/laws.md. */
export const HINTS: Hints = {
  __knob__Keep: [{ knobs: CHURN, value: 0, ops: 4000 }],
  costMunmap: [{ knobs: CHURN, value: 0, ops: 4000 }],
  costMunmapPage: [{ knobs: CHURN, value: 0, ops: 4000 }],
  // Blocks of the C library use the map entries up, so that a span is refused.
  onNull: [
    {
      knobs: {
        workload: 'random-mixed',
        workingSet: 16_384,
        minSize: 20_000,
        maxSize: 60_000,
        maxMapCount: 1000,
        __knob__SpanKiB: 64,
      },
      value: 'libcFallback',
    },
  ],
  // A span of 4 MiB has whole huge pages in it.
  thp: [
    {
      knobs: { workload: 'random-mixed', workingSet: 4096, __knob__SpanKiB: 4096 },
      value: 'always',
    },
  ],
};
