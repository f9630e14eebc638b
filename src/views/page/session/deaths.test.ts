// @module-tag slow
import { afterEach, expect, it } from 'vitest';
import { DEEP, SEED } from '../../../base/testing/fuzz.ts';
import type { Recipe } from '../../../engine/recipe.ts';
import { defaultRecipe } from '../../../engine/recipe-parse.ts';
import { strike, turnKnob } from './edits.ts';
import {
  addNote,
  branchAsLane,
  duplicateLane,
  goToBranch,
  moveLane,
  redo,
  removeLane,
  undo,
} from './lanes.ts';
import { now } from './position.ts';
import { perform, type Session, stateOf } from './session.ts';
import { recipeNow } from './share.ts';
import { disagreements, quiet } from './testing/agree.ts';
import { Dice } from './testing/dice.ts';
import { openSession } from './testing/session.ts';
import { playPause, stepBack, stepForward, toEvent, travel, tryAgain } from './transport.ts';

/** Deaths of workers, and how far apart they are, ms: workers that die one after the other are given up. */
const DEATHS = DEEP ? 200 : 40;
const APART_MS = 61_000;

const LANES: Recipe['lanes'] = [
  { name: 'as shipped', knobs: {} },
  { name: 'counted', knobs: { decOnRemote: true } },
  { name: 'pages', knobs: { model: 'mf2' } },
  { name: 'textbook', knobs: { model: 'firstfit' } },
];
const RECIPE: Recipe = {
  ...defaultRecipe(),
  knobs: { chunks: 32, threads: 3, baseMaps: 20, seconds: 3600 },
  lanes: LANES,
  cursor: 3000,
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((next) => setImmediate(next));
};

/** Something that comes out the same each time, so that two sessions can be compared after it. */
type Deed = readonly [name: string, (session: Session) => Promise<unknown>];

function deed(dice: Dice): Deed {
  const op = 100 + dice.below(30_000);
  const chain = 1 + dice.below(3);
  const everywhere = dice.chance(0.5);
  const lane = dice.below(4);
  const kind = dice.pick(['threadExit', 'superslabMapped', 'pageAdopted', 'drained'] as const);
  const forward = dice.chance(0.5);
  const threshold = 1 + dice.below(4);
  return dice.pick<Deed>([
    [`travel to ${op}`, (session) => perform(session, travel, op)],
    ['step', (session) => perform(session, stepForward)],
    ['step back', (session) => perform(session, stepBack)],
    [
      `to an event ${kind}`,
      (session) => {
        stateOf(session).setUi({ stopKind: kind });
        return perform(session, toEvent, forward);
      },
    ],
    [
      'play, pause, and go on to a place',
      async (session) => {
        stateOf(session).setUi({ speed: 'max' });
        await perform(session, playPause);
        await turns(10);
        await perform(session, playPause);
        await perform(session, travel, op);
      },
    ],
    [
      'turn a knob',
      (session) => perform(session, turnKnob, 'pendingThreshold', threshold, everywhere),
    ],
    [
      'a blow',
      (session) =>
        perform(session, strike, { act: 'burst', subject: chain, amount: 20 }, everywhere),
    ],
    ['a note', (session) => perform(session, addNote, `at ${now(session)}`, false)],
    ['undo', (session) => perform(session, undo)],
    ['redo', (session) => perform(session, redo)],
    ['back to the first branch', (session) => perform(session, goToBranch, 0)],
    ['exchange lanes', (session) => perform(session, moveLane, Math.min(2, lane))],
    [
      'a lane goes and another comes',
      async (session) => {
        await perform(session, removeLane, lane);
        await quiet(session);
        await perform(session, duplicateLane, 0);
      },
    ],
    [
      'a branch as a lane in place of another',
      async (session) => {
        await perform(session, removeLane, lane);
        await quiet(session);
        await perform(session, branchAsLane, stateOf(session).tree.branches[0].id);
      },
    ],
  ]);
}

/** All that must not be lost. */
async function kept(session: Session): Promise<unknown> {
  const { recipe, tree, focus } = stateOf(session);
  // How many of all events are still kept depends on the keyframes that were come by, not on what the run is.
  const { text, all } = await session.lockstep.lanes[0].exportText('history', 'test');
  return {
    recipe,
    tree,
    focus,
    at: now(session),
    link: recipeNow(session),
    lanes: await Promise.all(session.lockstep.lanes.map((lane) => lane.digest())),
    text,
    all,
  };
}

it('workers die at any moment, many of them, and nothing is lost', async () => {
  const dice = new Dice(SEED);
  let clock = 0;
  let deaths = 0;
  const struck = openSession(RECIPE, () => clock);
  const spared = openSession(RECIPE);
  open.push(struck, spared);
  const { session } = struck;
  const die = (): void => {
    clock += APART_MS;
    deaths++;
    dice.pick(session.lockstep.lanes).crashForTest();
  };
  const log: string[] = [];
  await quiet(spared.session);
  while (deaths < DEATHS) {
    const [name, act] = deed(dice);
    log.push(name);
    const acting = act(session);
    const exporting = session.lockstep.lanes[0].exportText('history', 'test').catch(() => '');
    for (let n = dice.below(3); n >= 0; n--) {
      await turns(dice.below(dice.pick([2, 10, 40])));
      die();
    }
    await Promise.all([acting, exporting, act(spared.session)]);
    await Promise.all([quiet(session), quiet(spared.session)]);
    const context = `seed ${SEED}: ${log.slice(-12).join(', ')}`;
    expect(await kept(session), context).toEqual(await kept(spared.session));
  }
  expect(session.standing.getState().lost).toEqual([]);
  expect(await disagreements(session)).toEqual([]);
});

it('a lane that is given up says so, and any command brings it back to where all are', async () => {
  const opened = openSession(RECIPE);
  open.push(opened);
  const { session } = opened;
  await quiet(session);
  const giveUp = (): void => {
    for (let i = 0; i < 4; i++) session.lockstep.lanes[1].crashForTest();
  };
  for (const revive of [tryAgain, stepForward, playPause] as const) {
    giveUp();
    expect(session.standing.getState().lost).toEqual([{ lane: 1, reason: 'ended by a test' }]);
    await perform(session, revive);
    expect(session.standing.getState().lost).toEqual([]);
    await perform(session, travel, 2000);
    await quiet(session);
    expect(await disagreements(session)).toEqual([]);
  }
});
