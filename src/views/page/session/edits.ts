import { ACT, type Intervention } from '../../../engine/interventions.ts';
import { type KnobId, type KnobValue, knobDef } from '../../../engine/knobs/index.ts';
import { knobWords } from '../../../engine/knobs/words.ts';
import type { Edit } from '../../../engine/recipe.ts';
import { editText } from '../../../state/branches.ts';
import { CallError } from '../../../worker/link.ts';
import { arrived } from './lanes.ts';
import {
  announced,
  DONE,
  focusedLane,
  focusOf,
  inTurn,
  LETTERS,
  type Outcome,
  type Session,
  show,
  stateOf,
} from './session.ts';

const operation = (op: number): string => `operation ${op.toLocaleString('en-US')}`;

/** The lanes that a change is for: all of them, or the focused one. */
function lanesFor(session: Session, everywhere: boolean): number[] {
  const focus = focusOf(session);
  return stateOf(session)
    .recipe.lanes.map((_, i) => i)
    .filter((i) => everywhere || i === focus);
}

/** A change falls where the run is going, if that is a moment; one that goes on is not waited for. */
async function atPlace(session: Session): Promise<void> {
  if (session.lockstep.isGoing) await arrived(session);
}

/** Says of each lane that failed why; what the others did stands. */
function tellFailures(
  session: Session,
  what: string,
  lanes: readonly number[],
  results: readonly PromiseSettledResult<unknown>[],
): void {
  const several = stateOf(session).recipe.lanes.length > 1;
  results.forEach((result, n) => {
    if (result.status === 'fulfilled') return;
    const { reason } = result;
    const code = reason instanceof CallError ? reason.code : 'E_WORKER';
    const why = reason instanceof Error ? reason.message : 'an unknown fault';
    const where = several ? ` in lane ${LETTERS[lanes[n]]}` : '';
    const error = { code, message: `${what}${where} was not done: ${why}.`, kept: 'the rest' };
    show(session, { ok: false, error });
  });
}

/**
 * Turns a knob of the focused lane, or of all of them. A run that is under way goes on with the new value
 * from where it stands; before its first operation, after its end, and for knobs that only a start can set,
 * the run starts again.
 */
export const turnKnob = (
  session: Session,
  id: KnobId,
  value: KnobValue,
  everywhere = false,
): Promise<Outcome> => inTurn(session, () => turn(session, id, value, everywhere));

async function turn(
  session: Session,
  id: KnobId,
  value: KnobValue,
  everywhere: boolean,
): Promise<Outcome> {
  const { run } = stateOf(session);
  await atPlace(session);
  if (stateOf(session).run !== run) return DONE;
  const actions = stateOf(session);
  const { apply } = knobDef(id);
  const { label } = knobWords(id);
  const lane = focusedLane(session);
  const focus = focusOf(session);
  const several = actions.recipe.lanes.length > 1;
  const { summary } = lane.hub;
  const fresh = lane.op === 0 && !summary?.playing;
  const ended = summary !== undefined && summary.status !== 'running';
  if (apply === 'restart' || ended || fresh) {
    if (several && everywhere) actions.setAllLanes(id, value);
    else if (several) actions.setLaneKnob(focus, id, value);
    else actions.setStartKnob(id, value);
    return announced(`${label}: ${String(value)}. The run starts again.`);
  }
  const turned = lanesFor(session, everywhere);
  const replies = await Promise.allSettled(
    turned.map((i) => session.lockstep.lanes[i].setKnob(id, value)),
  );
  // What another recipe has replaced in the meantime is no part of it.
  if (stateOf(session).run !== run) return DONE;
  const done = replies.flatMap((reply, n): Edit[] =>
    reply.status === 'fulfilled' ? [{ op: reply.value.op, lane: turned[n], knob: id, value }] : [],
  );
  if (done.length > 0) actions.addEdits(done);
  tellFailures(session, `${label}: ${String(value)}`, turned, replies);
  return done.length > 0
    ? announced(`${label}: ${String(value)} from ${operation(done[0].op)}.`)
    : DONE;
}

/** Deals a blow to the focused lane, or to all of them; each lane may refuse it and says why. */
export const strike = (session: Session, act: Intervention, everywhere = false): Promise<Outcome> =>
  inTurn(session, () => strikeNow(session, act, everywhere));

/** The same for whoever has the turn. */
export async function strikeNow(
  session: Session,
  act: Intervention,
  everywhere: boolean,
): Promise<Outcome> {
  await atPlace(session);
  const actions = stateOf(session);
  const { run, recipe } = actions;
  const { label } = ACT[act.act];
  const struck = lanesFor(session, everywhere);
  const replies = await Promise.allSettled(
    struck.map((i) => session.lockstep.lanes[i].intervene(act)),
  );
  if (stateOf(session).run !== run) return DONE;
  const done = replies.flatMap((reply, n): Edit[] =>
    reply.status === 'fulfilled' && reply.value.refused === undefined
      ? [{ op: reply.value.op, lane: struck[n], ...act }]
      : [],
  );
  if (done.length > 0) actions.addEdits(done);
  replies.forEach((reply, n) => {
    if (reply.status !== 'fulfilled' || reply.value.refused === undefined) return;
    const where = recipe.lanes.length > 1 ? ` in lane ${LETTERS[struck[n]]}` : '';
    const message = `${label}${where}: ${reply.value.refused}`;
    show(session, { ok: false, error: { code: 'E_RANGE', message, kept: 'the run as it was' } });
  });
  tellFailures(session, label, struck, replies);
  return done.length > 0 ? announced(`${editText(done[0])}, from ${operation(done[0].op)}.`) : DONE;
}
