// What a browser may refuse, and what a host may do meanwhile: the page works and says what it cannot keep.
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preview } from 'vite';
import { HEADERS } from '../scripts/headers.mjs';
import {
  type BrowserContext,
  digestOf,
  expect,
  goTo,
  notices,
  onPage,
  open,
  opOf,
  opsOf,
  type Page,
  passed,
  passedAnew,
  reload,
  test,
  verdict,
  watchErrors,
  whenIdle,
} from './helpers/app.ts';

const LINK = '#v4/larson-oom?at=20000';
const FORGOTTEN = 'This browser keeps nothing for this page';

/** A tab of its own, whatever it is refused; nothing may go wrong unseen in it either. */
async function apart(
  context: BrowserContext,
): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const page = await context.newPage();
  return { page, errors: watchErrors(page).errors };
}

test('a browser that refuses storage, or has no room left, has a page that works and says so', async ({
  browser,
  baseURL,
}) => {
  for (const refuse of [
    () =>
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      }),
    () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    },
  ]) {
    const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
    await context.addInitScript(refuse);
    const { page, errors } = await apart(context);
    await open(page, LINK);
    expect(await opOf(page)).toBe(20_000);
    await onPage(page);
    const before = await page.evaluate(() => document.documentElement.dataset.theme);
    await page.keyboard.press('t');
    await expect(notices(page)).toContainText(FORGOTTEN);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).not.toBe(before);
    await page.getByRole('button', { name: 'Lessons', exact: true }).click();
    await expect(page.getByRole('dialog')).toContainText(FORGOTTEN);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Step one operation' }).click();
    await expect(page).toHaveURL(/at=20001$/);
    expect(errors).toEqual([]);
    await context.close();
  }
});

test('two tabs keep what each has seen, and each its own run', async ({ browser, baseURL }) => {
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const first = await apart(context);
  const second = await apart(context);
  await open(first.page, LINK);
  await open(second.page, LINK);
  const hint = (page: Page) => page.getByRole('complementary', { name: 'Hint' });
  await hint(first.page).getByRole('button', { name: 'Next' }).click();
  await expect(hint(first.page)).toContainText('Turn any knob');
  await hint(second.page).getByRole('button', { name: 'No hints' }).click();
  await hint(first.page).getByRole('button', { name: 'Next' }).click();
  await second.page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(second.page).toHaveURL(/at=20001$/);
  expect(await opOf(first.page)).toBe(20_000);
  const kept = await first.page.evaluate(() => localStorage.getItem('slabscope.hints'));
  expect(kept?.split(',').sort()).toEqual(['off', 'select', 'turn']);
  expect([...first.errors, ...second.errors]).toEqual([]);
  await context.close();
});

test('a sandboxed frame without an origin or storage shows the run', async ({ page, baseURL }) => {
  const sandbox = 'allow-scripts';
  const address = `${baseURL}/?embed=1${LINK}`;
  // Its parent is of the same server, which is what its headers allow.
  await page.route('**/frame.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe sandbox="${sandbox}" src="${address}" width="1200" height="800"></iframe>`,
    }),
  );
  await page.goto('/frame.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.getByTestId('verdict').first()).toHaveText('paused');
  await expect(frame.getByTestId('op')).toHaveText('20,000');
  await frame.getByRole('button', { name: 'Step one operation' }).click();
  await expect(frame.getByTestId('op')).toHaveText('20,001');
  await frame.locator('#lane').press('t');
  await expect(frame.getByRole('region', { name: 'Notices' })).toContainText(FORGOTTEN);
});

test('the server says what the page may do, and who may frame it', async ({
  page,
  request,
  errors,
}) => {
  const sent = (await request.get('/')).headers();
  for (const [name, value] of Object.entries(HEADERS)) expect(sent[name.toLowerCase()]).toBe(value);
  expect(sent['content-security-policy']).toContain("frame-ancestors 'self'");
  // A page of another host cannot show it in a frame.
  const other = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<iframe src="${new URL('/', test.info().project.use.baseURL ?? '').href}"></iframe>`,
    );
  });
  await new Promise<void>((done) => other.listen(0, 'localhost', done));
  const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
  await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`);
  await refused;
  expect(errors.splice(0).join()).toContain('frame-ancestors');
  await expect(page.frameLocator('iframe').getByTestId('op')).toHaveCount(0);
  other.close();
});

test('a tab of an old version keeps its files, and is told of the new one', async ({ browser }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'slabscope-'));
  await cp('dist', folder, { recursive: true });
  const server = await preview({
    root: folder,
    configFile: false,
    build: { outDir: '.' },
    preview: { port: 0 },
    logLevel: 'silent',
  });
  const context = await browser.newContext({ baseURL: server.resolvedUrls?.local[0] ?? '' });
  const { page, errors } = await apart(context);
  await open(page, LINK);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  // The next version: other names, and the code that saves pictures is not what it was.
  const script = path.join(folder, 'sw.js');
  const [picture] = (await readdir(path.join(folder, 'assets'))).filter((name) =>
    name.startsWith('svgcanvas'),
  );
  const next = picture.replace('svgcanvas', 'svgcanvas-next');
  await rename(path.join(folder, 'assets', picture), path.join(folder, 'assets', next));
  const former = await readFile(script, 'utf8');
  const [, version] = /VERSION = '(\w+)'/.exec(former) ?? [];
  await writeFile(script, former.replaceAll(version, 'next').replaceAll(picture, next));
  const html = path.join(folder, 'index.html');
  await writeFile(html, (await readFile(html, 'utf8')).replaceAll(version, 'next'));
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const worker = registration.installing ?? registration.waiting;
    while (worker?.state === 'installing')
      await new Promise((resolve) =>
        worker.addEventListener('statechange', resolve, { once: true }),
      );
    return worker?.state;
  });
  expect(state).toBe('installed');
  await expect(notices(page)).toContainText('A new version of this page is there');

  // Another tab has the page; the first one still has what it has not asked for so far.
  const other = await context.newPage();
  await open(other, LINK);
  expect(await digestOf(other)).toBe(await digestOf(page));
  await other.close();
  const saved = page.waitForEvent('download');
  await page.getByTitle('Save this view').first().click();
  await page.getByRole('button', { name: 'Save as SVG' }).first().click();
  expect((await saved).suggestedFilename()).toMatch(/\.svg$/);
  await page.keyboard.press('Escape');

  // Reloaded, it is of the new version, stands where it stood, and is told of nothing.
  await notices(page).getByRole('button', { name: 'Reload' }).click();
  await page.waitForFunction(
    () => document.querySelector<HTMLMetaElement>('meta[name="version"]')?.content === 'next',
  );
  await whenIdle(page);
  expect(await opOf(page)).toBe(20_000);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await whenIdle(page);
  await expect(notices(page)).toHaveCount(0);
  expect(errors).toEqual([]);
  await context.close();
  await server.close();
  await rm(folder, { recursive: true });
});

test('works offline after the first load', async ({ browser, baseURL }) => {
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const page = await context.newPage();
  await open(page, LINK);
  const digest = await digestOf(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await reload(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await reload(page);
  expect(await digestOf(page)).toBe(digest);
  await context.close();
});

test('a lane that keeps failing says so in its place, and goes on where it stood', async ({
  page,
}) => {
  await open(page, '#v4/fix-grid?at=100000');
  const fail = () =>
    page.evaluate(() => {
      for (let i = 0; i < 4; i++) window.slabscope.lanes[1].crashForTest();
    });
  await fail();
  const lost = page.getByTestId('lost');
  await expect(lost).toContainText('keeps failing (ended by a test)');
  await lost.getByRole('button', { name: 'Try again from here' }).click();
  await expect(lost).toHaveCount(0);
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([100_000, 100_000, 100_000, 100_000]);
  // Any command does it, too.
  await fail();
  await expect(lost).toBeVisible();
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(lost).toHaveCount(0);
  await whenIdle(page);
  expect(await opsOf(page)).toEqual([100_001, 100_001, 100_001, 100_001]);
  // A file that is asked for meanwhile is made all the same.
  await page.getByRole('button', { name: 'Share and export' }).click();
  const download = page.waitForEvent('download');
  await page.evaluate(() => {
    const [button] = [...document.querySelectorAll('dialog button')].filter((it) =>
      it.textContent?.includes('History as CSV'),
    );
    (button as HTMLButtonElement).click();
    window.slabscope.lanes[0].crashForTest();
  });
  expect((await download).suggestedFilename()).toMatch(/history\.csv$/);
});

test('Space is the player’s: before the page is there, and after a click on anything', async ({
  page,
}) => {
  await open(page, '#v4/route-p?at=20000');
  await passedAnew(page, 1000, () =>
    page.getByRole('group', { name: 'Variant' }).getByRole('button').nth(1).click(),
  );
  await page.keyboard.press('Space');
  await expect(verdict(page)).toHaveText('paused');
  await whenIdle(page);
  const op = await opOf(page);
  expect(op).toBeGreaterThan(1000);
  await page.keyboard.press('Space');
  await passed(page, op);
  // Words that were not pinned are there when the panel is opened again.
  await page.keyboard.press('n');
  await page.getByLabel('New note').fill('half a thought');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('notes')).toHaveCount(0);
  await page.keyboard.press('n');
  await expect(page.getByLabel('New note')).toHaveValue('half a thought');

  // Pressed while the scripts are still on their way.
  await page.goto('about:blank');
  let release = (): void => {};
  const held = new Promise<void>((next) => {
    release = next;
  });
  await page.route('**/assets/mount-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`/${LINK}`, { waitUntil: 'commit' });
  // The run is there before the page is, and stands where the link says.
  await page.waitForFunction(() => {
    const summary = window.slabscope?.lane.hub.summary;
    return summary?.op === 20_000 && !summary.playing;
  });
  await page.keyboard.press('Space');
  release();
  await passed(page, 20_000);
  await page.unroute('**/assets/mount-*.js');
});

test('lessons open at their top', async ({ page }) => {
  await open(page, LINK);
  for (const number of [7, 8]) {
    await page.getByRole('button', { name: 'Lessons', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: new RegExp(`^${number}`) })
      .click();
    await expect(page.getByTestId('lesson')).toContainText(`Lesson ${number}`);
    await whenIdle(page);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
  }
});

test('what is said of one recipe is gone with it: causes, and which lanes are compared', async ({
  page,
}) => {
  await open(page, '#v4/domino?at=5000');
  await page.getByRole('button', { name: 'Longest chain' }).first().click();
  await expect(page.getByTestId('domino-sum').first()).toBeVisible();
  await page.getByLabel('Second lane').selectOption('1');
  await goTo(page, '#v4/route-p?at=5000');
  await expect(page.getByTestId('domino-sum')).toHaveCount(0);
  await goTo(page, '#v4/fix-grid?at=5000');
  await expect(page.getByLabel('Second lane')).toHaveValue('3');
});

test('a part that fails, or whose file does not come, says so and leaves the rest', async ({
  page,
  errors,
}) => {
  await page.route('**/assets/notes-*.js', (route) => route.abort());
  await open(page, LINK);
  await whenIdle(page);
  await onPage(page);
  await page.keyboard.press('n');
  const fault = page.getByRole('alert').filter({ hasText: 'its code could not be loaded' });
  await expect(fault).toBeVisible();
  await page.getByRole('button', { name: 'Step one operation' }).click();
  await expect(page).toHaveURL(/at=20001$/);
  // The browser itself tells of the file.
  expect(errors.splice(0).join()).toContain('ERR_FAILED');
  await page.unroute('**/assets/notes-*.js');
});
