import { useRef, useState } from 'react';
import { compact, unbroken } from '../../draw/format.ts';
import { type EventKind, type EventRecord, NO_CAUSE } from '../../engine/telemetry/events.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { eventOf, eventSentence, kindName } from '../lane/event-text.ts';
import { useFrames } from '../lane/use-frame.ts';
import { kindsOf } from '../models.ts';
import { Card } from './card.tsx';
import { Causes } from './causes.tsx';

const LINES = 40;

/** The newest events in plain words; each with its cause, on demand back to the first. */
export function EventsCard() {
  const { lane, knobs, explained, onExplain } = useLane();
  const { model } = knobs;
  const [kind, setKind] = useState<EventKind | 'all'>('all');
  const list = useRef<HTMLOListElement>(null);
  const older = useRef<readonly EventRecord[]>([]);
  const show = (frame: FrameView): void => {
    const found = [];
    for (let i = frame.shape.events - 1; i >= 0 && found.length < LINES; i--) {
      const event = eventOf(frame, i);
      if (kind === 'all' || event.kind === kind) found.push(event);
    }
    const newestShown = found.at(-1)?.seq ?? Infinity;
    for (let i = older.current.length - 1; i >= 0 && found.length < LINES; i--) {
      if (older.current[i].seq < newestShown) found.push(older.current[i]);
    }
    const box = list.current;
    if (!box) return;
    while (box.children.length > found.length) box.lastElementChild?.remove();
    found.forEach((event, i) => {
      const line = (box.children[i] as HTMLElement | undefined) ?? box.appendChild(newLine());
      const [when, what, why] = line.children;
      const text = unbroken(eventSentence(event, frame.classBytes, model));
      const at = unbroken(`op ${compact(event.op)}`);
      if (when.textContent !== at) when.textContent = at;
      if (what.textContent !== text) what.textContent = text;
      (why as HTMLButtonElement).hidden = event.cause === NO_CAUSE;
      line.dataset.seq = String(event.seq);
      line.dataset.kind = event.kind;
    });
  };
  useFrames(lane, show);
  const pick = async (next: EventKind | 'all'): Promise<void> => {
    setKind(next);
    older.current = [];
    const frame = lane.hub.latest;
    if (next !== 'all' && frame)
      older.current = await lane.events(0, frame.header[H.nextEventSeq], [next]);
    lane.hub.redraw();
  };
  return (
    <Card
      pictured={false}
      title={(frame) => `${compact(frame.header[H.nextEventSeq])} events so far`}
      table={{
        head: ['Operation', 'Event'],
        rows: (frame) =>
          Array.from({ length: frame.shape.events }, (_, i) =>
            eventOf(frame, frame.shape.events - 1 - i),
          ).map((event) => [compact(event.op), eventSentence(event, frame.classBytes, model)]),
      }}
      actions={
        <label className="mini-select">
          kind
          <select
            value={kind}
            onChange={(event) => void pick(event.target.value as EventKind | 'all')}
          >
            <option value="all">all</option>
            {kindsOf(model).map((name) => (
              <option key={name} value={name}>
                {kindName(name, model)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {explained?.by === 'events' && <Causes seq={explained.seq} />}
      <ol
        className="events"
        ref={list}
        tabIndex={0}
        aria-label="Newest events first"
        onClick={(event) => {
          const button = (event.target as HTMLElement).closest('button');
          const seq = button?.closest('li')?.dataset.seq;
          if (seq !== undefined) onExplain({ seq: Number(seq), by: 'events' });
        }}
        onKeyDown={() => undefined}
      />
    </Card>
  );
}

function newLine(): HTMLLIElement {
  const line = document.createElement('li');
  line.appendChild(document.createElement('small'));
  line.appendChild(document.createElement('span'));
  const why = document.createElement('button');
  why.type = 'button';
  why.textContent = 'why?';
  line.appendChild(why);
  return line;
}
