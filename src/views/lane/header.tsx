import { type ReactNode, useRef } from 'react';
import { asBytes } from '../../base/units.ts';
import { byteParts, compact, count, percent } from '../../draw/format.ts';
import type { ModelShown } from '../../engine/allocators/model.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { derive } from '../../engine/report.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { ENDED_BY, RUN_STATUS } from '../../engine/telemetry/states.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from './context.ts';
import { perThousand } from './rate.ts';
import { useWatched } from './sight.tsx';
import { useFrames, useFrameText } from './use-frame.ts';

/** The verdict in a few words, and its tone. */
export function verdictOf(frame: FrameView): { text: string; tone: 'bad' | 'ok' | 'plain' } {
  const { header } = frame;
  const status = RUN_STATUS[header[H.status]];
  const at = `${(header[H.virtualNs] / 1e9).toFixed(2)} s`;
  switch (status) {
    case 'running':
      if (header[H.awaitsHand] === 1) return { text: 'waits for your hand', tone: 'plain' };
      return header[H.playing] === 1
        ? {
            text: header[H.oomSeen] === 1 ? 'running, a mapping was refused' : 'running',
            tone: 'plain',
          }
        : { text: header[H.op] === 0 ? 'ready' : 'paused', tone: 'plain' };
    case 'oom':
      return ENDED_BY[header[H.endedBy]] === 'physicalLimit'
        ? { text: `Out of physical memory at ${at}`, tone: 'bad' }
        : { text: `OOM at ${at}`, tone: 'bad' };
    case 'crashed':
      return { text: `Crashed at ${at}`, tone: 'bad' };
    case 'aborted':
      return { text: `Stopped at ${at}`, tone: 'plain' };
    case 'finished':
      return { text: `Finished at ${at}`, tone: 'ok' };
  }
}

interface FigureProps {
  readonly label: string;
  value(frame: FrameView): string;
  unit(frame: FrameView): string;
}

function Figure({ label, value, unit }: FigureProps) {
  const { lane } = useLane();
  const number = useFrameText<HTMLElement>(lane, value);
  const small = useFrameText<HTMLElement>(lane, unit);
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>
        <b ref={number}>–</b> <small ref={small} />
      </dd>
    </div>
  );
}

/** What stands beside the first figure. */
function besideOf({ peak, per1000 }: ModelShown['figure'], frame: FrameView): string {
  if (peak !== undefined) return `peak ${count(frame.counters[C[peak]])}`;
  const rate = per1000 === undefined ? undefined : perThousand(frame, per1000);
  return rate === undefined ? '' : `${rate.toFixed(1)} / 1,000 ops`;
}

/** Name, verdict and the six figures of a lane. */
export function LaneHeader({ name, tools }: { readonly name: string; readonly tools: ReactNode }) {
  const { lane, index, knobs } = useLane();
  const { seconds } = knobs;
  const { figure, reuses } = MODEL_SHOWN[knobs.model];
  const head = useRef<HTMLDivElement>(null);
  useWatched(head);
  const badge = useRef<HTMLSpanElement>(null);
  useFrames(lane, (frame) => {
    const verdict = verdictOf(frame);
    if (!badge.current) return;
    if (badge.current.textContent !== verdict.text) badge.current.textContent = verdict.text;
    badge.current.dataset.tone = verdict.tone;
  });
  const derived = (frame: FrameView) =>
    derive(
      frame.counters,
      frame.header[H.op],
      frame.header[H.virtualNs],
      ENDED_BY[frame.header[H.endedBy]] === 'chainsEnded',
      seconds,
    );
  return (
    <div className="lane-head" ref={head}>
      <div className="lane-name">
        <span className="lane-letter" aria-hidden="true">
          {'ABCD'[index]}
        </span>
        <h1 title={name}>{name}</h1>
        <span className="badge" ref={badge} data-testid="verdict">
          starting
        </span>
        {tools}
      </div>
      <dl className="figures">
        <Figure
          label={figure.label}
          value={(f) => count(f.counters[C[figure.counter]])}
          unit={(f) => besideOf(figure, f)}
        />
        <Figure
          label="Resident"
          value={(f) => byteParts(asBytes(f.header[H.residentBytes]))[0]}
          unit={(f) => byteParts(asBytes(f.header[H.residentBytes]))[1]}
        />
        <Figure
          label="Mapped"
          value={(f) => byteParts(asBytes(f.header[H.mappedBytes]))[0]}
          unit={(f) => byteParts(asBytes(f.header[H.mappedBytes]))[1]}
        />
        {reuses.length > 0 && (
          <Figure
            label="Reused of all taken"
            value={(f) => percent(derived(f).reuseShare).replace(' %', '')}
            unit={() => '%'}
          />
        )}
        <Figure
          label={knobs.timeBase === 'documentRate' ? 'Modelled, document rate' : 'Modelled'}
          value={(f) => compact(derived(f).modelledOpsPerSecond)}
          unit={() => 'ops/s'}
        />
        <Figure
          label="Map entries"
          value={(f) => count(f.entries.reduce((a, b) => a + b, 0))}
          unit={(f) => `of ${count(f.header[H.maxMapCount])}`}
        />
      </dl>
    </div>
  );
}
