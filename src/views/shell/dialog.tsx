import { type ReactNode, useEffect, useId, useRef } from 'react';

interface Props {
  /** Says what it is, in its head, or to assistive techniques alone where it has none. */
  readonly title: string;
  readonly className: string;
  /** False: no head, the content begins at once. */
  readonly head?: boolean;
  onClose(): void;
  /** `close` shuts the dialog as its button does; the focus goes back to where it was. */
  children(close: () => void): ReactNode;
}

/** A modal dialog with a head: Escape and its button close it, the browser keeps and returns the focus. */
export function Dialog({ title, className, head = true, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      {...(head ? { 'aria-labelledby': id } : { 'aria-label': title })}
      onClose={onClose}
    >
      {head && (
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" className="icon-button" onClick={close} aria-label="Close">
            ×
          </button>
        </header>
      )}
      {children(close)}
    </dialog>
  );
}
