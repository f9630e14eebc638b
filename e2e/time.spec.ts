import { expect, type Page, test } from '@playwright/test';
import { digestOf, open, opOf, watchErrors, whenIdle } from './helpers/app.ts';

/** Where on the time bar a share of it is, in pixels. */
async function point(page: Page, share: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('.scrubber').boundingBox();
  if (!box) throw new Error('no time bar');
  return { x: box.x + box.width * share, y: box.y + box.height / 2 };
}

test('travel in time: drag, step back, previous event, and the same bits as a straight run', async ({
  page,
}) => {
  const errors = watchErrors(page);
  await open(page, '#v3/larson-oom?at=2000000');
  await whenIdle(page);
  const end = await digestOf(page);
  const from = await point(page, 0.9);
  const to = await point(page, 0.4);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
  await whenIdle(page);
  const there = await opOf(page);
  expect(there).toBeGreaterThan(700_000);
  expect(there).toBeLessThan(900_000);
  const dragged = await digestOf(page);

  await page.getByRole('button', { name: 'Step back one operation' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(there - 1);
  await page.locator('#lane').focus();
  await page.keyboard.press('ArrowRight');
  await whenIdle(page);
  expect(await digestOf(page)).toBe(dragged);
  await page.keyboard.press('Shift+ArrowLeft');
  await whenIdle(page);
  const event = await opOf(page);
  expect(event).toBeLessThan(there);
  await page.keyboard.press('Shift+ArrowRight');
  await whenIdle(page);
  expect(await opOf(page)).toBeGreaterThan(event);

  // Forward again, by keyboard: the end of the bar is where the run had come.
  await page.getByRole('slider', { name: /Time/ }).focus();
  await page.keyboard.press('End');
  await whenIdle(page);
  expect(await opOf(page)).toBe(2_000_000);
  expect(await digestOf(page)).toBe(end);
  // Zoomed in, an arrow goes a smaller way; 0 shows the whole run again.
  for (let i = 0; i < 6; i++) await page.keyboard.press('+');
  await page.keyboard.press('ArrowDown');
  await whenIdle(page);
  const near = await opOf(page);
  expect(near).toBeGreaterThan(2_000_000 - 4000);
  expect(near).toBeLessThan(2_000_000);
  await page.keyboard.press('0');
  await page.keyboard.press('ArrowDown');
  await whenIdle(page);
  expect(await opOf(page)).toBe(near - 20_000);
  await page.keyboard.press('ArrowLeft');
  await whenIdle(page);
  expect(await opOf(page)).toBe(near - 20_001);
  await page.keyboard.press('Home');
  await whenIdle(page);
  expect(await opOf(page)).toBe(0);
  expect(errors).toEqual([]);
});

test('a straight run and a journey through time show the same', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=500000');
  await whenIdle(page);
  const straight = await digestOf(page);
  await page.evaluate(async () => {
    for (const op of [1_500_000, 20_000, 900_000, 500_000])
      await window.slabscope.lockstep.seek(op);
  });
  await whenIdle(page);
  expect(await opOf(page)).toBe(500_000);
  expect(await digestOf(page)).toBe(straight);
});

test('a block tells who allocated it', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  await page.locator('.map-canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('inspector')).toContainText('Blocks of slab');
  await page.locator('canvas.blocks').focus();
  await page.keyboard.press('ArrowRight');
  const story = page.getByTestId('block-story');
  await expect(story).toContainText(/^Allocated (by|before)/);
  // A block that somebody allocated during the run: its story names who, and where; going there shows it live.
  for (let i = 0; i < 40 && !/by life/.test(await story.innerText()); i++) {
    await page.locator('canvas.blocks').focus();
    await page.keyboard.press('ArrowRight');
    await expect(story).toContainText(/^Allocated (by|before)/);
  }
  const said = /by life ([\d,]+), chain (\d+) at operation ([\d,]+)\./.exec(
    await story.innerText(),
  );
  expect(said).not.toBeNull();
  const [life, chain, op] = (said ?? []).slice(1).map((text) => Number(text.replaceAll(',', '')));
  await story.getByRole('button', { name: 'Go there' }).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(op);
  const born = await page.evaluate(
    async (wanted) => {
      const { lane } = window.slabscope;
      const own = await lane.threads();
      return own.some((thread) => thread.chain === wanted.chain && thread.life >= wanted.life);
    },
    { life, chain },
  );
  expect(born).toBe(true);
  await expect(page.getByTestId('block')).toContainText('live');
  // The story follows the run: one operation older after a step, silent while the run moves.
  await expect(story).toContainText(/\. 0 operations ago\. Go there$/);
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(story).toContainText(/\. 1 operation ago\. Go there$/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.locator('.block-story')).toHaveText(/^Pause to see/);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(story).toContainText(/^Allocated by/);
});

test('the address knows where the run stands, and the start is the start', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(page).toHaveURL(/at=300001$/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.waitForFunction(() => {
    const { lane, H } = window.slabscope;
    return (lane.hub.latest?.header[H.op] ?? 0) > 400_000;
  });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await whenIdle(page);
  const op = await opOf(page);
  const digest = await digestOf(page);
  await expect(page).toHaveURL(new RegExp(`at=${op}$`));
  await page.reload();
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await whenIdle(page);
  expect(await opOf(page)).toBe(op);
  expect(await digestOf(page)).toBe(digest);
  await page.locator('#lane').focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('verdict')).toHaveText('running');
  await page.keyboard.press('Space');
  await whenIdle(page);
  await expect(page).not.toHaveURL(new RegExp(`at=${op}$`));
});

test('the address follows a run to its end, unless it was watched from its start', async ({
  page,
}) => {
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  await page.locator('#lane').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('autopsy')).toBeVisible();
  await whenIdle(page);
  const op = await opOf(page);
  await expect(page).toHaveURL(new RegExp(`at=${op + 1}$`));
  await page.reload();
  await expect(page.getByTestId('autopsy')).toBeVisible();
});

test('an event that never comes moves nothing, and is said', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=300000');
  await whenIdle(page);
  await page.getByLabel('Kind of event to step to').selectOption({ label: 'trim pass' });
  await page.locator('#lane').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(page.locator('.notices')).toContainText('There is no earlier “trim pass”');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('.notices')).toContainText('No “trim pass” before this run ends.');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
});

test('marks of what was seen stay when the run goes back; what is not there yet says so', async ({
  page,
}) => {
  await open(page, '#v3/larson-oom?at=99999999');
  await whenIdle(page);
  const marks = page.locator('.scrubber .marks i');
  await expect(marks.and(page.locator('[data-kind="mapRefused"]'))).toHaveCount(1);
  const before = await marks.count();
  const half = await point(page, 0.5);
  await page.mouse.click(half.x, half.y);
  await whenIdle(page);
  await expect(marks).toHaveCount(before);
  await page.goto('/#v3/larson-oom?sel=12000.0.3&at=500000');
  await whenIdle(page);
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText(
    'There is no SuperSlab 12,000 at this operation',
  );
});
