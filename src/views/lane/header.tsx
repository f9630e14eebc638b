import { type ReactNode, useRef } from 'react';
import { asBytes } from '../../base/units.ts';
import { byteParts, compact, count, percent } from '../../draw/format.ts';
import { derive } from '../../engine/report.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { ENDED_BY, RUN_STATUS } from '../../engine/telemetry/states.ts';
import type { ModelId } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useFrames, useFrameText } from './use-frame.ts';

/** The verdict in a few words, and its tone. */
export function verdictOf(frame: FrameView): { text: string; tone: 'bad' | 'ok' | 'plain' } {
  const { header } = frame;
  const status = RUN_STATUS[header[H.status]];
  const at = `${(header[H.virtualNs] / 1e9).toFixed(2)} s`;
  switch (status) {
    case 'running':
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
  readonly lane: Lane;
  readonly label: string;
  value(frame: FrameView): string;
  unit(frame: FrameView): string;
}

function Figure({ lane, label, value, unit }: FigureProps) {
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

/** Name, verdict and the six figures of a lane. */
export function LaneHeader({
  lane,
  name,
  documentRate,
  seconds,
  model,
  index,
  tools,
}: {
  readonly lane: Lane;
  readonly name: string;
  readonly documentRate: boolean;
  readonly seconds: number;
  readonly model: ModelId;
  readonly index: number;
  readonly tools: ReactNode;
}) {
  const badge = useRef<HTMLSpanElement>(null);
  useFrames(lane, 120, (frame) => {
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
    <div className="lane-head">
      <div className="lane-name">
        <span className="lane-letter" aria-hidden="true">
          {'ABCD'[index]}
        </span>
        <h1>{name}</h1>
        <span className="badge" ref={badge} data-testid="verdict">
          starting
        </span>
        {tools}
      </div>
      <dl className="figures">
        <Figure
          lane={lane}
          label={model === 'tiny' ? 'SuperSlabs now' : 'Pages made'}
          value={(f) => count(f.counters[C.superslabsNow])}
          unit={(f) =>
            model === 'tiny'
              ? `peak ${count(f.counters[C.superslabsPeak])}`
              : `${((1000 * f.counters[C.newPages]) / Math.max(1, f.header[H.op])).toFixed(1)} / 1,000 ops`
          }
        />
        <Figure
          lane={lane}
          label="Resident"
          value={(f) => byteParts(asBytes(f.header[H.residentBytes]))[0]}
          unit={(f) => byteParts(asBytes(f.header[H.residentBytes]))[1]}
        />
        <Figure
          lane={lane}
          label="Mapped"
          value={(f) => byteParts(asBytes(f.header[H.mappedBytes]))[0]}
          unit={(f) => byteParts(asBytes(f.header[H.mappedBytes]))[1]}
        />
        <Figure
          lane={lane}
          label="Reused of all taken"
          value={(f) => percent(derived(f).reuseShare).replace(' %', '')}
          unit={() => '%'}
        />
        <Figure
          lane={lane}
          label={documentRate ? 'Modelled, document rate' : 'Modelled'}
          value={(f) => compact(derived(f).modelledOpsPerSecond)}
          unit={() => 'ops/s'}
        />
        <Figure
          lane={lane}
          label="Map entries"
          value={(f) => count(f.entries.reduce((a, b) => a + b, 0))}
          unit={(f) => `of ${count(f.header[H.maxMapCount])}`}
        />
      </dl>
    </div>
  );
}
