import { useRef } from 'react';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';
import { fadesWhereCut } from '../shell/cut.ts';
import type { TableSpec } from './card.tsx';

/** A table whose cells are written from frames, four times a second, without React commits. */
export function LiveTable({ spec }: { readonly spec: TableSpec }) {
  const { lane } = useLane();
  const body = useRef<HTMLTableSectionElement>(null);
  useFrames(lane, (frame) => {
    const section = body.current;
    if (!section) return;
    const rows = spec.rows(frame);
    while (section.rows.length > rows.length) section.deleteRow(-1);
    rows.forEach((cells, i) => {
      const line = section.rows[i] ?? section.insertRow();
      while (line.cells.length > cells.length) line.deleteCell(-1);
      cells.forEach((text, j) => {
        let cell: HTMLTableCellElement | undefined = line.cells[j];
        if (!cell) {
          cell = document.createElement(j === 0 ? 'th' : 'td');
          if (j === 0) cell.setAttribute('scope', 'row');
          line.appendChild(cell);
        }
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  });
  return (
    <div
      className="table-wrap"
      ref={fadesWhereCut}
      tabIndex={0}
      role="group"
      aria-label="Values as a table"
    >
      <table>
        <thead>
          <tr>
            {spec.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} />
      </table>
    </div>
  );
}
