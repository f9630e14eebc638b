import { execFileSync } from 'node:child_process';
import {
  digestOf,
  expect,
  open,
  opOf,
  passedAnew,
  test,
  verdict,
  whenIdle,
} from './helpers/app.ts';

test('a stranger opens the page and watches Larson run out of map entries', async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle(/Slabscope/);
  await expect(verdict(page)).toHaveText('running');
  const autopsy = page.getByTestId('autopsy');
  await expect(autopsy).toBeVisible();
  await expect(verdict(page)).toHaveText('OOM at 2.00 s');
  await expect(autopsy).toContainText('Out of map entries, not out of memory');
  await expect(autopsy).toContainText('49,121 SuperSlabs hold 12,280 live blocks');
  await expect(autopsy).toContainText('VmSize');
  await expect(
    page.getByRole('heading', { name: /SuperSlabs are empty, but their counters say/ }),
  ).toBeVisible();

  await passedAnew(page, 500_000, () =>
    page.getByRole('button', { name: 'Now let living threads adopt the orphans' }).click(),
  );
  await expect(autopsy).toBeHidden();
  await expect(page).toHaveURL(/op=adopt/);
  await page.keyboard.press('Space');
  await expect(verdict(page)).toHaveText('paused');
  const superslabs = await page.evaluate(() => window.slabscope.lane.hub.latest?.counters[2]);
  expect(superslabs).toBeLessThan(60);
});

test('the browser computes what Node computes, bit for bit', async ({ page }) => {
  const line = execFileSync(
    process.execPath,
    ['scripts/run-ts.mjs', 'src/cli/sim.ts', '--preset', 'larson-oom', '--json'],
    { encoding: 'utf8' },
  );
  const node = JSON.parse(line) as { digest: string; ops: number; status: string };
  await open(page, '#v4/larson-oom?at=10000000000');
  await expect(page.getByTestId('autopsy')).toBeVisible();
  expect(await opOf(page)).toBe(node.ops);
  expect(await digestOf(page)).toBe(node.digest);
  expect(await page.evaluate(() => window.slabscope.lane.audit())).toEqual([]);
});

test('frames cause no React commits', async ({ page }) => {
  // No preset, so no story whose steps would be commits of their own.
  await open(page, '#v4/custom?su=false&s=3600');
  await expect(verdict(page)).toHaveText('running');
  await page.waitForFunction(() => window.slabscope.frames > 20);
  const before = await page.evaluate(() => ({ ...window.slabscope, lane: undefined }));
  await page.waitForFunction((frames) => window.slabscope.frames > frames + 100, before.frames);
  const after = await page.evaluate(() => ({ ...window.slabscope, lane: undefined }));
  expect(before.commits).toBeGreaterThan(0);
  expect(after.commits).toBe(before.commits);
});

test('a link with branches opens at the top of a narrow page; a slide shows views and transport alone', async ({
  page,
}) => {
  await page.setViewportSize({ width: 768, height: 1000 });
  await open(page, '#v4/larson-oom?at=500000&e=100000:ti:100');
  await expect(page.getByRole('navigation', { name: 'Branches of this run' })).toBeAttached();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await open(page, '#v4/larson-oom?at=20000', '?embed=1');
  await whenIdle(page);
  await expect(page.getByRole('application', { name: /^Every / })).toBeVisible();
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.getByLabel('Find a knob')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});
