import { afterEach, describe, expect, it, vi } from 'vitest';
import { actText } from '../../../engine/interventions.ts';
import type { Recipe } from '../../../engine/recipe.ts';
import { defaultRecipe } from '../../../engine/recipe-parse.ts';
import type { Lane } from '../../../live/lane.ts';
import { presetRecipe } from '../../../state/store.ts';
import { H } from '../../../worker/frame.ts';
import { strike, turnKnob } from './edits.ts';
import { makeCall } from './hand.ts';
import { type Press, press, type Target } from './keys.ts';
import { addNote, duplicateLane, redo, removeLane, undo } from './lanes.ts';
import { openLesson } from './lesson.ts';
import { openScenario } from './panels.ts';
import { isPlaying, now } from './position.ts';
import { hasEnded, perform, type Session, stateOf } from './session.ts';
import { linkNow, openText, recipeNow } from './share.ts';
import { disagreements, quiet } from './testing/agree.ts';
import { openSession } from './testing/session.ts';
import {
  changeSpeed,
  pause,
  playPause,
  runToEnd,
  stepBack,
  stepForward,
  toEvent,
  travel,
} from './transport.ts';

const SMALL: Partial<Recipe['knobs']> = { chunks: 32, threads: 2, baseMaps: 20 };
const standing = (op: number, more: Partial<Recipe> = {}): Recipe => ({
  ...defaultRecipe(),
  knobs: SMALL,
  cursor: op,
  ...more,
});
const lanes = (count: number): Recipe['lanes'] =>
  Array.from({ length: count }, (_, i) => ({ name: `lane ${i}`, knobs: {} }));

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});
/** Opens a recipe and waits until its lanes have been brought to where it points. */
async function open(recipe: Recipe): Promise<Session> {
  const { session, close } = openSession(recipe);
  opened.push({ close });
  await settled(session);
  return session;
}
async function settled(session: Session): Promise<void> {
  await vi.waitFor(
    () => {
      // On its way to where it points it moves, too.
      const { lockstep } = session;
      expect(lockstep.isCommanded || (lockstep.busy && !isPlaying(session))).toBe(false);
      for (const { hub } of session.lockstep.lanes) expect(hub.latest).toBeDefined();
    },
    { timeout: 60_000, interval: 5 },
  );
}
const notices = (session: Session): string =>
  stateOf(session)
    .notices.map(({ text, kept }) => `${text} ${kept ?? ''}`)
    .join(' | ');
/** Ends a lane's worker with what it was just asked for, and all that are asked again, until the run is given up. */
async function lose(lane: Lane): Promise<void> {
  for (let i = 1; !lane.busy; i++)
    await (i % 20 === 0 ? new Promise((next) => setImmediate(next)) : Promise.resolve());
  while (!lane.isGivenUp) lane.crashForTest();
}
const ops = (session: Session): (number | undefined)[] =>
  session.lockstep.lanes.map(({ hub }) => hub.summary?.op);

describe('a session', () => {
  it('brings lanes to where the recipe points, and plays one that points nowhere', async () => {
    const still = await open(standing(700, { lanes: lanes(2) }));
    expect(ops(still)).toEqual([700, 700]);
    expect(isPlaying(still)).toBe(false);
    const { cursor: _cursor, ...fromStart } = standing(0);
    const moving = await open(fromStart);
    await vi.waitFor(() => expect(isPlaying(moving)).toBe(true));
    await perform(moving, playPause);
    await vi.waitFor(() => expect(moving.standing.getState().anyPlaying).toBe(false));
  });

  it('has as many lanes as the recipe, wherever it changes', async () => {
    const session = await open(standing(500));
    await perform(session, duplicateLane, 0);
    expect(session.lockstep.lanes).toHaveLength(2);
    await settled(session);
    expect(ops(session)).toEqual([500, 500]);
    await perform(session, removeLane, 1);
    expect(session.lockstep.lanes).toHaveLength(1);
  });

  it('steps, travels and tells the address where it came to stand', async () => {
    const session = await open(standing(1000));
    await perform(session, stepForward);
    expect(now(session)).toBe(1001);
    await perform(session, stepBack);
    await perform(session, stepBack);
    expect(now(session)).toBe(999);
    await perform(session, travel, 4321);
    await vi.waitFor(() => expect(stateOf(session).recipe.cursor).toBe(4321));
    expect(linkNow(session, 'http://here/')).toMatch(/^http:\/\/here\/#.*at=4321$/);
  });

  it('says that there is no such event, and moves nothing', async () => {
    const session = await open(standing(300));
    stateOf(session).setUi({ stopKind: 'trim' });
    await perform(session, toEvent, false);
    expect(notices(session)).toContain('There is no earlier “trim pass” in this run.');
    expect(now(session)).toBe(300);
  });

  it('examines a run that has ended, and says so', async () => {
    const session = await open(standing(10, { knobs: { ...SMALL, opLimit: 500 } }));
    await perform(session, runToEnd);
    await vi.waitFor(() => expect(session.standing.getState().autopsy).toBeDefined());
    expect(hasEnded(session.standing.getState())).toBe(true);
    expect(stateOf(session).announcement).toMatch(/SuperSlabs after/);
  });
});

describe('positions while a run plays', () => {
  it('are those of the newest frame: notes, links and what is undone stand where the run is', async () => {
    const session = await open(standing(1000));
    const [{ hub }] = session.lockstep.lanes;
    await perform(session, changeSpeed, 'max');
    await perform(session, playPause);
    await vi.waitFor(() => expect(hub.latest?.header[H.op]).toBeGreaterThan(20_000), {
      timeout: 60_000,
    });
    const seen = hub.latest?.header[H.op] ?? 0;
    // No summary has come since play began.
    expect(hub.summary?.op).toBeLessThan(seen);
    await perform(session, addNote, 'here', false);
    expect(stateOf(session).recipe.notes?.[0].op).toBeGreaterThanOrEqual(seen);
    expect(recipeNow(session).cursor).toBeGreaterThanOrEqual(seen);
    await perform(session, turnKnob, 'drainOnRefill', false);
    await perform(session, undo);
    expect(stateOf(session).recipe.cursor).toBeGreaterThanOrEqual(seen);
    await quiet(session);
    await perform(session, playPause);
    await perform(session, duplicateLane, 0);
    expect(stateOf(session).recipe.cursor).toBeGreaterThanOrEqual(seen);
    await quiet(session);
    await perform(session, playPause);
    const [first] = session.lockstep.lanes;
    await vi.waitFor(() => expect(first.hub.latest?.header[H.op]).toBeGreaterThan(seen + 20_000), {
      timeout: 60_000,
    });
    const [a, b] = ops(session);
    await perform(session, stepBack);
    // All lanes stand before where the furthest was, not before where play began.
    const stood = now(session);
    expect(stood).toBeGreaterThan(seen + 19_000);
    expect(ops(session)).toEqual([stood, stood]);
    expect([a, b]).not.toContain(stood);
  });

  it('are where a journey goes, not where it is: what is pressed on the way is of there', async () => {
    const session = await open(standing(40_000, { lanes: lanes(2) }));
    const going = perform(session, travel, 3000);
    expect([now(session), recipeNow(session).cursor]).toEqual([3000, 3000]);
    await perform(session, addNote, 'there', false);
    const turned = perform(session, turnKnob, 'drainOnRefill', false, true);
    const steps = [1, 2, 3].map(() => perform(session, stepForward));
    await Promise.all([going, turned, ...steps]);
    await settled(session);
    expect(stateOf(session).recipe.notes?.[0].op).toBe(3000);
    expect(stateOf(session).recipe.edits.map(({ op, lane }) => [op, lane])).toEqual([
      [3000, 0],
      [3000, 1],
    ]);
    // No step is lost, however fast they come.
    expect(ops(session)).toEqual([3003, 3003]);
  });

  it('are come back to by a lane that dies where nothing is under way: it waits for no other', async () => {
    const session = await open(standing(800, { lanes: lanes(2) }));
    const lane = session.lockstep.lanes[1];
    const granted = vi.spyOn(lane, 'grant');
    await perform(session, travel, 20_000);
    expect(granted.mock.calls.some(([points]) => (points?.length ?? 0) > 0)).toBe(true);
    expect(granted.mock.lastCall).toEqual([undefined]);
    lane.crashForTest();
    await quiet(session);
    expect(granted.mock.lastCall).toEqual([undefined]);
    expect(ops(session)).toEqual([20_000, 20_000]);
  });

  it('are played and paused by each press, however fast they come', async () => {
    const session = await open(standing(800, { lanes: lanes(2) }));
    for (const presses of [2, 3, 4, 41]) {
      const before = isPlaying(session);
      const pressed = Array.from({ length: presses }, () => perform(session, playPause));
      expect(isPlaying(session)).toBe(presses % 2 === 0 ? before : !before);
      await Promise.all(pressed);
      expect(isPlaying(session)).toBe(presses % 2 === 0 ? before : !before);
    }
    await perform(session, pause);
    await quiet(session);
    expect(new Set(ops(session)).size).toBe(1);
  });
});

describe('what was meant for one run', () => {
  it('is not done to the next: a tab that comes back does not play it', async () => {
    const { session, tab, close } = openSession({ ...standing(0), cursor: 200 });
    opened.push({ close });
    await settled(session);
    await perform(session, changeSpeed, 50);
    await perform(session, playPause);
    tab.hide(true);
    await vi.waitFor(() => expect(isPlaying(session)).toBe(false));
    expect(notices(session)).toContain('Paused while this tab was hidden');
    stateOf(session).openRecipe(standing(700));
    // On its way there it moves.
    await quiet(session);
    tab.hide(false);
    await quiet(session);
    expect([isPlaying(session), ops(session)]).toEqual([false, [700]]);
    // The same run goes on.
    await perform(session, playPause);
    tab.hide(true);
    await vi.waitFor(() => expect(isPlaying(session)).toBe(false));
    tab.hide(false);
    await vi.waitFor(() => expect(isPlaying(session)).toBe(true));
    await perform(session, playPause);
  });

  it('ends with it: a change that waits, and play before it could begin', async () => {
    const session = await open(standing(20_000));
    const going = perform(session, travel, 10);
    const turned = perform(session, turnKnob, 'drainOnRefill', false);
    await perform(session, openScenario, 'larson-immortal');
    await Promise.all([going, turned, perform(session, playPause)]);
    await settled(session);
    expect(stateOf(session).recipe.edits).toEqual([]);
    await quiet(session);
    expect(isPlaying(session)).toBe(false);
    expect(notices(session)).toBe('');
  });
});

describe('edits', () => {
  it('begin a run anew at its start, and are noted where a run stands', async () => {
    const session = await open(standing(0));
    await perform(session, turnKnob, 'decOnRemote', true);
    expect(stateOf(session).recipe.edits).toEqual([]);
    expect(stateOf(session).recipe.knobs.decOnRemote).toBe(true);
    await settled(session);
    await perform(session, travel, 2000);
    await perform(session, turnKnob, 'drainOnRefill', false);
    expect(stateOf(session).recipe.edits).toEqual([
      { op: 2000, lane: 0, knob: 'drainOnRefill', value: false },
    ]);
    await perform(session, undo);
    expect(stateOf(session).recipe.edits).toEqual([]);
    expect(stateOf(session).recipe.cursor).toBe(2000);
    await perform(session, redo);
    expect(stateOf(session).recipe.edits).toHaveLength(1);
  });

  it('of several lanes are noted for those that made them; of the others it is said', async () => {
    const session = await open(standing(800, { lanes: lanes(3) }));
    const turning = perform(session, turnKnob, 'decOnRemote', true, true);
    await lose(session.lockstep.lanes[1]);
    await turning;
    expect(stateOf(session).recipe.edits.map(({ lane }) => lane)).toEqual([0, 2]);
    expect(notices(session)).toMatch(/in lane B was not done: ended by a test/);
    await settled(session);
    const striking = perform(session, strike, { act: 'kill', subject: 1, amount: 0 }, true);
    await lose(session.lockstep.lanes[2]);
    await striking;
    const kills = stateOf(session).recipe.edits.filter((edit) => 'act' in edit);
    expect(kills.map(({ lane }) => lane)).toEqual([0, 1]);
    expect(notices(session)).toMatch(/Kill in lane C was not done/);
  });

  it('come to nothing in a lane that has ended, and that is said', async () => {
    const [first, second] = lanes(2);
    const ending = { ...first, knobs: { opLimit: 500 } };
    const session = await open(standing(800, { lanes: [ending, second] }));
    expect(ops(session)).toEqual([500, 800]);
    stateOf(session).focusOn(1);
    await perform(session, turnKnob, 'drainOnRefill', false, true);
    expect(stateOf(session).recipe.edits.map(({ op, lane }) => [op, lane])).toEqual([[800, 1]]);
    expect(notices(session)).toMatch(/in lane A was not done: its run is over/);
    await quiet(session);
    expect(await disagreements(session)).toEqual([]);
  });

  it('that a lane refuses are said with its reason, and not noted', async () => {
    const session = await open(standing(800));
    await perform(session, strike, { act: 'kill', subject: 1, amount: 0 });
    await perform(session, strike, { act: 'kill', subject: 1, amount: 0 });
    expect(stateOf(session).recipe.edits).toHaveLength(1);
    expect(notices(session)).toMatch(/^Kill: .* the run as it was$/);
  });
});

describe('calls by hand', () => {
  const byHand = (more: Partial<Recipe> = {}): Recipe => ({
    ...presetRecipe('by-hand', 0),
    cursor: 0,
    ...more,
  });
  const malloc = (slot: number, amount = 100) =>
    ({ act: 'malloc', subject: 1, slot, amount }) as const;
  const calls = (session: Session): string[] =>
    stateOf(session).recipe.edits.map((edit) =>
      'act' in edit ? `${edit.op}:${actText(edit)}` : 'a knob',
    );

  it('are made one after the other, however fast they are pressed, and none is lost', async () => {
    const session = await open(byHand());
    const pressed = [1, 3, 5].map((slot) => perform(session, makeCall, malloc(slot)));
    // Back between two presses: in its turn, like them.
    pressed.push(perform(session, undo), perform(session, makeCall, malloc(5, 64)));
    await Promise.all(pressed);
    await settled(session);
    expect(calls(session)).toEqual(['0:malloc:1.1:100', '1:malloc:1.3:100', '2:malloc:1.5:64']);
    expect(now(session)).toBe(3);
    const seen = await session.lockstep.lanes[0].hand();
    expect([1, 3, 5].map((slot) => seen?.slots[slot].bytes)).toEqual([100, 100, 64]);
    expect(stateOf(session).announcement).toMatch(/^p5 = malloc\(64\) by thread 1\. At 0x/);
  });

  it('are taken back and made again, each with its operation', async () => {
    const session = await open(byHand());
    for (const slot of [1, 3]) await perform(session, makeCall, malloc(slot));
    await Promise.all([perform(session, undo), perform(session, undo)]);
    await vi.waitFor(() => expect([now(session), calls(session)]).toEqual([0, []]));
    await Promise.all([perform(session, redo), perform(session, redo)]);
    await vi.waitFor(() => expect(now(session)).toBe(2));
    expect(calls(session)).toHaveLength(2);
  });

  it('made in the past begin another future', async () => {
    const session = await open(byHand());
    for (const slot of [1, 3, 5]) await perform(session, makeCall, malloc(slot));
    const going = perform(session, travel, 1);
    await perform(session, makeCall, malloc(5, 16));
    await going;
    expect(calls(session)).toEqual(['0:malloc:1.1:100', '1:malloc:1.5:16']);
    expect(now(session)).toBe(2);
    const { branches } = stateOf(session).tree;
    expect(branches.some(({ recipe }) => recipe.edits.length === 3)).toBe(true);
  });

  it('that are refused are said, and change nothing', async () => {
    const session = await open(byHand());
    await perform(session, makeCall, malloc(0));
    expect(notices(session)).toMatch(/^malloc: p0 holds a block of 256 B.* the run as it was$/);
    expect([now(session), calls(session)]).toEqual([0, []]);
  });

  it('are waited for by whoever wants to play or step', async () => {
    const session = await open(byHand());
    for (const command of [playPause, stepForward, runToEnd]) {
      stateOf(session).dismissAll();
      await perform(session, command);
      // The address does not say that it got anywhere.
      expect([now(session), stateOf(session).recipe.cursor ?? 0]).toEqual([0, 0]);
      expect(notices(session)).toContain('This run waits for your hand');
      expect(isPlaying(session)).toBe(false);
    }
    stateOf(session).dismissAll();
    await perform(session, makeCall, malloc(1));
    await perform(session, stepBack);
    // What was called is played again.
    await perform(session, changeSpeed, 'max');
    await perform(session, playPause);
    await vi.waitFor(() => expect(now(session)).toBe(1));
    expect(stateOf(session).notices).toEqual([]);
  });

  it('may be made in all lanes at once, with another allocator in each', async () => {
    const models = ['firstfit', 'tiny', 'mf2'] as const;
    const several = models.map((model) => ({ name: model, knobs: { model } }));
    const session = await open(byHand({ lanes: several }));
    await perform(session, makeCall, malloc(1, 3000), true);
    await perform(session, makeCall, { act: 'free', subject: 2, slot: 1, amount: 0 }, true);
    await settled(session);
    expect(ops(session)).toEqual([2, 2, 2]);
    expect(calls(session)).toHaveLength(6);
  });

  it('are played again lane by lane, though one has more of them', async () => {
    const edit = (op: number, lane: number) => ({ op, lane, ...malloc(1 + 2 * op) });
    const session = await open(
      byHand({
        lanes: lanes(2),
        edits: [edit(0, 0), edit(0, 1), edit(1, 1), edit(2, 1)],
      }),
    );
    await perform(session, changeSpeed, 10);
    await perform(session, playPause);
    await vi.waitFor(() => expect(ops(session)).toEqual([1, 3]));
    await vi.waitFor(() => expect(isPlaying(session)).toBe(false));
  });

  it('are followed by an inspector that is open', async () => {
    const session = await open(byHand());
    await perform(session, makeCall, malloc(1));
    expect(stateOf(session).selection).toBeUndefined();
    stateOf(session).select({ superslab: 1 });
    await perform(session, makeCall, malloc(3));
    const place = (await session.lockstep.lanes[0].hand())?.slots[3].place;
    expect(stateOf(session).selection).toEqual({ superslab: 0, slab: 0, block: place?.block });
  });
});

describe('lessons', () => {
  it('stand at their start, and close when another scenario is opened', async () => {
    const session = await open(standing(100));
    await perform(session, openLesson, 'dead-owner');
    expect(stateOf(session).ui.lesson).toMatchObject({ id: 'dead-owner', number: 2, attempt: 1 });
    await settled(session);
    expect(now(session)).toBe(0);
    await perform(session, turnKnob, 'decOnRemote', true);
    expect(stateOf(session).ui.lesson).toBeDefined();
    await perform(session, openScenario, 'domino');
    expect(stateOf(session).ui.lesson).toBeUndefined();
    expect(notices(session)).toContain('Lesson 2 is closed');
    await perform(session, openLesson, 'no-such-lesson');
    expect(notices(session)).toContain('There is no lesson no-such-lesson.');
  });
});

describe('recipe files', () => {
  it('open, or leave the run alone and say what is wrong', async () => {
    const session = await open(standing(100));
    const { run } = stateOf(session);
    for (const [text, said] of [
      ['<img src=x>', 'it is not JSON'],
      ['[1, 2]', 'it has no schema'],
      ['{"schema":99}', 'reads up to'],
    ] as const) {
      await perform(session, openText, text);
      expect(notices(session)).toMatch(new RegExp(`${said}.* the present run`));
    }
    expect(stateOf(session).run).toBe(run);
    await perform(session, openText, JSON.stringify(presetRecipe('larson-immortal', 0)));
    expect(stateOf(session).recipe.preset).toBe('larson-immortal');
    expect(stateOf(session).notices).toEqual([]);
  });
});

describe('keys', () => {
  /** A key pressed while an element that matches `inside` has the focus. */
  const hit = (session: Session, key: string, inside = '', more: Partial<Press> = {}): boolean => {
    let prevented = false;
    const target: Target = {
      closest: (selectors) => (inside !== '' && selectors.includes(inside) ? {} : null),
    };
    const event: Press = {
      key,
      code: '',
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      preventDefault: () => {
        prevented = true;
      },
      ...more,
    };
    press(event, target, session);
    return prevented;
  };

  it('are the page’s unless a field, a dialog or a button has them', async () => {
    const session = await open(standing(100));
    const { ui } = stateOf(session);
    for (const inside of ['input', 'textarea', 'dialog']) {
      expect(hit(session, ' ', inside)).toBe(false);
      expect(hit(session, '?', inside)).toBe(false);
    }
    expect(hit(session, ' ', 'button')).toBe(false);
    expect(hit(session, ' ', 'a, summary')).toBe(false);
    expect(hit(session, 'g', '', { altKey: true })).toBe(false);
    expect(stateOf(session).ui).toEqual(ui);
    hit(session, 'k', 'input', { ctrlKey: true });
    await vi.waitFor(() => expect(stateOf(session).ui.overlay).toBe('palette'));
    hit(session, 'n');
    await vi.waitFor(() => expect(stateOf(session).ui.panels.notes).toBe('byHand'));
    hit(session, 'b');
    await vi.waitFor(() => expect(stateOf(session).ui.panels.breakIt).toBe(true));
    expect(hit(session, 'ArrowRight')).toBe(true);
    await vi.waitFor(() => expect(now(session)).toBe(101));
    expect(hit(session, 'z', 'textarea', { ctrlKey: true })).toBe(false);
  });

  it('Space is the player’s where a pointer has pressed something, and no press is made twice', async () => {
    const session = await open(standing(100));
    const target: Target = { closest: (selectors) => (selectors.includes('button') ? {} : null) };
    const event = {
      key: ' ',
      code: 'Space',
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
    };
    let prevented = 0;
    const preventDefault = (): void => void prevented++;
    press({ ...event, preventDefault }, target, session);
    expect([prevented, isPlaying(session)]).toEqual([0, false]);
    press({ ...event, preventDefault }, { ...target, pressed: true }, session);
    expect(prevented).toBe(1);
    await vi.waitFor(() => expect(isPlaying(session)).toBe(true));
    await perform(session, playPause);
  });

  it('bring a lane to the front by the place of its digit, too: on some keyboards it needs Shift', async () => {
    const session = await open(standing(100, { lanes: lanes(3) }));
    const front = (key: string, more: Partial<Press> = {}): number => {
      hit(session, key, '', more);
      return stateOf(session).focus;
    };
    expect(front('3')).toBe(2);
    // AZERTY: the key of 2 types é, that of 1 an ampersand.
    expect(front('é', { code: 'Digit2' })).toBe(1);
    expect(front('&', { code: 'Digit1' })).toBe(0);
    expect(front('3', { code: 'Numpad3' })).toBe(2);
    // There is no fourth lane.
    expect(front("'", { code: 'Digit4' })).toBe(2);
  });
});
