/** What is said when it turns out that this browser keeps nothing for the page. */
export const FORGOTTEN =
  'This browser keeps nothing for this page: theme, hints and progress in lessons last until it is closed. Links and files keep runs.';

/** What could not be kept; it is remembered for as long as the page is open. */
const unkept = new Map<string, string>();
let lost = false;
const listeners = new Set<() => void>();

/** Something could not be kept. It is told once. */
function lose(): void {
  if (lost) return;
  lost = true;
  for (const tell of listeners) tell();
}

/** Whether this browser lets the page remember anything, as far as was seen. */
export function isRemembering(): boolean {
  if (lost) return false;
  try {
    return window.localStorage !== null;
  } catch {
    return false;
  }
}

/** Calls back once something cannot be kept; at once when that has happened. */
export function onForgotten(tell: () => void): void {
  listeners.add(tell);
  if (lost) tell();
}

/**
 * What the page remembers in this browser. Storage may be refused as a whole (blocked cookies, embedded
 * frames: then even looking at it throws) or be full: what cannot be kept is forgotten when the page is closed,
 * `onForgotten` tells of it, and nothing throws.
 */
export const pageStorage: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem(key) {
    const here = unkept.get(key);
    if (here !== undefined) return here;
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  setItem(key, value) {
    try {
      window.localStorage.setItem(key, value);
      unkept.delete(key);
    } catch {
      unkept.set(key, value);
      lose();
    }
  },
};
