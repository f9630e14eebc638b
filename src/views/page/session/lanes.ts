import type { KnobValues } from '../../../engine/knobs/index.ts';
import { isCall, type Selection } from '../../../engine/recipe.ts';
import { childOf } from '../../../state/branches.ts';
import { isHidden } from '../../shell/embed.ts';
import { now } from './position.ts';
import { DONE, focusOf, type Outcome, type Session, stateOf } from './session.ts';

/**
 * Back to the future before the latest change; the run is brought to where it stands now. What was pressed
 * before is done first.
 */
export const undo = (session: Session): Promise<Outcome> =>
  session.presses.add(async () => {
    await arrived(session);
    stateOf(session).undo(now(session));
    return DONE;
  });

/** The change that was taken back; a call by hand is carried out again, too. */
export const redo = (session: Session): Promise<Outcome> =>
  session.presses.add(async () => {
    await arrived(session);
    const { tree, redo: again } = stateOf(session);
    const at = now(session);
    const change = childOf(tree)?.recipe.edits.at(-1);
    again(change !== undefined && isCall(change) && change.op === at ? at + 1 : at);
    return DONE;
  });

/** Settles once all lanes are where they were last asked to go. */
export const arrived = ({ lockstep }: Session): Promise<unknown> =>
  Promise.all(lockstep.lanes.map((lane) => lane.arrived()));

export function goToBranch(session: Session, id: number): Outcome {
  stateOf(session).goToBranch(id, now(session));
  return DONE;
}
export function branchAsLane(session: Session, id: number): Outcome {
  stateOf(session).branchAsLane(id, now(session));
  return DONE;
}

/** One more lane like the given one; it joins where the run stands. */
export function duplicateLane(session: Session, lane: number): Outcome {
  stateOf(session).duplicateLane(lane, now(session));
  return DONE;
}
/** One more lane like the focused one with some knobs changed, from the start. */
export function laneWith(session: Session, knobs: Partial<KnobValues>, name: string): Outcome {
  stateOf(session).duplicateLane(focusOf(session), 0, knobs, name);
  return DONE;
}
export function removeLane(session: Session, lane: number): Outcome {
  stateOf(session).removeLane(lane, now(session));
  return DONE;
}
/** Exchanges a lane with its right neighbour. */
export function moveLane(session: Session, lane: number): Outcome {
  stateOf(session).moveLane(lane, now(session));
  return DONE;
}

/** Selects in a lane, which comes to the front. A slide without the side has no inspector to fill. */
export function select(
  session: Session,
  selection: Selection | undefined,
  lane = focusOf(session),
): Outcome {
  if (isHidden('side')) return DONE;
  if (lane !== focusOf(session)) stateOf(session).focusOn(lane);
  stateOf(session).select(selection);
  return DONE;
}

/** A note where the run stands, pinned to what is selected if so asked. */
export function addNote(session: Session, text: string, onRow: boolean): Outcome {
  const { selection, addNote: add } = stateOf(session);
  const row = onRow && selection ? { row: selection.superslab } : {};
  add({ op: now(session), lane: focusOf(session), ...row, text });
  return DONE;
}
