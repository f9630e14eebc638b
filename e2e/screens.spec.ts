import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  expect,
  goTo,
  inspectFirst,
  keys,
  type Locator,
  lanes,
  map,
  onPage,
  open,
  type Page,
  press,
  test,
  whenIdle,
} from './helpers/app.ts';

// What the page looks like at fixed operations, against committed pictures (e2e/screens). They are of
// Chromium on Linux with the fonts of the page; `npm run screens` makes them anew.
test.skip(process.platform !== 'linux', 'other systems draw letters otherwise');

/** The browser of the pictures: the same one draws the same pixels, another year's nearly the same. */
const BROWSER = fileURLToPath(new URL('./screens/browser.txt', import.meta.url));
const SAME = { threshold: 0.02, maxDiffPixels: 20 };
const SIMILAR = { threshold: 0.2, maxDiffPixelRatio: 0.03 };
let tolerance: typeof SAME | typeof SIMILAR = SAME;

test.beforeAll(({ browser }, { config }) => {
  const [major] = browser.version().split('.');
  if (config.updateSnapshots !== 'none') writeFileSync(BROWSER, `Chromium ${major}\n`);
  tolerance = readFileSync(BROWSER, 'utf8') === `Chromium ${major}\n` ? SAME : SIMILAR;
});

/** Wide enough for three columns; low, because it is the frame that counts and pictures weigh. */
const FRAME = { width: 1200, height: 340 };
/** Parts of the page are taken where no bar covers them. */
const PARTS = { width: 1280, height: 1400 };
const PHONE = { width: 360, height: 640 };

const card = (page: Page, name: RegExp): Locator => page.getByRole('article', { name }).first();

/** Waits for fonts and run, then compares a part of the page with the picture of this name. */
async function lookAt(part: Locator, name: string): Promise<void> {
  const page = part.page();
  await page.setViewportSize(PARTS);
  await settled(page);
  await expect(part).toHaveScreenshot(`${name}.png`, tolerance);
}

/** Compares what is seen of the page in a window of this size. */
async function lookFrom(
  page: Page,
  size: { readonly width: number; readonly height: number },
  name: string,
): Promise<void> {
  await page.setViewportSize(size);
  await page.evaluate(() => window.scrollTo(0, 0));
  await settled(page);
  await expect(page).toHaveScreenshot(`${name}.png`, tolerance);
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await whenIdle(page);
}

/** Opens a link and puts the hint away. */
async function scene(page: Page, hash: string): Promise<void> {
  await open(page, hash);
  await page.getByRole('button', { name: 'No hints' }).click();
}

test('the exhibit looks as it did', async ({ page }) => {
  await scene(page, '#v4/larson-oom?at=1000000');
  await lookFrom(page, FRAME, 'page-dark');
  await lookAt(page.getByRole('article').filter({ has: map(page) }), 'map');
  await lookAt(card(page, /resident/), 'ledger');
  await lookAt(card(page, /queue/), 'queues');
  await lookAt(await inspectFirst(page), 'inspector');
  await onPage(page);
  await keys(page, 'Escape', 't');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await lookFrom(page, FRAME, 'page-light');
  await lookAt(card(page, /map entries/), 'entries-light');
});

test('a telephone and an autopsy look as they did', async ({ page }) => {
  await scene(page, '#v4/larson-oom?mm=4000&at=10000000000');
  await lookAt(page.getByTestId('autopsy'), 'autopsy');
  await lookFrom(page, PHONE, 'phone');
});

test('comparisons, lanes, dominoes and adoptions look as they did', async ({ page }) => {
  await scene(page, '#v4/routes?at=20000');
  await lookFrom(page, FRAME, 'comparison');
  await lookAt(lanes(page).nth(3).getByRole('article').first(), 'lane-of-four');
  await goTo(page, '#v4/domino.0?at=5000');
  await expect(lanes(page)).toHaveCount(1);
  await press(page, 'Longest chain');
  await expect(page.getByTestId('domino-sum')).toContainText('mapped');
  await lookAt(card(page, /fell to a chain/), 'dominoes');
  await lookAt(card(page, /adopt/i), 'adoptions');
});

test('a lesson looks as it did', async ({ page }) => {
  await scene(page, '#v4/larson-oom?at=1000');
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await page
    .getByRole('dialog', { name: 'Lessons' })
    .getByRole('button', { name: 'The dead owner' })
    .click();
  const lesson = page.getByTestId('lesson');
  await lesson.getByRole('application').focus();
  await keys(page, 'ArrowRight', 'ArrowUp', 'ArrowRight', 'ArrowUp', 'ArrowUp');
  await lookAt(lesson, 'lesson');
});

test('malloc by hand looks as it did', async ({ page }) => {
  const calls = 'act=0:malloc:1.1:120&act=1:free:1.7:0&act=2:free:1.8:0&act=3:realloc:1.6:256';
  await scene(page, `#v4/by-hand?${calls}&at=4`);
  await lookAt(card(page, /by hand/), 'by-hand');
});
