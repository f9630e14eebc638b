import { useState } from 'react';
import { count } from '../../draw/format.ts';
import type { Recipe } from '../../engine/recipe.ts';
import type { Lane } from '../../live/lane.ts';
import { CallError } from '../../worker/link.ts';
import type { ExportKind } from '../../worker/protocol.ts';
import { Dialog } from './dialog.tsx';
import { fileName, saveFile } from './files.ts';

interface Props {
  readonly recipe: Recipe;
  readonly lane: Lane;
  readonly name: string;
  readonly link: string;
  readonly command: string;
  onFile(file: File): void;
  onClose(): void;
}

const FILES: readonly {
  readonly as: ExportKind;
  readonly label: string;
  readonly end: string;
  readonly type: string;
}[] = [
  {
    as: 'perfetto',
    label: 'Trace for ui.perfetto.dev',
    end: 'trace.json',
    type: 'application/json',
  },
  { as: 'history', label: 'History as CSV', end: 'history.csv', type: 'text/csv' },
  { as: 'events', label: 'Events as CSV', end: 'events.csv', type: 'text/csv' },
];

/** Links, commands and files that make this run again, or carry it elsewhere. */
export function Share({ recipe, lane, name, link, command, onFile, onClose }: Props) {
  const [said, setSaid] = useState('');
  const copy = (text: string, what: string): void => {
    navigator.clipboard
      .writeText(text)
      .then(() => setSaid(`${what} is on the clipboard.`))
      .catch(() => setSaid('This browser keeps the clipboard to itself: select the text instead.'));
  };
  const file = async ({ as, end, type }: (typeof FILES)[number]): Promise<void> => {
    const exported = await lane.exportText(as, name).catch((error: unknown) => {
      if (error instanceof CallError) return error.message;
      throw error;
    });
    if (typeof exported === 'string') {
      setSaid(`${end} could not be made: ${exported}. Try again.`);
      return;
    }
    const { text, events, all } = exported;
    saveFile(`${fileName(name)}.${end}`, text, type);
    const cut =
      as !== 'history' && events < all
        ? ` It holds the newest ${count(events)} of ${count(all)} events: the log keeps no more. Go back in time for earlier ones.`
        : '';
    setSaid(`${end}, ${(text.length / 1e6).toFixed(1)} MB.${cut}`);
  };
  return (
    <Dialog title="Share and export" className="share" onClose={onClose}>
      {() => (
        <>
          <label>
            Link, with the place where the run stands
            <span className="copy-line">
              <input readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
              <button type="button" onClick={() => copy(link, 'The link')}>
                Copy
              </button>
            </span>
          </label>
          <label>
            The same run on the command line
            <span className="copy-line">
              <input readOnly value={command} onFocus={(event) => event.currentTarget.select()} />
              <button type="button" onClick={() => copy(command, 'The command')}>
                Copy
              </button>
            </span>
          </label>
          <h3>Files</h3>
          <div className="share-files">
            <button
              type="button"
              onClick={() =>
                saveFile(
                  `${fileName(name)}.recipe.json`,
                  `${JSON.stringify(recipe, undefined, 2)}\n`,
                  'application/json',
                )
              }
            >
              Recipe
            </button>
            {FILES.map((entry) => (
              <button key={entry.as} type="button" onClick={() => void file(entry)}>
                {entry.label}
              </button>
            ))}
          </div>
          <label className="import">
            Open a recipe file, or drop one anywhere on the page
            <input
              type="file"
              accept=".json,application/json"
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                if (chosen) onFile(chosen);
              }}
            />
          </label>
          <p role="status">{said}</p>
        </>
      )}
    </Dialog>
  );
}
