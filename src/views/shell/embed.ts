/** Parts that `hide=` can name; `embed=1` hides all but the views and the transport. */
export const PARTS = ['bar', 'knobs', 'side', 'transport', 'compare', 'cards'] as const;
export type Part = (typeof PARTS)[number];
const EMBEDDED: readonly Part[] = ['bar', 'knobs', 'side'];

/** Parts to hide for these search parameters, e.g. `?embed=1` or `?hide=knobs,side`; unknown names are ignored. */
export function hiddenParts(options: URLSearchParams): Part[] {
  const named = (options.get('hide') ?? '').split(',');
  const embedded = options.get('embed') === '1' ? EMBEDDED : [];
  return PARTS.filter((part) => embedded.includes(part) || named.includes(part));
}

/** Whether the page was asked to leave a part out. */
export const isHidden = (part: Part): boolean =>
  (document.documentElement.dataset.hide ?? '').split(' ').includes(part);

/** Marks the page for lecture slides: styles read the marks. */
export function applyEmbedding(options: URLSearchParams, root: HTMLElement): void {
  const hidden = hiddenParts(options);
  if (hidden.length > 0) root.dataset.hide = hidden.join(' ');
}
