import { drawNow } from '../../live/raf.ts';
import type { Theme } from '../../state/ui.ts';
import { pageStorage } from './storage.ts';

const KEY = 'slabscope.theme';

/** The theme chosen earlier, else the system's. */
export function initialTheme(): Theme {
  const kept = pageStorage.getItem(KEY);
  if (kept === 'dark' || kept === 'light') return kept;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** Applies a theme; remembers it only when somebody chose it. */
export function applyTheme(theme: Theme, chosen: boolean): void {
  document.documentElement.dataset.theme = theme;
  if (chosen) pageStorage.setItem(KEY, theme);
}

/**
 * Paper is light: while the page is printed it has the light theme, and its drawings are drawn in it before the printer
 * looks. Nothing is chosen by that.
 */
export function printLight(): void {
  let screen: string | undefined;
  window.addEventListener('beforeprint', () => {
    screen = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = 'light';
    // Canvases hear of it before this: their observer was asked first.
    queueMicrotask(drawNow);
  });
  window.addEventListener('afterprint', () => {
    if (screen !== undefined) document.documentElement.dataset.theme = screen;
  });
}
