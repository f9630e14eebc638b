import { useRef, useState } from 'react';
import { count, percent } from '../../draw/format.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import type { Feature } from '../../engine/allocators/model.ts';
import { C, COUNTERS, type CounterName, GAUGES } from '../../engine/telemetry/counters.ts';
import { B } from '../../engine/telemetry/ledger.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';
import { countersOf, counterWords } from '../models.ts';
import { fadesWhereCut } from '../shell/cut.ts';
import { Card } from './card.tsx';

/** Figures that follow from counters and bytes, above the counters. */
const ALL_FIGURES: readonly {
  readonly name: string;
  /** Means nothing without it. */
  readonly needs?: Feature;
  value(frame: FrameView): string;
}[] = [
  {
    name: 'utilisation: requested live bytes of mapped',
    value: (frame) =>
      percent(
        frame.bands[B.live] /
          Math.max(
            1,
            frame.bands.reduce((a, b) => a + b, 0),
          ),
        3,
      ),
  },
  {
    name: 'time to empty: lives from the owner’s exit to the last block’s end, mean',
    needs: 'orphans',
    value: ({ counters }) =>
      counters[C.emptiedTotal] === 0
        ? 'none yet'
        : (counters[C.emptiedLives] / counters[C.emptiedTotal]).toFixed(1),
  },
  {
    name: 'operations refused, of a million',
    value: ({ counters, header }) =>
      ((counters[C.nullReturns] * 1e6) / Math.max(1, header[H.op])).toFixed(2),
  },
];

/** All counters of the run, searchable. */
export function CountersCard() {
  const { lane, knobs } = useLane();
  const { model } = knobs;
  const all = countersOf(model);
  const figures = ALL_FIGURES.filter(
    ({ needs }) => needs === undefined || hasFeature(model, needs),
  );
  const words = (name: CounterName): string => counterWords(model, name);
  const [search, setSearch] = useState('');
  const body = useRef<HTMLTableSectionElement>(null);
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(
    (name) => words(name).includes(wanted) || name.toLowerCase().includes(wanted),
  );
  useFrames(lane, (frame) => {
    for (const row of body.current?.rows ?? []) {
      const index = Number(row.dataset.index);
      const text = index < 0 ? figures[-1 - index].value(frame) : count(frame.counters[index]);
      if (row.cells[1].textContent !== text) row.cells[1].textContent = text;
    }
  });
  return (
    <Card
      pictured={false}
      className="counters-card wide"
      title={() => 'Counters of the whole run'}
      table={{
        head: ['Counter', 'Value'],
        rows: (frame) => [
          ...figures.map(({ name, value }) => [name, value(frame)]),
          ...all.map((name) => [name, count(frame.counters[COUNTERS.indexOf(name)])]),
        ],
      }}
      actions={
        <input
          type="search"
          className="search"
          placeholder="find a counter"
          aria-label="Find a counter"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            lane.hub.redraw();
          }}
        />
      }
    >
      <div
        className="table-wrap"
        ref={fadesWhereCut}
        tabIndex={0}
        role="group"
        aria-label="Counters"
      >
        <table>
          <tbody ref={body}>
            {figures.map(({ name }, i) =>
              name.includes(wanted) ? (
                <tr key={name} data-index={-1 - i}>
                  <th scope="row">{name}</th>
                  <td>–</td>
                </tr>
              ) : null,
            )}
            {shown.map((name) => (
              <tr key={name} data-index={COUNTERS.indexOf(name)}>
                <th scope="row">
                  {words(name)} {GAUGES.has(name) && !/Now|Peak/.test(name) && <small>now</small>}
                </th>
                <td>–</td>
              </tr>
            ))}
          </tbody>
        </table>
        {shown.length === 0 && !figures.some(({ name }) => name.includes(wanted)) && (
          <p className="empty">No counter is called that.</p>
        )}
      </div>
    </Card>
  );
}
