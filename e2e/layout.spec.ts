import {
  expect,
  expectNoSidewaysScroll,
  goTo,
  map,
  onPage,
  open,
  type Page,
  test,
  violations,
  whenIdle,
} from './helpers/app.ts';
import { some } from './helpers/turns.ts';

const SIZES = [
  [2560, 1440],
  [1440, 900],
  [1024, 900],
  [900, 1000],
  [768, 900],
  [360, 780],
] as const;

/** Resizes one page from the widest to the narrowest; a turn of the theme before each look. */
async function everywhere(
  page: Page,
  looks: number,
  check: (width: number, theme: string | null) => Promise<void>,
): Promise<void> {
  const root = page.locator('html');
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (let look = 0; look < looks; look++) {
      const before = await root.getAttribute('data-theme');
      await onPage(page);
      await page.keyboard.press('t');
      await expect(root).not.toHaveAttribute('data-theme', before ?? '');
      await whenIdle(page);
      await expectNoSidewaysScroll(page);
      await check(width, await root.getAttribute('data-theme'));
    }
  }
}

test('one lane fits from 360 to 2560 px in both themes, and so do blows and notes', async ({
  page,
}) => {
  await open(page, '#v4/larson-oom?at=1000000');
  await everywhere(page, 2, async () => {
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await expect(map(page)).toBeVisible();
  });
  await goTo(page, '#v4/larson-oom?at=200000&sel=9');
  await page.getByRole('button', { name: 'Break it', exact: true }).click();
  await page.getByRole('button', { name: 'Notes', exact: true }).click();
  await everywhere(page, 1, async () => {
    await expect(page.getByRole('button', { name: 'Kill chain 4' })).toBeVisible();
    const cut = await page
      .getByRole('region', { name: 'Threads' })
      .evaluate((it) => it.scrollWidth - it.clientWidth);
    expect(cut).toBeLessThanOrEqual(0);
  });
});

test('four lanes fit from 360 to 2560 px, without violations', async ({ page }) => {
  await open(page, '#v4/routes?at=20000');
  const seen: string[] = [];
  const [whole] = some([1440, 360], 2);
  await everywhere(page, 1, async (width, theme) => {
    await expect(page.getByTestId('compare')).toBeVisible();
    seen.push(`${theme} ${width}`);
    // Everything on a wide or a narrow page, which are of one theme; contrast in the other.
    if (width === whole) expect(await violations(page)).toEqual([]);
    if (width === 768)
      expect(await violations(page, undefined, ['color-contrast', 'link-in-text-block'])).toEqual(
        [],
      );
  });
  expect(seen).toEqual([
    'light 2560',
    'dark 1440',
    'light 1024',
    'dark 900',
    'light 768',
    'dark 360',
  ]);
});

/** Pixels of two pictures of one size that differ visibly: rounded corners may be smoothed otherwise. */
const differing = (page: Page, a: Buffer, b: Buffer): Promise<number> =>
  page.evaluate(
    async (pictures) => {
      const [first, second] = await Promise.all(
        pictures.map(async (base64) => {
          const image = new Image();
          image.src = `data:image/png;base64,${base64}`;
          await image.decode();
          const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
          if (!pen) throw new Error('no canvas');
          pen.drawImage(image, 0, 0);
          return pen.getImageData(0, 0, image.width, image.height).data;
        }),
      );
      if (first.length !== second.length) throw new Error('pictures of two sizes');
      let count = 0;
      for (let i = 0; i < first.length; i += 4) {
        const apart = [0, 1, 2].map((c) => Math.abs(first[i + c] - second[i + c]));
        if (Math.max(...apart) > 24) count++;
      }
      return count;
    },
    [a.toString('base64'), b.toString('base64')],
  );

test('letters that come late leave no trace: the page at rest is the same', async ({ page }) => {
  const look = async (hash: string): Promise<Buffer> => {
    await page.evaluate(() => document.fonts.ready);
    if (hash.includes('routes')) await expect(page.getByTestId('divergence')).toBeVisible();
    await whenIdle(page);
    const shot = await page.screenshot({ animations: 'disabled' });
    await test.info().attach(hash, { body: shot, contentType: 'image/png' });
    return shot;
  };
  await page.setViewportSize({ width: 1280, height: 2600 });
  for (const hash of some(['#v4/larson-oom?at=200000&sel=9', '#v4/routes?at=500'], 2)) {
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/*.woff2', async (route) => {
      await held;
      await route.continue();
    });
    // The run stands, everything is laid out in another font; then the page's own comes.
    await page.goto('about:blank');
    await page.goto(`/${hash}`, { waitUntil: 'commit' });
    await page.waitForFunction(() => window.slabscope?.lane.hub.latest !== undefined);
    await whenIdle(page);
    expect(await page.evaluate(() => document.fonts.status)).toBe('loading');
    release();
    const late = await look(hash);
    await page.unroute('**/*.woff2');
    await open(page, hash);
    const soon = await look(hash);
    expect(await differing(page, late, soon)).toBeLessThan(20);
  }
});
