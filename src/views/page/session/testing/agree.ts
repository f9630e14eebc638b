import { runJob } from '../../../../cli/run.ts';
import type { Recipe } from '../../../../engine/recipe.ts';
import { laneKnobs } from '../../../../engine/recipe-parse.ts';
import type { BranchTree } from '../../../../state/branches.ts';
import { recipeOf } from '../../../../state/url.ts';
import { H } from '../../../../worker/frame.ts';
import { isPlaying, now, reach } from '../position.ts';
import { type Session, stateOf } from '../session.ts';
import { linkNow, recipeNow } from '../share.ts';

/** Turns of the event loop after which what still moves is taken to move for ever. */
const MOST_TURNS = 4000;

/** Settles once nothing is under way, nor plays. Throws when that never is. */
export async function quiet(session: Session): Promise<void> {
  for (let still = 0, turn = 0; still < 2; turn++) {
    if (turn > MOST_TURNS) throw new Error(`never still: ${howItStands(session)}`);
    await new Promise((next) => setTimeout(next, 1));
    const { lockstep } = session;
    const behind = lockstep.lanes.some(
      ({ hub, isGivenUp }) =>
        !isGivenUp &&
        (!hub.latest ||
          hub.latest.header[H.generation] !== hub.summary?.generation ||
          hub.latest.header[H.op] !== hub.summary.op),
    );
    still = lockstep.busy || behind || session.presses.waiting > 0 ? 0 : still + 1;
  }
}

/** What is under way, for whoever has to find out why. */
export const howItStands = ({ lockstep, presses }: Session): string =>
  JSON.stringify({
    lanes: lockstep.lanes.map((lane) => ({
      op: lane.op,
      busy: lane.busy,
      lost: lane.isGivenUp,
      summary: lane.hub.summary,
      frame: lane.hub.latest && [
        lane.hub.latest.header[H.generation],
        lane.hub.latest.header[H.op],
      ],
    })),
    busy: lockstep.busy,
    presses: presses.waiting,
  });

/** The digest of a headless run of one lane of a recipe, brought to where the recipe points. */
export function headless(recipe: Recipe, lane: number): { op: number; digest: string } {
  const edits = recipe.edits.filter((edit) => edit.lane === lane).sort((a, b) => a.op - b.op);
  const { preset, variant } = recipe;
  const knobs = laneKnobs(recipe, lane);
  const sim = runJob({ lane, name: '', preset, variant, knobs, edits }, recipe.cursor ?? 0);
  return { op: sim.op, digest: sim.digest() };
}

/** What makes a branch another future, as text. */
export const futureOf = ({ cursor: _c, notes: _n, view: _v, ...future }: Recipe): string =>
  JSON.stringify(future);
/** The fields of an object as text, in whatever order they were written. */
const sorted = (object: object): string =>
  JSON.stringify(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
/** What a recipe means, whichever way it is written. */
const meaningOf = (recipe: Recipe): string =>
  JSON.stringify(
    recipe.lanes.map(({ name }, i) => [
      name,
      sorted(laneKnobs(recipe, i)),
      recipe.edits
        .filter(({ lane }) => lane === i)
        .sort((a, b) => a.op - b.op)
        .map(sorted),
      (recipe.notes ?? []).filter(({ lane }) => lane === i).map(sorted),
    ]),
  );
const current = ({ branches, current: id }: BranchTree): Recipe | undefined =>
  branches.find((branch) => branch.id === id)?.recipe;

/**
 * Where page, link, note, branch, lanes and a headless run disagree about a session that stands still, in
 * sentences; none when all is well.
 */
export async function disagreements(session: Session): Promise<string[]> {
  const found: string[] = [];
  const check = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const { lanes } = session.lockstep;
  const { recipe, tree } = stateOf(session);
  const at = now(session);
  check(!isPlaying(session), 'it plays');
  check(lanes.length === recipe.lanes.length, `${lanes.length} lanes for ${recipe.lanes.length}`);
  check(session.standing.getState().lost.length === 0, 'a lane is lost');
  const link = linkNow(session, '');
  const { recipe: linked, problems } = recipeOf(link);
  check(problems.length === 0, `the link has problems: ${problems[0]?.message}`);
  check((linked.cursor ?? 0) === reach(session), `the link points to ${linked.cursor}, not ${at}`);
  const ended = lanes.every(({ hub }) => hub.summary?.status !== 'running');
  check(
    (recipe.cursor ?? 0) === reach(session) || (recipe.cursor === undefined && ended),
    `the address says ${recipe.cursor}; the run is at ${reach(session)}`,
  );
  check(meaningOf(linked) === meaningOf(recipeNow(session)), 'the link makes another recipe');
  const branch = current(tree);
  check(branch !== undefined && futureOf(branch) === futureOf(recipe), 'the branch is another');
  for (const [i, lane] of lanes.entries()) {
    const { summary, latest } = lane.hub;
    const name = `lane ${'ABCD'[i]}`;
    if (!summary || !latest) {
      check(false, `${name} has told nothing`);
      continue;
    }
    const behind = summary.status !== 'running' || summary.awaitsHand;
    check(
      summary.op === at || (behind && summary.op < at),
      `${name} stands at ${summary.op}, the run at ${at}`,
    );
    check(latest.header[H.op] === summary.op, `${name} shows ${latest.header[H.op]}`);
    const page = await lane.digest();
    const alone = headless(linked, i);
    check(page.op === summary.op, `${name} is at ${page.op} and tells ${summary.op}`);
    check(alone.op === page.op, `${name} is at ${page.op}, without a page at ${alone.op}`);
    check(alone.digest === page.digest, `${name} has another digest at ${page.op}`);
  }
  return found;
}
