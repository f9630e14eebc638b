import { type RefObject, useRef } from 'react';
import { unbroken } from '../../draw/format.ts';
import type { Lane } from '../../live/lane.ts';
import { leadOf } from '../../live/together.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useLanesFrames } from '../lane/use-frame.ts';
import { useApp, useFocused, useSession } from '../page/context.ts';
import { LETTERS } from '../page/session/session.ts';

/** Where the run of all lanes stands, as one of them shows it. */
export interface RunNow {
  readonly frame: FrameView;
  /** Some lane plays. */
  readonly plays: boolean;
  /** Letter of the lane that the frame is of; undefined: of the focused one. */
  readonly other: string | undefined;
}

/** All lanes on screen, and what the transport says of them together. */
export interface Run {
  readonly lanes: readonly Lane[];
  /** undefined: no lane has a frame yet. */
  now(): RunNow | undefined;
}

export function useRun(): Run {
  const { lockstep } = useSession();
  const { focus } = useFocused();
  const several = useApp((state) => state.recipe.lanes.length);
  const lanes = lockstep.lanes.slice(0, several);
  return {
    lanes,
    now: () => {
      const frames = lanes.map(({ hub }) => hub.latest);
      const lead = leadOf(frames, focus);
      const frame = lead === undefined ? undefined : frames[lead];
      if (lead === undefined || !frame) return undefined;
      return {
        frame,
        plays: frames.some((each) => each?.header[H.playing] === 1),
        other: lead === focus ? undefined : LETTERS[lead],
      };
    },
  };
}

/** Writes text computed from where the run stands straight into an element, as `useFrameText` does of a lane. */
export function useRunText<T extends HTMLElement>(
  { lanes, now }: Run,
  text: (now: RunNow) => string,
): RefObject<T | null> {
  const ref = useRef<T>(null);
  useLanesFrames(lanes, () => {
    const run = now();
    if (!run || !ref.current) return;
    const next = unbroken(text(run));
    if (ref.current.textContent !== next) ref.current.textContent = next;
  });
  return ref;
}
