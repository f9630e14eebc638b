import {
  digestOf,
  expect,
  goTo,
  keys,
  notices,
  onPage,
  open,
  opOf,
  type Page,
  passed,
  reload,
  seek,
  test,
  verdict,
  whenIdle,
} from './helpers/app.ts';

const bar = (page: Page) => page.getByRole('slider', { name: /Time/ });
/** Where on the time bar a share of it is, in pixels. */
async function point(page: Page, share: number): Promise<{ x: number; y: number }> {
  const box = await bar(page).boundingBox();
  if (!box) throw new Error('no time bar');
  return { x: box.x + box.width * share, y: box.y + box.height / 2 };
}

test('travel in time: drag, step back, previous event, and the same bits as a straight run', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=500000');
  const straight = await digestOf(page);
  await seek(page, 2_000_000);
  const end = await digestOf(page);
  // The bar of a run without a known end goes on beyond what was done: here to 5 M operations.
  const from = await point(page, 0.36);
  const to = await point(page, 0.16);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
  await whenIdle(page);
  const there = await opOf(page);
  expect(there).toBeGreaterThan(700_000);
  expect(there).toBeLessThan(900_000);
  const dragged = await digestOf(page);

  await page.getByRole('button', { name: 'Step back one operation' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(there - 1);
  await onPage(page);
  await page.keyboard.press('ArrowRight');
  await whenIdle(page);
  expect(await digestOf(page)).toBe(dragged);
  await page.keyboard.press('Shift+ArrowLeft');
  await whenIdle(page);
  const event = await opOf(page);
  expect(event).toBeLessThan(there);
  await page.keyboard.press('Shift+ArrowRight');
  await whenIdle(page);
  expect(await opOf(page)).toBeGreaterThan(event);

  // There and back, and the same as a run that never travelled.
  for (const op of [1_500_000, 20_000, 900_000, 500_000]) await seek(page, op);
  expect(await digestOf(page)).toBe(straight);

  // Forward again, by keyboard: the end of the bar is where the run had come.
  await bar(page).focus();
  await page.keyboard.press('End');
  await whenIdle(page);
  expect(await opOf(page)).toBe(2_000_000);
  expect(await digestOf(page)).toBe(end);
  // Zoomed in, an arrow goes a smaller way; 0 shows the whole run again.
  await keys(page, '+', '+', '+', '+', '+', '+', 'ArrowDown');
  await whenIdle(page);
  const near = await opOf(page);
  expect(near).toBeGreaterThan(2_000_000 - 10_000);
  expect(near).toBeLessThan(2_000_000);
  await keys(page, '0', 'ArrowDown');
  await whenIdle(page);
  expect(await opOf(page)).toBe(near - 50_000);
  await page.keyboard.press('ArrowLeft');
  await whenIdle(page);
  expect(await opOf(page)).toBe(near - 50_001);
  await page.keyboard.press('Home');
  await whenIdle(page);
  expect(await opOf(page)).toBe(0);
});

test('the address knows where the run stands, and the start is the start', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=300000');
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(page).toHaveURL(/at=300001$/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await passed(page, 400_000);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await whenIdle(page);
  const op = await opOf(page);
  const digest = await digestOf(page);
  await expect(page).toHaveURL(new RegExp(`at=${op}$`));
  await reload(page);
  expect(await opOf(page)).toBe(op);
  expect(await digestOf(page)).toBe(digest);
  await onPage(page);
  await page.keyboard.press('Home');
  await expect(verdict(page)).toHaveText('running');
  await page.keyboard.press('Space');
  await whenIdle(page);
  await expect(page).not.toHaveURL(new RegExp(`at=${op}$`));
});

test('the address follows a run to its end; marks of what was seen stay when it goes back', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=300000');
  await onPage(page);
  await page.keyboard.press('End');
  await expect(page.getByTestId('autopsy')).toBeVisible();
  await whenIdle(page);
  const op = await opOf(page);
  await expect(page).toHaveURL(new RegExp(`at=${op + 1}$`));
  await reload(page);
  await expect(page.getByTestId('autopsy')).toBeVisible();

  const marks = bar(page).locator('..').locator('i[data-kind]');
  await expect(marks.and(page.locator('[data-kind="mapRefused"]'))).toHaveCount(1);
  const before = await marks.count();
  const half = await point(page, 0.5);
  await page.mouse.click(half.x, half.y);
  await whenIdle(page);
  await expect(marks).toHaveCount(before);
});

test('what is not there is said: an event that never comes, a SuperSlab not made yet', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=300000');
  await page.getByLabel('Kind of event to step to').selectOption({ label: 'trim pass' });
  await onPage(page);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(notices(page)).toContainText('There is no earlier “trim pass”');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
  await page.keyboard.press('Shift+ArrowRight');
  await expect(notices(page)).toContainText('No “trim pass” before this run ends.');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
  await goTo(page, '#v4/larson-oom?sel=12000.0.3&at=500000');
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText(
    'There is no SuperSlab 12,000 at this operation',
  );
});

test('the stage plays a step in sentences, and the step back in reverse', async ({ page }) => {
  await open(page, '#v4/larson-oom.0?t=2&n=12&at=28');
  await keys(page, 'Control+k');
  const box = page.getByRole('combobox', { name: /Find a command/ });
  await expect(box).toBeFocused();
  await page.keyboard.type('Stage');
  await page.getByRole('option', { name: 'Show the view: Stage' }).click();
  await whenIdle(page);
  const card = page.locator('.stage-card');
  await expect(card.getByRole('heading', { level: 2 })).toContainText('dead threads');
  await onPage(page);
  const now = card.locator('.stage-now');
  await page.keyboard.press('ArrowRight');
  await expect(now).toContainText(/^Operation 29\. Thread \d+ (frees|allocates) /);
  await whenIdle(page);
  const list = await card.getByRole('list', { name: 'What happened before' }).innerText();
  expect(list).toMatch(/^Operation 29\. /);
  await page.keyboard.press('ArrowLeft');
  await expect(now).toContainText('Operation 29. Undone: ');
  await whenIdle(page);
  // By keyboard to the first actor and on to what it owns.
  await card.getByRole('application').focus();
  await keys(page, 'ArrowDown', 'ArrowDown');
  await expect(card.getByRole('status')).toContainText(/^SuperSlab \d+: \d+ of /);
  await keys(page, 'Enter');
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText('SuperSlab');
});
