import { useEffect, useRef, useState } from 'react';
import { count } from '../../draw/format.ts';
import { MAX_NOTE_CHARS } from '../../engine/recipe.ts';
import { noun } from '../models.ts';
import { useApp, useFocused, usePerform, useUi } from '../page/context.ts';
import { addNote } from '../page/session/lanes.ts';
import { toggleNotes } from '../page/session/panels.ts';
import { goToNote } from '../page/session/transport.ts';

/** A user's words, pinned to an operation or to a row of the map; they travel in the link. */
export function Notes() {
  const run = usePerform();
  const { knobs, several } = useFocused();
  const notes = useApp((state) => state.recipe.notes) ?? [];
  /** Row that is selected: a new note may be pinned to it. */
  const row = useApp((state) => state.selection?.superslab);
  const removeNote = useApp((state) => state.removeNote);
  /** Opened by hand: the focus goes there. */
  const focused = useUi((ui) => ui.panels.notes === 'byHand');
  const { model } = knobs;
  const text = useUi((ui) => ui.draft);
  const setUi = useApp((state) => state.setUi);
  const [onRow, setOnRow] = useState(true);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focused) head.current?.focus();
  }, [focused]);
  const add = (): void => {
    if (text.trim() === '') return;
    run(addNote, text.trim(), row !== undefined && onRow);
    setUi({ draft: '' });
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
          onClick={() => run(toggleNotes)}
          aria-label="Close the notes"
        >
          ×
        </button>
      </div>
      <ul>
        {notes.map((note, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a note is its place in the list
          <li key={i}>
            <button type="button" className="note-go" onClick={() => run(goToNote, note)}>
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
                removeNote(i);
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
            onChange={(event) => setUi({ draft: event.target.value })}
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
