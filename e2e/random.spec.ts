// Random use of the built page, from a seed: after every burst the page, its address and a headless run agree.
// RANDOM_SEED=n repeats one; RANDOM_BURSTS=n makes it longer.
import { runJob } from '../src/cli/run.ts';
import { laneKnobs } from '../src/engine/recipe-parse.ts';
import { loadPacker, recipeOf } from '../src/state/url.ts';
import { Dice } from '../src/views/page/session/testing/dice.ts';
import { expect, open, opsOf, type Page, test, whenIdle } from './helpers/app.ts';

const SEED = Number(process.env.RANDOM_SEED ?? process.env.SEED);
const BURSTS = Number(process.env.RANDOM_BURSTS ?? 6);

/** Links to begin with, and to go to: small runs, of one lane and of several. */
const LINKS = [
  '#v4/custom?n=32&t=3&bm=20&s=3600&at=5000',
  '#v4/custom?n=32&t=2&bm=20&ol=30000&at=900',
  '#v4/custom?n=48&t=3&bm=20&s=3600&l=A&l=B~m:mf2&l=C~dr:true&at=2000',
  '#v4/by-hand?act=0:malloc:1.1:120&act=1:free:2.7:0&at=2',
  '#v4/domino?at=3000',
] as const;

const KEYS = [
  'Space',
  'Space',
  'ArrowRight',
  'ArrowRight',
  'ArrowLeft',
  'Shift+ArrowRight',
  'Shift+ArrowLeft',
  'Home',
  'End',
  'Control+z',
  'Control+z',
  'Control+Shift+z',
  '1',
  '2',
  'Escape',
] as const;
/** Buttons that may be there, by the beginnings of their names. */
const BUTTONS = [
  'Kill chain 1',
  'Burst chain 2',
  'Stall chain 1',
  'Break it',
  'Notes',
  'Pin the note here',
  'Duplicate lane A',
  'Remove lane B',
  'Move lane A to the right',
  'Undo',
  'Open “as it was” as a lane',
  'malloc',
  'free',
  'Pause',
  'Play',
] as const;

/** Does one thing at random. @returns what */
async function use(page: Page, dice: Dice): Promise<string> {
  const which = dice.next();
  if (which < 0.45) {
    const key = dice.pick(KEYS);
    await page.keyboard.press(key);
    return key;
  }
  if (which < 0.7) {
    const name = dice.pick(BUTTONS);
    // By a script: nothing is scrolled to, nor waited for.
    const there = await page.evaluate((start) => {
      const button = [...document.querySelectorAll('button')].find(
        (it) =>
          !it.disabled &&
          (it.getAttribute('aria-label') ?? it.textContent ?? '').trim().startsWith(start),
      );
      button?.click();
      return button !== undefined;
    }, name);
    return there ? name : `no ${name}`;
  }
  if (which < 0.85) {
    const op = dice.below(20_000);
    await page.evaluate((to) => void window.slabscope.lockstep.seek(to).catch(() => {}), op);
    return `seek ${op}`;
  }
  if (which < 0.95) {
    const lane = dice.below(4);
    await page.evaluate((of) => window.slabscope.lanes[of]?.crashForTest(), lane);
    return `lane ${lane} dies`;
  }
  const link = dice.pick(LINKS);
  await page.evaluate((to) => {
    location.hash = to;
  }, link);
  return `open ${link}`;
}

test('however it is used, page, address and headless run agree', async ({ page }) => {
  await loadPacker();
  const dice = new Dice(SEED);
  await open(page, dice.pick(LINKS));
  const log: string[] = [];
  for (let burst = 0; burst < BURSTS; burst++) {
    for (let left = 2 + dice.below(6); left > 0; left--) log.push(await use(page, dice));
    await page.evaluate(() => window.slabscope.lockstep.pause());
    await whenIdle(page);
    await page.evaluate(() => window.slabscope.lockstep.pause());
    await whenIdle(page);
    const context = `RANDOM_SEED=${SEED}: ${log.slice(-20).join('; ')}`;
    // The address is written a moment after the run has come to stand.
    await expect(async () => {
      const { recipe, problems } = recipeOf(new URL(page.url()).hash);
      expect(problems, context).toEqual([]);
      const seen = await page.evaluate(() =>
        Promise.all(window.slabscope.lanes.map((lane) => lane.digest())),
      );
      const ops = await opsOf(page);
      expect(seen.map(({ op }) => op)).toEqual(ops);
      // Who watches a run from its start to its end has its start in the address.
      const ended = await page.evaluate(() => !window.slabscope.lockstep.running);
      const at = recipe.cursor ?? (ended ? undefined : 0);
      const alone = recipe.lanes.map((_, lane) => {
        const edits = recipe.edits.filter((edit) => edit.lane === lane);
        const knobs = laneKnobs(recipe, lane);
        const inOrder = edits.sort((a, b) => a.op - b.op);
        const { preset, variant } = recipe;
        const sim = runJob({ lane, name: '', preset, variant, knobs, edits: inOrder }, at);
        return { op: sim.op, digest: sim.digest() };
      });
      expect(seen, context).toEqual(alone);
    }).toPass({ timeout: 20_000 });
  }
});
