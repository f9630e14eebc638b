import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { compact, count, unbroken } from '../../draw/format.ts';
import { EV, type EventKind } from '../../engine/telemetry/events.ts';
import { RUN_STATUS } from '../../engine/telemetry/states.ts';
import { editText } from '../../state/branches.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { kindName } from '../lane/event-text.ts';
import { useLanesFrames } from '../lane/use-frame.ts';
import { useApp, useFocused, useSession } from '../page/context.ts';
import { perform } from '../page/session/session.ts';
import { leap, pause, travel as travelTo } from '../page/session/transport.ts';
import { useRun } from './use-run.ts';

/** Kinds whose first event is worth a mark. */
const MARKED: readonly EventKind[] = [
  'trim',
  'superslabAdopted',
  'pageAdopted',
  'mapRefused',
  'crash',
  'runEnded',
];
/** The bar of a run without a known end is at least so many operations long, ... */
const LEAST_END = 1000;
/** ... and by this much longer than what was done. */
const ROOM = 1.05;
/** Zooming in stops at this many operations. */
const LEAST_SPAN = 200;
const ZOOM_IN = 0.7;
const ZOOM_OUT = 1.4;

/** What a run is about whose end nobody knows. */
const ON_ITS_WAY = {
  looking: 'Looking for the event',
  warming: 'Warming up before the first operation',
} as const;

interface View {
  readonly from: number;
  readonly to: number;
}

/** The ends of a zoomed view, in as many digits as tell them apart. */
const spanText = ({ from, to }: View): string =>
  to - from < to / 100 ? `${count(from)} to ${count(to)}` : `${compact(from)} to ${compact(to)}`;

/**
 * The last operation that the bar shows when it is not zoomed: the run's own end where it is known. A run that has none, or has
 * not come to it, has a bar that ends at a round number beyond all it has done, so that the thumb stands where the run is.
 */
function endOf(frame: FrameView): number {
  const { header } = frame;
  const open = RUN_STATUS[header[H.status]] === 'running' && header[H.opLimit] === 0;
  return open ? roundBeyond(furthest(frame)) : furthest(frame);
}

/** The run's own end where it is known, else the furthest that it has come. */
function furthest({ header }: FrameView): number {
  const running = RUN_STATUS[header[H.status]] === 'running';
  return Math.max(1, header[H.horizon], header[H.op], running ? header[H.opLimit] : 0);
}

/** The next of 1, 2, 5, 10, ... thousand that leaves some room beyond an operation. */
function roundBeyond(op: number): number {
  const least = Math.max(LEAST_END, op * ROOM);
  const unit = 10 ** Math.floor(Math.log10(least));
  return unit * ([1, 2, 5, 10].find((times) => times * unit >= least) ?? 10);
}

/**
 * The time bar: where the run stands, marks, and travel in both directions. While it is dragged the run
 * jumps between keyframes; on release it goes exactly there.
 */
export function Scrubber() {
  const session = useSession();
  const { lane, focus, knobs } = useFocused();
  const recipe = useApp((state) => state.recipe);
  const setUi = useApp((state) => state.setUi);
  const edits = recipe.edits
    .filter((edit) => edit.lane === focus)
    .map((edit) => ({ op: edit.op, text: editText(edit) }));
  const notes = (recipe.notes ?? []).filter((note) => note.lane === focus);
  const bar = useRef<HTMLDivElement>(null);
  const done = useRef<HTMLDivElement>(null);
  const thumb = useRef<HTMLDivElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  const zoom = useRef<View | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const jumping = useRef(false);
  const travelling = useRef(false);
  const seen = useRef({ generation: -1, firsts: new Map<EventKind, number>() });
  const [journey, setJourney] = useState<string | undefined>(undefined);
  const latest = edits.at(-1);
  const run = useRun();

  const viewOf = (frame: FrameView): View => zoom.current ?? { from: 0, to: endOf(frame) };
  const place = (frame: FrameView, op: number): number => {
    const { from, to } = viewOf(frame);
    return Math.max(0, Math.min(1, (op - from) / Math.max(1, to - from)));
  };
  /** Where the run goes, the view goes. */
  const followView = (op: number): void => {
    const view = zoom.current;
    if (!view || (op >= view.from && op <= view.to)) return;
    const span = view.to - view.from;
    const from = Math.max(0, op - 0.1 * span);
    zoom.current = { from, to: from + span };
  };
  const write = (): void => {
    const now = run.now();
    if (!now) return;
    const { frame, other } = now;
    const { header } = frame;
    const op = drag.current ?? header[H.op];
    // Marks are of the lane that one looks at.
    if (lane.hub.latest) learn(lane.hub.latest);
    if (drag.current === undefined && !travelling.current) followView(op);
    const share = 100 * place(frame, op);
    if (done.current) done.current.style.width = `${share.toFixed(2)}%`;
    if (thumb.current) thumb.current.style.left = `${share.toFixed(2)}%`;
    const status = RUN_STATUS[header[H.status]];
    const box = bar.current;
    if (box) {
      box.setAttribute('aria-valuemax', String(endOf(frame)));
      box.setAttribute('aria-valuenow', String(op));
      box.setAttribute('aria-valuetext', `operation ${count(op)} of ${count(endOf(frame))}`);
      box.classList.toggle('bad', status === 'oom' || status === 'crashed');
    }
    const used = frame.entries.reduce((a, b) => a + b, 0) / header[H.maxMapCount];
    const label =
      drag.current !== undefined
        ? `operation ${count(drag.current)}`
        : status !== 'running'
          ? 'the run has ended'
          : header[H.opLimit] > 0
            ? `${((100 * header[H.op]) / header[H.opLimit]).toFixed(1)} % of the operations done`
            : `${other === undefined ? '' : `${other}: `}${(100 * used).toFixed(1)} % of map entries used`;
    const view = zoom.current;
    const said = unbroken(
      view && drag.current === undefined
        ? `zoomed: ${spanText(view)}`
        : `${label} · bar to ${compact(endOf(frame))} ops`,
    );
    if (text.current && text.current.textContent !== said) text.current.textContent = said;
    writeMarks(frame);
  };
  /** The first event of each kind in this future, also of what lies ahead once it has been seen. */
  const learn = (frame: FrameView): void => {
    const { header, firsts } = frame;
    const known = seen.current;
    if (known.generation !== header[H.generation]) {
      known.firsts.clear();
      zoom.current = undefined;
    }
    known.generation = header[H.generation];
    for (const [kind, op] of known.firsts) if (op > header[H.horizon]) known.firsts.delete(kind);
    for (const kind of MARKED) {
      const op = firsts[EV[kind]];
      if (!Number.isNaN(op)) known.firsts.set(kind, op);
    }
  };
  const writeMarks = (frame: FrameView): void => {
    const box = marks.current;
    if (!box) return;
    const view = viewOf(frame);
    const wanted = [
      ...edits.map(({ op, text: what }) => ({
        op,
        kind: 'edit',
        title: `${what}, operation ${count(op)}`,
      })),
      ...notes.map(({ op, text: what }) => ({ op, kind: 'note', title: what })),
      ...[...seen.current.firsts].map(([kind, op]) => ({
        op,
        kind: kind as string,
        title: `first “${kindName(kind, knobs.model)}”, operation ${compact(op)}`,
      })),
    ].filter(({ op }) => op >= view.from && op <= view.to);
    while (box.children.length > wanted.length) box.lastElementChild?.remove();
    wanted.forEach(({ op, kind, title }, i) => {
      const mark =
        (box.children[i] as HTMLElement | undefined) ??
        box.appendChild(document.createElement('i'));
      mark.style.left = `${(100 * place(frame, op)).toFixed(2)}%`;
      mark.dataset.kind = kind;
      mark.title = title;
    });
  };
  useLanesFrames(run.lanes, write);
  const { lanes } = run;
  useEffect(() => {
    const hear = (): void => {
      // One lane's way is told: where all go together, any of them is.
      const share = [lane, ...lanes].find(({ hub }) => hub.summary?.journey !== undefined)?.hub
        .summary?.journey;
      setJourney(
        share === undefined
          ? undefined
          : typeof share === 'string'
            ? ON_ITS_WAY[share]
            : `Catching up, ${Math.round(100 * share)} %`,
      );
    };
    hear();
    const stops = lanes.map(({ hub }) => hub.subscribeSummary(hear));
    return () => {
      for (const stop of stops) stop();
    };
  }, [lane, lanes[0], lanes[1], lanes[2], lanes[3]]);
  const redraw = (): void => write();
  const opAt = (event: PointerEvent | WheelEvent): number => {
    const box = bar.current?.getBoundingClientRect();
    const frame = run.now()?.frame;
    if (!box || !frame) return 0;
    const { from, to } = viewOf(frame);
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    return Math.round(from + share * (to - from));
  };
  /** Jumps to the nearest keyframe, one jump at a time. */
  const jump = async (): Promise<void> => {
    if (jumping.current) return;
    jumping.current = true;
    let op: number | undefined;
    while (drag.current !== undefined && drag.current !== op) {
      op = drag.current;
      await perform(session, leap, op);
    }
    jumping.current = false;
  };
  const travel = async (op: number): Promise<void> => {
    travelling.current = true;
    await perform(session, travelTo, op);
    travelling.current = false;
    setUi({ travelled: true });
    redraw();
  };
  /** Shows more or less of the run; what lies at `at` stays there. */
  const zoomBy = (frame: FrameView, factor: number, at: number): void => {
    const { from, to } = viewOf(frame);
    const span = Math.max(LEAST_SPAN, (to - from) * factor);
    if (span >= endOf(frame)) zoom.current = undefined;
    else {
      const start = Math.max(
        0,
        Math.min(endOf(frame) - span, at - ((at - from) / (to - from)) * span),
      );
      zoom.current = { from: start, to: start + span };
    }
    redraw();
  };
  const onKey = (event: KeyboardEvent): void => {
    const frame = run.now()?.frame;
    if (!frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = { '+': ZOOM_IN, '=': ZOOM_IN, '-': ZOOM_OUT, '0': Infinity }[event.key];
    if (factor !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      // With the keyboard, around where the run stands.
      zoomBy(frame, factor, frame.header[H.op]);
      return;
    }
    if (event.shiftKey) return;
    const { from, to } = viewOf(frame);
    const step = {
      // ← and → are single operations wherever one is, Shift with them the next event.
      ArrowDown: -10,
      ArrowUp: 10,
      PageDown: -100,
      PageUp: 100,
    }[event.key];
    const now = frame.header[H.op];
    const target =
      event.key === 'Home'
        ? 0
        : event.key === 'End'
          ? furthest(frame)
          : step === undefined
            ? undefined
            : now + (step * (to - from)) / 1000;
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void travel(Math.round(Math.max(0, Math.min(endOf(frame), target))));
  };
  // One listener for the life of the bar.
  const wheel = useRef<(event: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    const frame = run.now()?.frame;
    if (!frame || event.deltaY === 0) return;
    event.preventDefault();
    zoomBy(frame, event.deltaY > 0 ? ZOOM_OUT : ZOOM_IN, opAt(event));
  };
  useEffect(() => {
    const element = bar.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => wheel.current(event);
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);
  return (
    <div className="progress-box">
      <div
        className="progress scrubber"
        ref={bar}
        role="slider"
        tabIndex={0}
        aria-label="Time: drag to travel, wheel or plus and minus to zoom"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={0}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = opAt(event);
          redraw();
          void jump();
        }}
        onPointerMove={(event) => {
          if (drag.current === undefined) return;
          drag.current = opAt(event);
          redraw();
          void jump();
        }}
        onPointerUp={() => {
          const op = drag.current;
          drag.current = undefined;
          if (op !== undefined) void travel(op);
        }}
        onPointerCancel={() => {
          drag.current = undefined;
        }}
        onDoubleClick={() => {
          zoom.current = undefined;
          redraw();
        }}
        onKeyDown={onKey}
      >
        <div ref={done} />
        <div ref={marks} className="marks" aria-hidden="true" />
        <div ref={thumb} className="thumb" aria-hidden="true" />
      </div>
      <p>
        <span ref={text} hidden={journey !== undefined} />
        {journey !== undefined && (
          <span className="catching">
            {journey}{' '}
            <button type="button" className="link" onClick={() => void perform(session, pause)}>
              Stop
            </button>
          </span>
        )}
        {latest && (
          <span title={`${latest.text}, operation ${count(latest.op)}`}>
            {' · '}
            {edits.length === 1 ? 'edit' : `${edits.length} edits, last`} at {compact(latest.op)}
          </span>
        )}
      </p>
    </div>
  );
}
