import { readFileSync } from 'node:fs';
import {
  branch,
  digestOf,
  expect,
  keys,
  knob,
  lanes,
  notices,
  onPage,
  open,
  opOf,
  test,
  tree,
  violations,
  whenIdle,
} from './helpers/app.ts';

test('a knob turned in the past makes a branch; undo and redo walk them; two open as lanes', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=300000');
  const before = await digestOf(page);
  await knob(page, 'orphanPolicy').getByRole('button', { name: 'Adopt', exact: true }).click();
  await expect(tree(page)).toContainText('Memory of dead owners: Adopt');
  await onPage(page);
  await page.keyboard.press('Control+z');
  await expect(branch(page)).toContainText('as it was');
  await whenIdle(page);
  expect(await opOf(page)).toBe(300_000);
  expect(await digestOf(page)).toBe(before);
  await page.keyboard.press('Control+Shift+z');
  await expect(branch(page)).toContainText('Adopt');
  await page.getByRole('button', { name: 'Open “as it was” as a lane' }).click();
  await expect(page.getByTestId('compare')).toBeVisible();
  await whenIdle(page);
  expect(await violations(page, '[data-testid="compare"]')).toEqual([]);

  // Branches come with a link; the one that was left opens as a lane beside the shipped policy.
  await open(page, '#v4/larson-oom?act=300000:kill:2:0&e=400000:op:adopt&at=500000');
  await expect(branch(page)).toContainText('Adopt');
  await onPage(page);
  await page.keyboard.press('Control+z');
  await expect(branch(page)).toContainText('Kill: chain 2');
  await page.keyboard.press('Control+z');
  await expect(branch(page)).toContainText('as it was');
  await page.getByRole('button', { name: 'Open “Memory of dead owners: Adopt” as a lane' }).click();
  await expect(lanes(page).first()).toHaveAccessibleName(/As shipped/);
});

test('commands, operations and knobs are found by name, with the keyboard alone', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000');
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: /Find a command/ });
  await expect(box).toBeFocused();
  await page.keyboard.type('50,000');
  await page.keyboard.press('Enter');
  await whenIdle(page);
  expect(await opOf(page)).toBe(50_000);
  await page.keyboard.press('Control+k');
  for (const [words, found] of [
    ['perfetto', 'Share and export'],
    ['reuse-empty', 'Knob: Memory of dead owners'],
    ['pending threshold', 'Knob: Pending threshold'],
  ] as const) {
    await box.fill(words);
    await expect(page.getByRole('option').filter({ hasText: found }).first()).toBeVisible();
  }
  await box.fill('no such thing at all');
  await expect(page.getByText('Nothing is called that.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('domino');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('scenario')).toContainText('The falling dominoes');
});

test('a run leaves as link, command, recipe and trace, and comes back from a file', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?op=adopt&at=150000');
  const digest = await digestOf(page);
  const share = (): Promise<void> => page.getByRole('button', { name: 'Share and export' }).click();
  const load = (name: string, text: string | Buffer): Promise<void> =>
    page
      .getByLabel(/Open a recipe file/)
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await share();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel(/^Link/)).toHaveValue(/op=adopt&at=150000$/);
  await expect(dialog.getByLabel(/command line/)).toHaveValue(
    /--set orphanPolicy=adopt .*--ops 150000/,
  );

  const tracing = page.waitForEvent('download');
  await dialog.getByRole('button', { name: /perfetto/ }).click();
  const trace = JSON.parse(readFileSync(await (await tracing).path(), 'utf8')) as {
    traceEvents: unknown[];
  };
  expect(trace.traceEvents.length).toBeGreaterThan(100);

  const saving = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Recipe', exact: true }).click();
  const recipe = readFileSync(await (await saving).path());
  await page.keyboard.press('Escape');
  await open(page, '#v4/chunks.1?at=1000');
  await share();
  await load('run.json', recipe);
  await expect(page.getByTestId('scenario')).toContainText('Larson to the map limit');
  await whenIdle(page);
  expect(await opOf(page)).toBe(150_000);
  expect(await digestOf(page)).toBe(digest);

  // What cannot be read leaves the run alone, and is said.
  await share();
  await load('cat.json', '<img src=x onerror=alert(1)>');
  await page.keyboard.press('Escape');
  await expect(notices(page)).toContainText('not a recipe');
  await share();
  await load('new.json', '{"schema":9}');
  await expect(notices(page)).toContainText(/reads up to .* Kept: the present run/);
  expect(await digestOf(page)).toBe(digest);
  await expect(page).toHaveURL(/larson-oom/);
  await keys(page, 'Escape');

  const picture = page.waitForEvent('download');
  await page.getByTitle('Save this view').first().click();
  await page.getByRole('button', { name: 'Save as PNG' }).first().click();
  expect((await picture).suggestedFilename()).toMatch(/\.png$/);
});
