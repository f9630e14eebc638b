/** Gives the browser a file to save. */
export function saveFile(name: string, content: string | Blob, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** A name that every file system takes. */
export const fileName = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'slabscope';

/** A table as CSV; cells with commas or quotes are quoted. */
export function csvOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string =>
    /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return `${[head, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`;
}

/** Canvases of a view as one picture, with its finding above and the link that makes it again below. */
export function pictureOf(card: Element, title: string, link: string): Promise<Blob | null> {
  const canvases = [...card.querySelectorAll('canvas')];
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(640 * ratio, ...canvases.map((canvas) => canvas.width));
  const gap = 10 * ratio;
  const head = 34 * ratio;
  const foot = 24 * ratio;
  const height = head + foot + canvases.reduce((sum, canvas) => sum + canvas.height + gap, 0);
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = height;
  const pen = picture.getContext('2d');
  if (!pen) return Promise.resolve(null);
  const style = getComputedStyle(document.documentElement);
  pen.fillStyle = style.getPropertyValue('--s1');
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = style.getPropertyValue('--tx');
  pen.font = `600 ${14 * ratio}px "Inter Variable", sans-serif`;
  pen.fillText(title, gap, 22 * ratio, width - 2 * gap);
  let y = head;
  for (const canvas of canvases) {
    pen.drawImage(canvas, 0, y);
    y += canvas.height + gap;
  }
  pen.fillStyle = style.getPropertyValue('--tx3');
  pen.font = `${10 * ratio}px "JetBrains Mono Variable", monospace`;
  pen.fillText(link, gap, height - 8 * ratio, width - 2 * gap);
  return new Promise((done) => picture.toBlob(done, 'image/png'));
}
