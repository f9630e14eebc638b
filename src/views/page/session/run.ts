import { laneKnobs, remarks } from '../../../engine/recipe-parse.ts';
import { scenarioById } from '../../../engine/scenarios.ts';
import type { Lane } from '../../../live/lane.ts';
import { CallError } from '../../../worker/link.ts';
import type { Summary } from '../../../worker/protocol.ts';
import { nouns } from '../../models.ts';
import { autopsyTitle } from '../../side/sentences.ts';
import { closeForeignLesson } from './lesson.ts';
import { reach } from './position.ts';
import { failed, focusedLane, LETTERS, type Session, show, stateOf } from './session.ts';

/**
 * Makes the lanes follow the store: there are as many as the recipe has, each run that begins is started in
 * them, and how they stand is noted. Call it before anything subscribes to lanes.
 * @returns a function that lets go of store and lanes
 */
export function follow(session: Session): () => void {
  const { store, lockstep, axes, standing } = session;
  /** The run whose lanes stand where its recipe says; older ones have no say in the address. */
  let opened = -1;
  let watched: Lane | undefined;
  let unwatch = (): void => {};
  let unhear = (): void => {};

  /** Why lanes were lost that are not there. */
  const reasons = new Map<Lane, string>();
  const look = (): void => {
    const lost = lockstep.lanes.flatMap((each, lane) =>
      each.isGivenUp ? [{ lane, reason: reasons.get(each) ?? '' }] : [],
    );
    const before = standing.getState().lost;
    standing.setState({
      anyRunning: lockstep.running,
      anyPlaying: lockstep.lanes.some(({ hub }) => hub.summary?.playing === true),
      ...(JSON.stringify(lost) === JSON.stringify(before) ? {} : { lost }),
    });
  };
  /** Wherever the run comes to stand, the address says so: a reload is no loss. */
  const stand = (): void => {
    look();
    const { run, recipe, setCursor } = stateOf(session);
    if (opened !== run || lockstep.isCommanded) return;
    if (lockstep.lanes.some(({ hub }) => hub.summary?.playing !== false)) return;
    // Who watched a run from its start to its end may want to see it again.
    if (lockstep.running || recipe.cursor !== undefined) setCursor(reach(session));
  };

  const hearLanes = (): void => {
    unhear();
    const stops = lockstep.lanes.map((lane, i) => {
      lane.onRestart = ({ op, reason, lasting }) => {
        if (lasting) reasons.set(lane, reason);
        look();
        stateOf(session).notify(
          'problem',
          lasting
            ? `The simulation${lockstep.lanes.length > 1 ? ` of lane ${LETTERS[i]}` : ''} keeps failing (${reason}). Any command tries again; copy the link to report it.`
            : `The simulation${lockstep.lanes.length > 1 ? ` of lane ${LETTERS[i]}` : ''} was restarted (${reason}).`,
          lasting
            ? 'the recipe'
            : `the recipe; the run goes on from operation ${op.toLocaleString('en-US')}`,
        );
      };
      return lane.hub.subscribeSummary(stand);
    });
    unhear = () => {
      for (const stop of stops) stop();
    };
    look();
  };

  const watchFocused = (): void => {
    const lane = focusedLane(session);
    if (lane === watched) return;
    watched = lane;
    unwatch();
    standing.setState({ summary: lane.hub.summary, autopsy: undefined });
    const hear = (next: Summary): void => {
      const before = standing.getState().summary;
      if (!before || !same(before, next)) standing.setState({ summary: next });
      if (next.status !== 'running') void examine(session, lane);
    };
    if (lane.hub.summary) hear(lane.hub.summary);
    unwatch = lane.hub.subscribeSummary(hear);
  };

  const resize = (): void => {
    const wanted = stateOf(session).recipe.lanes.length;
    if (lockstep.lanes.length === wanted) return;
    lockstep.resize(wanted);
    hearLanes();
  };
  const begin = (): void => {
    const { run } = stateOf(session);
    void start(session, () => {
      opened = run;
      stand();
    });
  };
  /** All lanes draw anew: what their charts have in common has changed. */
  const realign = (): void => {
    const { alignBy, ui } = stateOf(session);
    axes.align = alignBy;
    axes.shared = !ui.ownAxes;
    axes.reset();
    for (const { hub } of lockstep.lanes) hub.redraw();
  };

  lockstep.onDone = stand;
  lockstep.onFault = (error) => show(session, failed(error));
  lockstep.onAutoPause = (paused) => {
    if (paused) stateOf(session).notify('info', 'Paused while this tab was hidden.');
  };
  resize();
  hearLanes();
  watchFocused();
  begin();
  const stop = store.subscribe((now, before) => {
    const lanes = now.recipe.lanes.length !== before.recipe.lanes.length;
    resize();
    watchFocused();
    if (lanes || now.alignBy !== before.alignBy || now.ui.ownAxes !== before.ui.ownAxes) realign();
    if (now.run !== before.run) begin();
    if (now.recipe !== before.recipe) closeForeignLesson(session);
  });
  return () => {
    stop();
    unhear();
    unwatch();
  };
}

/**
 * Opens the recipe in all lanes, then plays, or stands where it points.
 * @param onOpened the lanes stand where the recipe says; not called once another run has begun
 */
async function start(session: Session, onOpened: () => void): Promise<void> {
  const { lockstep, axes, audit, standing } = session;
  const { run, recipe, ui, setUi, notify } = stateOf(session);
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  const speed = preset?.speed ?? ui.speed;
  if (speed !== ui.speed) setUi({ speed });
  standing.setState({ autopsy: undefined });
  axes.reset();
  for (const text of new Set(recipe.lanes.flatMap((_, i) => remarks(laneKnobs(recipe, i)))))
    notify('info', text);
  const stale = (): boolean => stateOf(session).run !== run;
  try {
    await lockstep.open(
      recipe.lanes.map((_, i) => ({
        knobs: laneKnobs(recipe, i),
        edits: recipe.edits.filter((edit) => edit.lane === i),
        startAt: recipe.cursor ?? 0,
        audit,
      })),
      recipe.cursor === undefined ? speed : undefined,
    );
  } catch (error) {
    // Whoever presses pause on the way does not want to hear that it did not get there.
    const aborted = error instanceof CallError && error.code === 'E_ABORTED';
    if (!stale() && !aborted)
      notify(
        'problem',
        `The run could not start: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      );
  }
  if (!stale()) onOpened();
}

/** Asks an ended lane why it ended, and says it aloud. */
async function examine(session: Session, lane: Lane): Promise<void> {
  try {
    const autopsy = await lane.autopsy();
    if (focusedLane(session) !== lane) return;
    session.standing.setState({ autopsy });
    stateOf(session).announce(
      `${autopsyTitle(autopsy)}. ${autopsy.superslabs} ${nouns(autopsy.model)} after ${(autopsy.ns / 1e9).toFixed(2)} seconds.`,
    );
  } catch {
    // The run was replaced while we asked.
  }
}

const same = (a: Summary, b: Summary): boolean =>
  a.status === b.status &&
  a.playing === b.playing &&
  a.generation === b.generation &&
  a.endedBy === b.endedBy &&
  a.oomSeen === b.oomSeen;
