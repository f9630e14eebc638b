import { chromium } from '@playwright/test';
import { preview } from 'vite';
import type { Figure } from './main.ts';

/** What the page reports about ten seconds of watching. */
interface Watched {
  ops: number;
  ms: number;
  frames: number;
  longTasks: number;
  longest: number;
  dropped: number;
  commits: number;
  paintMs: number;
  worstMs: number;
}

/** Lanes of a link that differ in nothing but their names. */
const lanes = (knob: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `l=${'ABCD'[i]}~${knob}`).join('&');

/** The built page in a real browser: operations per second while streaming, frames, long tasks. Needs `npm run build`. */
export async function pageFigures(): Promise<Figure[]> {
  const server = await preview({ preview: { port: 4190, strictPort: false }, logLevel: 'silent' });
  const url = server.resolvedUrls?.local[0] ?? 'http://localhost:4190/';
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic'],
  });
  const figures: Figure[] = [];
  try {
    for (const [name, hash] of [
      ['~30 SuperSlabs', '#v3/larson-oom?op=adopt&s=3600&mm=1000000&pl=256&at=500000'],
      ['~49 k SuperSlabs', '#v3/larson-oom?s=3600&mm=1000000&pl=256&e=8380000:op:adopt&at=8380000'],
      ['four lanes, tiny', `#v3/custom?s=3600&mm=1000000&pl=256&${lanes('op:adopt', 4)}&at=200000`],
      [
        'four lanes, MF2',
        `#v3/custom?m=mf2&mn=2048&mx=32768&mo=direct&s=3600&pl=256&sh=shared&r=100&${lanes('ro:s2', 4)}&at=20000`,
      ],
    ] as const) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(url + hash);
      await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
      await page.evaluate(() => window.whenIdle());
      const seen = await page.evaluate(watch);
      figures.push(
        {
          name: `worker while streaming, ${name}`,
          value: seen.ops / seen.ms / 1e3,
          unit: 'M ops/s',
          ...(name.startsWith('four') ? {} : { goal: { value: 40, better: 'more' as const } }),
        },
        {
          name: `drawing per animation frame, mean, ${name}`,
          value: seen.paintMs,
          unit: 'ms',
          goal: { value: 8, better: 'less' },
        },
        { name: `drawing, worst frame, ${name}`, value: seen.worstMs, unit: 'ms' },
        {
          name: `frames drawn, ${name}`,
          value: (seen.frames * 1000) / seen.ms,
          unit: 'per second',
        },
        { name: `animation frames over 25 ms, ${name}`, value: seen.dropped, unit: 'in 10 s' },
        {
          name: `tasks over 50 ms on the page, ${name}`,
          value: seen.longTasks,
          unit: 'in 10 s',
          goal: { value: 0, better: 'less' },
        },
        { name: `longest task on the page, ${name}`, value: seen.longest, unit: 'ms' },
        { name: `React commits, ${name}`, value: seen.commits, unit: 'in 10 s' },
      );
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return figures;
}

/** Runs in the page. */
async function watch(): Promise<Watched> {
  const { slabscope } = window;
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) tasks.push(entry.duration);
  });
  observer.observe({ entryTypes: ['longtask'] });
  await slabscope.lockstep.play('max');
  await new Promise((next) => setTimeout(next, 1000));
  tasks.length = 0;
  const opNow = (): number => slabscope.lane.hub.latest?.header[slabscope.H.op] ?? 0;
  const from = {
    op: opNow(),
    at: performance.now(),
    frames: slabscope.frames,
    commits: slabscope.commits,
  };
  let dropped = 0;
  Object.assign(slabscope.rafWork, { frames: 0, totalMs: 0, worstMs: 0 });
  let last = from.at;
  while (performance.now() - from.at < 10_000) {
    const now = await new Promise<number>(requestAnimationFrame);
    if (now - last > 25) dropped++;
    last = now;
  }
  const ms = performance.now() - from.at;
  observer.disconnect();
  const seen = {
    ops: opNow() - from.op,
    ms,
    frames: slabscope.frames - from.frames,
    longTasks: tasks.length,
    longest: Math.max(0, ...tasks),
    dropped,
    commits: slabscope.commits - from.commits,
    paintMs: slabscope.rafWork.totalMs / Math.max(1, slabscope.rafWork.frames),
    worstMs: slabscope.rafWork.worstMs,
  };
  await slabscope.lockstep.pause();
  return seen;
}
