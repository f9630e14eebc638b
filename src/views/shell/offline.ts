const LATEST_MS = 5000;
/** A tab that comes back asks for a new version no more often than this, ms. */
const ASK_EVERY_MS = 10 * 60_000;

/** The version that this page is of, as the build wrote it into the document; undefined: not built. */
const ownVersion = (): string | undefined =>
  document.querySelector<HTMLMetaElement>('meta[name="version"]')?.content;

/**
 * Registers the service worker when there is nothing better to do: fetching all files of the page once more
 * would slow the first picture down. Without it the page works as well, only not offline.
 * @param onNewVersion a version waits that this page is not of; told once
 */
export function keepOffline(onNewVersion: () => void): void {
  if (!import.meta.env.PROD) return;
  // In a frame that forbids storage even looking at it throws.
  let container: ServiceWorkerContainer | undefined;
  try {
    container = navigator.serviceWorker;
  } catch {
    return;
  }
  if (!container) return;
  const workers = container;
  const register = (): void => {
    workers
      .register('./sw.js')
      .then(() => workers.getRegistration())
      .then(
        (registration) => registration && watchVersions(registration, onNewVersion),
        () => undefined,
      );
  };
  // Not every browser has it.
  if (typeof requestIdleCallback === 'function')
    requestIdleCallback(register, { timeout: LATEST_MS });
  else setTimeout(register, LATEST_MS / 5);
}

/** Tells when a service worker waits that is of another version than the page. */
function watchVersions(registration: ServiceWorkerRegistration, onNewVersion: () => void): void {
  let told = false;
  const look = (): void => {
    const { waiting } = registration;
    if (!waiting || told) return;
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      channel.port1.close();
      if (told || data === ownVersion()) return;
      told = true;
      onNewVersion();
    };
    waiting.postMessage({ ask: 'version' }, [channel.port2]);
  };
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', look);
  });
  look();
  let asked = performance.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || performance.now() - asked < ASK_EVERY_MS) return;
    asked = performance.now();
    // No network: there will be another time.
    registration.update().catch(() => undefined);
  });
}
