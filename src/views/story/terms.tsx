import { type KeyboardEvent, type ReactNode, useMemo } from 'react';
import { piecesOf } from '../../lessons/glossary.ts';

/** Width of an explanation, px (lessons.css), and what must stay free beside it. */
const WIDTH = 220;
const EDGE = 12;

/** Moves the explanation so that the window does not cut it. */
function keepInside(term: HTMLElement): void {
  const { left } = term.getBoundingClientRect();
  const most = document.documentElement.clientWidth - EDGE - WIDTH;
  term.style.setProperty('--shift', `${Math.round(Math.min(0, most - left))}px`);
}

/** A term of the field that explains itself under the pointer and on focus. */
export function Term({
  meaning,
  children,
}: {
  readonly meaning: string;
  readonly children: ReactNode;
}) {
  return (
    <dfn
      tabIndex={0}
      data-meaning={meaning}
      onPointerEnter={(event) => keepInside(event.currentTarget)}
      onFocus={(event) => keepInside(event.currentTarget)}
      onKeyDown={(event: KeyboardEvent<HTMLElement>) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    >
      {children}
      <span className="sr"> ({meaning})</span>
    </dfn>
  );
}

/** Text whose terms explain themselves at their first use. */
export function Terms({ text }: { readonly text: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  return pieces.map((piece, i) =>
    piece.kind === 'term' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move
      <Term key={i} meaning={piece.meaning}>
        {piece.text}
      </Term>
    ) : piece.kind === 'value' ? (
      `{${piece.name}}`
    ) : (
      piece.text
    ),
  );
}
