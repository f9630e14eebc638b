import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { open, opOf, watchErrors, whenIdle } from './helpers/app.ts';

/** Right answers; a curve is drawn rising for 'rise'. */
const ANSWERS: readonly [title: string, right: number | 'rise', wrong: number | 'fall'][] = [
  ['A SuperSlab’s life', 0, 1],
  ['The dead owner', 'rise', 'fall'],
  ['The counter that lies', 2, 0],
  ['Who hit the map limit?', 3, 0],
  ['Trim: the sawtooth and its price', 'rise', 'fall'],
  ['The helpful thief', 0, 2],
  ['Threshold traps', 2, 0],
  ['Owner priority and its orphans', 3, 1],
  ['Design the policy', 2, 1],
];

async function begin(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await page.locator('.lessons li button').filter({ hasText: title }).click();
  await expect(page.getByTestId('lesson')).toContainText(title);
  await whenIdle(page);
  // Nothing runs before the prediction is made.
  expect(await opOf(page)).toBe(0);
}

/** Draws with the keys: a rising line, or one that falls from the top. */
async function draw(page: Page, how: 'rise' | 'fall'): Promise<void> {
  await page.locator('canvas.curve').focus();
  if (how === 'fall') for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 39; i++) {
    await page.keyboard.press('ArrowRight');
    if (i % 2 === 0) await page.keyboard.press(how === 'rise' ? 'ArrowUp' : 'ArrowDown');
  }
}

for (const [title, right, wrong] of ANSWERS) {
  test(`lesson “${title}” by a learner who errs first`, async ({ page }) => {
    test.slow();
    const errors = watchErrors(page);
    await open(page, '#v3/larson-oom?at=1000');
    await whenIdle(page);
    for (const guess of [wrong, right]) {
      await begin(page, title);
      if (typeof guess === 'number') await page.getByRole('radio').nth(guess).check();
      else await draw(page, guess);
      await page.getByRole('button', { name: 'Now let it run' }).click();
      await page.evaluate(() => window.slabscope.lockstep.play('max'));
      const score = page.getByTestId('score');
      await expect(score).toBeVisible({ timeout: 60_000 });
      if (typeof guess === 'number')
        await expect(score).toHaveText(guess === right ? 'Right.' : 'Not this time.');
      else {
        const share = Number(/(\d+) %/.exec(await score.innerText())?.[1]);
        if (guess === 'rise') expect(share).toBeGreaterThan(70);
        else expect(share).toBeLessThan(50);
      }
      await page.keyboard.press('Space');
      await expect(page.getByTestId('goal')).toBeVisible();
      await expect(page.locator('.lesson-steps li.now .prose')).not.toBeEmpty();
    }
    await page.screenshot({ path: `test-results/lesson-${title.replace(/\W+/g, '-')}.png` });
    expect(errors).toEqual([]);
  });
}

test('a goal is reached with the knobs, remembered, and knobs turned half-way break nothing', async ({
  page,
}) => {
  test.slow();
  await open(page, '#v3/larson-oom?at=1000');
  await whenIdle(page);
  await begin(page, 'The dead owner');
  await draw(page, 'rise');
  await page.getByRole('button', { name: 'Now let it run' }).click();
  // Half-way: the orphans are adopted, so the later steps still come and the goal does not.
  await page.evaluate(() => window.slabscope.lockstep.play('max'));
  await expect(page.getByTestId('goal')).toBeVisible({ timeout: 60_000 });
  await page.evaluate(() => window.slabscope.lockstep.pause());
  const adopt = page
    .locator('[data-knob="orphanPolicy"]')
    .getByRole('button', { name: 'Adopt', exact: true });
  await adopt.click();
  await expect(adopt).toHaveAttribute('aria-pressed', 'true');
  const fold = page.getByRole('button', { name: /Start again with these/ });
  if (await fold.isVisible()) await fold.click();
  await page.evaluate(() => window.slabscope.lockstep.play('max'));
  await expect(page.getByTestId('goal')).toContainText('Reached.', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Close the lesson' }).click();
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await expect(page.locator('.lessons li').filter({ hasText: 'The dead owner' })).toContainText(
    'goal reached',
  );
});

test('a step that can never come says so; the clicker turns steps; no violations', async ({
  page,
}) => {
  await open(page, '#v3/larson-oom?at=1000');
  await whenIdle(page);
  await begin(page, 'Who hit the map limit?');
  await page.getByRole('radio').nth(3).check();
  const scan = async (): Promise<string[]> =>
    (await new AxeBuilder({ page }).analyze()).violations.map(
      ({ id, nodes }) => `${id} ${nodes[0]?.target.join(' ')}`,
    );
  expect(await scan()).toEqual([]);
  await page.getByRole('button', { name: 'Now let it run' }).click();
  await page.evaluate(() => window.slabscope.lane.setKnob('seconds', 0.2));
  await page.evaluate(() => window.slabscope.lockstep.play('max'));
  await expect(page.getByText(/the next step cannot come/)).toBeVisible({ timeout: 30_000 });
  await page.getByLabel('teach', { exact: true }).check();
  await page.keyboard.press('PageDown');
  await expect(page.locator('.lesson-steps li.now')).toContainText('Not memory.');
  await page.keyboard.press('PageUp');
  await expect(page.locator('.lesson-steps li.now')).toContainText('Count what the kernel counts.');
  await page.getByRole('button', { name: 'map entries' }).click();
  await expect(page.locator('.entries-card')).toHaveClass(/pointed/);
  expect(await scan()).toEqual([]);
  await page.getByRole('button', { name: /Start again with the lesson/ }).click();
  await expect(page.getByText('Predict first')).toBeVisible();
});

test('a lesson closes when another scenario is opened', async ({ page }) => {
  await open(page, '#v3/larson-oom?at=1000');
  await whenIdle(page);
  await page.getByRole('button', { name: /Lessons/ }).click();
  await page.getByRole('button', { name: /A SuperSlab’s life/ }).click();
  await expect(page.getByTestId('lesson')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('falling dominoes');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('scenario')).toContainText('The falling dominoes');
  await expect(page.getByTestId('lesson')).toHaveCount(0);
  await expect(page.locator('.notices')).toContainText('Lesson 1 is closed');
});
