import type { Notice } from '../../state/store.ts';

/** What went wrong, what was kept, dismissible. */
export function Notices({
  notices,
  onDismiss,
}: {
  readonly notices: readonly Notice[];
  onDismiss(id: number): void;
}) {
  if (notices.length === 0) return null;
  return (
    <section aria-label="Notices">
      <ul className="notices">
        {notices.map(({ id, kind, text, kept }) => (
          <li key={id} data-kind={kind}>
            <p role={kind === 'problem' ? 'alert' : 'status'}>
              {text}
              {kept && <em> Kept: {kept}.</em>}
            </p>
            <button type="button" onClick={() => onDismiss(id)} aria-label={`Dismiss: ${text}`}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
