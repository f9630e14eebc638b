import { expect, type Locator, open, type Page, test, verdict, whenIdle } from './helpers/app.ts';

const card = (page: Page): Locator => page.locator('.verdicts-card');
const cells = (page: Page, kind: string): Locator =>
  card(page).locator(`.verdict-strip:not(.document) li[data-verdict="${kind}"]`);

test('two heaps: the crash says why, and twenty seeds are run beside D1’s six', async ({
  page,
}) => {
  // Map entries run out soon (mm), and every block that the C library serves looks alike (la).
  await open(page, '#v4/mixed-crash?at=1000&mm=1000&la=100');
  await page.getByRole('button', { name: 'Run to the end' }).click();
  await whenIdle(page);
  await expect(verdict(page)).toContainText('Crashed');
  const autopsy = page.getByTestId('autopsy');
  await expect(autopsy).toContainText('free took it for one of the heap’s');
  await expect(page.getByTestId('refill-line')).toContainText('prev_ss=(nil)');
  await expect(page.getByTestId('refill-line')).toContainText('errno=12');

  await expect(card(page).locator('.verdict-strip.document')).toContainText('6 of 20 pass');
  await expect(cells(page, 'none')).toHaveCount(20);
  await card(page).getByRole('button', { name: 'Run 20 seeds' }).click();
  await expect(cells(page, 'crash')).toHaveCount(20, { timeout: 60_000 });
  await expect(card(page)).toContainText('0 of 20 pass');

  await card(page).getByRole('button', { name: 'Over look-alikes' }).click();
  const curve = card(page).getByRole('img', { name: /Passes of 20 by % look alike: 0: 20, / });
  await expect(curve).toBeVisible({ timeout: 120_000 });
  await expect(card(page).locator('figcaption', { hasText: 'under way' })).toHaveCount(0, {
    timeout: 120_000,
  });
});

test('working sets: runs of both sets and of caches beside what D3 and D1 state', async ({
  page,
}) => {
  await open(page, '#v4/working-set.2?at=1000');
  const gaps = page.locator('.gaps-card');
  const row = (name: string): Locator => gaps.locator('tr', { hasText: name });
  await expect(row('speed, to none')).toContainText('3 to 10 % morenot run');
  await gaps.getByRole('button', { name: 'Run both sets' }).click();
  await expect(gaps.getByRole('button', { name: 'Run both sets' })).toBeVisible();
  await expect(row('these knobs, both sets')).toContainText('×');
  await expect(row('speed, to none')).toContainText('×');
  await expect(gaps).not.toContainText('not run');
});
