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
import type { EventKind } from '../../engine/telemetry/events.ts';
import { H } from '../../worker/frame.ts';
import type { Speed } from '../../worker/protocol.ts';
import { kindName } from '../lane/event-text.ts';
import { useApp, useFocused, usePerform, useStanding, useUi } from '../page/context.ts';
import { restart } from '../page/session/lanes.ts';
import { toggleBreakIt, toggleNotes } from '../page/session/panels.ts';
import {
  changeSpeed,
  playPause,
  runToEnd,
  stepBack,
  stepForward,
  toEvent,
} from '../page/session/transport.ts';
import { isHidden } from '../shell/embed.ts';
import { Scrubber } from './scrubber.tsx';
import { SPEED_STEPS, speedAt, speedLabel, speedPosition } from './speed.ts';
import { stopKind, stopsOf } from './stops.ts';
import { useRun, useRunText } from './use-run.ts';

/** Play, step, speed, and where the run stands. */
export function Transport() {
  const run = usePerform();
  const { knobs } = useFocused();
  const playing = useStanding((standing) => standing.anyPlaying);
  const ended = useStanding((standing) => !standing.anyRunning);
  const speed = useUi((ui) => ui.speed);
  const wanted = useUi((ui) => ui.stopKind);
  const panels = useUi((ui) => ui.panels);
  const setUi = useApp((state) => state.setUi);
  const kind = stopKind(knobs.model, wanted);
  const all = useRun();
  // Lanes at one operation are at times of their own.
  const timeOf = useRunText<HTMLElement>(all, ({ other }) =>
    other === undefined ? 'Virtual time' : `Virtual time, ${other}`,
  );
  const time = useRunText<HTMLElement>(all, ({ frame }) =>
    duration(asNs(frame.header[H.virtualNs])),
  );
  const op = useRunText<HTMLElement>(all, ({ frame }) => count(frame.header[H.op]));
  const real = useRunText<HTMLElement>(all, ({ frame, plays }) =>
    plays ? `simulating ${compact(frame.header[H.simOpsPerSecond])} ops/s` : 'standing still',
  );
  return (
    <section className="transport" aria-label="Transport">
      <fieldset className="transport-buttons">
        <legend className="sr">Run</legend>
        <button
          type="button"
          onClick={() => run(restart)}
          title="From the start (Home)"
          aria-label="Restart"
        >
          <RotateCcw size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => run(toEvent, false)}
          title={`Back to the previous “${kindName(kind, knobs.model)}” (Shift+←)`}
          aria-label="Step back to the previous event"
        >
          <SkipBack size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => run(stepBack)}
          title="Back one operation (←)"
          aria-label="Step back one operation"
        >
          <StepBack size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="play"
          onClick={() => run(playPause)}
          disabled={ended}
          title="Play or pause (Space)"
          aria-label={playing ? 'Pause' : 'Play'}
        >
          {playing ? <Pause size={20} aria-hidden="true" /> : <Play size={20} aria-hidden="true" />}
        </button>
        <button
          type="button"
          onClick={() => run(stepForward)}
          disabled={ended}
          title="One operation (→)"
          aria-label="Step one operation"
        >
          <StepForward size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => run(toEvent, true)}
          disabled={ended}
          title={`To the next “${kindName(kind, knobs.model)}” (Shift+→)`}
          aria-label="Step to the next event"
        >
          <SkipForward size={18} aria-hidden="true" />
        </button>
        <label className="mini-select">
          <span className="sr">Kind of event to step to</span>
          <select
            value={kind}
            onChange={(event) => setUi({ stopKind: event.target.value as EventKind })}
          >
            {stopsOf(knobs.model).map((name) => (
              <option key={name} value={name}>
                {kindName(name, knobs.model)}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          onClick={() => run(runToEnd)}
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
          onClick={() => run(toggleBreakIt)}
          aria-pressed={panels.breakIt}
          title="Break it: stall, burst or kill a thread (B)"
          aria-label="Break it"
        >
          <Hammer size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          onClick={() => run(toggleNotes)}
          aria-pressed={panels.notes !== false}
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
      <Scrubber />
      <div className="transport-read">
        <div>
          <small ref={timeOf}>Virtual time</small>
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
          <SpeedSlider speed={speed} onSpeed={(next) => run(changeSpeed, next)} />
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
