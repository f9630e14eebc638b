/**
 * Calls back when drawings look otherwise though nothing that they show has changed: under another
 * theme, and once fonts that they had to do without have come. What stands in the document the
 * browser draws anew by itself; a canvas keeps what was drawn.
 * @returns a function that ends it
 */
export function onNewLooks(again: () => void): () => void {
  const themes = new MutationObserver(again);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  document.fonts.addEventListener('loadingdone', again);
  return () => {
    themes.disconnect();
    document.fonts.removeEventListener('loadingdone', again);
  };
}
