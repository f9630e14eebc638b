import { useRef } from 'react';
import type { FrameView } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';

/** A legend whose values are written from frames. */
export function Legend({
  items,
}: {
  readonly items: readonly {
    key: string;
    token: string;
    label: string;
    value(frame: FrameView): string;
    shown?(frame: FrameView): boolean;
    /** Makes the entry a switch. */
    press?: { readonly on: boolean; readonly title: string; toggle(): void };
  }[];
}) {
  const { lane } = useLane();
  const list = useRef<HTMLUListElement>(null);
  useFrames(lane, (frame) => {
    items.forEach((item, i) => {
      const line = list.current?.children[i] as HTMLElement | undefined;
      if (!line) return;
      const text = item.value(frame);
      const value = line.querySelector('b');
      if (value && value.textContent !== text) value.textContent = text;
      line.hidden = item.shown ? !item.shown(frame) : false;
    });
  });
  return (
    <ul className="legend" ref={list}>
      {items.map(({ key, token, label, press }) => {
        const inside = (
          <>
            <span className="swatch" style={{ background: `var(${token})` }} aria-hidden="true" />
            <span>{label}</span>
            <b />
          </>
        );
        return (
          <li key={key}>
            {press ? (
              <button
                type="button"
                className="light"
                aria-pressed={press.on}
                title={press.title}
                onClick={press.toggle}
              >
                {inside}
              </button>
            ) : (
              inside
            )}
          </li>
        );
      })}
    </ul>
  );
}
