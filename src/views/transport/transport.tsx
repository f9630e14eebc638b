import {
  FastForward,
  Hammer,
  Pause,
  Play,
  RotateCcw,
  SkipBack,
  SkipForward,
  StepBack,
  StepForward,
  StickyNote,
} from 'lucide-react';
import { useState } from 'react';
import { asNs } from '../../base/units.ts';
import { compact, count, duration } from '../../draw/format.ts';
import { EVENT_KINDS, type EventKind } from '../../engine/telemetry/events.ts';
import type { ModelId } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import type { Lockstep } from '../../live/lockstep.ts';
import { H } from '../../worker/frame.ts';
import type { Speed } from '../../worker/protocol.ts';
import { kindName } from '../lane/event-text.ts';
import { useFrameText } from '../lane/use-frame.ts';
import { isHidden } from '../shell/embed.ts';
import { Scrubber, type TimeMark } from './scrubber.tsx';
import { SPEED_STEPS, speedAt, speedLabel, speedPosition } from './speed.ts';

interface Props {
  readonly lane: Lane;
  readonly lockstep: Lockstep;
  readonly model: ModelId;
  /** The run was brought to an operation by hand. */
  onArrive(): void;
  readonly playing: boolean;
  readonly ended: boolean;
  readonly speed: Speed;
  readonly kind: EventKind;
  readonly edits: readonly TimeMark[];
  readonly notes: readonly TimeMark[];
  readonly breaking: boolean;
  readonly noting: boolean;
  onBreak(): void;
  onNotes(): void;
  onPlayPause(): void;
  /** To the next event of the chosen kind, or to the previous one. */
  onEvent(forward: boolean): void;
  onRestart(): void;
  onSpeed(speed: Speed): void;
  onKind(kind: EventKind): void;
}

/** Kinds worth stopping at. */
const STOPS = EVENT_KINDS.filter((kind) => kind !== 'runEnded');
const PAGE_KINDS = /^(page|adoption|wake$|race$)/;
const TINY_KINDS = /^(superslab|slab|inflated|trim|backgroundDrain)/;
/** Kinds that a model has. */
export const stopsOf = (model: ModelId): readonly EventKind[] =>
  STOPS.filter((kind) => !(model === 'tiny' ? PAGE_KINDS : TINY_KINDS).test(kind));

/** Play, step, speed, and where the run stands. */
export function Transport({
  lane,
  lockstep,
  model,
  onArrive,
  playing,
  ended,
  speed,
  kind,
  edits,
  notes,
  breaking,
  noting,
  onBreak,
  onNotes,
  onPlayPause,
  onEvent,
  onRestart,
  onSpeed,
  onKind,
}: Props) {
  const time = useFrameText<HTMLElement>(lane, (frame) =>
    duration(asNs(frame.header[H.virtualNs])),
  );
  const op = useFrameText<HTMLElement>(lane, (frame) => count(frame.header[H.op]));
  const real = useFrameText<HTMLElement>(lane, (frame) =>
    frame.header[H.playing] === 1
      ? `simulating ${compact(frame.header[H.simOpsPerSecond])} ops/s`
      : 'standing still',
  );
  return (
    <section className="transport" aria-label="Transport">
      <fieldset className="transport-buttons">
        <legend className="sr">Run</legend>
        <button
          type="button"
          onClick={onRestart}
          title="From the start (Home)"
          aria-label="Restart"
        >
          <RotateCcw size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => onEvent(false)}
          title={`Back to the previous “${kindName(kind)}” (Shift+←)`}
          aria-label="Step back to the previous event"
        >
          <SkipBack size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => void lockstep.seek(lockstep.op - 1)}
          title="Back one operation (←)"
          aria-label="Step back one operation"
        >
          <StepBack size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="play"
          onClick={onPlayPause}
          disabled={ended}
          title="Play or pause (Space)"
          aria-label={playing ? 'Pause' : 'Play'}
        >
          {playing ? <Pause size={20} aria-hidden="true" /> : <Play size={20} aria-hidden="true" />}
        </button>
        <button
          type="button"
          onClick={() => void lockstep.stepOps(1)}
          disabled={ended}
          title="One operation (→)"
          aria-label="Step one operation"
        >
          <StepForward size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => onEvent(true)}
          disabled={ended}
          title={`To the next “${kindName(kind)}” (Shift+→)`}
          aria-label="Step to the next event"
        >
          <SkipForward size={18} aria-hidden="true" />
        </button>
        <label className="mini-select">
          <span className="sr">Kind of event to step to</span>
          <select value={kind} onChange={(event) => onKind(event.target.value as EventKind)}>
            {stopsOf(model).map((name) => (
              <option key={name} value={name}>
                {kindName(name)}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          onClick={() => void lockstep.runTo(1e10)}
          disabled={ended}
          title="To the end (End)"
          aria-label="Run to the end"
        >
          <FastForward size={18} aria-hidden="true" />
        </button>
      </fieldset>
      <fieldset className="transport-buttons transport-extra opens-side">
        <legend className="sr">Act and note</legend>
        <button
          type="button"
          onClick={onBreak}
          aria-pressed={breaking}
          title="Break it: stall, burst or kill a thread (B)"
          aria-label="Break it"
        >
          <Hammer size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={onNotes}
          aria-pressed={noting}
          title="Notes pinned to operations (N)"
          aria-label="Notes"
        >
          <StickyNote size={18} aria-hidden="true" />
        </button>
      </fieldset>
      {isHidden('bar') && (
        <a
          className="open-full"
          href={location.pathname}
          target="_blank"
          rel="noopener"
          onClick={(event) => {
            event.currentTarget.href = `${location.pathname}${location.hash}`;
          }}
        >
          Open in Slabscope
        </a>
      )}
      <Scrubber lane={lane} lockstep={lockstep} edits={edits} notes={notes} onArrive={onArrive} />
      <div className="transport-read">
        <div>
          <small>Virtual time</small>
          <b ref={time}>0 ns</b>
        </div>
        <div>
          <small>Operation</small>
          <b ref={op} data-testid="op">
            0
          </b>
        </div>
        <div className="speed">
          <label htmlFor="speed">Speed</label>
          <SpeedSlider speed={speed} onSpeed={onSpeed} />
          <b>{speedLabel(speed)}</b>
          <small ref={real} className="real-speed" />
        </div>
      </div>
    </section>
  );
}

function SpeedSlider({ speed, onSpeed }: { readonly speed: Speed; onSpeed(speed: Speed): void }) {
  const [drag, setDrag] = useState<number | undefined>(undefined);
  const position = drag ?? speedPosition(speed);
  return (
    <input
      id="speed"
      type="range"
      className="slider"
      min={0}
      max={SPEED_STEPS}
      value={position}
      aria-valuetext={speedLabel(speedAt(position))}
      style={{ '--at': `${(100 * position) / SPEED_STEPS}%` } as React.CSSProperties}
      onChange={(event) => {
        setDrag(Number(event.target.value));
        onSpeed(speedAt(Number(event.target.value)));
      }}
      onPointerUp={() => setDrag(undefined)}
      onBlur={() => setDrag(undefined)}
    />
  );
}
