import { useRef } from 'react';
import { asNs } from '../../base/units.ts';
import { capital, compact, count, duration, plural } from '../../draw/format.ts';
import {
  drawPending,
  PENDING_BINS,
  type PendingCounts,
  pendingCounts,
} from '../../draw/pending.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useLaneCanvas } from '../lane/use-frame.ts';
import { noun, nouns, statesOf } from '../models.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';

const empty = (): PendingCounts => ({
  enqueued: new Float64Array(PENDING_BINS),
  unseen: new Float64Array(PENDING_BINS),
});

/** Pages with remote blocks against the threshold that gets them enqueued, and the queues over time. */
export function PendingCard() {
  const { lane, knobs } = useLane();
  const { model } = knobs;
  const waits = statesOf(model).map((state) => state.waits === true);
  const counts = useRef(empty());
  const canvas = useLaneCanvas(
    lane,
    (ctx, frame, size, palette) => {
      pendingCounts(frame, waits, counts.current);
      drawPending(
        ctx,
        counts.current,
        frame.header[H.pendingThreshold],
        size,
        palette,
        nouns(model),
      );
    },
    200,
  );
  return (
    <Card
      className="pending-card"
      title={({ counters }) =>
        counters[C.strandedBelow] > counters[C.pendingPages]
          ? `${plural(counters[C.strandedBelow], 'remote block lies', 'remote blocks lie')} in ${nouns(model)} that were never enqueued`
          : `${plural(counters[C.pendingPages], `${noun(model)} waits`, `${nouns(model)} wait`)} in queues, for ${duration(asNs(counters[C.pendingAgeUs] * 1000))} on average`
      }
      table={{
        head: [`Remote blocks in the ${noun(model)}`, 'In a queue', 'Nobody was told'],
        rows: (frame) => {
          const now = empty();
          pendingCounts(frame, waits, now);
          const rows = Array.from({ length: PENDING_BINS - 1 }, (_, i) => [
            i === PENDING_BINS - 2 ? '16 or more' : String(i + 1),
            count(now.enqueued[i + 1]),
            count(now.unseen[i + 1]),
          ]);
          const { counters } = frame;
          return [
            ...rows,
            ['threshold', count(frame.header[H.pendingThreshold]), ''],
            [`${nouns(model)} in queues at most`, count(counters[C.pendingPagesMax]), ''],
            [
              'enqueued, taken out again',
              count(counters[C.pendingEnqueued]),
              count(counters[C.pendingDrained]),
            ],
          ];
        },
      }}
    >
      <ul className="legend">
        <li>
          <span className="swatch" style={{ background: 'var(--cached)' }} aria-hidden="true" />
          {nouns(model)} in a queue, by their remote blocks
        </li>
        <li>
          <span className="swatch" style={{ background: 'var(--b-below)' }} aria-hidden="true" />
          nobody was told
        </li>
      </ul>
      <canvas
        ref={canvas.ref}
        className="pending-canvas"
        role="img"
        aria-label={`${capital(nouns(model))} by the number of their remote blocks, with the threshold; as a table beside the title.`}
      />
      <Chart
        className="short"
        label={`${capital(nouns(model))} in pending queues over the run`}
        unit={nouns(model)}
        format={compact}
        layers={(palette) => [
          { name: `${nouns(model)} in queues`, series: ['pending'], colour: palette.cached },
        ]}
      />
    </Card>
  );
}
