import { ImageDown, Table2 } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import type { Lane } from '../../live/lane.ts';
import type { FrameView } from '../../worker/frame.ts';
import { csvOf, fileName, pictureOf, saveFile } from '../shell/files.ts';
import { LiveTable } from './live-table.tsx';
import { useFrameText } from './use-frame.ts';

export interface TableSpec {
  readonly head: readonly string[];
  rows(frame: FrameView): readonly (readonly string[])[];
}

interface Props {
  readonly lane: Lane;
  readonly className?: string;
  /** The finding, computed from the frame. */
  title(frame: FrameView): string;
  /** The same as a table of text. */
  readonly table: TableSpec;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A view of a lane: a finding as its title, the drawing, and its twin as a table. */
export function Card({ lane, className = '', title, table, actions, children }: Props) {
  const [asTable, setAsTable] = useState(false);
  const heading = useFrameText<HTMLHeadingElement>(lane, title);
  const id = useId();
  const card = useRef<HTMLElement>(null);
  const exportCard = async (): Promise<void> => {
    const frame = lane.hub.latest;
    if (!frame || !card.current) return;
    const name = fileName(title(frame));
    const pictured = card.current.querySelector('canvas') !== null;
    const picture =
      asTable || !pictured
        ? null
        : await pictureOf(card.current, title(frame), window.location.href);
    if (picture) saveFile(`${name}.png`, picture);
    else saveFile(`${name}.csv`, csvOf(table.head, table.rows(frame)), 'text/csv');
  };
  return (
    <article ref={card} className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id} ref={heading}>
          Waiting for the first frame
        </h2>
        <div className="card-actions">
          {actions}
          <button
            type="button"
            className="icon-button"
            onClick={() => void exportCard()}
            title={asTable ? 'Save the table as CSV' : 'Save the picture as PNG; as a table, CSV'}
          >
            <ImageDown size={15} aria-hidden="true" />
            <span className="sr">{asTable ? 'Save as CSV' : 'Save as picture'}</span>
          </button>
          <button
            type="button"
            className="icon-button"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
            title={asTable ? 'Show the picture' : 'Show as a table'}
          >
            <Table2 size={15} aria-hidden="true" />
            <span className="sr">As table</span>
          </button>
        </div>
      </header>
      {asTable ? <LiveTable lane={lane} spec={table} /> : children}
    </article>
  );
}
