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
    <ul className="notices" aria-label="Notices">
      {notices.map(({ id, kind, text, kept }) => (
        <li key={id} data-kind={kind} role={kind === 'problem' ? 'alert' : 'status'}>
          <span>
            {text}
            {kept && <em> Kept: {kept}.</em>}
          </span>
          <button type="button" onClick={() => onDismiss(id)} aria-label="Dismiss">
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}
