import { Download } from 'lucide-react';
import { type FocusEvent, type KeyboardEvent, useRef } from 'react';

export type PictureKind = 'png' | 'svg' | 'csv';

const LABELS: Readonly<Record<PictureKind, string>> = {
  png: 'Save as PNG',
  svg: 'Save as SVG',
  csv: 'Save as CSV',
};

/** The formats that a view can be saved in; each file carries its finding and its link. */
export function SaveMenu({
  pictured,
  onSave,
}: {
  readonly pictured: boolean;
  onSave(kind: PictureKind): void;
}) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  const kinds: readonly PictureKind[] = pictured ? ['png', 'svg', 'csv'] : ['csv'];
  return (
    <details
      ref={menu}
      className="save-menu"
      onBlur={(event: FocusEvent<HTMLDetailsElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        event.stopPropagation();
        close();
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary className="icon-button" title="Save this view">
        <Download size={15} aria-hidden="true" />
        <span className="sr">Save this view</span>
      </summary>
      <div>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            onClick={() => {
              close();
              onSave(kind);
            }}
          >
            {LABELS[kind]}
          </button>
        ))}
      </div>
    </details>
  );
}
