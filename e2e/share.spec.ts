import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { digestOf, open, opOf, watchErrors, whenIdle } from './helpers/app.ts';

test('a knob turned in the past makes a branch; undo and redo walk them; two open as lanes', async ({
  page,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  const before = await digestOf(page);
  await page
    .locator('[data-knob="orphanPolicy"]')
    .getByRole('button', { name: 'Adopt', exact: true })
    .click();
  const tree = page.getByRole('navigation', { name: 'Branches of this run' });
  await expect(tree).toContainText('Memory of dead owners: Adopt');
  await page.locator('#lane').focus();
  await page.keyboard.press('Control+z');
  await expect(tree.locator('[aria-current="true"]')).toContainText('as it was');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
  expect(await digestOf(page)).toBe(before);
  await page.keyboard.press('Control+Shift+z');
  await expect(tree.locator('[aria-current="true"]')).toContainText('Adopt');
  await page.getByRole('button', { name: 'Open “as it was” as a lane' }).click();
  await expect(page.getByTestId('compare')).toBeVisible();
  await whenIdle(page);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ')}`)).toEqual([]);
  expect(errors).toEqual([]);
});

test('commands by name, with the keyboard alone', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=1000');
  await whenIdle(page);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: /Find a command/ })).toBeFocused();
  await page.keyboard.type('domino');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('scenario')).toContainText('The falling dominoes');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('no such thing at all');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a run leaves as link, command, recipe and trace, and comes back from a file', async ({
  page,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?op=adopt&at=150000');
  await whenIdle(page);
  const digest = await digestOf(page);
  await page.getByRole('button', { name: 'Share and export' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel(/^Link/)).toHaveValue(/op=adopt&at=150000$/);
  await expect(dialog.getByLabel(/command line/)).toHaveValue(
    /--set orphanPolicy=adopt .*--ops 150000/,
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  const tracing = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /perfetto/ }).click();
  const trace = JSON.parse(readFileSync(await (await tracing).path(), 'utf8')) as {
    traceEvents: unknown[];
  };
  expect(trace.traceEvents.length).toBeGreaterThan(100);

  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Recipe', exact: true }).click();
  const recipe = readFileSync(await (await saving).path());
  await page.keyboard.press('Escape');
  await open(page, '#v3/chunks.1?at=1000');
  await page.reload();
  await whenIdle(page);
  await page.getByRole('button', { name: 'Share and export' }).click();
  await page
    .getByLabel(/Open a recipe file/)
    .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer: recipe });
  await expect(page.getByTestId('scenario')).toContainText('Larson to the map limit');
  await whenIdle(page);
  expect(await opOf(page)).toBe(150_000);
  expect(await digestOf(page)).toBe(digest);

  await page.getByRole('button', { name: 'Share and export' }).click();
  await page.getByLabel(/Open a recipe file/).setInputFiles({
    name: 'cat.json',
    mimeType: 'application/json',
    buffer: Buffer.from('<img src=x onerror=alert(1)>'),
  });
  await page.keyboard.press('Escape');
  await expect(page.locator('.notices')).toContainText('not a recipe');
  expect(await digestOf(page)).toBe(digest);

  const picture = page.waitForEvent('download');
  await page.locator('.save-menu summary').first().click();
  await page.getByRole('button', { name: 'Save as PNG' }).first().click();
  expect((await picture).suggestedFilename()).toMatch(/\.png$/);
  expect(errors).toEqual([]);
});

test('works offline after the first load', async ({ page, context }) => {
  await open(page, '#v3/larson-oom?at=20000');
  await whenIdle(page);
  const digest = await digestOf(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.reload();
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await whenIdle(page);
  expect(await digestOf(page)).toBe(digest);
});

test('a slide shows the views and the transport alone', async ({ page }) => {
  await page.goto('/?embed=1#v3/larson-oom?at=20000');
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await expect(page.locator('.map-canvas')).toBeVisible();
  await expect(page.locator('.topbar')).toBeHidden();
  await expect(page.locator('.left')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('what was done can be taken back after a reload', async ({ page }) => {
  await open(page, '#v3/larson-oom?act=300000:kill:2:0&e=400000:op:adopt&at=500000');
  await whenIdle(page);
  const tree = page.getByRole('navigation', { name: 'Branches of this run' });
  await expect(tree.locator('[aria-current="true"]')).toContainText('Adopt');
  await page.locator('#lane').focus();
  await page.keyboard.press('Control+z');
  await expect(tree.locator('[aria-current="true"]')).toContainText('Kill: chain 2');
  await page.keyboard.press('Control+z');
  await expect(tree.locator('[aria-current="true"]')).toContainText('as it was');
  await expect(page).not.toHaveURL(/kill/);
  await page.getByRole('button', { name: 'Open “Memory of dead owners: Adopt” as a lane' }).click();
  await expect(page.locator('.lanes .lane').first()).toHaveAttribute('aria-label', /As shipped/);
});

test('a recipe this page cannot read leaves the run alone', async ({ page }) => {
  await open(page, '#v3/domino?at=5000');
  await whenIdle(page);
  const digest = await digestOf(page);
  await page.getByRole('button', { name: /Share/ }).click();
  await page.getByLabel(/Open a recipe file/).setInputFiles({
    name: 'new.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"schema":9}'),
  });
  await expect(page.locator('.notices')).toContainText(/reads up to .* Kept: the present run/);
  expect(await digestOf(page)).toBe(digest);
  await expect(page).toHaveURL(/domino/);
});

test('the palette goes to operations and finds knobs by their values', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=1000');
  await whenIdle(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('50,000');
  await page.keyboard.press('Enter');
  await whenIdle(page);
  expect(await opOf(page)).toBe(50_000);
  await page.keyboard.press('Control+k');
  for (const [words, found] of [
    ['perfetto', 'Share and export'],
    ['reuse-empty', 'Knob: Memory of dead owners'],
    ['pending threshold', 'Knob: Pending threshold'],
  ] as const) {
    await page.getByRole('combobox', { name: /Find a command/ }).fill(words);
    await expect(page.getByRole('option').filter({ hasText: found }).first()).toBeVisible();
  }
});

test('a link with branches opens at the top of a narrow page', async ({ browser }) => {
  const page = await browser.newPage({ viewport: { width: 768, height: 1000 } });
  await open(page, '#v3/larson-oom?at=500000&e=100000:ti:100');
  await whenIdle(page);
  await expect(page.getByRole('navigation', { name: 'Branches of this run' })).toBeAttached();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await page.close();
});
