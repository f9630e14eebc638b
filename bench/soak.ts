import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import type { Figure } from './main.ts';

const MINUTE = 60_000;
const HASH = `#v3/orphan-cures?s=3600&mm=1000000&pl=256`;

/**
 * Four lanes, played, scrubbed, forked by blows and undone for some minutes: memory must stay flat, that of
 * the page's heap and that of the whole process, workers and keyframes included, once their budgets are full.
 * `npm run bench -- --soak 10`. Needs `npm run build`.
 */
export async function soakFigures(minutes: number): Promise<Figure[]> {
  const server = await preview({ preview: { port: 4191, strictPort: false }, logLevel: 'silent' });
  const url = server.resolvedUrls?.local[0] ?? 'http://localhost:4191/';
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    /** Bytes of the page's own heap after a collection. */
    const heap = async (): Promise<number> => {
      await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
    };
    const system = await browser.newBrowserCDPSession();
    /** Resident bytes of the process that holds page and workers; NaN where there is no /proc. */
    const resident = async (): Promise<number> => {
      const { processInfo } = await system.send('SystemInfo.getProcessInfo');
      const sizes = processInfo
        .filter(({ type }) => type === 'renderer')
        .map(({ id }) => {
          try {
            return Number(readFileSync(`/proc/${id}/statm`, 'utf8').split(' ')[1]) * 4096;
          } catch {
            return Number.NaN;
          }
        });
      return Math.max(...sizes);
    };
    await page.goto(url + HASH);
    await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
    await page.getByRole('button', { name: 'Break it', exact: true }).click();
    const seen: number[] = [];
    const sizes: number[] = [];
    const end = Date.now() + minutes * MINUTE;
    for (let turn = 0; Date.now() < end; turn++) {
      await page.evaluate(async (n) => {
        const { lockstep, lane } = window.slabscope;
        await lockstep.play('max');
        await new Promise((next) => setTimeout(next, 1500));
        await lockstep.pause();
        const horizon = lane.hub.summary?.horizon ?? 0;
        for (let i = 1; i <= 6; i++)
          await lockstep.seek(Math.floor((horizon * ((n * 7 + i * 5) % 11)) / 11), i < 6);
      }, turn);
      // Another future, and back.
      await page.getByRole('button', { name: `Burst chain ${1 + (turn % 4)}` }).click();
      await page.evaluate(() => window.whenIdle());
      await page.locator('#lane').focus();
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+Shift+z');
      await page.evaluate(() => window.whenIdle());
      if (turn % 2 !== 0) continue;
      seen.push(await heap());
      sizes.push(await resident());
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    /** The last third against the middle one: in the first, budgets fill. */
    const drift = (values: number[]): number => {
      const third = Math.max(1, Math.floor(values.length / 3));
      return mean(values.slice(-third)) / mean(values.slice(-2 * third, -third));
    };
    return [
      {
        name: `page heap after ${minutes} min with four lanes`,
        value: (seen.at(-1) ?? 0) / 2 ** 20,
        unit: 'MiB',
      },
      {
        name: 'page heap, last third of the soak against the middle one',
        value: drift(seen),
        unit: 'ratio',
        goal: { value: 1.1, better: 'less' },
      },
      {
        name: 'resident bytes of page and workers at the end',
        value: (sizes.at(-1) ?? 0) / 2 ** 20,
        unit: 'MiB',
      },
      {
        name: 'the same, last third against the middle one',
        value: drift(sizes),
        unit: 'ratio',
        goal: { value: 1.1, better: 'less' },
      },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}
