import {
  expect,
  keys,
  knob,
  notices,
  open,
  opOf,
  type Page,
  playFast,
  step,
  test,
  violations,
  whenIdle,
} from './helpers/app.ts';

async function begin(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await page.getByRole('dialog', { name: 'Lessons' }).getByRole('button', { name: title }).click();
  await expect(page.getByTestId('lesson')).toContainText(title);
  await whenIdle(page);
  // Nothing runs before the prediction is made.
  expect(await opOf(page)).toBe(0);
}

/** Draws with the keys: a rising line, or one that falls from the top. */
async function draw(page: Page, how: 'rise' | 'fall'): Promise<void> {
  await page.getByTestId('lesson').getByRole('application').focus();
  if (how === 'fall') for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 39; i++) {
    await page.keyboard.press('ArrowRight');
    if (i % 2 === 0) await page.keyboard.press(how === 'rise' ? 'ArrowUp' : 'ArrowDown');
  }
}

/** Makes the prediction, lets the run prove it, and gives the words it earns. */
async function answer(page: Page, guess: number | 'rise' | 'fall'): Promise<string> {
  if (typeof guess === 'number') await page.getByRole('radio').nth(guess).check();
  else await draw(page, guess);
  await page.getByRole('button', { name: 'Now let it run' }).click();
  await playFast(page);
  await expect(page.getByTestId('score')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('goal')).toBeVisible();
  await expect(step(page.getByTestId('lesson'))).not.toBeEmpty();
  return page.getByTestId('score').innerText();
}

// One lesson of each kind; that all prove what they should is in lessons.test.ts.
test('lessons by a learner who errs first: a choice, and a curve', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=1000');
  await begin(page, 'Design the policy');
  expect(await answer(page, 1)).toBe('Not this time.');
  await begin(page, 'Design the policy');
  expect(await answer(page, 2)).toBe('Right.');
  const share = async (guess: 'rise' | 'fall'): Promise<number> => {
    await begin(page, 'The dead owner');
    return Number(/(\d+) %/.exec(await answer(page, guess))?.[1]);
  };
  expect(await share('fall')).toBeLessThan(50);
  expect(await share('rise')).toBeGreaterThan(70);
});

test('a goal is reached with the knobs, remembered, and knobs turned half-way break nothing', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000');
  await begin(page, 'The dead owner');
  await draw(page, 'rise');
  await page.getByRole('button', { name: 'Now let it run' }).click();
  // Half-way: the orphans are adopted, so the later steps still come and the goal does not.
  await playFast(page);
  const goal = page.getByTestId('goal');
  await expect(goal).toBeVisible();
  await page.evaluate(() => window.slabscope.lockstep.pause());
  const adopt = knob(page, 'orphanPolicy').getByRole('button', { name: 'Adopt', exact: true });
  await adopt.click();
  await expect(adopt).toHaveAttribute('aria-pressed', 'true');
  const fold = page.getByRole('button', { name: /Start again with these/ });
  if (await fold.isVisible()) await fold.click();
  await playFast(page);
  await expect(goal).toContainText('Reached.');
  await page.getByRole('button', { name: 'Close the lesson' }).click();
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await expect(
    page.getByRole('dialog').getByRole('listitem').filter({ hasText: 'The dead owner' }),
  ).toContainText('goal reached');
});

test('a step that can never come says so; the clicker turns steps; another scenario closes the lesson', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000');
  await begin(page, 'Who hit the map limit?');
  const lesson = page.getByTestId('lesson');
  await page.getByRole('radio').nth(3).check();
  expect(await violations(page, '[data-testid="lesson"]')).toEqual([]);
  await page.getByRole('button', { name: 'Now let it run' }).click();
  await page.evaluate(() => window.slabscope.lane.setKnob('seconds', 0.2));
  await playFast(page);
  await expect(page.getByText(/the next step cannot come/)).toBeVisible();
  await page.getByLabel('teach', { exact: true }).check();
  await page.keyboard.press('PageDown');
  await expect(step(lesson)).toContainText('Not memory.');
  await page.keyboard.press('PageUp');
  await expect(step(lesson)).toContainText('Count what the kernel counts.');
  await page.getByRole('button', { name: 'map entries' }).click();
  await expect(page.getByRole('article', { name: /map entries/ }).first()).toBeInViewport();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: /Start again with the lesson/ }).click();
  await expect(page.getByText('Predict first')).toBeVisible();

  await keys(page, 'Control+k');
  await page.keyboard.type('falling dominoes');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('scenario')).toContainText('The falling dominoes');
  await expect(lesson).toHaveCount(0);
  await expect(notices(page)).toContainText('Lesson 4 is closed');
});
