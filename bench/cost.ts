import path from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { preview } from 'vite';
import type { Figure } from './main.ts';

/** How long the page is watched, ms, and how often each build of it has its turn. */
const WATCHED_MS = 6000;
const TURNS = 3;
/** The largest runs take their time until they are set up, ms. */
const OPENED_MS = 180_000;

/** Lanes of a link that differ in nothing but their names. */
const lanes = (more: string): string => ['A', 'B', 'C', 'D'].map((l) => `l=${l}~${more}`).join('&');

/** Runs flat out, in links that builds of all times can read. */
const RUNS = {
  'four lanes, tiny': `custom?s=3600&mm=1000000&pl=256&${lanes('op:adopt')}&at=200000`,
  'four lanes, MF2': `custom?m=mf2&mn=2048&mx=32768&mo=direct&s=3600&pl=256&sh=shared&r=100&${lanes('ro:s2')}&at=20000`,
  'one lane, 49 k SuperSlabs': 'larson-oom?s=3600&mm=1000000&pl=256&e=8380000:op:adopt&at=8380000',
} as const;
/** Four lanes of 64 threads with 10,000 blocks each: what the knobs allow. */
const EXTREME = `custom?t=64&n=10000&s=3600&mm=1000000&pl=256&${lanes('op:adopt')}&at=1000`;

/** What a run costs the page's main thread. CPU time, so that others on the machine hardly matter. */
interface Cost {
  /** Layouts in an animation frame, and CPU milliseconds of one. */
  readonly layouts: number;
  readonly layoutMs: number;
  /** CPU milliseconds of all that the main thread does, per animation frame. */
  readonly frameMs: number;
  readonly frames: number;
  readonly longTasks: number;
  readonly longest: number;
  readonly pauseMs: number;
}
const NAMES: Readonly<Record<keyof Cost, readonly [name: string, unit: string]>> = {
  layouts: ['layouts', 'per frame'],
  layoutMs: ['CPU time of a layout', 'ms'],
  frameMs: ['CPU time of the main thread', 'ms per frame'],
  frames: ['animation frames', 'per second'],
  longTasks: ['tasks over 50 ms', 'per 10 s'],
  longest: ['longest task', 'ms'],
  pauseMs: ['from pause until all lanes stand', 'ms'],
};

/** Opens a link of a served build and lets it run flat out. */
async function costOf(browser: Browser, url: string): Promise<Cost> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metrics = async (): Promise<(name: string) => number> => {
    const all = (await cdp.send('Performance.getMetrics')).metrics;
    return (name) => all.find((metric) => metric.name === name)?.value ?? Number.NaN;
  };
  page.setDefaultTimeout(OPENED_MS);
  await page.goto(url);
  await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
  await page.evaluate(() => window.whenIdle());
  await page.evaluate(async () => {
    await window.slabscope.lockstep.play('max');
    await new Promise((next) => setTimeout(next, 1500));
  });
  const before = await metrics();
  const seen = await page.evaluate(async (ms) => {
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
    const from = performance.now();
    let frames = 0;
    for (; performance.now() - from < ms; frames++) await new Promise(requestAnimationFrame);
    return { frames, tasks, ms: performance.now() - from };
  }, WATCHED_MS);
  const after = await metrics();
  const pauseMs = await page.evaluate(async () => {
    const from = performance.now();
    await window.slabscope.lockstep.pause();
    return performance.now() - from;
  });
  await page.close();
  const spent = (name: string): number => after(name) - before(name);
  return {
    layouts: spent('LayoutCount') / seen.frames,
    layoutMs: (spent('LayoutDuration') * 1000) / spent('LayoutCount'),
    frameMs: (spent('TaskDuration') * 1000) / seen.frames,
    frames: (seen.frames * 1000) / seen.ms,
    longTasks: (seen.tasks.length * 10_000) / seen.ms,
    longest: Math.max(0, ...seen.tasks),
    pauseMs,
  };
}

/** The best of some turns: what others on the machine took is in the worst. */
function bestOf(costs: readonly Cost[]): Cost {
  const best = (key: keyof Cost): number => {
    const all = costs.map((cost) => cost[key]);
    return key === 'frames' ? Math.max(...all) : Math.min(...all);
  };
  const keys = Object.keys(NAMES) as (keyof Cost)[];
  return Object.fromEntries(keys.map((key) => [key, best(key)])) as unknown as Cost;
}

/**
 * What a frame costs: layouts, tasks, answers. `npm run bench -- --cost [--former DIR]`, after `npm run build`;
 * with a former version, built in another directory, both have their turns and ratios are told.
 */
export async function costFigures(former: string | undefined): Promise<Figure[]> {
  const builds = [...(former === undefined ? [] : [path.resolve(former)]), process.cwd()];
  const servers = await Promise.all(
    builds.map((root) =>
      preview({ root, preview: { port: 4192, strictPort: false }, logLevel: 'silent' }),
    ),
  );
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-quic'],
  });
  const figures: Figure[] = [];
  const add = (cost: Cost, name: string, who: string): void => {
    for (const [key, [what, unit]] of Object.entries(NAMES))
      figures.push({ name: `${name}${who}: ${what}`, value: cost[key as keyof Cost], unit });
  };
  try {
    for (const [name, run] of Object.entries(RUNS)) {
      const seen: Cost[][] = builds.map(() => []);
      for (let turn = 0; turn < TURNS; turn++)
        for (const [i, server] of servers.entries())
          seen[i].push(await costOf(browser, `${server.resolvedUrls?.local[0]}#v1/${run}`));
      const best = seen.map(bestOf);
      const now = best[best.length - 1];
      if (former !== undefined) {
        add(best[0], name, ', before');
        for (const key of ['frameMs', 'layoutMs'] as const)
          figures.push({
            name: `${name}: ${NAMES[key][0]} against before`,
            value: now[key] / best[0][key],
            unit: 'ratio',
          });
      }
      add(now, name, '');
    }
    const extreme = servers.at(-1)?.resolvedUrls?.local[0];
    add(await costOf(browser, `${extreme}#v1/${EXTREME}`), '4 × 64 threads × 10,000', '');
  } finally {
    await browser.close();
    for (const server of servers) await server.close();
  }
  return figures;
}
