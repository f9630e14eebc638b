import {
  expect,
  expectNoSidewaysScroll,
  goTo,
  map,
  onPage,
  open,
  type Page,
  test,
  violations,
  whenIdle,
} from './helpers/app.ts';

const SIZES = [
  [2560, 1440],
  [1440, 900],
  [1024, 900],
  [900, 1000],
  [768, 900],
  [360, 780],
] as const;

/** Resizes one page from the widest to the narrowest; a turn of the theme before each look. */
async function everywhere(
  page: Page,
  looks: number,
  check: (width: number, theme: string | null) => Promise<void>,
): Promise<void> {
  const root = page.locator('html');
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (let look = 0; look < looks; look++) {
      const before = await root.getAttribute('data-theme');
      await onPage(page);
      await page.keyboard.press('t');
      await expect(root).not.toHaveAttribute('data-theme', before ?? '');
      await whenIdle(page);
      await expectNoSidewaysScroll(page);
      await check(width, await root.getAttribute('data-theme'));
    }
  }
}

test('one lane fits from 360 to 2560 px in both themes, and so do blows and notes', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000000');
  await everywhere(page, 2, async () => {
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await expect(map(page)).toBeVisible();
  });
  await goTo(page, '#v4/larson-oom?at=200000&sel=9');
  await page.getByRole('button', { name: 'Break it', exact: true }).click();
  await page.getByRole('button', { name: 'Notes', exact: true }).click();
  await everywhere(page, 1, async () => {
    await expect(page.getByRole('button', { name: 'Kill chain 4' })).toBeVisible();
    const cut = await page
      .getByRole('region', { name: 'Threads' })
      .evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(cut).toBeLessThanOrEqual(0);
  });
});

test('four lanes fit from 360 to 2560 px, without violations', async ({ page }) => {
  await open(page, '#v4/routes?at=20000');
  const seen: string[] = [];
  await everywhere(page, 1, async (width, theme) => {
    await expect(page.getByTestId('compare')).toBeVisible();
    seen.push(`${theme} ${width}`);
    // Everything on a wide and on a narrow page, which are of one theme; contrast in the other.
    if (width === 1440 || width === 360) expect(await violations(page)).toEqual([]);
    if (width === 768)
      expect(await violations(page, undefined, ['color-contrast', 'link-in-text-block'])).toEqual(
        [],
      );
  });
  expect(seen).toEqual([
    'light 2560',
    'dark 1440',
    'light 1024',
    'dark 900',
    'light 768',
    'dark 360',
  ]);
});
