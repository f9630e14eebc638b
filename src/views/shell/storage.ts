/** Whether this browser lets the page remember anything. */
export function isRemembering(): boolean {
  try {
    return window.localStorage !== null;
  } catch {
    return false;
  }
}

/**
 * What the page remembers in this browser. Storage may be refused as a whole (blocked cookies, embedded
 * frames: then even looking at it throws) or be full: what cannot be kept is forgotten, and nothing throws.
 */
export const pageStorage: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  setItem(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch {
      // Only remembered until the page is loaded again, then.
    }
  },
};
