import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open, whenIdle } from './helpers/app.ts';

for (const scheme of ['dark', 'light'] as const) {
  test(`no accessibility violations, ${scheme}`, async ({ browser }) => {
    const context = await browser.newContext({
      colorScheme: scheme,
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    const check = async (where: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(
        ({ id, nodes }) =>
          `${where}: ${id} at ${nodes
            .slice(0, 3)
            .map(
              ({ target, failureSummary }) =>
                `${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`,
            )
            .join('; ')}`,
      );
      expect(found).toEqual([]);
    };
    await open(page, '#v3/larson-oom?at=200000');
    await whenIdle(page);
    await check('standing still');
    await page.locator('.map-canvas').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('inspector')).toContainText('Blocks of slab');
    await check('inspector');
    await page.keyboard.press('Escape');
    await page.locator('#lane').focus();
    await page.keyboard.press('g');
    await expect(page.locator('.gallery')).toBeVisible();
    await check('gallery');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await check('help');
    await page.keyboard.press('Escape');
    await open(page, '#v3/larson-oom?at=10000000000');
    await page.reload();
    await expect(page.getByTestId('autopsy')).toBeVisible({ timeout: 30_000 });
    await whenIdle(page);
    await check('autopsy');
    await context.close();
  });
}
