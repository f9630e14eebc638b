const LATEST_MS = 5000;

/**
 * Registers the service worker when there is nothing better to do: fetching all files of the page once more
 * would slow the first picture down. Without it the page works as well, only not offline.
 */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = (): void => {
    navigator.serviceWorker.register('./sw.js').catch(() => undefined);
  };
  // Not every browser has it.
  if (typeof requestIdleCallback === 'function')
    requestIdleCallback(register, { timeout: LATEST_MS });
  else setTimeout(register, LATEST_MS / 5);
}
