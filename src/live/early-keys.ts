/** Keys that were pressed before there was anything to hear them, oldest first. */
const early: KeyboardEvent[] = [];
const keep = (event: KeyboardEvent): void => {
  // Whoever reads with the keyboard goes on reading; the player's key is the player's from the start.
  if (event.key !== ' ' || event.repeat) return;
  event.preventDefault();
  early.push(event);
};

/** Keeps the presses of Space that come while the page is still being read. */
export const keepEarlyKeys = (): void => window.addEventListener('keydown', keep);

/** Whoever hears keys from now on gets those that came before; they are given once. */
export function takeEarlyKeys(): readonly KeyboardEvent[] {
  window.removeEventListener('keydown', keep);
  return early.splice(0);
}
