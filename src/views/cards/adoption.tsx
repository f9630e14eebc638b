import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import {
  type AdoptionLayout,
  adoptionColours,
  drawAdoption,
  hitAdoption,
  layoutAdoption,
} from '../../draw/adoption.ts';
import { compact, count, plural } from '../../draw/format.ts';
import type { ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { C } from '../../engine/telemetry/counters.ts';
import type { EventKind, EventRecord } from '../../engine/telemetry/events.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { ADOPTION_TEXT, eventSentence } from '../lane/event-text.ts';
import { useFrames, useLaneCanvas, usePacedFrames } from '../lane/use-frame.ts';
import { colourVar, noun, nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Causes } from './causes.tsx';

const SHOWN: readonly number[] = [60, 200, 600];
const KINDS: readonly EventKind[] = [
  'threadStart',
  'threadExit',
  'pageAdopted',
  'superslabAdopted',
  'pageNew',
  'adoptionBlocked',
  'wake',
];
/** The finding: how many new spans adoptions cost, or spared. */
function finding({ counters }: FrameView, model: ModelId): string {
  const adoptions = counters[C.adoptions];
  if (adoptions === 0) return `Nobody takes a ${noun(model)} from anybody`;
  const starved = counters[C.newStarved];
  if (starved > adoptions / 4)
    return `${plural(adoptions, 'adoption')} made ${plural(starved, `new ${noun(model)}`, `new ${nouns(model)}`)} necessary`;
  return `${plural(adoptions, 'adoption')}, ${count(starved)} of them missed by an owner`;
}

/** Who took what from whom, lately: one line per chain of lives. */
export function AdoptionCard() {
  const { lane, knobs, explained, onExplain } = useLane();
  const { model } = knobs;
  const { reasons } = MODEL_SHOWN[model];
  const [most, setMost] = useState(SHOWN[1]);
  const events = useRef<readonly EventRecord[]>([]);
  const layout = useRef<AdoptionLayout | undefined>(undefined);
  const selected = useRef<number | undefined>(undefined);
  const tip = useRef<HTMLParagraphElement>(null);
  const asking = useRef(false);
  /** Generation of the run that the events are of. */
  const generation = useRef(-1);
  const legend = useRef<HTMLUListElement>(null);
  const [arcs, setArcs] = useState<readonly string[]>([]);
  const canvas = useLaneCanvas(
    lane,
    (ctx, frame, size, palette) => {
      if (arcs.length === 0) setArcs(adoptionColours(palette));
      layout.current = layoutAdoption(
        events.current,
        frame.shape.chains,
        frame.header[H.virtualNs],
        size,
      );
      drawAdoption(
        ctx,
        events.current,
        frame.shape.chains,
        frame.header[H.rfrWindowNs],
        layout.current,
        size,
        palette,
        reasons.map(({ counted }) => palette[counted?.colour ?? 'living']),
        selected.current,
      );
    },
    150,
  );
  const load = async (frame: FrameView): Promise<void> => {
    if (asking.current) return;
    asking.current = true;
    try {
      const kinds = frame.header[H.rfrWindowNs] > 0 ? [...KINDS, 'pageEnqueued' as const] : KINDS;
      const found = await lane.events(0, frame.header[H.nextEventSeq], kinds, most);
      events.current = found;
      generation.current = frame.header[H.generation];
      canvas.redraw();
    } catch {
      // the run was replaced while we asked
    } finally {
      asking.current = false;
    }
  };
  usePacedFrames(lane, 250, (frame) => void load(frame));
  useFrames(lane, (frame) => {
    reasons.forEach(({ counted }, i) => {
      const line = legend.current?.querySelector<HTMLElement>(`[data-reason="${i}"]`);
      if (!line || !counted) return;
      const times = frame.counters[C[counted.counter]];
      line.hidden = times === 0;
      const value = line.querySelector('b');
      const text = compact(times);
      if (value && value.textContent !== text) value.textContent = text;
    });
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again because the window changed
  useEffect(() => {
    const frame = lane.hub.latest;
    if (frame) void load(frame);
  }, [most]);
  const say = (event: EventRecord | undefined): void => {
    const sizes = lane.hub.latest?.classBytes ?? [];
    const text = event ? eventSentence(event, sizes, model) : '';
    if (tip.current && tip.current.textContent !== text) tip.current.textContent = text;
  };
  const at = (event: PointerEvent<HTMLCanvasElement>): EventRecord | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    return (
      layout.current &&
      hitAdoption(events.current, layout.current, event.clientX - box.left, event.clientY - box.top)
    );
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const frame = lane.hub.latest;
    if (frame && frame.header[H.generation] !== generation.current) {
      // The run was begun anew: these events are not of it.
      selected.current = undefined;
      void load(frame);
      return;
    }
    // After a step back in time the later events are not there any more.
    const end = frame?.header[H.nextEventSeq] ?? 0;
    const list = events.current.filter(({ kind, seq }) => kind !== 'pageEnqueued' && seq < end);
    if (selected.current !== undefined && selected.current >= end) selected.current = undefined;
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
    if (event.key === 'Enter' && selected.current !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onExplain({ seq: selected.current, by: 'adoption' });
      return;
    }
    if (step === undefined || list.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const now = list.findIndex(({ seq }) => seq === selected.current);
    const next = Math.max(0, Math.min(list.length - 1, (now < 0 ? list.length - 1 : now) + step));
    selected.current = list[next].seq;
    say(list[next]);
    canvas.redraw();
  };
  return (
    <Card
      className="adoption-card wide"
      title={(frame) => finding(frame, model)}
      table={{
        head: [`New ${nouns(model)}, by what would have spared them`, 'Count'],
        rows: (frame) => [
          ...reasons.flatMap(({ text, counted }) =>
            counted ? [[text, count(frame.counters[C[counted.counter]])]] : [],
          ),
          ['adoptions', count(frame.counters[C.adoptions])],
          ['of them without need', count(frame.counters[C.adoptionsUnneeded])],
          ['of them orphans', count(frame.counters[C.orphanAdoptions])],
          ['refused: first refusal', count(frame.counters[C.blockedRfr])],
          ['refused: owner not idle', count(frame.counters[C.blockedIdle])],
          [`refused: partly free ${nouns(model)}`, count(frame.counters[C.blockedPartial])],
          [`refused: too few ${nouns(model)}`, count(frame.counters[C.blockedPressure])],
          ['refused: too few remote blocks', count(frame.counters[C.blockedRemotes])],
          ['refused: claimed', count(frame.counters[C.blockedClaim])],
        ],
      }}
      actions={
        <label className="mini-select">
          last
          <select value={most} onChange={(event) => setMost(Number(event.target.value))}>
            {SHOWN.map((n) => (
              <option key={n} value={n}>
                {n} events
              </option>
            ))}
          </select>
        </label>
      }
    >
      <ul className="legend" ref={legend}>
        {ADOPTION_TEXT.map((text, i) => (
          <li key={text}>
            <svg width="14" height="10" aria-hidden="true">
              <path
                d="M1 9 Q7 -3 13 9"
                fill="none"
                stroke={arcs[i]}
                strokeWidth="1.6"
                strokeDasharray={i === 1 ? '3 2' : undefined}
              />
            </svg>
            {i === 2 ? 'adoption of an orphan' : `adoption ${text}`}
          </li>
        ))}
        {reasons.map(
          ({ counted }, i) =>
            counted && (
              <li key={counted.label} data-reason={i} hidden>
                <svg width="11" height="10" aria-hidden="true">
                  <path d="M5.5 0 L11 10 L0 10 Z" fill={colourVar(counted.colour)} />
                </svg>
                {counted.label} <b />
              </li>
            ),
        )}
      </ul>
      <canvas
        ref={canvas.ref}
        className="adoption-canvas"
        tabIndex={0}
        role="application"
        aria-label={`Adoptions and new ${nouns(model)}, one line per chain. Left and right walk the events, Enter shows the chain of causes.`}
        onPointerMove={(event) => say(at(event))}
        onPointerLeave={() => say(undefined)}
        onPointerDown={(event) => {
          const hit = at(event);
          if (!hit) return;
          selected.current = hit.seq;
          onExplain({ seq: hit.seq, by: 'adoption' });
          canvas.redraw();
        }}
        onKeyDown={onKey}
      />
      <p ref={tip} className="adoption-tip" role="status" />
      {explained?.by === 'adoption' && <Causes seq={explained.seq} />}
    </Card>
  );
}
