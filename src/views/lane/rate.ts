import { sampleAt } from '../../draw/area.ts';
import { C, type CounterName } from '../../engine/telemetry/counters.ts';
import type { SeriesName } from '../../engine/telemetry/series.ts';
import { type FrameView, H } from '../../worker/frame.ts';

/** Counters of which the history keeps what the warm-up had made of them when the operations began. */
const SERIES_OF: Readonly<Partial<Record<CounterName, SeriesName>>> = {
  superslabsAllocated: 'allocated',
  newPages: 'allocated',
  adoptions: 'adoptions',
};

/**
 * A counter per 1,000 operations of the run. What a warm-up made before operation 0 is not an operation's doing
 * and left out where the history tells it.
 * @returns undefined while no operation has been done
 */
export function perThousand(frame: FrameView, counter: CounterName): number | undefined {
  const op = frame.header[H.op];
  if (op === 0) return undefined;
  const series = SERIES_OF[counter];
  let before = 0;
  if (series !== undefined) {
    // The last sample before the first operation: quiet spells of the warm-up have samples, too.
    for (let i = 0; i < frame.shape.samples && sampleAt(frame, i, 'op') === 0; i++)
      before = sampleAt(frame, i, series);
  }
  return (1000 * (frame.counters[C[counter]] - before)) / op;
}
