import {
  expect,
  goTo,
  type Locator,
  lanes,
  map,
  open,
  type Page,
  test,
  whenIdle,
} from './helpers/app.ts';

// What the eye is told (docs/testing.md): pictures and words that would mislead.

const card = (page: Page, name: RegExp): Locator => page.getByRole('article', { name }).first();
const thumb = (page: Page): Promise<number> =>
  page.locator('.scrubber .thumb').evaluate((it: HTMLElement) => Number.parseFloat(it.style.left));

/** Rows of tables that their box cuts, neither whole nor out of sight. */
const cutRows = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.table-wrap, .heat, .compare-table')].flatMap(
      (box) => {
        const { top } = box.getBoundingClientRect();
        const bottom = top + box.clientTop + box.clientHeight;
        return [...box.querySelectorAll('tr')].flatMap((row) => {
          const { top: from, bottom: to } = row.getBoundingClientRect();
          // Letters are in the middle: a few pixels below them may be missing.
          const cut = from < bottom - 2 && to > bottom + 5;
          return cut ? [`${box.className}: ${row.textContent} ${Math.round(to - bottom)}`] : [];
        });
      },
    ),
  );

test('“why?” is answered where it was asked, in sight and in the words of the model', async ({
  page,
}) => {
  for (const [hash, words] of [
    ['#v4/larson-oom?at=300000', /SuperSlab/],
    ['#v4/domino.0?at=5000', /page/],
    ['#v4/textbook.2?at=20000', /life|chunk/],
  ] as const) {
    if (hash.includes('larson')) await open(page, hash);
    else await goTo(page, hash);
    const events = card(page, /events so far/);
    await events.scrollIntoViewIfNeeded();
    await whenIdle(page);
    await events.getByRole('button', { name: 'why?' }).nth(2).click();
    const answer = events.getByRole('list', { name: 'Chain of causes, first to last' });
    await expect(answer).toBeInViewport();
    await expect(answer.getByRole('listitem').last()).toBeInViewport();
    await expect(answer.getByRole('listitem').last()).toContainText(words);
    await expect(events.getByTestId('domino-sum')).not.toContainText(/\b0 /);
    await events.getByRole('button', { name: 'Close the answer' }).click();
    await expect(answer).toBeHidden();
    if (!hash.includes('textbook')) continue;
    // Why the heap grew: nothing fitted; what is said to be mapped is by how much.
    await events.getByLabel('kind').selectOption({ label: 'brk up' });
    await events.getByRole('button', { name: 'why?' }).first().click();
    await expect(answer.getByRole('listitem').first()).toContainText('finds no chunk for');
    await expect(answer.getByRole('listitem').last()).toContainText('moves brk up by 128 KiB');
    await expect(events.getByTestId('domino-sum')).toContainText('128 KiB mapped');
  }
});

test('the key of the map follows the colouring, and hover speaks its words', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=300000');
  const colour = page.getByLabel('colour');
  const key = card(page, /SuperSlabs/);
  await expect(key.getByRole('list', { name: /^States/ })).toBeVisible();
  await colour.selectOption('class');
  await expect(key.getByRole('list', { name: 'Size classes' })).toContainText('128 B');
  await expect(key.getByRole('list', { name: /^States/ })).toBeHidden();
  await colour.selectOption('owner');
  await expect(key.getByRole('list', { name: 'Owners' })).toContainText('chain 1');
  await colour.selectOption('age');
  await expect(key.getByRole('figure')).toContainText('just now');
  await expect(key.getByRole('figure')).toContainText('300 k ops ago');
  await colour.selectOption('occupancy');
  await expect(key.getByRole('figure')).toContainText('a step for each doubling');
  // Charts of classes name sizes, never numbers.
  const queues = card(page, /queue/);
  await queues.getByRole('img').focus();
  await queues.getByRole('img').press('End');
  await expect(queues.getByRole('status')).toContainText('128 B');
  await expect(queues.getByRole('status')).not.toContainText('class');
});

test('the time bar stands where the run is, and a passed step of the story can be read again', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000000');
  expect(await thumb(page)).toBeGreaterThan(30);
  expect(await thumb(page)).toBeLessThan(96);
  await expect(page.locator('.progress-box')).toContainText('bar to 2.00 M ops');
  const story = page.getByRole('region', { name: 'Story' });
  const passed = story.getByRole('button', { name: 'Lives succeed each other.' });
  await passed.click();
  await expect(passed).toHaveAttribute('aria-expanded', 'true');
  await expect(story).toContainText(/\d+ lives\b.* have begun/);
  await passed.click();
  await expect(story).not.toContainText('have begun');
  // At the end, where it ended.
  await goTo(page, '#v4/larson-oom?mm=1000&at=10000000000');
  expect(await thumb(page)).toBe(100);
});

test('a comparison at its first operation has no rates yet, and lanes have their rows beside each other', async ({
  page,
}) => {
  await open(page, '#v4/routes?at=0');
  const row = page.getByRole('row', { name: /new per 1,000 ops/ });
  await expect(row.getByRole('cell')).toHaveText(['–', '–', '–', '–']);
  await expect(lanes(page).first().locator('.figures')).not.toContainText('/ 1,000 ops');
  await goTo(page, '#v4/routes?at=20000');
  await page.setViewportSize({ width: 1440, height: 4000 });
  await whenIdle(page);
  const tops = await lanes(page).evaluateAll((all) =>
    all.map((lane) =>
      ['.map-canvas', '.adoption-canvas', '.chart canvas', '.figures'].map((part) =>
        Math.round(lane.querySelector(part)?.getBoundingClientRect().top ?? -1),
      ),
    ),
  );
  for (const each of tops) {
    const apart = each.map((top, i) => Math.abs(top - tops[0][i]));
    expect(Math.max(...apart)).toBeLessThan(3);
  }
  expect(await cutRows(page)).toEqual([]);
});

test('no table cuts its last row in half', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 3000 });
  await open(page, '#v4/larson-oom?at=300000');
  expect(await cutRows(page)).toEqual([]);
});

test('a printed page has what is told and nothing to press, in light colours', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=300000');
  await page.emulateMedia({ media: 'print' });
  for (const name of ['.topbar', '.transport', '.left', '.card-actions'])
    await expect(page.locator(name).first()).toBeHidden();
  await expect(map(page)).toBeVisible();
  const clipped = await page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLElement>('main, .table-wrap, .heat, .events')].filter(
        (it) => it.scrollHeight > it.clientHeight + 2,
      ).length,
  );
  expect(clipped).toBe(0);
  const root = page.locator('html');
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await expect(root).toHaveAttribute('data-theme', 'light');
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await page.emulateMedia({ media: null });
});

test('at 400 % the transport leaves the page to what is looked at', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 225 });
  await open(page, '#v4/larson-oom?at=300000');
  const box = await page.locator('.transport').boundingBox();
  expect(box?.height).toBeLessThan(60);
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeInViewport();
});
