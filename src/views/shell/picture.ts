import { redrawOf } from './redraws.ts';

interface LegendItem {
  readonly colour: string;
  readonly text: string;
}

const PAD = 14;
const HEAD = 36;
const FOOT = 26;
const LINE = 20;
const GAP = 12;
const LEAST_WIDTH = 640;
const FONT = '"Inter Variable", Inter, sans-serif';

/** Colours and words of a card's legend, as they are on screen. */
function legendOf(card: Element): LegendItem[] {
  return [...card.querySelectorAll<HTMLElement>('.legend li:not([hidden])')].map((item) => {
    const swatch = item.querySelector('.swatch');
    const path = item.querySelector('svg path');
    const drawn = path ? getComputedStyle(path) : undefined;
    const style = swatch ? getComputedStyle(swatch) : undefined;
    const filled = style && style.backgroundColor !== 'rgba(0, 0, 0, 0)';
    const colour = style
      ? filled
        ? style.backgroundColor
        : style.borderTopColor
      : ((drawn?.stroke === 'none' ? drawn.fill : drawn?.stroke) ?? 'currentColor');
    const words = [...item.childNodes].map((node) => node.textContent ?? '').join(' ');
    return { colour, text: words.replace(/\s+/g, ' ').trim() };
  });
}

/** Lays the legend out in lines. */
function flow(
  items: readonly LegendItem[],
  width: number,
  measure: (text: string) => number,
): { item: LegendItem; x: number; line: number }[] {
  let x = PAD;
  let line = 0;
  return items.map((item) => {
    const needed = 16 + measure(item.text) + 18;
    if (x > PAD && x + needed > width - PAD) {
      x = PAD;
      line++;
    }
    const place = { item, x, line };
    x += needed;
    return place;
  });
}

interface Composition {
  readonly width: number;
  readonly height: number;
  paint(pen: CanvasRenderingContext2D, vector: boolean): void;
}

/** A card as a picture: its finding above, legend and drawings, and below the link that makes it again. */
function compose(card: Element, title: string, link: string): Composition {
  const canvases = [...card.querySelectorAll('canvas')];
  const width = Math.max(
    LEAST_WIDTH,
    ...canvases.map((canvas) => Math.ceil(canvas.clientWidth) + 2 * PAD),
  );
  const ruler = document.createElement('canvas').getContext('2d');
  if (ruler) ruler.font = `12px ${FONT}`;
  const legend = flow(legendOf(card), width, (text) => ruler?.measureText(text).width ?? 0);
  const legendLines = legend.length === 0 ? 0 : (legend.at(-1)?.line ?? 0) + 1;
  const top = HEAD + legendLines * LINE + (legendLines > 0 ? GAP : 0);
  const height =
    top + canvases.reduce((sum, canvas) => sum + Math.ceil(canvas.clientHeight) + GAP, 0) + FOOT;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    width,
    height,
    paint(pen, vector) {
      pen.fillStyle = token('--s1');
      pen.fillRect(0, 0, width, height);
      pen.textAlign = 'left';
      pen.textBaseline = 'alphabetic';
      pen.fillStyle = token('--tx');
      pen.font = `600 14px ${FONT}`;
      pen.fillText(title, PAD, 24);
      pen.font = `12px ${FONT}`;
      for (const { item, x, line } of legend) {
        const y = HEAD + line * LINE;
        pen.fillStyle = item.colour;
        pen.fillRect(x, y + 3, 10, 10);
        pen.fillStyle = token('--tx2');
        pen.fillText(item.text, x + 16, y + 12);
      }
      let y = top;
      for (const canvas of canvases) {
        pen.save();
        pen.translate(PAD, y);
        const redraw = redrawOf(canvas);
        if (vector && redraw) redraw(pen);
        else pen.drawImage(canvas, 0, 0, canvas.clientWidth, canvas.clientHeight);
        pen.restore();
        y += Math.ceil(canvas.clientHeight) + GAP;
      }
      pen.textAlign = 'left';
      pen.textBaseline = 'alphabetic';
      pen.fillStyle = token('--tx3');
      pen.font = '10px "JetBrains Mono Variable", monospace';
      pen.fillText(shortened(link, width), PAD, height - 10);
    },
  };
}

/** A link that fits one line of 10 px mono; what is cut off is in the picture's file all the same. */
const shortened = (link: string, width: number): string => {
  const room = Math.floor((width - 2 * PAD) / 6.05);
  return link.length <= room ? link : `${link.slice(0, room - 1)}…`;
};

/** A card as PNG, at the screen's resolution. */
export function pngOf(card: Element, title: string, link: string): Promise<Blob | null> {
  const { width, height, paint } = compose(card, title, link);
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  const picture = document.createElement('canvas');
  picture.width = Math.round(width * ratio);
  picture.height = Math.round(height * ratio);
  const pen = picture.getContext('2d');
  if (!pen) return Promise.resolve(null);
  pen.scale(ratio, ratio);
  paint(pen, false);
  return new Promise((done) => picture.toBlob(done, 'image/png'));
}

/** A card as SVG: lines and text stay lines and text, maps of many small squares become one image. */
export async function svgOf(card: Element, title: string, link: string): Promise<string> {
  const { Context } = await import('svgcanvas');
  const { width, height, paint } = compose(card, title, link);
  const context = new Context({ width, height });
  paint(context as unknown as CanvasRenderingContext2D, true);
  const svg = context.getSvg();
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const heading = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  heading.textContent = title;
  const caption = document.createElementNS('http://www.w3.org/2000/svg', 'desc');
  caption.textContent = link;
  svg.prepend(heading, caption);
  // The library writes what a canvas has no word for.
  for (const text of svg.querySelectorAll('[text-decoration="undefined"]'))
    text.removeAttribute('text-decoration');
  for (const image of svg.querySelectorAll('image'))
    image.setAttribute('style', 'image-rendering: pixelated');
  return new XMLSerializer().serializeToString(svg);
}
