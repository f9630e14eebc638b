import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, expect, type Page, test } from '@playwright/test';
import {
  digestOf,
  expectNoSidewaysScroll,
  open,
  opOf,
  watchErrors,
  whenIdle,
} from './helpers/app.ts';

const axe = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ')}`)).toEqual([]);
};
const tree = (page: Page) => page.getByRole('navigation', { name: 'Branches of this run' });
const fresh = async (browser: Browser, hash: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage();
  await open(page, hash);
  await whenIdle(page);
  return page;
};

test('a killed thread is a branch that undo takes back and a link brings again', async ({
  page,
  browser,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  const before = await digestOf(page);
  await page.locator('#lane').focus();
  await page.keyboard.press('b');
  const panel = page.getByTestId('break-it');
  await axe(page);
  await panel.getByLabel(/^Burst/).fill('5000');
  await panel.getByRole('button', { name: 'Burst chain 3' }).click();
  await expect(tree(page)).toContainText('Burst: chain 3, 5,000 operations');
  await panel.getByRole('button', { name: 'Kill chain 2' }).click();
  await expect(tree(page)).toContainText('Kill: chain 2');
  await expect(panel.getByRole('button', { name: 'Kill chain 2' })).toBeDisabled();
  await page.evaluate(() => window.slabscope.lockstep.stepOps(40_000));
  await whenIdle(page);
  const after = await digestOf(page);

  await page.getByRole('button', { name: 'Share and export' }).click();
  const link = await page.getByRole('dialog').getByLabel(/^Link/).inputValue();
  expect(link).toContain('act=300000:burst:3:5000&act=300000:kill:2:0');
  await page.keyboard.press('Escape');
  const again = await fresh(browser, new URL(link).hash);
  expect(await opOf(again)).toBe(340_000);
  expect(await digestOf(again)).toBe(after);
  await again.context().close();

  await page.locator('#lane').focus();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(tree(page).locator('[aria-current="true"]')).toContainText('as it was');
  await page.evaluate(() => window.slabscope.lockstep.seek(300_000));
  await whenIdle(page);
  expect(await digestOf(page)).toBe(before);
  expect(errors).toEqual([]);
});

test('memory is taken, pinned and given back by hand; what cannot be is said', async ({ page }) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=300000&sel=9');
  await whenIdle(page);
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toContainText('SuperSlab 9');
  const before = await digestOf(page);
  await inspector.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(inspector).toContainText('pinned');
  await inspector.getByRole('button', { name: 'Trim' }).click();
  await expect(page.locator('.notices')).toContainText('Trim: It is pinned.');
  await inspector.getByRole('button', { name: 'Unpin' }).click();
  await expect(inspector.getByRole('button', { name: 'Pin', exact: true })).toBeVisible();
  await inspector.getByLabel('by chain').selectOption('2');
  await inspector.getByRole('button', { name: 'Force adoption' }).click();
  await expect(inspector).toContainText('chain 2, living');
  await inspector.getByRole('button', { name: 'Trim' }).click();
  await expect(page.locator('.inspector')).toContainText('gone back to the OS');
  await axe(page);
  expect(await digestOf(page)).not.toBe(before);
  expect(await page.evaluate(() => window.slabscope.lane.audit())).toEqual([]);
  expect(errors).toEqual([]);
});

test('memory pressure kills a program that has more than is left', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=1000000');
  await whenIdle(page);
  await page.getByRole('button', { name: 'Break it', exact: true }).click();
  const panel = page.getByTestId('break-it');
  await panel.getByRole('button', { name: '90 %' }).click();
  await expect(panel).toContainText('3.20 GiB left');
  await expect(page.getByTestId('autopsy')).toHaveCount(0);
  await panel.getByRole('button', { name: '99 %' }).click();
  await expect(page.getByTestId('autopsy')).toContainText('memory');
  await expect(panel).toContainText('The run is over. Go back in time, then strike.');
  await expect(panel.getByRole('button', { name: 'Kill chain 1' })).toBeDisabled();
  await expect(panel.getByRole('button', { name: '50 %' })).toBeDisabled();
});

test('a blow falls in all lanes alike, or in one', async ({ page }) => {
  const errors = watchErrors(page);
  await open(page, '#v3/best-policy?at=4000');
  await whenIdle(page);
  await page.getByRole('button', { name: 'Break it', exact: true }).click();
  const panel = page.getByTestId('break-it');
  await panel.getByRole('button', { name: 'Kill chain 1' }).click();
  const running = (): Promise<boolean[]> =>
    page.evaluate(async () => {
      const lists = await Promise.all(
        window.slabscope.lockstep.lanes.map((lane) => lane.threads()),
      );
      return lists.map(([first]) => first.running);
    });
  await expect(tree(page)).toContainText('Kill: chain 1');
  expect(await running()).toEqual([false, false, false, false]);
  await panel.getByLabel(/the same blow in all 4 lanes/).uncheck();
  await panel.getByRole('button', { name: 'Burst chain 2' }).click();
  await expect(tree(page)).toContainText('Burst: chain 2');
  await expect(page).toHaveURL(/(act=\d+:kill:1:0[^&]*&){4}act=\d+:burst:2:10000&/);
  expect(errors).toEqual([]);
});

test('notes and the selection travel in the link, as text and nothing else', async ({
  page,
  browser,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=200000');
  await whenIdle(page);
  await page.locator('.map-canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.locator('#lane').focus();
  await page.keyboard.press('n');
  const notes = page.getByTestId('notes');
  const words = '<img src=x onerror=alert(1)> & 100 % “empty”';
  await notes.getByLabel('New note').fill(words);
  await notes.getByRole('button', { name: 'Pin the note here' }).click();
  await expect(notes).toContainText(words);
  await expect(notes).toContainText('operation 200,000, SuperSlab');
  await axe(page);
  const digest = await digestOf(page);
  await expect(page).toHaveURL(/note=200000.*sel=/);
  const again = await fresh(browser, new URL(page.url()).hash);
  const problems = watchErrors(again);
  await expect(again.getByTestId('notes')).toContainText(words);
  await expect(again.getByTestId('inspector')).toContainText('Blocks of slab');
  expect(await digestOf(again)).toBe(digest);
  // A press on the note goes back to where it was pinned.
  await again.evaluate(() => window.slabscope.lockstep.seek(1000));
  await again.getByTestId('notes').getByText(words).click();
  await whenIdle(again);
  expect(await opOf(again)).toBe(200_000);
  await again.getByRole('button', { name: /Remove the note/ }).click();
  await expect(again).not.toHaveURL(/note=/);
  expect(problems).toEqual([]);
  await again.context().close();
  expect(errors).toEqual([]);
});

test('views leave as pictures of lines and as tables, with their finding and link', async ({
  page,
}) => {
  await open(page, '#v3/larson-oom?at=200000');
  await whenIdle(page);
  const save = async (card: string, kind: string): Promise<string> => {
    await page.locator(card).locator('.save-menu summary').click();
    const download = page.waitForEvent('download');
    await page
      .locator(card)
      .getByRole('button', { name: `Save as ${kind}` })
      .click();
    return readFileSync(await (await download).path(), 'utf8');
  };
  for (const card of ['.map-card', '.bytes-card']) {
    const svg = await save(card, 'SVG');
    const seen = await page.evaluate((text) => {
      const doc = new DOMParser().parseFromString(text, 'image/svg+xml');
      return {
        broken: doc.querySelector('parsererror') !== null,
        title: doc.querySelector('title')?.textContent,
        link: doc.querySelector('desc')?.textContent,
        shapes: doc.querySelectorAll('path, rect, image').length,
        texts: doc.querySelectorAll('text').length,
        scripts: doc.querySelectorAll('script, foreignObject').length,
      };
    }, svg);
    expect(seen).toMatchObject({ broken: false, scripts: 0 });
    expect(seen.link).toContain('#v3/larson-oom?at=200000');
    expect(seen.title).toMatch(/SuperSlabs|resident/);
    expect(seen.shapes).toBeGreaterThan(8);
    expect(seen.texts).toBeGreaterThan(8);
  }
  const csv = await save('.bytes-card', 'CSV');
  expect(csv).toMatch(/^# .*resident.*\n# http.*#v3\/larson-oom\?at=200000\nBand,Mapped/);
});

test('hints come one at a time, go when done, and stay away', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=200000');
  await whenIdle(page);
  const hint = page.getByRole('complementary', { name: 'Hint' });
  await expect(hint).toContainText('Click a square');
  await page.locator('.map-canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(hint).toContainText('Turn any knob');
  await page.reload();
  await expect(hint).toContainText('Turn any knob');
  await hint.getByRole('button', { name: 'No hints' }).click();
  await expect(hint).toHaveCount(0);
  await page.reload();
  await whenIdle(page);
  await expect(hint).toHaveCount(0);
});

test('terms explain themselves on hover and on focus, everywhere', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=200000');
  await whenIdle(page);
  const term = page.locator('.story dfn').first();
  await term.focus();
  expect(await term.evaluate((it) => getComputedStyle(it, '::after').content)).toContain(
    (await term.getAttribute('data-meaning')) ?? 'no meaning',
  );
  expect(await page.locator('.knob-help dfn').count()).toBeGreaterThan(5);
});

for (const width of [360, 768, 1024, 2560]) {
  test(`blows and notes fit at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '#v3/larson-oom?at=200000&sel=9');
    await whenIdle(page);
    await page.getByRole('button', { name: 'Break it', exact: true }).click();
    await page.getByRole('button', { name: 'Notes', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Kill chain 4' })).toBeVisible();
    await expectNoSidewaysScroll(page);
    const cut = await page
      .locator('.break-threads')
      .evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(cut).toBeLessThanOrEqual(0);
  });
}

test('panels take the focus, keep it, refuse rubbish aloud, and Escape closes them', async ({
  page,
}) => {
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  await page.locator('#lane').focus();
  await page.keyboard.press('b');
  await expect(page.getByRole('heading', { name: 'Break it' })).toBeFocused();
  const burst = page.getByTestId('break-it').getByLabel('Burst');
  await burst.fill('1e99');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('break-it').getByRole('alert')).toContainText(/goes from 1 to/);
  const kill = page.getByRole('button', { name: 'Kill chain 2' });
  await kill.focus();
  await page.keyboard.press('Enter');
  await expect(kill).toBeDisabled();
  await expect(kill).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('break-it')).toHaveCount(0);
  await expect(page.locator('#lane')).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { name: 'Notes' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notes')).toHaveCount(0);
});

test('other programs take memory in all lanes alike', async ({ page }) => {
  await open(page, '#v3/fix-grid?at=300000');
  await whenIdle(page);
  await page.getByRole('button', { name: 'Break it', exact: true }).click();
  await page.getByTestId('break-it').getByRole('button', { name: '50 %' }).click();
  await expect.poll(() => page.evaluate(() => location.hash.match(/:mp:0.5/g)?.length)).toBe(4);
});
