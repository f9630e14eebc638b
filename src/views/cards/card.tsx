import { Table2 } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useWatched } from '../lane/sight.tsx';
import { useFrameText } from '../lane/use-frame.ts';
import { csvOf, fileName, saveFile } from '../shell/files.ts';
import { LiveTable } from './live-table.tsx';
import { type PictureKind, SaveMenu } from './save-menu.tsx';

export interface TableSpec {
  readonly head: readonly string[];
  rows(frame: FrameView): readonly (readonly string[])[];
}

interface Props {
  readonly className?: string;
  /** The finding, computed from the frame. */
  title(frame: FrameView): string;
  /** The same as a table of text. */
  readonly table: TableSpec;
  readonly actions?: ReactNode;
  /** False for a view that is a table or list already: it is saved as CSV alone. */
  readonly pictured?: boolean;
  readonly children: ReactNode;
}

/** A view of a lane: a finding as its title, the drawing, and its twin as a table. */
export function Card({ className = '', title, table, actions, pictured = true, children }: Props) {
  const { lane } = useLane();
  const [asTable, setAsTable] = useState(false);
  const heading = useFrameText<HTMLHeadingElement>(lane, title);
  const id = useId();
  const card = useRef<HTMLElement>(null);
  useWatched(card);
  const save = async (kind: PictureKind): Promise<void> => {
    // First its code, so that finding and picture are of the same frame.
    const { pngOf, svgOf } = await import('../shell/picture.ts');
    const frame = lane.hub.latest;
    if (!frame || !card.current) return;
    const finding = title(frame);
    const name = fileName(finding);
    const link = window.location.href;
    switch (kind) {
      case 'csv': {
        const text = `# ${finding}\n# ${link}\n${csvOf(table.head, table.rows(frame))}`;
        saveFile(`${name}.csv`, text, 'text/csv');
        return;
      }
      case 'svg':
        saveFile(`${name}.svg`, await svgOf(card.current, finding, link), 'image/svg+xml');
        return;
      case 'png': {
        const picture = await pngOf(card.current, finding, link);
        if (picture) saveFile(`${name}.png`, picture);
        return;
      }
    }
  };
  return (
    <article ref={card} className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id} ref={heading}>
          Waiting for the first frame
        </h2>
        <div className="card-actions">
          {actions}
          <SaveMenu pictured={pictured && !asTable} onSave={(kind) => void save(kind)} />
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
      {asTable ? <LiveTable spec={table} /> : children}
    </article>
  );
}
