import { ArrowRight, Copy, Pencil, X } from 'lucide-react';
import { useState } from 'react';
import { MAX_LANES } from '../../state/store.ts';
import { useApp, usePerform } from '../page/context.ts';
import { duplicateLane, moveLane, removeLane } from '../page/session/lanes.ts';
import { LETTERS } from '../page/session/session.ts';
import { useLane } from './context.ts';

/** What can be done with a lane as a whole. */
export function LaneTools({ name }: { readonly name: string }) {
  const run = usePerform();
  const { index } = useLane();
  const lanes = useApp((state) => state.recipe.lanes.length);
  const renameLane = useApp((state) => state.renameLane);
  const [renaming, setRenaming] = useState(false);
  const letter = LETTERS[index];
  if (renaming) {
    return (
      <form
        className="rename"
        onSubmit={(event) => {
          event.preventDefault();
          renameLane(index, String(new FormData(event.currentTarget).get('name') ?? ''));
          setRenaming(false);
        }}
      >
        <input
          name="name"
          defaultValue={name}
          maxLength={60}
          aria-label={`Name of lane ${letter}`}
          // biome-ignore lint/a11y/noAutofocus: the field replaces the button that was pressed
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          onBlur={(event) => event.currentTarget.form?.requestSubmit()}
        />
      </form>
    );
  }
  return (
    <div className="lane-tools">
      {lanes > 1 && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Rename lane ${letter}`}
          title="Rename"
          onClick={() => setRenaming(true)}
        >
          <Pencil size={13} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        disabled={lanes >= MAX_LANES}
        aria-label={`Duplicate lane ${letter}`}
        title={lanes >= MAX_LANES ? 'Four lanes are the most' : 'Duplicate: compare with a change'}
        onClick={() => run(duplicateLane, index)}
      >
        <Copy size={13} aria-hidden="true" />
      </button>
      {index < lanes - 1 && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Move lane ${letter} to the right`}
          title="To the right"
          onClick={() => run(moveLane, index)}
        >
          <ArrowRight size={13} aria-hidden="true" />
        </button>
      )}
      {lanes > 1 && (
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove lane ${letter}`}
          title="Remove"
          onClick={() => run(removeLane, index)}
        >
          <X size={14} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
