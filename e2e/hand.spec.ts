import {
  branch,
  digestOf,
  expect,
  expectNoSidewaysScroll,
  goTo,
  keys,
  knob,
  type Locator,
  notices,
  onPage,
  open,
  opOf,
  type Page,
  press,
  reload,
  step,
  test,
  verdict,
  violations,
  whenIdle,
} from './helpers/app.ts';

const card = (page: Page): Locator => page.locator('.hand-card');
const box = (page: Page, slot: number): Locator =>
  card(page).getByRole('listitem', { name: `p${slot}`, exact: true });
const latest = (page: Page): Locator => page.getByTestId('hand-latest');
const story = (page: Page): Locator => page.getByRole('region', { name: 'Story' });
/** Presses a call with the keyboard; the focus stays where it was pressed. */
async function call(page: Page, name: string): Promise<void> {
  await press(page, name, true);
  await whenIdle(page);
}

test('the story of malloc by hand, with the keyboard alone', async ({ page }) => {
  await open(page, '#v4/by-hand');
  await expect(verdict(page)).toHaveText('waits for your hand');
  await expect(box(page, 1)).toContainText('empty');
  await press(page, '120 B', true);
  await call(page, 'malloc p1');
  await expect(box(page, 1)).toContainText('120 B');
  await expect(latest(page)).toContainText('p1 = malloc(120) by thread 1');
  await expect(latest(page)).toContainText('chunks split: 1');
  await expect(step(story(page))).toContainText('A hole was split.');
  await expect(page.getByRole('button', { name: 'malloc p1', exact: true })).toBeFocused();
  await call(page, 'free p7');
  await call(page, 'free p8');
  await expect(latest(page)).toContainText('neighbours merged: 1');
  await expect(step(story(page))).toContainText('Neighbours merged.');
  await press(page, '256 B', true);
  await call(page, 'realloc p6');
  await expect(latest(page)).toContainText('It stays at 0x');
  await card(page).getByLabel('Size').focus();
  await keys(page, 'Control+a');
  await page.keyboard.type('4096');
  await page.keyboard.press('Enter');
  await call(page, 'realloc p0');
  await expect(latest(page)).toContainText('It moves from 0x');
  await expect(step(story(page))).toContainText('It had to move.');
  await expect(story(page)).not.toContainText('Knobs were turned');
  expect(await opOf(page)).toBe(5);
  const digest = await digestOf(page);

  // The link holds it, and so does a reload.
  await expect(page).toHaveURL(/act=0:malloc:1\.1:120&act=1:free:1\.7:0.*at=5/);
  await reload(page);
  expect(await digestOf(page)).toBe(digest);
  await expect(latest(page)).toContainText('It moves from 0x');

  await onPage(page);
  await keys(page, 'Control+z', 'Control+z');
  await expect(branch(page)).toContainText('free(p8), thread 1');
  await whenIdle(page);
  expect(await opOf(page)).toBe(3);
  await keys(page, 'Control+Shift+z', 'Control+Shift+z');
  await expect(branch(page)).toContainText('p0 = realloc(p0, 4096)');
  await whenIdle(page);
  expect(await digestOf(page)).toBe(digest);

  // Back to the first call: another fit, the same call, another hole.
  const place = await box(page, 1).locator('code').textContent();
  await keys(page, 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
  await expect.poll(() => opOf(page)).toBe(0);
  await expect(latest(page)).toContainText('Next p1 = malloc(120) by thread 1');
  // Before its first operation a run starts again with a knob that is turned, and plays what was called.
  await page.getByLabel('Find a knob').fill('fit');
  await knob(page, 'fit').getByRole('button', { name: 'Best' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => opOf(page)).toBe(5);
  await expect(box(page, 1).locator('code')).not.toHaveText(place ?? '');
});

test('calls of every allocator, refused ones, and another future', async ({ page }) => {
  await open(page, '#v4/by-hand?at=0');
  for (const model of ['firstfit', 'tiny', 'mf2']) {
    await goTo(page, `#v4/by-hand?m=${model}&hl=3000 64&at=0`);
    await expect(verdict(page)).toHaveText('waits for your hand');
    await press(page, '4 KiB', true);
    await call(page, 'malloc p5');
    await expect(box(page, 5)).toContainText('4,096 B');
    await card(page).getByRole('button', { name: '2', exact: true }).click();
    await call(page, 'free p1');
    await expect(latest(page)).toContainText('free(p1) by thread 2');
    await press(page, '64 B', true);
    await call(page, 'realloc p5');
    await expect(latest(page)).toContainText('p5 = realloc(p5, 64) by thread 2');
    expect(await opOf(page)).toBe(3);
    expect(await page.evaluate(() => window.slabscope.lane.audit())).toEqual([]);
  }
  await call(page, 'free p1');
  await expect(notices(page)).toContainText('free: p1 is empty: there is nothing to free.');
  await call(page, 'malloc p0');
  await expect(notices(page)).toContainText('malloc: p0 holds a block of 3,000 B: free it first');
  expect(await opOf(page)).toBe(3);
  await page.keyboard.press('Escape');
  await onPage(page);
  await page.keyboard.press('Space');
  await expect(notices(page)).toContainText('This run waits for your hand');

  // Fast presses are made one after the other.
  await page.evaluate(() => {
    for (const slot of [6, 7, 8, 9])
      [...document.querySelectorAll<HTMLElement>('.hand-box')][slot]
        .querySelector('button')
        ?.click();
  });
  await whenIdle(page);
  expect(await opOf(page)).toBe(7);
  await expect(box(page, 9)).toContainText('64 B');
  // Another call in the past is another future; the first one is kept.
  await keys(page, 'ArrowLeft', 'ArrowLeft');
  await expect.poll(() => opOf(page)).toBe(5);
  await call(page, 'malloc p9');
  expect(await opOf(page)).toBe(6);
  await expect(page).not.toHaveURL(/1\.8|2\.8/);
  await expect(branch(page)).toContainText('p9 = malloc(64), thread 2');

  // A place is shown in the inspector, which then follows.
  await box(page, 9)
    .getByRole('button', { name: /show p9/ })
    .click();
  await expect(page.getByTestId('inspector')).toContainText('Blocks of');
  await expect(page.getByTestId('block')).toContainText('64 B requested');
});

test('the card is accessible, fits every width, and has a table', async ({ page }) => {
  await open(page, '#v4/by-hand?act=0:malloc:1.1:120&act=1:free:1.7:0&at=2');
  const root = page.locator('html');
  for (const theme of ['dark', 'light']) {
    await root.evaluate((it, value) => it.setAttribute('data-theme', value), theme);
    expect(await violations(page, '.hand-card'), theme).toEqual([]);
  }
  for (const width of [360, 900, 1440, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    await whenIdle(page);
    await expectNoSidewaysScroll(page);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await card(page).getByRole('button', { name: 'As table' }).click();
  const table = card(page).getByRole('table');
  await expect(table.getByRole('row', { name: /^p1 120/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /^a hole/ })).toHaveCount(4);
  await goTo(page, '#v4/by-hand?m=tiny&act=0:free:2.0:0&at=1');
  expect(await violations(page, '.hand-card')).toEqual([]);
});
