import { useRef, useState } from 'react';
import type { HandDetail } from '../../engine/types.ts';
import { H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { usePacedFrames } from '../lane/use-frame.ts';

/** Frames are looked at this often, ms: each press is seen at once. */
const LOOK_MS = 40;
/** What changes whenever the run has moved or was edited. */
const MOVES = [H.generation, H.op, H.nextEventSeq] as const;

/**
 * What the user's hand sees of the lane, asked anew whenever the run has moved or was edited.
 * @returns it, and a function that gives the newest between two commits
 */
export function useHand(): readonly [HandDetail | undefined, () => HandDetail | undefined] {
  const { lane } = useLane();
  const [detail, setDetail] = useState<HandDetail | undefined>(undefined);
  const latest = useRef<HandDetail | undefined>(undefined);
  const asked = useRef({ key: '', abort: new AbortController() });
  usePacedFrames(lane, LOOK_MS, ({ header }) => {
    const key = MOVES.map((field) => header[field]).join(':');
    if (key === asked.current.key) return;
    asked.current.abort.abort();
    const abort = new AbortController();
    asked.current = { key, abort };
    lane
      .hand(abort.signal)
      .then((next) => {
        latest.current = next;
        setDetail(next);
      })
      .catch(() => {
        // A newer question replaced this one; when nobody asks, the next frame may.
        if (asked.current.abort === abort) asked.current.key = '';
      });
  });
  return [detail, () => latest.current];
}
