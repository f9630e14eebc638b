import { useEffect, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { bytes, compact, count, duration, plural } from '../../draw/format.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { C } from '../../engine/telemetry/counters.ts';
import type { EventKind, EventRecord } from '../../engine/telemetry/events.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { eventSentence } from '../lane/event-text.ts';
import { useFrames } from '../lane/use-frame.ts';
import { noun, nouns } from '../models.ts';
import { usePerform } from '../page/context.ts';
import { travel } from '../page/session/transport.ts';
import { Card } from './card.tsx';

const ADOPTED: ReadonlySet<EventKind> = new Set<EventKind>(['pageAdopted', 'superslabAdopted']);
const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** The chain of causes of one event, back to its first, and how long such chains are in the whole run. */
export function DominoCard() {
  const { lane, knobs, explained: seq, onExplain } = useLane();
  const run = usePerform();
  const { model } = knobs;
  /** Whether the model counts how long the chains of its whole run are. */
  const counted = hasFeature(model, 'causes');
  const { newSpan, spanBytes } = MODEL_SHOWN[model];
  /** Bytes that an event cost: what it mapped. */
  const costOf = ({ kind }: EventRecord): number => (kind === newSpan ? spanBytes(knobs) : 0);
  const [chain, setChain] = useState<readonly EventRecord[]>([]);
  const [sizes, setSizes] = useState<readonly number[]>([]);
  const bars = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (seq === undefined) {
      setChain([]);
      return;
    }
    let stale = false;
    lane
      .causes(seq)
      .then((found) => {
        if (stale) return;
        setSizes(Array.from(lane.hub.latest?.classBytes ?? []));
        setChain(found);
      })
      .catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [lane, seq]);
  useFrames(lane, (frame) => {
    const values = LENGTHS.map((_, i) => frame.counters[C.chain1 + i]);
    const most = Math.max(1, ...values);
    values.forEach((value, i) => {
      const line = bars.current?.children[i] as HTMLElement | undefined;
      if (!line) return;
      line.style.setProperty('--part', String(value / most));
      const text = line.querySelector('b');
      if (text && text.textContent !== compact(value)) text.textContent = compact(value);
    });
  });
  const cost = chain.reduce((sum, event) => sum + costOf(event), 0);
  const adoptions = chain.filter(({ kind }) => ADOPTED.has(kind)).length;
  const longest = (): void => {
    const frame = lane.hub.latest;
    if (frame && frame.counters[C.chainMax] > 0) onExplain(frame.counters[C.chainMaxSeq]);
  };
  return (
    <Card
      className="domino-card wide"
      title={(frame: FrameView) => {
        if (!counted) return 'What led to an event';
        const { counters } = frame;
        return counters[C.chainMax] > 0
          ? `${plural(counters[C.newStarved], noun(model), nouns(model))} fell to a chain of adoptions, the longest of ${count(counters[C.chainMax])}`
          : `No ${noun(model)} was made because of an adoption`;
      }}
      table={
        counted
          ? {
              head: [`Adoptions before the ${noun(model)}`, `New ${nouns(model)}`],
              rows: (frame) =>
                LENGTHS.map((length, i) => [
                  length === 8 ? '8 or more' : String(length),
                  count(frame.counters[C.chain1 + i]),
                ]),
            }
          : {
              head: ['Operation', 'Event'],
              rows: () =>
                chain.map((event) => [count(event.op), eventSentence(event, sizes, model)]),
            }
      }
      actions={
        counted && (
          <button type="button" className="ghost-button" onClick={longest}>
            Longest chain
          </button>
        )
      }
    >
      {counted && (
        <ol
          className="histogram"
          ref={bars}
          aria-label={`New ${nouns(model)} by length of their chain`}
        >
          {LENGTHS.map((length) => (
            <li key={length}>
              <i aria-hidden="true" />
              <b>0</b>
              <small>{length === 8 ? '8+' : length}</small>
            </li>
          ))}
        </ol>
      )}
      {counted && (
        <p className="histogram-axis">adoptions in the chain before a new {noun(model)}</p>
      )}
      {chain.length === 0 ? (
        <p className="empty">
          {seq === undefined
            ? 'Choose a triangle or an arc above, or “why?” of an event, to see what led to it.'
            : 'That event is no longer kept.'}
        </p>
      ) : (
        <>
          <p className="domino-sum" data-testid="domino-sum">
            {plural(chain.length, 'event')}
            {hasFeature(model, 'adoption') && `, ${plural(adoptions, 'adoption')}`},{' '}
            {bytes(asBytes(cost))} mapped.{' '}
            <button type="button" className="link" onClick={() => run(travel, chain[0].op)}>
              First domino
            </button>
          </p>
          <ol className="dominoes" aria-label="Chain of causes, first to last" key={seq}>
            {chain.map((event, i) => (
              <li key={event.seq} style={{ '--i': i } as React.CSSProperties}>
                <button
                  type="button"
                  onClick={() => run(travel, event.op)}
                  title="Bring the run to this operation"
                >
                  <span className="domino-when">
                    operation {count(event.op)} · {duration(event.ns)}
                  </span>
                  <span>{eventSentence(event, sizes, model)}</span>
                  {costOf(event) > 0 && <b>+{bytes(asBytes(costOf(event)))}</b>}
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </Card>
  );
}
