import { Lightbulb } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isRemembering, pageStorage } from './storage.ts';

const KEY = 'slabscope.hints';

/** What a newcomer may not find alone, in order. Each goes once it has been done, or on a press. */
const HINTS = [
  {
    id: 'select',
    text: 'Click a square of the map to see what is inside it, down to single blocks.',
  },
  {
    id: 'turn',
    text: 'Turn any knob while it runs. The future you left is kept above the time bar.',
  },
  { id: 'travel', text: 'Drag the time bar backwards: every operation can be seen again.' },
] as const;
export type HintId = (typeof HINTS)[number]['id'];

/** Whoever cannot be remembered is not told the same things at every visit. */
const readSeen = (): ReadonlySet<string> =>
  new Set(isRemembering() ? (pageStorage.getItem(KEY) ?? '').split(',') : ['off']);
/** Another tab may have shown some, too. */
const keep = (seen: ReadonlySet<string>): void => {
  const all = new Set([...(pageStorage.getItem(KEY) ?? '').split(','), ...seen]);
  pageStorage.setItem(KEY, [...all].filter((id) => id !== '').join(','));
};

/** One hint at a time on first visits. Nothing blinks, nothing blocks; once put away it stays away. */
export function Hints({ done }: { readonly done: Readonly<Record<HintId, boolean>> }) {
  const [seen, setSeen] = useState(readSeen);
  const finished = HINTS.filter(({ id }) => done[id] && !seen.has(id)).map(({ id }) => id);
  const key = finished.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say it all
  useEffect(() => {
    if (finished.length === 0) return;
    const next = new Set([...seen, ...finished]);
    keep(next);
    setSeen(next);
  }, [key]);
  const close = (...ids: readonly string[]): void => {
    const next = new Set([...seen, ...ids]);
    keep(next);
    setSeen(next);
  };
  const hint = seen.has('off') ? undefined : HINTS.find(({ id }) => !seen.has(id) && !done[id]);
  if (!hint) return null;
  return (
    <aside className="hint" aria-label="Hint">
      <Lightbulb size={16} aria-hidden="true" />
      <p>{hint.text}</p>
      <button type="button" onClick={() => close(hint.id)}>
        Next
      </button>
      <button type="button" className="quiet" onClick={() => close('off')}>
        No hints
      </button>
    </aside>
  );
}
