import { useEffect, useRef } from 'react';
import { compact, count, duration } from '../../draw/format.ts';
import { C } from '../../engine/telemetry/counters.ts';
import type { EventRecord } from '../../engine/telemetry/events.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { usePacedFrames } from '../lane/use-frame.ts';
import { noun, nouns } from '../models.ts';
import { fadesWhereCut } from '../shell/cut.ts';
import { Card } from './card.tsx';

const PASSES = 60;

/** Every trim pass: what it examined, what it released, what it had to leave. */
export function TrimCard() {
  const { lane, knobs } = useLane();
  const { model } = knobs;
  const body = useRef<HTMLTableSectionElement>(null);
  const none = useRef<HTMLParagraphElement>(null);
  const asked = useRef({ calls: -1, busy: false });
  const passes = useRef<readonly EventRecord[]>([]);
  const write = (): void => {
    const section = body.current;
    if (!section) return;
    const shown = passes.current.slice(-PASSES).reverse();
    if (none.current) none.current.hidden = shown.length > 0;
    while (section.rows.length > shown.length) section.deleteRow(-1);
    shown.forEach((pass, i) => {
      const row = section.rows[i] ?? section.insertRow();
      [
        count(pass.subject),
        duration(pass.ns),
        count(pass.a),
        count(pass.b),
        count(pass.a - pass.b),
      ].forEach((text, j) => {
        const cell = row.cells[j] ?? row.insertCell();
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  };
  const load = (frame: FrameView): void => {
    const calls = frame.counters[C.trimCalls];
    if (asked.current.calls === calls || asked.current.busy) return;
    asked.current = { calls, busy: true };
    lane
      .events(0, frame.header[H.nextEventSeq], ['trim'])
      .then((found) => {
        passes.current = found;
        write();
      })
      .catch(() => undefined)
      .finally(() => {
        asked.current.busy = false;
      });
  };
  usePacedFrames(lane, 400, load);
  useEffect(write);
  return (
    <Card
      pictured={false}
      className="trim-card"
      title={(frame) => {
        const { counters } = frame;
        const calls = counters[C.trimCalls];
        if (calls === 0) return 'No trim pass has run';
        if (counters[C.trimExamined] === 0)
          return `${count(calls)} trim passes looked at nothing: ${noun(model)} trim is off`;
        return `${count(calls)} trim passes released ${compact(counters[C.trimFreed])}; ${compact(counters[C.trimSkipActive])} times a counter said in use`;
      }}
      table={{
        head: ['Trim', 'Count'],
        rows: ({ counters }) => [
          ['passes', count(counters[C.trimCalls])],
          [`${nouns(model)} examined`, count(counters[C.trimExamined])],
          ['released: unmapped, cached or retired', count(counters[C.trimFreed])],
          ['left: counter not zero', count(counters[C.trimSkipActive])],
          ['left: a thread allocates from it', count(counters[C.trimSkipTls])],
          ['left: reserve', count(counters[C.trimSkipReserve])],
        ],
      }}
    >
      <div
        className="table-wrap"
        ref={fadesWhereCut}
        tabIndex={0}
        role="group"
        aria-label="Trim passes, newest first"
      >
        <table>
          <thead>
            <tr>
              {['Pass', 'At', 'Examined', 'Released', 'Left'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body} />
        </table>
        <p className="empty" ref={none}>
          A pass runs at every trim interval and at exit, when those knobs are on.
        </p>
      </div>
    </Card>
  );
}
