import { hasProgramFeature } from '../../../engine/programs/index.ts';
import type { Note } from '../../../engine/recipe.ts';
import { knobsInForce } from '../../../state/store.ts';
import type { Speed } from '../../../worker/protocol.ts';
import { kindName } from '../../lane/event-text.ts';
import { stopKind } from '../../transport/stops.ts';
import { arrived } from './lanes.ts';
import { isPlaying, now } from './position.ts';
import { DONE, focusOf, inTurn, noticed, type Outcome, type Session, stateOf } from './session.ts';

/** No run is longer than this, in operations. */
const BEYOND_ANY_END = 1e10;

/** What is said where nobody can go on but by the user's hand. */
const WAITS = 'This run waits for your hand: press malloc, realloc or free.';
/** Whether every lane that still runs waits for the user's hand. */
function awaitsHand({ lockstep }: Session): boolean {
  const running = lockstep.lanes.filter(({ hub }) => hub.summary?.status === 'running');
  return running.length > 0 && running.every(({ hub }) => hub.summary?.awaitsHand === true);
}
/** Done, unless it could not begin because the run waits for the user's hand. */
const doneFrom = (session: Session, from: number): Outcome =>
  awaitsHand(session) && now(session) === from ? noticed(WAITS) : DONE;

/**
 * What was changed before comes before what is done now; at once when nothing is under way. What was meant for a
 * recipe that another has replaced by then is not done to that one.
 */
function after(session: Session, work: () => Promise<Outcome>): Promise<Outcome> {
  const { presses } = session;
  if (presses.waiting === 0) return work();
  const { opened } = stateOf(session);
  return presses.done.then(() => (stateOf(session).opened === opened ? work() : DONE));
}

/** Plays, or pauses all lanes at one operation. */
export function playPause(session: Session): Promise<Outcome> {
  if (isPlaying(session)) return pause(session);
  return after(session, async () => {
    // What was changed before may have begun to play.
    if (isPlaying(session)) return pause(session);
    const from = now(session);
    await session.lockstep.play(stateOf(session).ui.speed);
    return doneFrom(session, from);
  });
}

/** Stops all lanes at one operation: at once, and again if a change that was asked for before has started them. */
export async function pause(session: Session): Promise<Outcome> {
  const { lockstep } = session;
  const pausing = lockstep.pause();
  const again = after(session, async () => {
    if (isPlaying(session)) await lockstep.pause();
    return DONE;
  });
  await pausing;
  return again;
}

/** The speed to play at from now on, also of a run that plays. */
export function changeSpeed(session: Session, speed: Speed): Promise<Outcome> {
  stateOf(session).setUi({ speed });
  return after(session, async () => {
    if (isPlaying(session)) await session.lockstep.play(speed);
    return DONE;
  });
}

/** Has a lane whose worker was lost too often tried again; all stand where it stood, or further. */
export async function tryAgain({ lockstep }: Session): Promise<Outcome> {
  await lockstep.revive();
  return DONE;
}

/** Steps of a run by hand are taken one after the other, like its calls: it is short, and each is wanted. */
function stepInTurn(session: Session, step: () => Promise<Outcome>): Promise<Outcome> {
  const { workload } = knobsInForce(stateOf(session).recipe, focusOf(session));
  if (!hasProgramFeature(workload, 'hand')) return after(session, step);
  return inTurn(session, async () => {
    await arrived(session);
    return step();
  });
}

export const stepForward = (session: Session): Promise<Outcome> =>
  stepInTurn(session, async () => {
    const from = now(session);
    await session.lockstep.stepOps(1);
    return doneFrom(session, from);
  });

export const stepBack = (session: Session): Promise<Outcome> =>
  stepInTurn(session, async () => {
    await session.lockstep.stepOps(-1);
    return DONE;
  });

/** All lanes to an operation; where they come to stand the address says. */
export const travel = (session: Session, op: number): Promise<Outcome> =>
  after(session, async () => {
    await session.lockstep.seek(op);
    return DONE;
  });

/** To the nearest keyframe before an operation, at once: while the time bar is dragged. */
export async function leap({ lockstep }: Session, op: number): Promise<Outcome> {
  await lockstep.seek(op, true);
  return DONE;
}

export const runToEnd = (session: Session): Promise<Outcome> =>
  after(session, async () => {
    const from = now(session);
    await session.lockstep.runTo(BEYOND_ANY_END);
    return doneFrom(session, from);
  });

/** To the next event of the chosen kind in the focused lane, or to the previous one; the others follow. */
export const toEvent = (session: Session, forward: boolean): Promise<Outcome> =>
  after(session, () => find(session, forward));

async function find(session: Session, forward: boolean): Promise<Outcome> {
  const { lockstep } = session;
  const lead = focusOf(session);
  const { recipe, ui } = stateOf(session);
  const { model, workload } = knobsInForce(recipe, lead);
  const kind = stopKind(model, ui.stopKind);
  const found = forward
    ? await lockstep.stepEvent([kind], lead)
    : await lockstep.previousEvent([kind], lead);
  if (found) return DONE;
  const name = `“${kindName(kind, model)}”`;
  return noticed(
    forward
      ? `No ${name} before this run ${hasProgramFeature(workload, 'hand') ? 'waits for your hand' : 'ends'}.`
      : `There is no earlier ${name} in this run.`,
  );
}

/** To where a note was pinned, and to what it was pinned to. */
export function goToNote(session: Session, note: Note): Promise<Outcome> {
  const { recipe, focusOn, select } = stateOf(session);
  const { op, lane, row } = note;
  if (lane !== focusOf(session) && lane < recipe.lanes.length) focusOn(lane);
  select(row === undefined ? undefined : { superslab: row });
  return travel(session, op);
}
