import { expect, goTo, inspectFirst, keys, onPage, open, test, violations } from './helpers/app.ts';
import { some } from './helpers/turns.ts';

/** What depends on the theme; everything else is the same in both. */
const CONTRAST = ['color-contrast', 'link-in-text-block'];

test('no accessibility violations, in either theme', async ({ page }) => {
  const turns = some([0, 1], 2);
  let screens = 0;
  /** Everything in the theme as it is; contrast in the other one, too, of every second screen. */
  const check = async (where: string, within?: string): Promise<void> => {
    expect(await violations(page, within), where).toEqual([]);
    if (!turns.includes(screens++ % 2)) return;
    const root = page.locator('html');
    const theme = await root.getAttribute('data-theme');
    // Not by the key or the button: a dialog may be open.
    const show = (to: string | null): Promise<void> =>
      root.evaluate((it, value) => it.setAttribute('data-theme', value ?? ''), to);
    await show(theme === 'dark' ? 'light' : 'dark');
    expect(await violations(page, within, CONTRAST), `${where}, other theme`).toEqual([]);
    await show(theme);
  };
  await open(page, '#v4/larson-oom?at=200000');
  await check('standing still');

  await inspectFirst(page);
  await check('inspector', '[data-testid="inspector"]');
  await page.keyboard.press('Escape');
  await onPage(page);
  await page.keyboard.press('g');
  await expect(page.getByRole('dialog', { name: 'Scenarios' })).toBeVisible();
  await check('gallery', 'dialog');
  await keys(page, 'Escape', '?');
  await expect(page.getByRole('dialog')).toContainText('What am I looking at?');
  await check('help', 'dialog');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Share and export' }).click();
  await check('share', 'dialog');
  await page.keyboard.press('Escape');
  await onPage(page);
  await page.keyboard.press('n');
  await page.getByLabel('New note').fill('Look here');
  await page.getByRole('button', { name: 'Pin the note here' }).click();
  await check('notes', '[data-testid="notes"]');
  await onPage(page);
  await page.keyboard.press('b');
  await expect(page.getByTestId('break-it')).toBeVisible();
  await page.getByRole('button', { name: 'Kill chain 2' }).click();
  await check('blows', '[data-testid="break-it"]');
  await check('branches', 'nav');

  await goTo(page, '#v4/larson-oom?at=10000000000');
  await expect(page.getByTestId('autopsy')).toBeVisible();
  await check('autopsy');
});
