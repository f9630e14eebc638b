import { chromium } from '@playwright/test';
import { preview } from 'vite';
import type { Figure } from './main.ts';

const MINUTE = 60_000;
const HASH = `#v1/orphan-cures?s=3600&mm=1000000&pl=256`;

/**
 * Four lanes, played, scrubbed, forked and undone for some minutes: the page's memory must stay flat.
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
    await page.goto(url + HASH);
    await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
    const seen: number[] = [];
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
      await page.evaluate(async (n) => {
        const { lane } = window.slabscope;
        await lane.setKnob('emptyReserve', n % 8);
      }, turn);
      await page.locator('#lane').focus();
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+Shift+z');
      await page.evaluate(() => window.whenIdle());
      if (turn % 5 === 0) seen.push(await heap());
    }
    const half = Math.max(1, Math.floor(seen.length / 2));
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    return [
      {
        name: `page heap after ${minutes} min with four lanes`,
        value: (seen.at(-1) ?? 0) / 2 ** 20,
        unit: 'MiB',
      },
      {
        name: 'second half of the soak against the first',
        value: mean(seen.slice(half)) / mean(seen.slice(0, half)),
        unit: 'ratio',
        goal: { value: 1.1, better: 'less' },
      },
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}
