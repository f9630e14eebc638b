import { expect, test } from '@playwright/test';
import { digestOf, open, opOf, watchErrors, whenIdle } from './helpers/app.ts';

const AT = (op: number): string => `#v3/larson-oom?at=${op}`;

test('pause, step one operation, step to an event, run to the end, restart', async ({ page }) => {
  await open(page, AT(1000));
  await whenIdle(page);
  expect(await opOf(page)).toBe(1000);
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(1001);
  await page.getByLabel('Kind of event to step to').selectOption('threadExit');
  await page.getByRole('button', { name: 'Step to the next event' }).click();
  await whenIdle(page);
  const exit = await opOf(page);
  expect(exit).toBeGreaterThan(1001);
  await expect(page.locator('.events li').first()).not.toBeEmpty();
  await page.getByRole('button', { name: 'Run to the end' }).click();
  await expect(page.getByTestId('autopsy')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page.getByTestId('autopsy')).toBeHidden();
});

test('a knob turned while running becomes an edit, and a reload repeats the run', async ({
  page,
}) => {
  await open(page, AT(200_000));
  await whenIdle(page);
  const untouched = await page.evaluate(async () => {
    await window.slabscope.lane.runTo(400_000);
    return (await window.slabscope.lane.digest()).digest;
  });
  await open(page, '#v3/larson-oom?at=200001');
  await whenIdle(page);
  await page.locator('[data-knob="orphanPolicy"]').getByRole('button', { name: 'Adopt' }).click();
  await expect(page).toHaveURL(/e=200001:op:adopt/);
  await page.evaluate(() => window.slabscope.lane.runTo(400_000));
  await whenIdle(page);
  const turned = await digestOf(page);
  expect(turned).not.toBe(untouched);
  await page.reload();
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await whenIdle(page);
  await page.evaluate(() => window.slabscope.lane.runTo(400_000));
  expect(await digestOf(page)).toBe(turned);
  await expect(page.getByRole('button', { name: 'Start again with these' })).toBeVisible();
});

test('every control of the knob panel takes a value; rubbish is refused beside the field', async ({
  page,
}) => {
  const errors = watchErrors(page);
  await open(page, AT(0));
  await whenIdle(page);
  const chunks = page.locator('[data-knob="chunks"] input[type="text"]');
  await chunks.fill('banana');
  await chunks.press('Enter');
  await expect(page.locator('[data-knob="chunks"] [role="alert"]')).toContainText('needs a number');
  await expect(chunks).toHaveValue('1024');
  await chunks.fill('256');
  await chunks.press('Enter');
  await expect(page).toHaveURL(/n=256/);
  await expect(page.locator('.chip', { hasText: 'Chunks per thread: 256' })).toBeVisible();
  const trim = page.locator('[data-knob="trimSS"]');
  await expect(trim).toContainText('Needs a trim interval above 0');
  await page.getByRole('button', { name: 'Reset all' }).click();
  await expect(page).not.toHaveURL(/n=256/);
  await page.getByLabel('Find a knob').fill('max_map');
  await expect(page.locator('.knob')).toHaveCount(1);
  await page.getByLabel('Find a knob').fill('zzz');
  await expect(page.getByText('No knob is called that.')).toBeVisible();
  expect(errors).toEqual([]);
});

test('inspect a block, with the keyboard alone', async ({ page }) => {
  await open(page, AT(50_000));
  await whenIdle(page);
  await page.locator('.map-canvas').focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter'])
    await page.keyboard.press(key);
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toContainText('counter says');
  await expect(inspector).toContainText('Blocks of slab 0');
  await page.getByLabel('Blocks of the slab').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('block')).toContainText(
    /Block \d+: (live|on the owner|freed by another|never)/,
  );
  await page.keyboard.press('Escape');
});

test('a dead worker is replaced and the run goes on', async ({ page }) => {
  await open(page, AT(100_000));
  await whenIdle(page);
  await page.evaluate(() => window.slabscope.lane.crashForTest());
  await expect(page.locator('.notices')).toContainText('The simulation was restarted');
  await expect(page.locator('.notices')).toContainText('goes on from operation 100,000');
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect.poll(() => opOf(page)).toBe(100_001);
});

test('bad links get one clear sentence each, and the page lives', async ({ page }) => {
  const errors = watchErrors(page);
  for (const [hash, sentence] of [
    ['#v3/larson-om?at=10', 'did you mean larson-oom'],
    ['#v3/larson-oom?t=0&at=10', 'goes from 1 to 64'],
    ['#v3/larson-oom?t=NaN&at=10', 'needs a number'],
    ['#v3/larson-oom?at=1000000000000', 'The position is an operation'],
    ['#v3/lars', 'no preset'],
    ['#<img src=x onerror=alert(1)>', 'cannot be read'],
    ['#v7/larson-oom', 'version 7'],
  ] as const) {
    await page.goto('about:blank');
    await open(page, hash);
    await expect(page.locator('.notices li')).toContainText(sentence);
    await expect(page.locator('.notices li')).toHaveCount(1);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.locator('.notices')).toHaveCount(0);
  }
  expect(errors).toEqual([]);
});

test('every scenario and variant opens, runs and tells its story', async ({ page }) => {
  test.slow();
  const errors = watchErrors(page);
  await open(page, AT(0));
  await whenIdle(page);
  const count = await page.evaluate(() => document.querySelectorAll('.scenario').length);
  expect(count).toBe(1);
  await page.keyboard.press('g');
  const items = await page.locator('.gallery li').count();
  expect(items).toBe(15);
  for (let i = 0; i < items; i++) {
    if (i > 0) await page.keyboard.press('g');
    await page.locator('.gallery li').nth(i).locator('.gallery-main').click();
    await expect(page.locator('.gallery')).toHaveCount(0);
    const variants = page.locator('.topbar .variants button');
    for (let v = 0; v < Math.max(1, await variants.count()); v++) {
      if ((await variants.count()) > 1) await variants.nth(v).click();
      await expect.poll(() => opOf(page)).toBeGreaterThan(1000);
      await expect(page.locator('.story li.now p')).not.toBeEmpty();
    }
  }
  // The last place is in the address once the address has been written; back leaves it.
  await expect(page).toHaveURL(/#v3\/best-policy\.3/);
  await page.goBack();
  await expect(page).not.toHaveURL(/#v3\/best-policy\.3/);
  await expect(page.locator('.topbar .variants button[aria-pressed="true"]')).not.toHaveText(
    'CDA and partial list',
  );
  expect(errors).toEqual([]);
});

test('the keyboard does everything', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('verdict')).toHaveText('paused');
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
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#lane')).toBeFocused();
});

test('every chart has a table twin with the same numbers', async ({ page }) => {
  await open(page, AT(300_000));
  await whenIdle(page);
  const toggles = page.getByRole('button', { name: 'As table' });
  const cards = await toggles.count();
  expect(cards).toBe(8);
  for (let i = 0; i < cards; i++) await toggles.nth(i).click();
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
