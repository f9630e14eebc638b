import { expect, open, passed, playFast, test, whenIdle } from './helpers/app.ts';

const LANES = ['A', 'B', 'C', 'D'].map((name) => `l=${name}~op:adopt`).join('&');
const FOUR = `#v4/custom?s=3600&mm=1000000&pl=256&${LANES}&at=20000`;

interface LayoutShift {
  readonly sources: readonly { readonly node: Node | null }[];
}

// What a frame costs is counted, not timed: layouts, and texts written where nobody looks.
test('four lanes that play lay the page out a few times a second, and write nothing out of sight', async ({
  page,
}) => {
  await open(page, FOUR);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const layouts = async (): Promise<number> => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN;
  };
  await playFast(page);
  await passed(page, 60_000);
  const before = await layouts();
  const { ticks, unseen, moved } = await page.evaluate(async () => {
    /** Boxes of figures that were moved because another one changed its width. */
    const pushed = new Set<string>();
    const shifts = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as LayoutShift[])
        for (const { node } of entry.sources)
          if (node instanceof Element && node.matches('.figure, .compare-table :is(td, th, tr)'))
            pushed.add(`${node.tagName} ${node.textContent}`);
    });
    shifts.observe({ type: 'layout-shift' });
    const out = new Set<Element>();
    const sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) out.delete(target);
        else out.add(target);
      }
    });
    for (const card of document.querySelectorAll('.card')) sight.observe(card);
    let written = 0;
    const writes = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const card = (target instanceof Element ? target : target.parentElement)?.closest('.card');
        if (card && out.has(card)) written++;
      }
    });
    for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame);
    const from = performance.now();
    writes.observe(document.body, { subtree: true, childList: true, characterData: true });
    for (let i = 0; i < 150; i++) await new Promise(requestAnimationFrame);
    writes.disconnect();
    shifts.disconnect();
    sight.disconnect();
    return {
      ticks: Math.ceil((performance.now() - from) / 125),
      unseen: { cards: out.size, written },
      moved: [...pushed],
    };
  });
  const laidOut = (await layouts()) - before;
  await page.evaluate(() => window.slabscope.lockstep.pause());
  await whenIdle(page);
  expect(unseen.cards).toBeGreaterThan(20);
  expect(unseen.written).toBe(0);
  // Figures have fixed boxes: none moves another when it gets longer.
  expect(moved).toEqual([]);
  // One for each tick, and some for what is said of a search that is under way; a text in each frame would be 150.
  expect(laidOut).toBeLessThan(2 * ticks + 20);
});

test('nothing that can be pressed or read sticks out of its card, where it would be cut off', async ({
  page,
}) => {
  await open(page, '#v4/routes?at=20000');
  for (const width of [900, 1280, 1440, 1900]) {
    await page.setViewportSize({ width, height: 900 });
    await whenIdle(page);
    const out = await page.evaluate(() =>
      [...document.querySelectorAll('.card')].flatMap((card) => {
        const { left, right, width: wide } = card.getBoundingClientRect();
        if (wide === 0) return [];
        return [...card.querySelectorAll('button, select, summary, canvas, h2')]
          .filter((part) => part.closest('.table-wrap, .heat, .events, [hidden]') === null)
          .filter((part) => {
            const box = part.getBoundingClientRect();
            return (
              part.checkVisibility() &&
              box.width > 0 &&
              (box.right > right + 1 || box.left < left - 1)
            );
          })
          .map((part) => `${card.className}: ${part.tagName} ${part.textContent}`);
      }),
    );
    expect(out, `${width} px`).toEqual([]);
  }
});
