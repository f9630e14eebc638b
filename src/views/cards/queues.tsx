import { useRef } from 'react';
import { classColour } from '../../draw/class-colours.ts';
import { classSize, compact, count } from '../../draw/format.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { QUEUE_SERIES, type SeriesName } from '../../engine/telemetry/series.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';
import { fadesWhereCut } from '../shell/cut.ts';
import { Card } from './card.tsx';
import { Chart, type ChartLayer } from './chart.tsx';
import { linesOf, shownLines } from './queue-lines.ts';

/** Blocks that wait in remote queues: who would have to drain them, and since when they grow. */
export function QueuesCard() {
  const { lane } = useLane();
  const body = useRef<HTMLTableSectionElement>(null);
  const head = useRef<HTMLTableRowElement>(null);
  useFrames(lane, (frame) => {
    const all = shownLines(linesOf(frame));
    // Classes whose queues are all empty need no column; one stays, so that there is a table.
    const shown = Array.from(frame.classBytes, (_, cls) => cls).filter(
      (cls) => cls === 0 || all.some(({ values }) => values[cls] > 0),
    );
    const lines = all.map(({ name, values }) => ({
      name,
      values: shown.map((cls) => values[cls]),
    }));
    fillRow(head.current, ['owner', ...shown.map((cls) => classSize(frame.classBytes[cls]))], 'th');
    const most = Math.max(1, ...lines.flatMap(({ values }) => values));
    const section = body.current;
    if (!section) return;
    while (section.rows.length > lines.length) section.deleteRow(-1);
    lines.forEach(({ name, values }, i) => {
      const row = section.rows[i] ?? section.insertRow();
      fillRow(row, [name, ...values.map((value) => (value === 0 ? '0' : compact(value)))], 'td');
      values.forEach((value, j) => {
        const cell = row.cells[j + 1];
        cell.style.setProperty(
          '--heat',
          String(value === 0 ? 0 : 0.15 + 0.85 * (Math.log1p(value) / Math.log1p(most))),
        );
      });
    });
  });
  return (
    <Card
      className="queues-card"
      title={(frame) => {
        const queued = frame.counters[C.queuedBlocks];
        const dead = frame.counters[C.queuedDead];
        if (queued === 0) return 'No block waits in a remote queue';
        if (dead > 0)
          return `${compact(dead)} of ${compact(queued)} queued blocks wait for owners that never drain`;
        return `${compact(queued)} blocks wait in remote queues of living owners`;
      }}
      table={{
        head: ['Queue', 'Count'],
        rows: (frame) => [
          ['blocks queued now', count(frame.counters[C.queuedBlocks])],
          ['of them, owner dead', count(frame.counters[C.queuedDead])],
          ['queues that became non-empty', count(frame.counters[C.remoteEdges])],
          ['drains tried', count(frame.counters[C.drainAttempts])],
          ['drains that moved blocks', count(frame.counters[C.drainSuccesses])],
          ['blocks drained', count(frame.counters[C.drainedBlocks])],
          ...linesOf(frame).map(({ name, values }) => [
            name,
            count(values.reduce((a, b) => a + b, 0)),
          ]),
        ],
      }}
    >
      <div
        className="heat"
        ref={fadesWhereCut}
        tabIndex={0}
        role="group"
        aria-label="Queued blocks by owner and size class"
      >
        <table>
          <thead>
            <tr ref={head} />
          </thead>
          <tbody ref={body} />
        </table>
      </div>
      <ClassLegend />
      <Chart
        className="short"
        unit="blocks"
        label="Blocks in remote queues over the run, by size class"
        format={compact}
        layers={(_, frame) => queueLayers(frame)}
      />
    </Card>
  );
}

/** Colours of the chart by size class; classes without a block in any queue are left out. */
function ClassLegend() {
  const { lane } = useLane();
  const list = useRef<HTMLUListElement>(null);
  useFrames(lane, (frame) => {
    const lines = linesOf(frame);
    Array.from(list.current?.children ?? []).forEach((line, cls) => {
      const queued = lines.reduce((sum, { values }) => sum + (values[cls] ?? 0), 0);
      (line as HTMLElement).hidden = cls >= frame.shape.classes || queued === 0;
      const name = cls < frame.shape.classes ? classSize(frame.classBytes[cls]) : '';
      const [swatch, text] = line.children;
      if (text.textContent === name) return;
      text.textContent = name;
      (swatch as HTMLElement).style.setProperty('--swatch', classColour(cls, frame.shape.classes));
    });
  });
  return (
    <ul className="legend" ref={list} aria-label="Size classes">
      {Array.from({ length: QUEUE_SERIES }, (_, cls) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a class is its index
        <li key={cls} hidden>
          <span className="swatch" aria-hidden="true" />
          <span />
        </li>
      ))}
    </ul>
  );
}

/** What the chart stacks: classes under the names that the key has for them. */
export const queueLayers = ({ shape, classBytes }: FrameView): ChartLayer[] =>
  Array.from({ length: Math.min(QUEUE_SERIES, shape.classes) }, (_, cls) => ({
    name: classSize(classBytes[cls]),
    series: [`queued.${cls}` as SeriesName],
    colour: classColour(cls, shape.classes),
  }));

function fillRow(
  row: HTMLTableRowElement | null,
  texts: readonly string[],
  tag: 'th' | 'td',
): void {
  if (!row) return;
  while (row.cells.length > texts.length) row.deleteCell(-1);
  texts.forEach((text, i) => {
    let cell: HTMLTableCellElement | undefined = row.cells[i];
    if (!cell) {
      cell = document.createElement(i === 0 ? 'th' : tag);
      if (cell.tagName === 'TH') cell.setAttribute('scope', tag === 'th' ? 'col' : 'row');
      row.appendChild(cell);
    }
    if (cell.textContent !== text) cell.textContent = text;
  });
}
