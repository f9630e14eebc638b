import type { Page } from '@playwright/test';

declare global {
  interface Window {
    /** Settles when no request is in flight, no frame is pending and the lane stands still. */
    whenIdle(): Promise<void>;
  }
}

/** Opens the page, with a link's hash if given, and waits until the shell is there. */
export async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`/${hash}`);
  await page.waitForFunction(() => typeof window.whenIdle === 'function');
}

/** Waits until the page has settled; journeys never sleep. */
export async function whenIdle(page: Page): Promise<void> {
  await page.evaluate(() => window.whenIdle());
}
