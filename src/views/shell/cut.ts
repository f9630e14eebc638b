/** Sides at which a box that scrolls sideways hides some of what is in it. */
export type Cut = 'none' | 'start' | 'end' | 'both';

/** Which sides those are. @param box left edge shown, width of the box and of what is in it, in CSS pixels */
export function cutOf({
  scrollLeft,
  clientWidth,
  scrollWidth,
}: Pick<HTMLElement, 'scrollLeft' | 'clientWidth' | 'scrollWidth'>): Cut {
  // Widths are rounded: one pixel is none.
  const start = scrollLeft > 1;
  const end = scrollLeft + clientWidth < scrollWidth - 1;
  return start ? (end ? 'both' : 'start') : end ? 'end' : 'none';
}

/**
 * A ref: has a box that scrolls sideways say in `data-cut` at which sides it is cut, for its style to fade them. Where scroll
 * bars are hidden until they are used, nothing else tells that there is more.
 * @returns what lets go of the box; undefined: there is none
 */
export function fadesWhereCut(box: HTMLElement | null): (() => void) | undefined {
  if (!box) return undefined;
  const say = (): void => {
    const cut = cutOf(box);
    if (box.dataset.cut !== cut) box.dataset.cut = cut;
  };
  const sizes = new ResizeObserver(say);
  const watch = (): void => {
    sizes.disconnect();
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
  };
  // What is in it may be another thing next.
  const children = new MutationObserver(watch);
  children.observe(box, { childList: true });
  watch();
  box.addEventListener('scroll', say, { passive: true });
  return () => {
    sizes.disconnect();
    children.disconnect();
    box.removeEventListener('scroll', say);
  };
}
