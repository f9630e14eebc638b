import { useMemo, useState } from 'react';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { presetById, storyUnder } from '../../engine/presets.ts';
import type { Lane } from '../../live/lane.ts';
import type { FrameView } from '../../worker/frame.ts';
import { useFrames } from '../lane/use-frame.ts';
import { Prose } from '../lessons/prose.tsx';
import { currentStep, listedSteps } from './resolve.ts';
import { Terms } from './terms.tsx';

/** The story of a preset: its current sentence follows the run. */
export function Story({
  lane,
  id,
  variant,
  knobs,
  told,
  turned,
}: {
  readonly lane: Lane;
  /** Of the preset, and the name of the variant that is shown. */
  readonly id: string;
  readonly variant: string | undefined;
  /** In force: steps that they make false are not told. */
  readonly knobs: KnobValues;
  /** The allocator and the program run that the story is of. */
  readonly told: boolean;
  /** Knobs differ from the scenario’s: what it concludes may not hold. */
  readonly turned: boolean;
}) {
  const preset = presetById(id);
  if (!preset) throw new Error(`there is no preset ${id}`);
  const note = preset.variants.find(({ name }) => name === variant)?.note;
  const [at, setAt] = useState(0);
  /** Steps that have come or still can; undefined: before the first frame, all. */
  const [listed, setListed] = useState<readonly number[] | undefined>(undefined);
  /** A step that has passed and is read again. */
  const [again, setAgain] = useState<number | undefined>(undefined);
  const story = useMemo(() => (told ? storyUnder(preset.story, knobs) : []), [preset, knobs, told]);
  const write = (frame: FrameView): void => {
    const step = currentStep(story, frame);
    const shown = listedSteps(story, step, frame);
    // One commit per step of the story, none per frame.
    if (listed?.join() !== shown.join()) setListed(shown);
    if (step === at) return;
    setAt(step);
    setAgain(undefined);
  };
  useFrames(lane, write);
  const shownSteps = story
    .map((step, i) => ({ step, i }))
    .filter(({ i }) => listed?.includes(i) ?? true);
  return (
    <section className="story" aria-label="Story">
      <p className="story-question">
        <Terms text={preset.question} />
      </p>
      <ol>
        {shownSteps.map(({ step, i }, place) => (
          <li
            key={step.title}
            className={i === at ? 'now' : i < at ? 'past' : 'next'}
            aria-current={i === at ? 'step' : undefined}
          >
            <span className="story-number" aria-hidden="true">
              {place + 1}
            </span>
            <div>
              <h3>
                {i < at ? (
                  <button
                    type="button"
                    aria-expanded={again === i}
                    onClick={() => setAgain(again === i ? undefined : i)}
                  >
                    {step.title}
                  </button>
                ) : i === at ? (
                  step.title
                ) : (
                  'Next'
                )}
              </h3>
              {(i === at || i === again) && (
                <Prose key={step.title} lane={lane} text={step.text} className="story-text" />
              )}
            </div>
          </li>
        ))}
      </ol>
      {!told && (
        <p className="story-note">
          Another allocator or program runs here than the one that the story is of.
        </p>
      )}
      {told && turned && (
        <p className="story-note">
          Knobs were turned: the numbers are of this run; what the scenario concludes may not hold.
        </p>
      )}
      {note && (
        <p className="story-note">
          <Terms text={note} />
        </p>
      )}
    </section>
  );
}
