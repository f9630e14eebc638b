import type { Intervention } from '../../../engine/interventions.ts';
import type { Selection } from '../../../engine/recipe.ts';
import type { HandDetail, HandPlace } from '../../../engine/types.ts';
import { knobsInForce } from '../../../state/store.ts';
import { doneText } from '../../cards/hand-text.ts';
import { strikeNow } from './edits.ts';
import { arrived, select } from './lanes.ts';
import { isPlaying } from './position.ts';
import {
  announced,
  DONE,
  focusedLane,
  focusOf,
  inTurn,
  type Outcome,
  type Session,
  stateOf,
} from './session.ts';

/**
 * Makes a call by hand where the run stands, as its next operation, and says what came of it. Presses are
 * carried out one after the other, in their order.
 * @param everywhere in all lanes, not in the focused one alone
 */
export const makeCall = (
  session: Session,
  call: Intervention,
  everywhere = false,
): Promise<Outcome> => inTurn(session, () => make(session, call, everywhere));

async function make(session: Session, call: Intervention, everywhere: boolean): Promise<Outcome> {
  const { lockstep } = session;
  // Whatever was asked for before has its place in time.
  await arrived(session);
  if (isPlaying(session)) await lockstep.pause();
  const { run } = stateOf(session);
  const before = stateOf(session).recipe.edits;
  const outcome = await strikeNow(session, call, everywhere);
  if (stateOf(session).run !== run || stateOf(session).recipe.edits === before) return outcome;
  await lockstep.stepOps(1);
  const seen = await focusedLane(session).hand();
  if (seen?.latest === undefined) return DONE;
  follow(session, seen);
  const { model } = knobsInForce(stateOf(session).recipe, focusOf(session));
  return announced(doneText(seen.latest, model));
}

/** An inspector that is open shows the block that the call was about. */
function follow(session: Session, { latest, slots }: HandDetail): void {
  if (latest === undefined || stateOf(session).selection === undefined) return;
  const now = slots[latest.slot].place;
  const { place } = latest.before;
  if (now) stateOf(session).select(selectionOf(now));
  else if (place) stateOf(session).select({ superslab: place.row, slab: place.slab });
}
const selectionOf = ({ row, slab, block }: HandPlace): Selection => ({
  superslab: row,
  slab,
  block,
});

/** Selects the block at a place. */
export const show = (session: Session, place: HandPlace): Outcome =>
  select(session, selectionOf(place));
