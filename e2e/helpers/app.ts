import { expect, type Page } from '@playwright/test';
import type {} from '../../src/live/idle.ts';

/** Opens the page, with a link's hash if given, and waits until the shell is there. */
export async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`/${hash}`);
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
}

/** Waits until the page has settled; journeys never sleep. */
export async function whenIdle(page: Page): Promise<void> {
  await page.evaluate(() => window.whenIdle());
}

/** Operation of the latest frame. */
export const opOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { lane, H } = window.slabscope;
    return lane.hub.latest?.header[H.op] ?? -1;
  });

/** Digest of the run as it stands. */
export const digestOf = (page: Page): Promise<string> =>
  page.evaluate(async () => (await window.slabscope.lane.digest()).digest);

/** Collects what must never appear: page errors, console errors, refused requests. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(http:\/\/localhost|data:|blob:)/.test(request.url()))
      errors.push(`request to ${request.url()}`);
  });
  return errors;
}

/** Nothing scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll).toBeLessThanOrEqual(client);
}
