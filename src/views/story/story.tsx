import { useEffect, useRef, useState } from 'react';
import type { Preset } from '../../engine/presets.ts';
import type { Lane } from '../../live/lane.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useFrames } from '../lane/use-frame.ts';
import { currentStep, resolveText, storyValues } from './resolve.ts';

/** The story of a preset: its current sentence follows the run. */
export function Story({
  lane,
  preset,
  note,
  turned,
}: {
  readonly lane: Lane;
  readonly preset: Preset;
  readonly note: string | undefined;
  /** Knobs differ from the scenario’s: what it concludes may not hold. */
  readonly turned: boolean;
}) {
  const [at, setAt] = useState(0);
  const text = useRef<HTMLParagraphElement>(null);
  const write = (frame: FrameView): void => {
    const step = currentStep(preset.story, frame);
    // One commit per step of the story, none per frame.
    if (step !== at) setAt(step);
    const now = resolveText(preset.story[step]?.text ?? '', storyValues(frame));
    if (text.current && text.current.textContent !== now) text.current.textContent = now;
  };
  useFrames(lane, 200, write);
  // The paragraph of a new step is empty until written; the run may be over by then.
  useEffect(() => {
    if (lane.hub.latest) write(lane.hub.latest);
  });
  return (
    <section className="story" aria-label="Story">
      <p className="story-question">{preset.question}</p>
      <ol>
        {preset.story.map((step, i) => (
          <li
            key={step.title}
            className={i === at ? 'now' : i < at ? 'past' : 'next'}
            aria-current={i === at ? 'step' : undefined}
          >
            <span className="story-number" aria-hidden="true">
              {i + 1}
            </span>
            <div>
              <h3>{i <= at ? step.title : 'Next'}</h3>
              {i === at && <p ref={text} className="story-text" />}
            </div>
          </li>
        ))}
      </ol>
      {turned && (
        <p className="story-note">
          Knobs were turned: the numbers are of this run, the words of the scenario as it was.
        </p>
      )}
      {note && <p className="story-note">{note}</p>}
    </section>
  );
}
