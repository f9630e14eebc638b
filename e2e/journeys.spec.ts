import { readFileSync } from 'node:fs';
import {
  digestOf,
  expect,
  goTo,
  inspectFirst,
  keys,
  knob,
  map,
  notices,
  open,
  opOf,
  type Page,
  passed,
  reload,
  step,
  test,
  verdict,
  visit,
  whenIdle,
} from './helpers/app.ts';
import { some } from './helpers/turns.ts';

const AT = (op: number): string => `#v4/larson-oom?at=${op}`;

test('pause, step one operation, step to an event, run to the end, restart', async ({ page }) => {
  await open(page, AT(1000));
  expect(await opOf(page)).toBe(1000);
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(1001);
  await page.getByLabel('Kind of event to step to').selectOption('threadExit');
  await page.getByRole('button', { name: 'Step to the next event' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBeGreaterThan(1001);
  await expect(
    page.getByRole('list', { name: 'Newest events first' }).getByRole('listitem').first(),
  ).not.toBeEmpty();
  await page.getByRole('button', { name: 'Run to the end' }).click();
  await expect(page.getByTestId('autopsy')).toBeVisible();
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByTestId('autopsy')).toBeHidden();
});

test('the keyboard does everything', async ({ page }) => {
  await open(page);
  await expect(verdict(page)).toHaveText('running');
  await page.keyboard.press('Space');
  await expect(verdict(page)).toHaveText('paused');
  await whenIdle(page);
  const op = await opOf(page);
  await page.keyboard.press('ArrowRight');
  await whenIdle(page);
  expect(await opOf(page)).toBe(op + 1);
  await page.keyboard.press('Shift+ArrowRight');
  await whenIdle(page);
  expect(await opOf(page)).toBeGreaterThan(op + 1);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('What am I looking at?');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await reload(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'To the views' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#lane')).toBeFocused();
});

test('a knob turned while running becomes an edit, and a reload repeats the run', async ({
  page,
}) => {
  const runTo = (op: number): Promise<unknown> =>
    page.evaluate((to) => window.slabscope.lane.runTo(to), op);
  await open(page, AT(200_000));
  await runTo(400_000);
  const untouched = await digestOf(page);
  await goTo(page, AT(200_001));
  await knob(page, 'orphanPolicy').getByRole('button', { name: 'Adopt' }).click();
  await expect(page).toHaveURL(/e=200001:op:adopt/);
  await runTo(400_000);
  await whenIdle(page);
  const turned = await digestOf(page);
  expect(turned).not.toBe(untouched);
  await reload(page);
  await runTo(400_000);
  expect(await digestOf(page)).toBe(turned);
  await expect(page.getByRole('button', { name: 'Start again with these' })).toBeVisible();
});

test('every control of the knob panel takes a value; rubbish is refused beside the field', async ({
  page,
}) => {
  await open(page, AT(0));
  const chunks = knob(page, 'chunks').getByRole('textbox');
  await chunks.fill('banana');
  await chunks.press('Enter');
  await expect(knob(page, 'chunks').getByRole('alert')).toContainText('needs a number');
  await expect(chunks).toHaveValue('1024');
  await chunks.fill('256');
  await chunks.press('Enter');
  await expect(page).toHaveURL(/n=256/);
  await expect(page.getByTitle('Back to the preset’s value')).toHaveText(/Chunks per thread: 256/);
  await expect(knob(page, 'trimSS')).toContainText('Needs a trim interval above 0');
  await page.getByRole('button', { name: 'Reset all' }).click();
  await expect(page).not.toHaveURL(/n=256/);
  await page.getByLabel('Find a knob').fill('max_map');
  await expect(page.locator('[data-knob]')).toHaveCount(1);
  await page.getByLabel('Find a knob').fill('zzz');
  await expect(page.getByText('No knob is called that.')).toBeVisible();
});

test('a block is inspected with the keyboard alone, and tells who allocated it', async ({
  page,
}) => {
  await open(page, AT(300_000));
  await map(page).focus();
  await keys(page, 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter');
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toContainText('counter says');
  await expect(inspector).toContainText('Blocks of slab 0');
  await inspector.getByLabel('Blocks of the slab').focus();
  await keys(page, 'ArrowRight', 'ArrowRight');
  await expect(page.getByTestId('block')).toContainText(
    /Block \d+: (live|on the owner|freed by another|never)/,
  );

  // Another one: of the oldest SuperSlab.
  await goTo(page, AT(300_001));
  await inspectFirst(page);
  const blocks = inspector.getByLabel('Blocks of the slab');
  await blocks.focus();
  await page.keyboard.press('ArrowRight');
  const story = page.getByTestId('block-story');
  await expect(story).toContainText(/^Allocated (by|before)/);
  // A block that somebody allocated during the run: its story names who, and where; going there shows it live.
  for (let i = 0; i < 40 && !/by life/.test(await story.innerText()); i++) {
    await blocks.focus();
    await page.keyboard.press('ArrowRight');
    await expect(story).toContainText(/^Allocated (by|before)/);
  }
  const said = /by life ([\d,]+), chain (\d+) at operation ([\d,]+)\./.exec(
    await story.innerText(),
  );
  expect(said).not.toBeNull();
  const [life, chain, op] = (said ?? []).slice(1).map((text) => Number(text.replaceAll(',', '')));
  await story.getByRole('button', { name: 'Go there' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(op);
  const born = await page.evaluate(
    async (wanted) =>
      (await window.slabscope.lane.threads()).some(
        (thread) => thread.chain === wanted.chain && thread.life >= wanted.life,
      ),
    { life, chain },
  );
  expect(born).toBe(true);
  await expect(page.getByTestId('block')).toContainText('live');
  // The story follows the run: one operation older after a step, silent while the run moves.
  await expect(story).toContainText(/\. 0 operations ago\. Go there$/);
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(story).toContainText(/\. 1 operation ago\. Go there$/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(inspector.getByText(/^Pause to see/)).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(story).toContainText(/^Allocated by/);
});

test('bad links get one clear sentence each, and the page lives', async ({ page }) => {
  const said = notices(page).getByRole('listitem');
  for (const [i, [hash, sentence]] of (
    [
      ['#v4/larson-oom?t=0&at=10', 'goes from 1 to 64'],
      ['#v4/larson-oom?t=NaN&at=10', 'needs a number'],
      ['#v4/larson-oom?at=1000000000000', 'The position is an operation'],
      ['#v4/lars', 'no preset'],
      ['#v4/larson-om?at=10', 'did you mean larson-oom'],
      ['#<img src=x onerror=alert(1)>', 'cannot be read'],
      ['#v7/larson-oom', 'version 7'],
    ] as const
  ).entries()) {
    // The first is loaded, the others are put into the address of the open page. Each leads to a run
    // that plays.
    await (i === 0 ? open : visit)(page, hash);
    await expect(said).toContainText(sentence);
    await expect(said).toHaveCount(1);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(said).toHaveCount(0);
  }
});

test('every scenario opens from the gallery, runs and tells its story', async ({ page }) => {
  await open(page, AT(0));
  await expect(page.getByTestId('scenario')).toHaveCount(1);
  const story = page.getByRole('region', { name: 'Story' });
  const gallery = page.getByRole('dialog', { name: 'Scenarios' });
  await page.keyboard.press('g');
  const scenarios = gallery.getByRole('listitem');
  const count = await scenarios.count();
  expect(count).toBe(26);
  // Their runs and stories are proved by unit tests; here they are opened, a third of them at a time.
  const all = Array.from({ length: count }, (_, i) => i);
  for (const [nth, i] of some(all, 3).entries()) {
    if (nth > 0) await page.keyboard.press('g');
    await scenarios.nth(i).getByRole('button').first().click();
    await expect(gallery).toHaveCount(0);
    await begun(page);
    await expect(step(story)).not.toBeEmpty();
  }
  // The variants of one, each by its button; those of the others are run by course.test.ts.
  await page.keyboard.press('g');
  await scenarios
    .filter({ hasText: 'The policy we would ship' })
    .getByRole('button')
    .first()
    .click();
  const variants = page.getByRole('group', { name: 'Variant' }).getByRole('button');
  await expect(gallery).toHaveCount(0);
  const shown = await variants.count();
  expect(shown).toBeGreaterThan(3);
  const others = Array.from({ length: shown - 1 }, (_, v) => v);
  for (const v of [...some(others, 2), shown - 1]) {
    await variants.nth(v).click();
    await expect(variants.nth(v)).toHaveAttribute('aria-pressed', 'true');
    await passed(page, 1000);
    await expect(step(story)).not.toBeEmpty();
  }
  // The last place is in the address once the address has been written; back leaves it.
  await expect(page).toHaveURL(/#v4\/best-policy\.4/);
  await page.goBack();
  await expect(page).not.toHaveURL(/#v4\/best-policy\.4/);
  await expect(variants.and(page.locator('[aria-pressed="true"]'))).not.toHaveText('Recommended');
});

/** The scenario that was just opened runs; one that waits for calls by hand says so. */
const begun = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => {
    const { lane, H } = window.slabscope;
    const verdict = document.querySelector('[data-testid="verdict"]')?.textContent;
    return (lane.hub.latest?.header[H.op] ?? -1) > 1000 || verdict === 'waits for your hand';
  });
};

test('every chart has a table twin with the same numbers, and leaves as a picture of lines', async ({
  page,
}) => {
  await open(page, AT(200_000));
  const card = (name: RegExp) => page.getByRole('article', { name });
  const save = async (part: ReturnType<typeof card>, kind: string): Promise<string> => {
    await part.getByTitle('Save this view').click();
    const download = page.waitForEvent('download');
    await part.getByRole('button', { name: `Save as ${kind}` }).click();
    return readFileSync(await (await download).path(), 'utf8');
  };
  for (const name of [/SuperSlabs/, /resident/]) {
    const svg = await save(card(name).first(), 'SVG');
    expect(svg).not.toMatch(/="(?:undefined|NaN|null)"/);
    const seen = await page.evaluate((text) => {
      const doc = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        broken: doc.querySelector('parsererror') !== null,
        title: doc.querySelector('title')?.textContent,
        link: doc.querySelector('desc')?.textContent,
        shapes: doc.querySelectorAll('path, rect, image').length,
        texts: doc.querySelectorAll('text').length,
        scripts: doc.querySelectorAll('script, foreignObject').length,
      };
    }, svg);
    expect(seen).toMatchObject({ broken: false, scripts: 0 });
    expect(seen.link).toContain('#v4/larson-oom?at=200000');
    expect(seen.title).toMatch(name);
    expect(seen.shapes).toBeGreaterThan(8);
    expect(seen.texts).toBeGreaterThan(8);
  }
  const csv = await save(card(/resident/).first(), 'CSV');
  expect(csv).toMatch(/^# .*resident.*\n# http.*#v4\/larson-oom\?at=200000\nBand,Mapped/);

  const toggles = page.getByRole('button', { name: 'As table' });
  const count = await toggles.count();
  expect(count).toBe(8);
  for (let i = 0; i < count; i++) await toggles.nth(i).click();
  await page.evaluate(() => window.slabscope.lane.hub.redraw());
  const table = page.getByRole('table').filter({ hasText: 'Thread stacks' });
  const entries = await page.evaluate(() =>
    Array.from(window.slabscope.lane.hub.latest?.entries ?? []),
  );
  await expect(table.getByRole('row', { name: /SuperSlabs/ })).toContainText(
    entries[0].toLocaleString('en-US'),
  );
  await expect(page.getByRole('row', { name: /^Sum/ })).toContainText('100.0 %');
});

test('hints come one at a time, go when done, and stay away; terms explain themselves', async ({
  page,
}) => {
  await open(page, AT(200_000));
  // Terms explain themselves on focus as on hover, in the story as beside the knobs.
  expect(await page.locator('[data-knob] dfn').count()).toBeGreaterThan(5);
  const term = page.getByRole('region', { name: 'Story' }).locator('dfn').first();
  await term.focus();
  expect(await term.evaluate((it) => getComputedStyle(it, '::after').content)).toContain(
    (await term.getAttribute('data-meaning')) ?? 'no meaning',
  );
  const hint = page.getByRole('complementary', { name: 'Hint' });
  await expect(hint).toContainText('Click a square');
  await inspectFirst(page);
  await expect(hint).toContainText('Turn any knob');
  await reload(page);
  await expect(hint).toContainText('Turn any knob');
  await hint.getByRole('button', { name: 'No hints' }).click();
  await expect(hint).toHaveCount(0);
  await reload(page);
  await expect(hint).toHaveCount(0);
});

test('a dead worker is replaced and the run goes on', async ({ page }) => {
  await open(page, AT(100_000));
  await page.evaluate(() => window.slabscope.lane.crashForTest());
  await expect(notices(page)).toContainText('The simulation was restarted');
  await expect(notices(page)).toContainText('goes on from operation 100,000');
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect.poll(() => opOf(page)).toBe(100_001);
});
