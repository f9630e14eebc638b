const KEY = 'slabscope.theme';

export type Theme = 'dark' | 'light';

/** The theme chosen earlier, else the system's. */
export function initialTheme(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'dark' || kept === 'light') return kept;
  } catch {
    // storage may be forbidden; the system's preference still counts
  }
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** Applies a theme; remembers it only when somebody chose it. */
export function applyTheme(theme: Theme, chosen: boolean): void {
  document.documentElement.dataset.theme = theme;
  if (!chosen) return;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // not remembered then
  }
}
