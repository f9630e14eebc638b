import { useEffect, useRef, useState } from 'react';
import { count } from '../../draw/format.ts';
import { MAX_NOTE_CHARS, type Note } from '../../engine/recipe.ts';
import type { ModelId } from '../../engine/types.ts';
import { noun } from '../lane/nouns.ts';

interface Props {
  /** Opened by hand: the focus goes there. */
  readonly focused: boolean;
  readonly notes: readonly Note[];
  readonly model: ModelId;
  /** Row that is selected: a new note may be pinned to it. */
  readonly row: number | undefined;
  readonly several: boolean;
  /** Where the run stands, asked when a note is made. */
  onAdd(text: string, onRow: boolean): void;
  onGo(note: Note): void;
  onRemove(index: number): void;
  onClose(): void;
}

/** A user's words, pinned to an operation or to a SuperSlab or page; they travel in the link. */
export function Notes({
  focused,
  notes,
  model,
  row,
  several,
  onAdd,
  onGo,
  onRemove,
  onClose,
}: Props) {
  const [text, setText] = useState('');
  const [onRow, setOnRow] = useState(true);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focused) head.current?.focus();
  }, [focused]);
  const add = (): void => {
    if (text.trim() === '') return;
    onAdd(text.trim(), row !== undefined && onRow);
    setText('');
  };
  return (
    <section className="notes" aria-label="Notes" data-testid="notes">
      <div className="inspector-head">
        <h2 ref={head} tabIndex={-1}>
          Notes
        </h2>
        <button
          type="button"
          className="icon-button"
          onClick={onClose}
          aria-label="Close the notes"
        >
          ×
        </button>
      </div>
      <ul>
        {notes.map((note, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a note is its place in the list
          <li key={i}>
            <button type="button" className="note-go" onClick={() => onGo(note)}>
              <small>
                operation {count(note.op)}
                {note.row !== undefined && `, ${noun(model)} ${count(note.row)}`}
                {several && `, lane ${'ABCD'[note.lane]}`}
              </small>
              {note.text}
            </button>
            <button
              type="button"
              className="icon-button"
              onClick={() => {
                onRemove(i);
                head.current?.focus();
              }}
              aria-label={`Remove the note at operation ${count(note.op)}`}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label>
          <span className="sr">New note</span>
          <textarea
            value={text}
            maxLength={MAX_NOTE_CHARS}
            rows={3}
            placeholder="What is worth seeing here?"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) add();
            }}
          />
        </label>
        {row !== undefined && (
          <label className="check">
            <input
              type="checkbox"
              checked={onRow}
              onChange={(event) => setOnRow(event.target.checked)}
            />
            pin it to {noun(model)} {count(row)}
          </label>
        )}
        <button type="submit" disabled={text.trim() === ''}>
          Pin the note here
        </button>
      </form>
    </section>
  );
}
