import { useApp } from '../page/context.ts';

/** What went wrong, what was kept, dismissible. */
export function Notices() {
  const notices = useApp((state) => state.notices);
  const dismiss = useApp((state) => state.dismiss);
  if (notices.length === 0) return null;
  return (
    <section aria-label="Notices">
      <ul className="notices">
        {notices.map(({ id, kind, text, kept, action }) => (
          <li key={id} data-kind={kind}>
            <p role={kind === 'problem' ? 'alert' : 'status'}>
              {text}
              {kept && <em> Kept: {kept}.</em>}
            </p>
            {action === 'reload' && (
              <button type="button" className="link" onClick={() => location.reload()}>
                Reload
              </button>
            )}
            <button type="button" onClick={() => dismiss(id)} aria-label={`Dismiss: ${text}`}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
