import { MODEL_IDS } from '../../../../engine/allocators/index.ts';
import type { ActId, Intervention } from '../../../../engine/interventions.ts';
import type { KnobId, KnobValue } from '../../../../engine/knobs/index.ts';
import { MAX_NOTES, type Recipe } from '../../../../engine/recipe.ts';
import { defaultRecipe } from '../../../../engine/recipe-parse.ts';
import type { EventKind } from '../../../../engine/telemetry/events.ts';
import { recipeOf } from '../../../../state/url.ts';
import { strike, turnKnob } from '../edits.ts';
import { makeCall } from '../hand.ts';
import {
  addNote,
  branchAsLane,
  copyToAll,
  duplicateLane,
  foldEdits,
  goToBranch,
  laneWith,
  moveLane,
  redo,
  removeLane,
  replayWith,
  resetKnobs,
  restart,
  undo,
} from '../lanes.ts';
import { openScenario } from '../panels.ts';
import { type Command, perform, type Session, stateOf } from '../session.ts';
import { linkNow, openText } from '../share.ts';
import {
  changeSpeed,
  goToNote,
  pause,
  playPause,
  runToEnd,
  stepBack,
  stepForward,
  toEvent,
  travel,
} from '../transport.ts';
import type { Dice } from './dice.ts';
import type { TestTab } from './session.ts';

/** What somebody, or fate, may do to a session: said as it is done, so that a failure can be read. */
export interface Act {
  readonly said: string;
  /** Settles once it is done. */
  readonly done: Promise<unknown>;
}
type Doing = (session: Session, dice: Dice, tab: TestTab) => Act;

/** Runs are brought no further than this by hand, so that a headless run of each is quick. */
const FAR = 60_000;

const act =
  <A extends unknown[] | []>(
    command: Command<A>,
    args: (dice: Dice, session: Session) => NoInfer<A>,
    name = command.name,
  ): Doing =>
  (session, dice) => {
    const given = args(dice, session);
    return {
      said: `${name}(${given.map((value) => JSON.stringify(value)).join(', ')})`,
      done: perform(session, command, ...given),
    };
  };

const TURNS: readonly (readonly [KnobId, readonly KnobValue[]])[] = [
  ['decOnRemote', [true, false]],
  ['drainOnRefill', [true, false]],
  ['orphanPolicy', ['abandon', 'reuse-empty', 'adopt']],
  ['emptyReserve', [0, 1, 3]],
  ['trimSS', [true, false]],
  ['memPressure', [0, 0.5]],
  ['route', ['cda', 's1', 'p']],
  ['pendingClaim', [true, false]],
  // These begin the run anew.
  ['chunks', [16, 32, 48]],
  ['seed', [1, 2, 3]],
];
const KINDS: readonly EventKind[] = [
  'threadExit',
  'superslabAdopted',
  'pageAdopted',
  'trim',
  'intervened',
  'knobChanged',
  'runEnded',
];

const blow = (dice: Dice): Intervention => {
  const kind = dice.pick<ActId>([
    'stall',
    'burst',
    'kill',
    'adopt',
    'pin',
    'unpin',
    'trim',
    'flush',
  ]);
  const chain = 1 + dice.below(3);
  switch (kind) {
    case 'stall':
      return { act: kind, subject: chain, amount: 1 + dice.below(500) };
    case 'burst':
      return { act: kind, subject: chain, amount: 1 + dice.below(200) };
    case 'adopt':
      return { act: kind, subject: dice.below(8), amount: chain };
    case 'kill':
    case 'flush':
      return { act: kind, subject: chain, amount: 0 };
    default:
      return { act: kind, subject: dice.below(8), amount: 0 };
  }
};
const call = (dice: Dice): Intervention => {
  const kind = dice.pick(['malloc', 'malloc', 'realloc', 'free'] as const);
  const amount = kind === 'free' ? 0 : 1 + dice.below(900);
  return { act: kind, subject: 1 + dice.below(2), slot: dice.below(10), amount };
};

/** A recipe to open: small, so that each of its operations is reached soon. */
export function anyRecipe(dice: Dice): Recipe {
  const lanes = dice.pick([1, 1, 1, 2, 3, 4]);
  const knobs = (): Recipe['knobs'] => ({
    ...(dice.chance(0.5) ? { model: dice.pick(MODEL_IDS) } : {}),
    ...(dice.chance(0.4) ? { decOnRemote: dice.chance(0.5) } : {}),
  });
  const hand = dice.chance(0.15);
  const ends = dice.chance(0.4);
  return {
    ...defaultRecipe(),
    knobs: {
      chunks: 16 + 16 * dice.below(3),
      threads: 2 + dice.below(2),
      baseMaps: 20,
      ...(hand ? { workload: 'by-hand' } : {}),
      ...(ends ? { opLimit: 500 + dice.below(20_000) } : { seconds: 3600 }),
    },
    lanes: Array.from({ length: lanes }, (_, i) => ({ name: `lane ${i}`, knobs: knobs() })),
    ...(dice.chance(0.6) ? { cursor: dice.below(20_000) } : {}),
  };
}

const lane = (dice: Dice, session: Session): number =>
  dice.below(stateOf(session).recipe.lanes.length);
const branch = (dice: Dice, session: Session): number =>
  dice.pick(stateOf(session).tree.branches).id;

/** What is done, and how often compared with the rest. */
const DEEDS: readonly (readonly [number, Doing])[] = [
  [8, act(playPause, () => [])],
  [3, act(pause, () => [])],
  [8, act(stepForward, () => [])],
  [8, act(stepBack, () => [])],
  [8, act(travel, (dice) => [dice.below(dice.pick([50, 2000, FAR]))])],
  [
    5,
    (session, dice) => {
      stateOf(session).setUi({ stopKind: dice.pick(KINDS) });
      return act(toEvent, () => [dice.chance(0.5)])(session, dice, NO_TAB);
    },
  ],
  [2, act(runToEnd, () => [])],
  [2, act(restart, () => [])],
  [3, act(changeSpeed, (dice) => [dice.pick(['max', 50, 20_000] as const)])],
  [
    9,
    act(turnKnob, (dice) => {
      const [id, values] = dice.pick(TURNS);
      return [id, dice.pick(values), dice.chance(0.5)];
    }),
  ],
  [8, act(strike, (dice) => [blow(dice), dice.chance(0.5)])],
  [8, act(makeCall, (dice) => [call(dice), dice.chance(0.5)])],
  [7, act(undo, () => [])],
  [5, act(redo, () => [])],
  [3, act(goToBranch, (dice, session) => [branch(dice, session)])],
  [2, act(branchAsLane, (dice, session) => [branch(dice, session)])],
  [3, act(duplicateLane, (dice, session) => [lane(dice, session)])],
  [3, act(removeLane, (dice, session) => [lane(dice, session)])],
  [2, act(moveLane, (dice, session) => [lane(dice, session)])],
  [1, act(laneWith, (dice) => [{ decOnRemote: dice.chance(0.5) }, 'another'])],
  [1, act(replayWith, (dice) => [{ emptyReserve: dice.below(3) }])],
  [1, act(resetKnobs, () => [])],
  [1, act(foldEdits, () => [])],
  [1, act(copyToAll, (dice, session) => [lane(dice, session), 'decOnRemote' as const])],
  [
    4,
    (session, dice) =>
      (stateOf(session).recipe.notes?.length ?? 0) < MAX_NOTES / 2
        ? act(addNote, (d) => [`note ${d.below(1000)}`, d.chance(0.5)])(session, dice, NO_TAB)
        : act(pause, () => [])(session, dice, NO_TAB),
  ],
  [
    2,
    (session, dice) => {
      const { notes = [] } = stateOf(session).recipe;
      return notes.length > 0
        ? act(goToNote, (d) => [d.pick(notes)])(session, dice, NO_TAB)
        : act(pause, () => [])(session, dice, NO_TAB);
    },
  ],
  [
    2,
    (session, dice) => {
      const to = lane(dice, session);
      stateOf(session).focusOn(to);
      return { said: `focusOn(${to})`, done: Promise.resolve() };
    },
  ],
  [
    2,
    act(
      (session, recipe: Recipe) => openText(session, JSON.stringify(recipe)),
      (dice) => [anyRecipe(dice)],
      'openText',
    ),
  ],
  [
    2,
    (session) => {
      // As the address bar does with the page's own link.
      const link = linkNow(session, '');
      stateOf(session).openRecipe(recipeOf(link).recipe);
      return { said: `open ${link}`, done: Promise.resolve() };
    },
  ],
  [
    1,
    act(openScenario, (dice) => [
      dice.pick(['larson-oom', 'fix-grid', 'by-hand', 'domino']),
      undefined,
    ]),
  ],
  [
    2,
    (_session, dice, tab) => {
      const hidden = dice.chance(0.5);
      tab.hide(hidden);
      return { said: hidden ? 'hide the tab' : 'show the tab', done: Promise.resolve() };
    },
  ],
];
/** For deeds that do not look at it. */
const NO_TAB = undefined as never;

/** Ends a lane's worker. */
export const death: Doing = (session, dice) => {
  const which = dice.below(session.lockstep.lanes.length);
  session.lockstep.lanes[which].crashForTest();
  return { said: `lane ${'ABCD'[which]} dies`, done: Promise.resolve() };
};

const TOTAL = DEEDS.reduce((sum, [weight]) => sum + weight, 0);

/** Does something at random. @param deaths share of what is done that ends a worker */
export function doSomething(session: Session, dice: Dice, tab: TestTab, deaths: number): Act {
  if (dice.chance(deaths)) return death(session, dice, tab);
  let left = dice.next() * TOTAL;
  for (const [weight, doing] of DEEDS) {
    left -= weight;
    if (left < 0) return doing(session, dice, tab);
  }
  return act(pause, () => [])(session, dice, tab);
}
