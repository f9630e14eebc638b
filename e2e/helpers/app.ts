import AxeBuilder from '@axe-core/playwright';
import {
  type BrowserContext,
  test as base,
  expect,
  type Locator,
  type Page,
} from '@playwright/test';
import type {} from '../../src/live/idle.ts';

export { type BrowserContext, expect, type Locator, type Page };

/**
 * Journeys share one tab: a page costs more to load than most of them do. Each begins with a load of
 * its own (`open`) and nothing in storage; the tab is made anew after a journey that failed. At its end
 * nothing may have gone wrong unseen.
 */
export const test = base.extend<{ errors: string[] }, { tab: Page }>({
  tab: [
    async ({ browser }, use, { project }) => {
      const { viewport, baseURL, colorScheme } = project.use;
      const context = await browser.newContext({
        ...(viewport === undefined ? {} : { viewport }),
        ...(baseURL === undefined ? {} : { baseURL }),
        ...(colorScheme === undefined ? {} : { colorScheme }),
        // Files come from the server; the journey without a network has a context of its own.
        serviceWorkers: 'block',
      });
      await use(await context.newPage());
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ tab }, use, { project }) => {
    await use(tab);
    if (tab.url().startsWith('http'))
      await tab.evaluate(() => {
        localStorage.clear();
        sessionStorage.clear();
      });
    // Nothing of it goes on running.
    await tab.goto('about:blank');
    if (project.use.viewport) await tab.setViewportSize(project.use.viewport);
  },
  errors: [
    async ({ page }, use) => {
      const { errors, stop } = watchErrors(page);
      await use(errors);
      stop();
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

/** Collects what must never appear: page errors, console errors, requests to anywhere else. */
export function watchErrors(page: Page): { readonly errors: string[]; stop(): void } {
  const errors: string[] = [];
  const onError = (error: Error): void => void errors.push(error.message);
  const onConsole = (message: { type(): string; text(): string }): void => {
    if (message.type() === 'error') errors.push(message.text());
  };
  const onRequest = (request: { url(): string }): void => {
    if (!/^(http:\/\/localhost|data:|blob:|about:)/.test(request.url()))
      errors.push(`request to ${request.url()}`);
  };
  page.on('pageerror', onError);
  page.on('console', onConsole);
  page.on('request', onRequest);
  return {
    errors,
    stop: () => {
      page.off('pageerror', onError);
      page.off('console', onConsole);
      page.off('request', onRequest);
    },
  };
}

const shown = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);

/** Loads the page with a link, and waits until the run stands where the link says. */
export async function open(page: Page, hash = '', query = ''): Promise<void> {
  // From elsewhere: a link that differs in its hash alone would not load the page.
  await page.goto('about:blank');
  await page.goto(`/${query}${hash}`);
  await shown(page);
  if (/[?&]at=/.test(hash)) await whenIdle(page);
}

/** Puts another link into the address of the page as it is. */
export async function visit(page: Page, hash: string): Promise<void> {
  await page.evaluate(
    (link) =>
      new Promise<void>((done) => {
        if (location.hash === link) throw new Error('this link is open already');
        window.addEventListener('hashchange', () => requestAnimationFrame(() => done()), {
          once: true,
        });
        location.hash = link;
      }),
    hash,
  );
}

/** The same, and waits until the run stands where the link says. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await visit(page, hash);
  await whenIdle(page);
}

/** Loads the page again, and waits until the run stands where it stood. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await shown(page);
  await whenIdle(page);
}

/** Waits until the page has settled; journeys never sleep. */
export async function whenIdle(page: Page): Promise<void> {
  await page.evaluate(() => window.whenIdle());
}

/** Operation of the latest frame of each lane. */
export const opsOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const { lanes, H } = window.slabscope;
    return lanes.map((lane) => lane.hub.latest?.header[H.op] ?? -1);
  });

/** Operation of the latest frame of the first lane. */
export const opOf = async (page: Page): Promise<number> => (await opsOf(page))[0];

/** Waits until the first lane has come beyond an operation. */
export const passed = async (page: Page, op: number): Promise<void> => {
  await page.waitForFunction((than) => {
    const { lane, H } = window.slabscope;
    return (lane.hub.latest?.header[H.op] ?? -1) > than;
  }, op);
};

/** Does what begins another run in the first lane, and waits until that has come beyond an operation. */
export async function passedAnew(
  page: Page,
  op: number,
  begin: () => Promise<void>,
): Promise<void> {
  const before = await page.evaluate(() => {
    const { lane, H } = window.slabscope;
    return lane.hub.latest?.header[H.generation];
  });
  await begin();
  await page.waitForFunction(
    ([than, former]) => {
      const { lane, H } = window.slabscope;
      const header = lane.hub.latest?.header;
      return header !== undefined && header[H.generation] !== former && header[H.op] > (than ?? 0);
    },
    [op, before] as const,
  );
}

/** Digest of the first lane's run as it stands. */
export const digestOf = (page: Page): Promise<string> =>
  page.evaluate(async () => (await window.slabscope.lane.digest()).digest);

/** Digests of all lanes. */
export const digestsOf = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    Promise.all(window.slabscope.lanes.map(async (lane) => (await lane.digest()).digest)),
  );

/** Brings all lanes to an operation. */
export async function seek(page: Page, op: number): Promise<void> {
  await page.evaluate((to) => window.slabscope.lockstep.seek(to), op);
  await whenIdle(page);
}

/** Lets all lanes run as fast as they can. */
export const playFast = (page: Page): Promise<void> =>
  page.evaluate(() => window.slabscope.lockstep.play('max'));

/** The lane's own keys take effect from here. */
export const onPage = (page: Page): Promise<void> => page.locator('#lane').focus();

/** Presses keys one after the other. */
export async function keys(page: Page, ...names: readonly string[]): Promise<void> {
  for (const name of names) await page.keyboard.press(name);
}

/** Presses a control as a keyboard user does. */
export async function press(page: Page, name: string | RegExp, exact = false): Promise<void> {
  await page.getByRole('button', { name, exact }).first().focus();
  await page.keyboard.press('Enter');
}

// Parts of the page, by what they are called.
export const map = (page: Page): Locator =>
  page.getByRole('application', { name: /^Every / }).first();
export const notices = (page: Page): Locator => page.getByRole('region', { name: 'Notices' });
export const verdict = (page: Page): Locator => page.getByTestId('verdict').first();
export const tree = (page: Page): Locator =>
  page.getByRole('navigation', { name: 'Branches of this run' });
/** The branch that the run is on. */
export const branch = (page: Page): Locator => tree(page).locator('[aria-current="true"]');
export const lanes = (page: Page): Locator => page.getByRole('region', { name: /^Lane [A-D]: / });
export const knob = (page: Page, id: string): Locator => page.locator(`[data-knob="${id}"]`);
/** The sentence that a story or a lesson is at. */
export const step = (part: Locator): Locator => part.locator('[aria-current="step"]');

/** Opens the inspector on the first SuperSlab or page, from the map, with the keyboard. */
export async function inspectFirst(page: Page): Promise<Locator> {
  await map(page).focus();
  await keys(page, 'ArrowRight', 'Enter');
  const inspector = page.getByTestId('inspector');
  await expect(inspector).toContainText('Blocks of');
  return inspector;
}

/** What a screen reader or a weak eye would stumble over; `within` a part, or on the whole page. */
export async function violations(
  page: Page,
  within?: string,
  rules?: readonly string[],
): Promise<string[]> {
  // Legacy mode: no second page for the sake of frames, of which there are none. What is well is not described.
  let axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
  if (within !== undefined) axe = axe.include(within);
  if (rules !== undefined) axe = axe.withRules([...rules]);
  const found = await axe.analyze();
  return found.violations.map(
    ({ id, nodes }) =>
      `${id} at ${nodes
        .slice(0, 3)
        .map(
          ({ target, failureSummary }) =>
            `${target.join(' ')} (${failureSummary?.split('\n')[1]?.trim()})`,
        )
        .join('; ')}`,
  );
}

/** Nothing scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(client);
}
