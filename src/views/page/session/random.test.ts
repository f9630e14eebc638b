// @module-tag slow
import { afterEach, expect, it } from 'vitest';
import { DEEP, SEED } from '../../../base/testing/fuzz.ts';
import { addNote } from './lanes.ts';
import { isPlaying, now } from './position.ts';
import { perform, type Session, stateOf } from './session.ts';
import { linkNow } from './share.ts';
import { disagreements, quiet } from './testing/agree.ts';
import { Dice } from './testing/dice.ts';
import { type Act, anyRecipe, doSomething } from './testing/random.ts';
import { openSession, type TestTab } from './testing/session.ts';
import { pause, tryAgain } from './transport.ts';

/** Sessions, and bursts of use in each. */
const SESSIONS = Number(process.env.RANDOM_SESSIONS ?? (DEEP ? 240 : 10));
const BURSTS = 12;
/** Sessions that are one test. */
const PART = 10;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

/** A few things at once, or one after the other, as somebody in a hurry does them. */
async function burst(
  session: Session,
  dice: Dice,
  tab: TestTab,
  log: string[],
  deaths: number,
): Promise<void> {
  const acts: Act[] = [];
  for (let left = 1 + dice.below(6); left > 0; left--) {
    const next = doSomething(session, dice, tab, deaths);
    log.push(next.said);
    acts.push(next);
    // What runs to its end, or waits for what never comes, is not waited for.
    if (dice.chance(0.3)) await Promise.race([next.done, turns(200)]);
    else if (dice.chance(0.5)) await turns(1 + dice.below(12));
  }
  tab.hide(false);
  await turns(3);
  await perform(session, pause);
  await quiet(session);
}
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((next) => setImmediate(next));
}

/** Stands still, with all lanes alive. */
async function stand(session: Session): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    await quiet(session);
    if (session.standing.getState().lost.length > 0) await perform(session, tryAgain);
    else if (isPlaying(session)) await perform(session, pause);
    else return;
  }
}

/** One session from its seed: after every burst all that tells where the run is must agree. */
async function oneSession(n: number): Promise<void> {
  const dice = new Dice(SEED + n * 7919);
  const recipe = anyRecipe(dice);
  const { session, tab, close } = openSession(recipe);
  open.push({ close });
  const log: string[] = [];
  for (let b = 0; b < BURSTS; b++) {
    log.push(`-- ${now(session)}`);
    const context = (): string =>
      `seed ${SEED}, session ${n}, ${JSON.stringify(recipe)}:\n${log.join('\n')}`;
    try {
      await burst(session, dice, tab, log, n % 3 === 0 ? 0 : 0.12);
      await stand(session);
    } catch (error) {
      throw new Error(context(), { cause: error });
    }
    expect(await disagreements(session), `${context()}\n${linkNow(session, '')}`).toEqual([]);
    if (dice.chance(0.3)) {
      const at = now(session);
      const notes = stateOf(session).recipe.notes ?? [];
      await perform(session, addNote, 'here', false);
      const [note] = (stateOf(session).recipe.notes ?? []).filter((x) => !notes.includes(x));
      expect(note?.op, context()).toBe(at);
    }
  }
  await close();
}

// In parts, so that a long run has no long tests: a test that hangs is ended by its runner.
for (let first = 0; first < SESSIONS; first += PART)
  it(`however it is used, page, link, note, branch, lanes and headless run agree, ${first}`, async () => {
    for (let n = first; n < Math.min(SESSIONS, first + PART); n++) await oneSession(n);
  });
