import { type KeyboardEvent, type ReactNode, useMemo } from 'react';
import { piecesOf } from '../../lessons/glossary.ts';

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
