import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import {
  digestOf,
  expectNoSidewaysScroll,
  open,
  opOf,
  watchErrors,
  whenIdle,
} from './helpers/app.ts';

test('a stranger opens the page and watches Larson run out of map entries', async ({ page }) => {
  const errors = watchErrors(page);
  await open(page);
  await expect(page).toHaveTitle(/Slabscope/);
  await expect(page.getByTestId('verdict')).toHaveText('running');
  const autopsy = page.getByTestId('autopsy');
  await expect(autopsy).toBeVisible({ timeout: 40_000 });
  await expect(page.getByTestId('verdict')).toHaveText('OOM at 2.00 s');
  await expect(autopsy).toContainText('Out of map entries, not out of memory');
  await expect(autopsy).toContainText('49,121 SuperSlabs hold 12,283 live blocks');
  await expect(autopsy).toContainText('VmSize');
  await expect(
    page.getByRole('heading', { name: /SuperSlabs are empty, but their counters say/ }),
  ).toBeVisible();
  await whenIdle(page);
  await page.screenshot({ path: 'test-results/exhibit-dark.png' });

  await page.getByRole('button', { name: 'Now let living threads adopt the orphans' }).click();
  await expect(autopsy).toBeHidden();
  await expect(page).toHaveURL(/op=adopt/);
  await expect.poll(() => opOf(page), { timeout: 30_000 }).toBeGreaterThan(2_000_000);
  await page.keyboard.press('Space');
  await expect(page.getByTestId('verdict')).toHaveText('paused');
  const superslabs = await page.evaluate(() => window.slabscope.lane.hub.latest?.counters[2]);
  expect(superslabs).toBeLessThan(60);
  expect(errors).toEqual([]);
});

test('the browser computes what Node computes, bit for bit', async ({ page }) => {
  const line = execFileSync(
    process.execPath,
    ['scripts/run-ts.mjs', 'src/cli/sim.ts', '--preset', 'larson-oom', '--json'],
    { encoding: 'utf8' },
  );
  const node = JSON.parse(line) as { digest: string; ops: number; status: string };
  await open(page, '#v3/larson-oom?at=10000000000');
  await whenIdle(page);
  await expect(page.getByTestId('autopsy')).toBeVisible();
  expect(await opOf(page)).toBe(node.ops);
  expect(await digestOf(page)).toBe(node.digest);
  expect(await page.evaluate(() => window.slabscope.lane.audit())).toEqual([]);
});

test('frames cause no React commits', async ({ page }) => {
  // No preset, so no story whose steps would be commits of their own.
  await open(page, '#v3/custom?su=false&s=3600');
  await expect(page.getByTestId('verdict')).toHaveText('running');
  await page.waitForFunction(() => window.slabscope.frames > 20);
  const before = await page.evaluate(() => ({ ...window.slabscope, lane: undefined }));
  await page.waitForFunction((frames) => window.slabscope.frames > frames + 100, before.frames);
  const after = await page.evaluate(() => ({ ...window.slabscope, lane: undefined }));
  expect(before.commits).toBeGreaterThan(0);
  expect(after.commits).toBe(before.commits);
});

for (const [width, height] of [
  [360, 780],
  [900, 1000],
  [1440, 900],
  [2560, 1440],
] as const) {
  for (const scheme of ['dark', 'light'] as const) {
    test(`fits ${width} px, ${scheme}`, async ({ browser }) => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
      const errors = watchErrors(page);
      await open(page, '#v3/larson-oom?at=1000000');
      await whenIdle(page);
      await expectNoSidewaysScroll(page);
      await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
      await expect(page.locator('.map-canvas')).toBeVisible();
      await page.screenshot({ path: `test-results/fits-${width}-${scheme}.png` });
      expect(errors).toEqual([]);
      await page.close();
    });
  }
}
