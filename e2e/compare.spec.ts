import {
  digestsOf,
  expect,
  goTo,
  keys,
  knob,
  lanes,
  onPage,
  open,
  opOf,
  opsOf,
  passed,
  press,
  reload,
  test,
  verdict,
  whenIdle,
} from './helpers/app.ts';

test('a comparison from scratch, to its first divergence, with the keyboard alone', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=100000');
  await press(page, 'Duplicate lane A');
  await expect(page.getByTestId('compare')).toBeVisible();
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([100_000, 100_000]);
  const equal = await digestsOf(page);
  expect(equal[1]).toBe(equal[0]);
  await expect(page.getByText(/No divergence in the first/)).toBeVisible();

  await press(page, 'Rename lane B');
  await page.keyboard.type('Adopting');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Lane B: Adopting' })).toBeVisible();

  await press(page, 'Knobs', true);
  await knob(page, 'orphanPolicy').getByRole('button', { name: 'Adopt', exact: true }).focus();
  await keys(page, 'Space', 'Escape');
  await onPage(page);
  await page.keyboard.press('Space');
  await passed(page, 250_000);
  await page.keyboard.press('Space');
  await expect(verdict(page)).toHaveText('paused');
  await whenIdle(page);
  const [a, b] = await opsOf(page);
  expect(b).toBe(a);
  const flag = page.getByTestId('divergence');
  await expect(flag).toContainText('First divergence');
  const op = Number(/operation ([\d,]+)/.exec(await flag.innerText())?.[1].replaceAll(',', ''));
  expect(op).toBeGreaterThan(100_000);
  await press(page, 'Go there');
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([op, op]);
  const apart = await digestsOf(page);
  expect(apart[1]).not.toBe(apart[0]);

  // The link brings back lanes, names, edit and position.
  await expect(page).toHaveURL(new RegExp(`l=Adopting.*at=${op}&focus=1$`));
  await reload(page);
  expect(await opsOf(page)).toEqual([op, op]);
  expect(await digestsOf(page)).toEqual(apart);
});

test('four lanes stand at equal operations, whatever moves them', async ({ page }) => {
  await open(page, '#v4/fix-grid');
  await passed(page, 60_000);
  await page.keyboard.press('Space');
  await expect(verdict(page)).toHaveText('paused');
  await whenIdle(page);
  const ops = await opsOf(page);
  expect(new Set(ops).size).toBe(1);
  await page.keyboard.press('ArrowRight');
  await whenIdle(page);
  expect(await opsOf(page)).toEqual(ops.map((op) => op + 1));
  // The table is of where they stand, whichever of them came last.
  const now = await page.evaluate(() =>
    window.slabscope.lanes.map((lane) => lane.hub.latest?.counters[2].toLocaleString('en-US')),
  );
  const cells = page.getByRole('row', { name: /^SuperSlabs.* now/ }).getByRole('cell');
  for (const [lane, value] of now.entries())
    await expect(cells.nth(lane)).toHaveText(new RegExp(`^${value}(\\D|$)`));
  await page.keyboard.press('3');
  await page.getByLabel('align by').selectOption('ns');
  await page.getByLabel('own axes').check();
  await expect(page).toHaveURL(/focus=2/);
  await page.getByRole('button', { name: 'Remove lane D' }).click();
  await expect(lanes(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Move lane A to the right' }).click();
  await expect(lanes(page).first()).toHaveAccessibleName(/Count remote/);
  await whenIdle(page);
  expect(new Set(await opsOf(page)).size).toBe(1);

  await goTo(page, '#v4/domino?at=20000');
  await page.getByLabel('Kind of event to step to').selectOption('pageAdopted');
  await onPage(page);
  for (const key of ['Shift+ArrowRight', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'ArrowLeft']) {
    await page.keyboard.press(key);
    await whenIdle(page);
    const now = await opsOf(page);
    expect(new Set(now).size).toBe(1);
    await expect(page).toHaveURL(new RegExp(`at=${now[0]}(&|$)`));
  }
  // A lane that has ended stays behind; the run is where the others are.
  await goTo(page, '#v4/fix-grid?mm=6000&at=900000');
  await expect(page.getByText(/^OOM at/).first()).toBeVisible();
  expect(Math.min(...(await opsOf(page)))).toBeLessThan(900_000);
  await onPage(page);
  await page.keyboard.press('ArrowLeft');
  await whenIdle(page);
  expect(Math.max(...(await opsOf(page)))).toBe(899_999);
  await expect(page).toHaveURL(/at=899999(&|$)/);
});

test('a domino is followed to its origin, with the keyboard alone', async ({ page }) => {
  await open(page, '#v4/domino.0?at=5000');
  await expect(page.getByRole('heading', { name: /fell to a chain of adoptions/ })).toBeVisible();
  await press(page, 'Longest chain');
  await expect(page.getByTestId('domino-sum')).toContainText('64.0 KiB mapped');
  const links = page
    .getByRole('list', { name: 'Chain of causes, first to last' })
    .getByRole('listitem');
  expect(await links.count()).toBeGreaterThan(2);
  await expect(links.last()).toContainText('an adoption took the page that would have served');
  await press(page, 'First domino');
  await whenIdle(page);
  expect(await opOf(page)).toBeLessThan(5000);
  // Any event of the lanes, too.
  const card = page.getByRole('article').filter({
    has: page.getByRole('application', { name: /^Adoptions and new/ }),
  });
  await card.getByRole('application').focus();
  await expect(async () => {
    await page.keyboard.press('ArrowLeft');
    await expect(card.getByRole('status')).not.toBeEmpty({ timeout: 200 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('domino-sum')).toBeVisible();
});

test('contradictory knobs are allowed and explained where they bite', async ({ page }) => {
  await open(page, '#v4/route-p.0?at=30000');
  await page
    .getByRole('article')
    .filter({ has: page.getByRole('application', { name: /^Adoptions and new/ }) })
    .getByRole('button', { name: 'As table' })
    .click();
  await page.evaluate(() => window.slabscope.lane.hub.redraw());
  const row = page.getByRole('row', { name: /too few remote blocks/ });
  await expect(row).toBeVisible();
  const refused = Number((await row.getByRole('cell').last().innerText()).replaceAll(',', ''));
  expect(refused).toBeGreaterThan(0);
  await expect(page.getByRole('region', { name: 'Story' })).toContainText('8 remote blocks');
});
