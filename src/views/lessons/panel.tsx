import { useEffect, useRef, useState } from 'react';
import { sampleAt } from '../../draw/area.ts';
import { count } from '../../draw/format.ts';
import { KNOB_IDS } from '../../engine/knobs/index.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { RUN_STATUS } from '../../engine/telemetry/states.ts';
import { lessonById } from '../../lessons/list.ts';
import { addProgress, curveScore } from '../../lessons/progress.ts';
import type { Lesson, LessonLink, Point } from '../../lessons/types.ts';
import { type FrameView, H } from '../../worker/frame.ts';
import { useFrames } from '../lane/use-frame.ts';
import { useApp, useFocused, usePerform, useSession, useUi } from '../page/context.ts';
import { useBase } from '../page/knobs-side.tsx';
import { closeLesson, openLesson, playLesson } from '../page/session/lesson.ts';
import { DONE } from '../page/session/session.ts';
import { travel } from '../page/session/transport.ts';
import { pageStorage } from '../shell/storage.ts';
import { hasCome } from '../story/resolve.ts';
import { CURVE_POINTS, CurveCanvas } from './curve.tsx';
import { Prose } from './prose.tsx';

const POINT_CLASS: Readonly<Record<Point, string>> = {
  map: 'map-card',
  bytes: 'bytes-card',
  entries: 'entries-card',
  queues: 'queues-card',
  trim: 'trim-card',
  adoption: 'adoption-card',
  domino: 'domino-card',
  pending: 'pending-card',
  verdicts: 'verdicts-card',
  compare: 'compare',
};

/** Scrolls to a view and outlines it for a moment. */
function pointAt(point: Point): void {
  const view = document.querySelector(`main .${POINT_CLASS[point]}`);
  if (!view) return;
  view.scrollIntoView({ block: 'nearest' });
  view.classList.remove('pointed');
  // Reading a size makes the browser see the class go, so that the outline begins anew.
  void (view as HTMLElement).offsetWidth;
  view.classList.add('pointed');
}

/** The lesson that is open. */
export function LessonPanel({ id }: { readonly id: string }) {
  const lesson = lessonById(id);
  return lesson ? <TheLesson lesson={lesson} /> : null;
}

/** A lesson: predict, watch, compare, then reach a goal. */
function TheLesson({ lesson }: { readonly lesson: Lesson }) {
  const session = useSession();
  const run = usePerform();
  const { lane, focus, knobs } = useFocused();
  const recipe = useApp((state) => state.recipe);
  const base = useBase(recipe, focus);
  /** The learner has turned knobs: what the lesson tells is of its own. */
  const turned = KNOB_IDS.some((id) => knobs[id] !== (lesson.knobs?.[id] ?? base[id]));
  /** Large type, and the clicker's keys. */
  const teacher = useUi((ui) => ui.teacher);
  const setUi = useApp((state) => state.setUi);
  const { predict, steps, goal } = lesson;
  const [choice, setChoice] = useState<number | undefined>(undefined);
  const [curve, setCurve] = useState<readonly number[]>(() =>
    Array.from({ length: CURVE_POINTS }, () => 0.1),
  );
  const [answered, setAnswered] = useState(false);
  const [at, setAt] = useState(-1);
  /** Chosen by hand (clicker, buttons); undefined: follow the run. */
  const [hand, setHand] = useState<number | undefined>(undefined);
  const [proof, setProof] = useState<
    | { readonly score: number; readonly right?: number; readonly real?: readonly number[] }
    | undefined
  >(undefined);
  const proving = useRef(false);
  const [stuck, setStuck] = useState(false);
  const [met, setMet] = useState<readonly boolean[]>([]);
  const [operation, setOperation] = useState(0);
  const shown = hand ?? at;
  const follow = (frame: FrameView): void => {
    if (!answered) return;
    let now = -1;
    for (const [i, step] of steps.entries())
      if (now === i - 1 && hasCome(step.when, frame)) now = i;
    if (now > at) setAt(now);
    const ended = RUN_STATUS[frame.header[H.status]] !== 'running';
    const reached = Math.max(now, at);
    setStuck(ended && reached < steps.length - 1);
    if (reached === steps.length - 1 && proof === undefined && !proving.current) {
      proving.current = true;
      // All lanes at one operation, so that they can be compared.
      run(async () => {
        await session.lockstep.pause();
        prove(lane.hub.latest ?? frame);
        return DONE;
      });
    }
    const values = goal.tests.map(
      ({ counter, atMost, atLeast }) =>
        frame.counters[C[counter]] <= (atMost ?? Infinity) &&
        frame.counters[C[counter]] >= (atLeast ?? 0),
    );
    if (values.some((value, i) => value !== met[i])) setMet(values);
    const counted = Math.min(frame.header[H.op], goal.ops);
    // The goal's progress in tenths: a commit now and then, none per frame.
    const tenth = Math.floor((10 * counted) / goal.ops);
    if (tenth !== operation) setOperation(tenth);
    if (proof && counted >= goal.ops && values.every(Boolean)) {
      addProgress(pageStorage, lesson.id, { goal: true });
    }
  };
  const prove = (frame: FrameView): void => {
    if (predict.kind === 'choose') {
      const counters = session.lockstep.lanes.map(
        (each) => each.hub.latest?.counters ?? frame.counters,
      );
      const right = predict.answer(counters);
      const score = choice === right ? 1 : 0;
      setProof({ score, right });
      addProgress(pageStorage, lesson.id, { score, finished: true });
    } else {
      const real = Array.from({ length: CURVE_POINTS }, (_, i) =>
        sampleAt(
          frame,
          Math.round((i / (CURVE_POINTS - 1)) * (frame.shape.samples - 1)),
          predict.series,
        ),
      );
      const score = curveScore(curve, real);
      setProof({ score, real });
      addProgress(pageStorage, lesson.id, { score, finished: true });
    }
  };
  useFrames(lane, follow);
  const begin = (): void => {
    setAnswered(true);
    run(playLesson, lesson.speed);
  };
  const turn = useRef((_by: number): void => undefined);
  turn.current = (by) => {
    if (!answered) {
      // The clicker begins as the button does, once there is a prediction.
      if (by > 0 && (predict.kind !== 'choose' || choice !== undefined)) begin();
      else document.querySelector<HTMLElement>('.predict input, .predict canvas')?.focus();
      return;
    }
    setHand(Math.max(0, Math.min(steps.length - 1, shown + by)));
  };
  useEffect(() => {
    if (!teacher) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'PageDown' && event.key !== 'PageUp') return;
      event.preventDefault();
      turn.current(event.key === 'PageDown' ? 1 : -1);
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [teacher]);
  const current = useRef<HTMLLIElement>(null);
  // The step that is spoken of stays in sight, for whoever turns steps from afar most of all.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a proof above moves the step
  useEffect(() => {
    if (shown >= 0) current.current?.scrollIntoView({ block: teacher ? 'center' : 'nearest' });
  }, [shown, teacher, proof]);
  const link = (target: LessonLink): void => {
    if (target.point) pointAt(target.point);
    if (target.seek !== undefined) run(travel, target.seek);
  };
  const allMet = met.length > 0 && met.every(Boolean) && operation >= 10;
  return (
    <section
      className={`lesson${teacher ? ' teacher' : ''}`}
      aria-labelledby="lesson-title"
      data-testid="lesson"
    >
      <div className="lesson-head">
        <p className="eyebrow">Lesson {lesson.number}</p>
        <label className="check" title="Large type; PageDown and PageUp turn the steps">
          <input
            type="checkbox"
            checked={teacher}
            onChange={(event) => setUi({ teacher: event.target.checked })}
          />
          teach
        </label>
        <button
          type="button"
          className="icon-button"
          onClick={() => run(closeLesson)}
          aria-label="Close the lesson"
        >
          ×
        </button>
      </div>
      <h2 id="lesson-title">{lesson.title}</h2>
      <p className="lesson-intro">{lesson.intro}</p>

      <fieldset className="predict" disabled={answered}>
        <legend>{answered ? 'You predicted' : 'Predict first'}</legend>
        <p>{predict.question}</p>
        {predict.kind === 'choose' ? (
          predict.options.map((option, i) => (
            <label key={option} className={proof?.right === i ? 'proved' : ''}>
              <input
                type="radio"
                name="prediction"
                checked={choice === i}
                onChange={() => setChoice(i)}
              />
              {option}
              {proof?.right === i && <b> ✓ the run says so</b>}
            </label>
          ))
        ) : (
          <>
            <CurveCanvas label={predict.label} drawn={curve} real={proof?.real} onDraw={setCurve} />
            <p className="curve-note">The top is the highest that the run comes to.</p>
          </>
        )}
        {!answered && (
          <button
            type="button"
            className="primary"
            disabled={predict.kind === 'choose' && choice === undefined}
            onClick={begin}
          >
            Now let it run
          </button>
        )}
        {proof && (
          <p className="score" role="status" data-testid="score">
            {predict.kind === 'choose'
              ? proof.score === 1
                ? 'Right.'
                : 'Not this time.'
              : `Your curve has ${Math.round(100 * proof.score)} % of the run’s shape; the dashed one is the run’s.`}
          </p>
        )}
      </fieldset>

      {answered && (
        <>
          <ol className="lesson-steps">
            {steps.map((step, i) => (
              <li
                key={step.title}
                ref={i === shown ? current : undefined}
                className={i === shown ? 'now' : i <= at ? 'past' : 'next'}
                aria-current={i === shown ? 'step' : undefined}
              >
                <h3>
                  <button type="button" onClick={() => setHand(i)} disabled={i > at && !teacher}>
                    {i <= at || teacher ? step.title : 'Next'}
                  </button>
                </h3>
                {i === shown && (
                  <>
                    <Prose lane={lane} text={step.text} />
                    {step.links?.map((target) => (
                      <button
                        key={target.label}
                        type="button"
                        className="link"
                        onClick={() => link(target)}
                      >
                        {target.label}
                      </button>
                    ))}
                  </>
                )}
              </li>
            ))}
          </ol>
          {hand !== undefined && (
            <button type="button" className="link" onClick={() => setHand(undefined)}>
              Follow the run again
            </button>
          )}
          {turned && (
            <p className="lesson-stuck">
              Knobs were turned: the numbers are of this run; what the lesson concludes may not
              hold.
            </p>
          )}
          {stuck && (
            <p className="lesson-stuck" role="status">
              This run is over, and with these knobs the next step cannot come.{' '}
              <button type="button" className="link" onClick={() => run(openLesson, lesson.id)}>
                Start again with the lesson’s settings
              </button>
            </p>
          )}
        </>
      )}

      {proof && (
        <div className="goal" data-testid="goal">
          <h3>A goal</h3>
          <p>{goal.text}</p>
          <ul>
            {goal.tests.map((test, i) => (
              <li key={test.label} data-met={met[i] === true}>
                <span aria-hidden="true">{met[i] ? '✓' : '·'}</span> {test.label}
                <span className="sr">{met[i] ? ', holds now' : ', does not hold now'}</span>
              </li>
            ))}
          </ul>
          <p role="status">
            {allMet
              ? 'Reached.'
              : `${Math.min(100, operation * 10)} % of ${count(goal.ops)} operations. ${goal.hint}`}
          </p>
        </div>
      )}
    </section>
  );
}
