import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { bytes, count, duration, plural, unbroken } from '../../draw/format.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import type { EventKind, EventRecord } from '../../engine/telemetry/events.ts';
import { useLane } from '../lane/context.ts';
import { eventSentence } from '../lane/event-text.ts';
import { usePerform } from '../page/context.ts';
import { travel } from '../page/session/transport.ts';
import { fadesWhereCut } from '../shell/cut.ts';

const ADOPTED: ReadonlySet<EventKind> = new Set<EventKind>(['pageAdopted', 'superslabAdopted']);

/** However long a chain, it has fallen after so many turns. */
const FALLING = 8;

/**
 * Why an event happened: the chain of its causes, first to last, in the words of the model. It stands in the card in which
 * it was asked, and in sight.
 */
export function Causes({ seq }: { readonly seq: number }) {
  const { lane, knobs, onExplain } = useLane();
  const run = usePerform();
  const { model } = knobs;
  const { newSpan, spanBytes } = MODEL_SHOWN[model];
  /** Bytes that an event cost: what it mapped. */
  const costOf = (event: EventRecord): number =>
    event.kind === newSpan ? spanBytes(knobs, event) : 0;
  const [chain, setChain] = useState<readonly EventRecord[] | undefined>(undefined);
  const sizes = Array.from(lane.hub.latest?.classBytes ?? []);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    let stale = false;
    lane
      .causes(seq)
      .then((found) => {
        if (!stale) setChain(found);
      })
      .catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [lane, seq]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: brought into sight whenever another answer is there
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
    // What was asked about stands last, however long the chain before it is.
    box.current?.querySelector('ol')?.scrollTo({ left: Number.MAX_SAFE_INTEGER });
  }, [chain]);
  if (chain === undefined) return null;
  const cost = chain.reduce((sum, event) => sum + costOf(event), 0);
  const adoptions = chain.filter(({ kind }) => ADOPTED.has(kind)).length;
  const summary = [
    plural(chain.length, 'event'),
    ...(hasFeature(model, 'adoption') && adoptions > 0 ? [plural(adoptions, 'adoption')] : []),
    ...(cost > 0 ? [`${bytes(asBytes(cost))} mapped`] : []),
  ];
  return (
    <section className="answer" ref={box} aria-label="Why it happened" aria-live="polite">
      {chain.length === 0 ? (
        <p className="empty">That event is no longer kept.</p>
      ) : (
        <>
          <p className="domino-sum" data-testid="domino-sum">
            {unbroken(summary.join(', '))}.{' '}
            <button type="button" className="link" onClick={() => run(travel, chain[0].op)}>
              First domino
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label="Close the answer"
              onClick={() => onExplain(undefined)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </p>
          <ol
            className="dominoes"
            ref={fadesWhereCut}
            aria-label="Chain of causes, first to last"
            key={seq}
          >
            {chain.map((event, i) => (
              <li
                key={event.seq}
                style={{ '--i': i * Math.min(1, FALLING / chain.length) } as React.CSSProperties}
              >
                <button
                  type="button"
                  onClick={() => run(travel, event.op)}
                  title="Bring the run to this operation"
                >
                  <span className="domino-when">
                    operation {count(event.op)} · {unbroken(duration(event.ns))}
                  </span>
                  <span>{eventSentence(event, sizes, model)}</span>
                  {costOf(event) > 0 && <b>+{unbroken(bytes(asBytes(costOf(event))))}</b>}
                </button>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
