import {
  branch,
  digestOf,
  expect,
  goTo,
  inspectFirst,
  keys,
  map,
  notices,
  onPage,
  open,
  opOf,
  seek,
  test,
  tree,
  whenIdle,
} from './helpers/app.ts';

test('a killed thread is a branch that undo takes back and a link brings again', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=300000');
  const before = await digestOf(page);
  await onPage(page);
  await page.keyboard.press('b');
  const panel = page.getByTestId('break-it');
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

  await onPage(page);
  await keys(page, 'Control+z', 'Control+z');
  await expect(branch(page)).toContainText('as it was');
  await seek(page, 300_000);
  expect(await digestOf(page)).toBe(before);

  // Somebody else opens the link.
  await open(page, new URL(link).hash);
  expect(await opOf(page)).toBe(340_000);
  expect(await digestOf(page)).toBe(after);
  // What was done can be taken back there, too.
  await expect(branch(page)).toContainText('Kill: chain 2');
  await onPage(page);
  await page.keyboard.press('Control+z');
  await expect(branch(page)).toContainText('Burst: chain 3');
  await page.keyboard.press('Control+z');
  await expect(branch(page)).toContainText('as it was');
  await expect(page).not.toHaveURL(/kill/);
});

test('memory is taken, pinned and given back by hand; what cannot be is said', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=300000&sel=9');
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toContainText('SuperSlab 9');
  const before = await digestOf(page);
  await inspector.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(inspector).toContainText('pinned');
  await inspector.getByRole('button', { name: 'Trim' }).click();
  await expect(notices(page)).toContainText('Trim: It is pinned.');
  await inspector.getByRole('button', { name: 'Compact' }).click();
  await expect(notices(page)).toContainText(
    'pointers of the program, at least, would have to change',
  );
  await inspector.getByRole('button', { name: 'Unpin' }).click();
  await expect(inspector.getByRole('button', { name: 'Pin', exact: true })).toBeVisible();
  await inspector.getByLabel('by chain').selectOption('2');
  await inspector.getByRole('button', { name: 'Force adoption' }).click();
  await expect(inspector).toContainText('chain 2, living');
  await inspector.getByRole('button', { name: 'Trim' }).click();
  await expect(page.getByRole('region', { name: 'Inspector' })).toContainText(
    'gone back to the OS',
  );
  expect(await digestOf(page)).not.toBe(before);
  expect(await page.evaluate(() => window.slabscope.lane.audit())).toEqual([]);
});

test('memory pressure kills a program that has more than is left, in all lanes alike', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000000');
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

  await goTo(page, '#v4/fix-grid?at=300000');
  if ((await panel.count()) === 0)
    await page.getByRole('button', { name: 'Break it', exact: true }).click();
  await panel.getByRole('button', { name: '50 %' }).click();
  await expect.poll(() => page.evaluate(() => location.hash.match(/:mp:0.5/g)?.length)).toBe(4);
});

test('a blow falls in all lanes alike, or in one', async ({ page }) => {
  await open(page, '#v4/best-policy?at=4000');
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
});

test('notes and the selection travel in the link, as text and nothing else', async ({ page }) => {
  await open(page, '#v4/larson-oom?at=200000');
  await inspectFirst(page);
  await keys(page, 'Escape', 'Enter');
  await onPage(page);
  await page.keyboard.press('n');
  const notes = page.getByTestId('notes');
  const words = '<img src=x onerror=alert(1)> & 100 % “empty”';
  await notes.getByLabel('New note').fill(words);
  await notes.getByRole('button', { name: 'Pin the note here' }).click();
  await expect(notes).toContainText(words);
  await expect(notes).toContainText('operation 200,000, SuperSlab');
  const digest = await digestOf(page);
  await expect(page).toHaveURL(/note=200000.*sel=/);

  await open(page, new URL(page.url()).hash);
  await expect(notes).toContainText(words);
  await expect(page.getByTestId('inspector')).toContainText('Blocks of slab');
  expect(await digestOf(page)).toBe(digest);
  // A press on the note goes back to where it was pinned.
  await seek(page, 1000);
  await notes.getByText(words).click();
  await whenIdle(page);
  expect(await opOf(page)).toBe(200_000);
  await page.getByRole('button', { name: /Remove the note/ }).click();
  await expect(page).not.toHaveURL(/note=/);
});

test('panels take the focus, keep it, refuse rubbish aloud, and Escape closes them', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=300000');
  await onPage(page);
  await page.keyboard.press('b');
  const panel = page.getByTestId('break-it');
  await expect(page.getByRole('heading', { name: 'Break it' })).toBeFocused();
  await panel.getByLabel('Burst').fill('1e99');
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('alert')).toContainText(/goes from 1 to/);
  const kill = page.getByRole('button', { name: 'Kill chain 2' });
  await kill.focus();
  await page.keyboard.press('Enter');
  await expect(kill).toBeDisabled();
  await expect(kill).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page.locator('#lane')).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { name: 'Notes' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notes')).toHaveCount(0);
  await expect(map(page)).toBeVisible();
});
