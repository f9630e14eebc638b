import { chromium } from '@playwright/test';
import { preview } from 'vite';
import type { Figure } from './main.ts';

const LOADS = 9;
/** What the page is slowed down by, as on a telephone. */
const THROTTLED = 4;

/** Times since navigation, ms. */
interface Started {
  worker: number;
  painted: number;
}

declare global {
  interface Window {
    started?: Partial<Started>;
  }
}

/** Runs before the page's own scripts: notes when it starts a worker, and when the map has been painted. */
function note(): void {
  const started: Partial<Started> = {};
  window.started = started;
  const { Worker } = window;
  window.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.worker ??= performance.now();
    }
  };
  // A canvas that has never been painted is as wide as canvases are by themselves.
  const look = (): void => {
    const canvas = document.querySelector<HTMLCanvasElement>('.map-card canvas');
    if (canvas && canvas.width !== 300 && window.slabscope?.lane.hub.latest)
      requestAnimationFrame((now) => {
        started.painted = now;
      });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Cold loads of the built page, storage and caches empty: from navigation to the first picture of the run. */
export async function startFigures(): Promise<Figure[]> {
  const server = await preview({ preview: { port: 4191, strictPort: false }, logLevel: 'silent' });
  const url = server.resolvedUrls?.local[0] ?? 'http://localhost:4191/';
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic'],
  });
  const load = async (rate: number): Promise<Started> => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    await page.addInitScript(note);
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => window.started?.painted !== undefined);
    const { worker = NaN, painted = NaN } = (await page.evaluate(() => window.started)) ?? {};
    await context.close();
    return { worker, painted };
  };
  const figures: Figure[] = [];
  try {
    for (const [rate, name] of [
      [1, 'cold load'],
      [THROTTLED, `cold load, page slowed ${THROTTLED} times`],
    ] as const) {
      const loads: Started[] = [];
      await load(rate);
      for (let i = 0; i < LOADS; i++) loads.push(await load(rate));
      for (const [what, key] of [
        ['the worker is started', 'worker'],
        ['the first picture is painted', 'painted'],
      ] as const)
        figures.push({
          name: `${name}: ${what}, median of ${LOADS}`,
          value: median(loads.map((started) => started[key])),
          unit: 'ms',
        });
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return figures;
}
