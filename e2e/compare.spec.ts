import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { expectNoSidewaysScroll, open, opOf, watchErrors, whenIdle } from './helpers/app.ts';

/** Operation counts of all lanes. */
const opsOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const { lanes, H } = window.slabscope;
    return lanes.map((lane) => lane.hub.latest?.header[H.op] ?? -1);
  });
const digestsOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    Promise.all(window.slabscope.lanes.map(async (lane) => (await lane.digest()).digest)),
  );
/** Presses a control as a keyboard user does. */
async function press(page: Page, name: string | RegExp, exact = false): Promise<void> {
  await page.getByRole('button', { name, exact }).first().focus();
  await page.keyboard.press('Enter');
}

test('a comparison from scratch, to its first divergence, with the keyboard alone', async ({
  page,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=100000');
  await whenIdle(page);
  await press(page, 'Duplicate lane A');
  await expect(page.getByTestId('compare')).toBeVisible();
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([100_000, 100_000]);
  const equal = await digestsOf(page);
  expect(equal[1]).toBe(equal[0]);
  await expect(page.getByText(/No divergence in the first/)).toBeVisible();

  await press(page, 'Rename lane B');
  await page.keyboard.type('Adopting');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Lane B: Adopting' })).toBeVisible();

  await press(page, 'Knobs', true);
  const adopt = page
    .locator('[data-knob="orphanPolicy"]')
    .getByRole('button', { name: 'Adopt', exact: true });
  await adopt.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await page.locator('#lane').focus();
  await page.keyboard.press('Space');
  await expect.poll(() => opOf(page)).toBeGreaterThan(600_000);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('verdict').first()).toHaveText('paused');
  await whenIdle(page);
  const [a, b] = await opsOf(page);
  expect(b).toBe(a);
  const flag = page.getByTestId('divergence');
  await expect(flag).toContainText('First divergence');
  const op = Number(/operation ([\d,]+)/.exec(await flag.innerText())?.[1].replaceAll(',', ''));
  expect(op).toBeGreaterThan(100_000);
  await press(page, 'Go there');
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([op, op]);
  const apart = await digestsOf(page);
  expect(apart[1]).not.toBe(apart[0]);

  // The link brings back lanes, names, edit and position.
  await expect(page).toHaveURL(new RegExp(`l=Adopting.*at=${op}&focus=1$`));
  await page.reload();
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([op, op]);
  expect(await digestsOf(page)).toEqual(apart);
  expect(errors).toEqual([]);
});

test('four lanes stand at equal operations, and a step moves them all', async ({ page }) => {
  const errors = watchErrors(page);
  await open(page, '#v3/fix-grid');
  await expect.poll(() => opOf(page)).toBeGreaterThan(300_000);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('verdict').first()).toHaveText('paused');
  await whenIdle(page);
  const ops = await opsOf(page);
  expect(new Set(ops).size).toBe(1);
  await page.keyboard.press('ArrowRight');
  await whenIdle(page);
  expect(await opsOf(page)).toEqual(ops.map((op) => op + 1));
  await page.keyboard.press('3');
  await expect(page.locator('.lane.focused')).toHaveAttribute('aria-label', /Lane C/);
  await page.getByLabel('align by').selectOption('ns');
  await page.getByLabel('own axes').check();
  await page.getByRole('button', { name: 'Remove lane D' }).click();
  await expect(page.locator('.lanes .lane')).toHaveCount(3);
  await page.getByRole('button', { name: 'Move lane A to the right' }).click();
  await expect(page.locator('.lanes .lane').first()).toHaveAttribute('aria-label', /Count remote/);
  await whenIdle(page);
  expect(new Set(await opsOf(page)).size).toBe(1);
  expect(errors).toEqual([]);
});

test('a domino is followed to its origin, with the keyboard alone', async ({ page }) => {
  const errors = watchErrors(page);
  await open(page, '#v3/domino.0?at=5000');
  await whenIdle(page);
  await expect(page.locator('.domino-card h2')).toContainText('fell to a chain of adoptions');
  await press(page, 'Longest chain');
  await expect(page.getByTestId('domino-sum')).toContainText('64.0 KiB mapped');
  const links = await page.locator('.dominoes li').count();
  expect(links).toBeGreaterThan(2);
  const last = await page.locator('.dominoes li').last().innerText();
  expect(last).toContain('an adoption took the page that would have served');
  await press(page, 'First domino');
  await whenIdle(page);
  expect(await opOf(page)).toBeLessThan(5000);
  // Any event of the lanes, too.
  await page.locator('.adoption-canvas').focus();
  await expect(async () => {
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.adoption-tip')).not.toBeEmpty({ timeout: 200 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('domino-sum')).toBeVisible();
  expect(errors).toEqual([]);
});

test('contradictory knobs are allowed and explained where they bite', async ({ page }) => {
  await open(page, '#v3/route-p.0?at=30000');
  await whenIdle(page);
  await page.locator('.adoption-card').getByRole('button', { name: 'As table' }).click();
  await page.evaluate(() => window.slabscope.lane.hub.redraw());
  const row = page.getByRole('row', { name: /too few remote blocks/ });
  await expect(row).toBeVisible();
  const refused = Number((await row.getByRole('cell').last().innerText()).replaceAll(',', ''));
  expect(refused).toBeGreaterThan(0);
  await expect(page.locator('.story-note')).toContainText('8 remote blocks');
});

test('comparisons have no accessibility violations and fit every width', async ({ browser }) => {
  test.slow();
  for (const [width, height, scheme] of [
    [360, 780, 'light'],
    [900, 1000, 'dark'],
    [1440, 900, 'light'],
    [2560, 1440, 'dark'],
  ] as const) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
    });
    const page = await context.newPage();
    const errors = watchErrors(page);
    await open(page, '#v3/routes?at=20000');
    await whenIdle(page);
    await expect(page.getByTestId('compare')).toBeVisible();
    await expectNoSidewaysScroll(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${width}: ${id} at ${nodes[0]?.target.join(' ')}`),
    ).toEqual([]);
    await page.screenshot({ path: `test-results/compare-${width}-${scheme}.png` });
    expect(errors).toEqual([]);
    await context.close();
  }
});

test('four lanes stay at one operation whatever one of them steps to', async ({ page }) => {
  await open(page, '#v3/domino?at=20000');
  await whenIdle(page);
  await page.getByLabel('Kind of event to step to').selectOption('pageAdopted');
  await page.locator('#lane').focus();
  for (const key of ['Shift+ArrowRight', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'ArrowLeft']) {
    await page.keyboard.press(key);
    await whenIdle(page);
    const ops = await opsOf(page);
    expect(new Set(ops).size).toBe(1);
    await expect(page).toHaveURL(new RegExp(`at=${ops[0]}(&|$)`));
  }
  // A lane that has ended stays behind; the run is where the others are.
  await page.goto('/#v3/fix-grid?at=9300000');
  await whenIdle(page);
  await page.locator('#lane').focus();
  await page.keyboard.press('ArrowLeft');
  await whenIdle(page);
  expect(Math.max(...(await opsOf(page)))).toBe(9_299_999);
  await expect(page).toHaveURL(/at=9299999$/);
});
