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
