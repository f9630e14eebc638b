import type { KnobId, KnobValues } from '../../../engine/knobs/index.ts';
import { isCall, type Selection } from '../../../engine/recipe.ts';
import { childOf } from '../../../state/branches.ts';
import type { AppActions, AppState } from '../../../state/store.ts';
import { isHidden } from '../../shell/embed.ts';
import { now } from './position.ts';
import { DONE, focusOf, inTurn, type Outcome, type Session, stateOf } from './session.ts';

/**
 * Back to the future before the latest change; the run is brought to where it stands now. What was pressed
 * before is done first.
 */
export const undo = (session: Session): Promise<Outcome> =>
  inTurn(session, () => {
    stateOf(session).undo(now(session));
    return DONE;
  });

/** The change that was taken back; a call by hand is carried out again, too. */
export const redo = (session: Session): Promise<Outcome> =>
  inTurn(session, () => {
    const { tree, redo: again } = stateOf(session);
    const at = now(session);
    const change = childOf(tree)?.recipe.edits.at(-1);
    again(change !== undefined && isCall(change) && change.op === at ? at + 1 : at);
    return DONE;
  });

/** Settles once all lanes are where they were last asked to go. */
export const arrived = ({ lockstep }: Session): Promise<unknown> =>
  Promise.all(lockstep.lanes.map((lane) => lane.arrived()));

/** A change of the recipe that the store makes, with the operation where the run stands; in its turn. */
const change = (
  session: Session,
  make: (actions: AppState & AppActions, at: number) => void,
): Promise<Outcome> =>
  inTurn(session, () => {
    make(stateOf(session), now(session));
    return DONE;
  });

export const goToBranch = (session: Session, id: number): Promise<Outcome> =>
  change(session, (actions, at) => actions.goToBranch(id, at));
export const branchAsLane = (session: Session, id: number): Promise<Outcome> =>
  change(session, (actions, at) => actions.branchAsLane(id, at));

/** One more lane like the given one; it joins where the run stands. */
export const duplicateLane = (session: Session, lane: number): Promise<Outcome> =>
  change(session, (actions, at) => actions.duplicateLane(lane, at));
/** One more lane like the focused one with some knobs changed, from the start. */
export const laneWith = (
  session: Session,
  knobs: Partial<KnobValues>,
  name: string,
): Promise<Outcome> =>
  change(session, (actions) => actions.duplicateLane(focusOf(session), 0, knobs, name));
export const removeLane = (session: Session, lane: number): Promise<Outcome> =>
  change(session, (actions, at) => actions.removeLane(lane, at));
/** Exchanges a lane with its right neighbour. */
export const moveLane = (session: Session, lane: number): Promise<Outcome> =>
  change(session, (actions, at) => actions.moveLane(lane, at));

/** The recipe with some knobs changed, from its start. */
export const replayWith = (session: Session, knobs: Partial<KnobValues>): Promise<Outcome> =>
  change(session, (actions) => actions.replayWith(knobs));
/** All knobs as the scenario has them. */
export const resetKnobs = (session: Session): Promise<Outcome> =>
  change(session, (actions) => actions.resetKnobs());
/** Gives every lane this lane's value of a knob. */
export const copyToAll = (session: Session, lane: number, id: KnobId): Promise<Outcome> =>
  change(session, (actions) => actions.copyToAll(lane, id));
/** Makes the values that turned knobs led to the start of a new run. */
export const foldEdits = (session: Session): Promise<Outcome> =>
  change(session, (actions) => actions.foldEdits());
/** The same recipe from its start. */
export const restart = (session: Session): Promise<Outcome> =>
  change(session, (actions) => actions.restart());

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
