import { useMemo, useRef } from 'react';
import { unbroken } from '../../draw/format.ts';
import { piecesOf } from '../../lessons/glossary.ts';
import type { Lane } from '../../live/lane.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useFrames } from '../lane/use-frame.ts';
import { storyValues } from '../story/resolve.ts';
import { Term } from '../story/terms.tsx';

/** Prose with terms that explain themselves and values that follow the run, without a commit per frame. */
export function Prose({
  lane,
  text,
  className = 'prose',
}: {
  readonly lane: Lane;
  readonly text: string;
  readonly className?: string;
}) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  const box = useRef<HTMLParagraphElement>(null);
  const write = (frame: FrameView): void => {
    const values = storyValues(frame);
    for (const span of box.current?.querySelectorAll<HTMLElement>('[data-value]') ?? []) {
      const value = unbroken(values[span.dataset.value ?? ''] ?? '–');
      if (span.textContent !== value) span.textContent = value;
    }
  };
  useFrames(lane, write);
  return (
    <p ref={box} className={className}>
      {pieces.map((piece, i) => {
        const key = `${i}`;
        if (piece.kind === 'text') return <span key={key}>{piece.text}</span>;
        if (piece.kind === 'value') return <b key={key} data-value={piece.name} />;
        return (
          <Term key={key} meaning={piece.meaning}>
            {piece.text}
          </Term>
        );
      })}
    </p>
  );
}
