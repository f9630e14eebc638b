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
